"""Renaming anything in an example project leaves it without errors and meaning the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from triggerfish.dsl.project import load
from triggerfish.dsl.server.names import RENAMED, Symbol
from triggerfish.dsl.server.project import Project
from triggerfish.dsl.server.rename import RenameRefusedError, applied, renaming
from triggerfish.plugins.manager import load_plugins

ROOT = Path(__file__).parents[3]
PROJECTS = sorted(
    {path.parent for path in ROOT.glob("runtime/triggerfish/runtime/templates/*/*.flow")}
    | {path.parent for path in ROOT.glob("examples/*/*.flow")}
)
CATALOG = load_plugins().catalog()


def _errors(folder):
    return [one for one in load(folder, CATALOG).diagnostics if one.severity == "error"]


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_everything_can_be_renamed_and_back(folder, tmp_path):
    project = Project(folder, CATALOG)
    state = project.state()
    symbols = {one.symbol for one in state.index.all if one.definition and one.symbol.kind in RENAMED}
    assert len(symbols) > 5
    for number, symbol in enumerate(sorted(symbols, key=str)):
        place = tmp_path / str(number)
        shutil.copytree(folder, place)
        changes = renaming(project, state, symbol, "quite_another_name")
        for path, text in applied(state, changes).items():
            (place / path).write_text(text, encoding="utf-8")
        assert _errors(place) == [], f"after renaming {symbol}"
        after = Project(place, CATALOG)
        old = {one.span for one in after.state().index.all if one.symbol == symbol}
        assert old == set(), f"{symbol} is still used"


FILES = sorted([*ROOT.glob("tests/dsl/corpus/language/*.flow"), *ROOT.glob("tests/scenarios/*/*.flow")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_everything_in_the_scenarios_can_be_renamed(path, tmp_path):
    shutil.copy(path, tmp_path)
    project = Project(tmp_path, CATALOG)
    state = project.state()
    symbols = {one.symbol for one in state.index.all if one.definition and one.symbol.kind in RENAMED}
    for symbol in symbols:
        assert renaming(project, state, symbol, "quite_another_name")


SHOP = """\
profile
    plan       one of "free", "pro"
    interests  list of text

event order_completed
    total  number

event trial_paid "Trial Paid"
    total  number

topic news for email

message thanks
    email
        subject "For {{ event.total }} and {{ order.total }}: {{ plan }}"
        body \"\"\"
        {% for one in interests %}{{ one }}{% endfor %}{{ profile.plan }}
        \"\"\"

value paid is sum of order_completed.total in last 30 days

flow f
    start when order_completed as order where total > 5 and paid > 3
    goal order_completed, trial_paid worth total within 2 days
    about news
    send email thanks as thanked
    if thanked.opened and event.total > 6 and order.total > 2
        exit

test "t"
    given plan: "pro"
    at 2026-01-01 9:00
    order_completed happens with total: 7
    expect 1 email thanks
"""


def _renamed(tmp_path, symbol, new):
    (tmp_path / "shop.flow").write_text(SHOP, encoding="utf-8")
    project = Project(tmp_path, CATALOG)
    assert project.state().diagnostics == {}
    return applied(project.state(), renaming(project, project.state(), symbol, new))["shop.flow"]


def test_a_field_is_renamed_in_conditions_templates_and_tests(tmp_path):
    after = _renamed(tmp_path, Symbol("field", "plan"), "tier")
    assert '    tier       one of "free", "pro"' in after
    assert "{{ tier }}" in after
    assert "{{ profile.tier }}" in after
    assert 'given tier: "pro"' in after
    assert "plan" not in after


def test_one_word_for_fields_of_several_events_renames_them_all(tmp_path):
    after = _renamed(tmp_path, Symbol("event field", "total", "order_completed"), "amount")
    assert after.count("    amount  number") == 2
    assert "worth amount within" in after
    assert "{{ event.amount }} and {{ order.amount }}" in after
    assert "happens with amount: 7" in after
    assert "sum of order_completed.amount in" in after
    assert "total" not in after


def test_an_event_keeps_its_name_on_the_wire(tmp_path):
    assert 'event bought "order_completed"\n' in _renamed(tmp_path, Symbol("event", "order_completed"), "bought")
    assert 'event paid_trial "Trial Paid"\n' in _renamed(tmp_path, Symbol("event", "trial_paid"), "paid_trial")


def test_a_caught_name_is_renamed_in_the_messages_it_is_used_in(tmp_path):
    after = _renamed(tmp_path, Symbol("name", "order", "f"), "purchase")
    assert "as purchase where" in after
    assert "{{ purchase.total }}" in after
    assert "and purchase.total > 2" in after


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("Tier", "cannot be a name"),
        ("9lives", "cannot be a name"),
        ("where", "a word of the language"),
        ("event", "a word of the language"),
        ("profile", "already stands for"),
        ("paid", "would be wrong"),
        ("order", "would be wrong"),
    ],
)
def test_names_that_would_change_the_meaning_are_refused(tmp_path, new, why):
    with pytest.raises(RenameRefusedError, match=why):
        _renamed(tmp_path, Symbol("field", "plan"), new)


def test_a_name_that_would_be_taken_for_another_is_refused(tmp_path):
    with pytest.raises(RenameRefusedError, match="already stands for something else"):
        _renamed(tmp_path, Symbol("value", "paid"), "total")


EXPERIMENT = """\
event order_completed
    total  number

topic news for email

score lead_score
    start 10
    level high from 50

content hero split
    50% calm "For {{ event.total }}"
    50% loud "FOR {{ event.total }}"
    measure email_clicked within 2 days

message thanks
    email
        subject "Thanks"
        body "{{ content.hero }}"

flow f
    start when order_completed
    about news
    split tone
        50% soft
            send email thanks
        50% hard
            send email thanks
    if tone.arm is "hard" and lead_score.level in ("high", "high")
        exit

test "t" for f
    given tone: "hard", hero: "loud"
    at 2026-01-01 9:00
    order_completed happens with total: 7
    expect 1 email thanks
"""


@pytest.mark.parametrize(
    ("symbol", "times"),
    [
        (Symbol("event field", "total", "order_completed"), 4),
        (Symbol("arm", "hard", "tone"), 3),
        (Symbol("split", "tone"), 3),
        (Symbol("variant", "loud", "hero"), 2),
        (Symbol("content", "hero"), 3),
        (Symbol("level", "high", "lead_score"), 3),
    ],
)
def test_experiments_contents_and_levels(tmp_path, symbol, times):
    (tmp_path / "shop.flow").write_text(EXPERIMENT, encoding="utf-8")
    project = Project(tmp_path, CATALOG)
    assert [one for one in project.state().found if one.severity == "error"] == []
    after = applied(project.state(), renaming(project, project.state(), symbol, "quite_another_name"))["shop.flow"]
    assert after.count("quite_another_name") == times
