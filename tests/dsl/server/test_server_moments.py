"""Inlay hints about the present moment, with a clock that stands still."""

from __future__ import annotations

import datetime as dt

import pytest
from lsprotocol import types as lsp

from triggerfish.dsl.server import hints
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.project import Project
from triggerfish.runtime.cli.editing import Editing

PROJECT = """\
policy
    timezone "Europe/Paris"

event e

flow f
    start {start}
    only if plan is "free"
    {header}
    wait {wait}

profile
    plan  text
"""
NOW = dt.datetime(2026, 3, 27, 9, 30, tzinfo=dt.UTC)
"""A Friday, 10:30 in Paris; summer time begins on Sunday."""


class Still:
    def now(self) -> int:
        return int(NOW.timestamp() * 1000)

    def wait(self, stop, seconds):
        raise NotImplementedError


@pytest.fixture(scope="module")
def editing():
    return Editing(Still())


def _hints(tmp_path, editing, *, start="when e", wait="1 day", header="status active", project=PROJECT):
    opened = Project(tmp_path, editing.catalog(tmp_path))
    opened.edit("a.flow", project.format(start=start, wait=wait, header=header))
    document = Document(opened.state(), "a.flow", "utf-16")
    assert not opened.state().diagnostics, opened.state().diagnostics
    everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
    return [(one.label, one.position.line + 1, one.tooltip) for one in hints.hints(document, everywhere, editing)]


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ("every monday, thursday at 9:00", "next Monday 2026-03-30 9:00"),
        ("every friday at 10:30", "next Friday 2026-03-27 10:30"),
        ("every friday at 10:29", "next Friday 2026-04-03 10:29"),
        ("every day at 2:30", "next Saturday 2026-03-28 2:30"),
        ("every sunday at 2:30", "next Sunday 2026-03-29 3:00"),  # the clocks skip half past two
        ("every month on day 31 at 8:00", "next Tuesday 2026-03-31 8:00"),
        ("every month on day 1 at 8:00", "next Wednesday 2026-04-01 8:00"),
        ("every 6 hours", "next Friday 2026-03-27 12:00"),
    ],
)
def test_a_schedule_says_when_it_fires_next(tmp_path, editing, start, shown):
    [(label, line, more)] = _hints(tmp_path, editing, start=start)
    assert (label, line) == (shown, 7)
    assert more == "In Europe/Paris, the zone of the policy. For each person it is that time where they live."


def test_a_flow_with_a_zone_of_its_own(tmp_path, editing):
    [(label, _, more)] = _hints(tmp_path, editing, start="every day at 19:00", header='timezone "Asia/Tokyo"')
    assert label == "next Friday 2026-03-27 19:00"
    assert more == "In Asia/Tokyo, the zone of this flow."


def test_a_project_without_a_zone(tmp_path, editing):
    project = PROJECT.replace('policy\n    timezone "Europe/Paris"\n\n', "")
    [(label, _, more)] = _hints(tmp_path, editing, start="every day at 9:00", project=project)
    assert label == "next Saturday 2026-03-28 9:00"
    assert "UTC" in more


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ("on 2026-12-01 at 9:00", ["Tuesday", "in 249 days"]),
        ("on 2026-03-28 at 9:00", ["Saturday", "tomorrow"]),
        ("on 2026-03-27 at 10:30", ["Friday", "today"]),
        ("on 2026-03-27 at 10:29", ["Friday", "has passed"]),
        ("on 2025-12-01 at 9:00", ["Monday", "has passed"]),
    ],
)
def test_a_date_says_how_far_away_it_is(tmp_path, editing, start, shown):
    assert [label for label, _, _ in _hints(tmp_path, editing, start=start)] == shown


@pytest.mark.parametrize(
    ("wait", "shown"),
    [
        ("until monday at 9:00", ["reached now: until Monday 2026-03-30 9:00"]),
        ("until 9:00 on weekdays", ["reached now: until Monday 2026-03-30 9:00"]),
        ("until 9:00 to 17:00 on weekdays", ["reached now: goes on at once"]),
        ("until 18:00", ["reached now: until Friday 2026-03-27 18:00"]),
        ("until 2026-04-01 at 9:00", ["Wednesday", "in 5 days"]),
        ("36 hours", ["= 1 day 12 hours"]),
    ],
)
def test_a_wait_says_until_when_it_would_last(tmp_path, editing, wait, shown):
    assert [label for label, _, _ in _hints(tmp_path, editing, wait=wait)] == shown


def test_nobody_outside_no_present_moment(tmp_path):
    project = Project(tmp_path, Editing().catalog(tmp_path))
    project.edit("a.flow", PROJECT.format(start="every day at 9:00", wait="1 day", header="status active"))
    everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
    assert hints.hints(Document(project.state(), "a.flow", "utf-16"), everywhere) == []
