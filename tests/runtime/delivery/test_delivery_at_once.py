"""Several messages marked by one write, for channels whose settings allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from triggerfish.plugins import Later, Session

Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def three_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "at_once", 3)


def test_marked_together_and_handed_over_one_by_one(desk: Make) -> None:
    d = desk()
    for key in ("a", "b", "c", "d"):
        d.send(key)
    seen: list[dict[str, str]] = []
    d.post.before = lambda key: seen.append(dict(d.outbox.status))
    d.worker.deliver()
    three = {"a": "sending", "b": "sending", "c": "sending", "d": "claimed"}
    assert seen == [three, three, three, {"a": "sent", "b": "sent", "c": "sent", "d": "sending"}]
    assert [name for name, _ in d.outbox.log] == ["claim", "start", "start", "finish"]


def test_a_server_that_goes_down_in_between(desk: Make) -> None:
    d = desk()
    for key in ("a", "b", "c", "d"):
        d.send(key)
    d.post.answers = {"b": Later("connection refused", unreachable=True)}
    d.worker.deliver()
    assert d.outbox.status == {"a": "sent", "b": "waiting", "c": "waiting", "d": "waiting"}
    assert [d.outbox.results[key].attempts for key in "abcd"] == [1, 1, 0, 0]


def test_a_stop_gives_back_what_was_marked_and_not_begun(desk: Make) -> None:
    stop: list[bool] = []
    d = desk(stopping=lambda: bool(stop))
    for key in ("a", "b", "c", "d"):
        d.send(key)
    d.post.before = lambda key: stop.append(True)
    d.worker.deliver()
    assert d.outbox.status == {"a": "sent", "b": "waiting", "c": "waiting", "d": "waiting"}


def test_a_database_that_fails_loses_nothing_and_repeats_nothing(desk: Make) -> None:
    d = desk()
    for key in ("a", "b", "c", "d"):
        d.send(key)
    d.post.before = lambda key: d.outbox.broken.add("start") if key == "b" else None
    with pytest.raises(ConnectionError):
        d.worker.deliver()
    d.outbox.broken = set()
    d.worker.deliver()
    assert [one.key for one in d.post.sent] == ["a", "b", "c", "d"]
    assert set(d.outbox.status.values()) == {"sent"}
