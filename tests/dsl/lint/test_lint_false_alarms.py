"""What people rightly write draws no warning; what they wrongly write does, at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from triggerfish.dsl.lint.run import reviewed
from triggerfish.runtime.cli.workspace import Workspace

ROOT = Path(__file__).parents[3]
PROJECTS = [ROOT / "examples" / "cdnow", *sorted((ROOT / "runtime/triggerfish/runtime/templates").iterdir())]


@pytest.mark.parametrize("folder", [one for one in PROJECTS if one.is_dir()], ids=lambda folder: folder.name)
def test_examples_and_templates_are_clean(folder: Path):
    loaded = Workspace(folder).loaded
    assert [str(one) for one in reviewed(loaded.program, loaded.trees, loaded.diagnostics)] == []


def flow(*lines: str) -> str:
    return "flow f\n    start when order_completed\n" + "".join(f"    {line}\n" for line in lines)


FINE = {
    "bounds": flow("only if total_spent >= 5 and total_spent <= 5", "wait 1 day"),
    "unknown is neither": flow('only if plan is not "free" and plan is not "pro"', "wait 1 day"),
    "a gap in history": flow("only if did signed_up ever and did not signed_up in last 30 days", "wait 1 day"),
    "more over longer": flow(
        "only if did signed_up at least 3 times in last 30 days and did signed_up at most 1 time in last 1 day",
        "wait 1 day",
    ),
    "two events": flow("only if did signed_up ever and did not order_completed in last 1 day", "wait 1 day"),
    "narrowed events": flow(
        "only if did (order_completed where total > 5) ever and did not (order_completed where total > 50) ever",
        "wait 1 day",
    ),
    "narrow branch first": flow(
        "if total_spent > 100", "    wait 1 day", "else if total_spent > 10", "    wait 2 days", "else", "    wait 1 hour"
    ),
    "choose with the rest": flow("choose by plan", '    "free"', "        wait 1 day", "    otherwise", "        wait 2 days"),
    "changes again": 'flow f\n    start when plan changes from "free" to "pro"\n    only if plan is "pro"\n    wait 1 day\n',
    "quiet start": "flow f\n    start when leaves segment engaged\n    only if did order_completed ever\n    wait 1 day\n",
    "by hand through a flow": (
        "flow f\n    start when enters segment beta\n    wait 1 day\n\n"
        "flow g\n    start when signed_up\n    join segment beta\n"
    ),
    "again and again on purpose": (
        "flow f\n    start by hand\n    about offers\n    send email cart_reminder\n    wait 1 month\n    enter flow f\n"
    ),
    "a loop with a way out": (
        "flow f\n    start by hand\n    stop when order_completed\n    about offers\n    wait 1 week\n    enter flow g\n\n"
        "flow g\n    start by hand\n    stop when order_completed\n    about offers\n    wait 1 week\n    enter flow f\n"
    ),
    "an event on a condition": (
        "flow f\n    start when order_completed where total > 5\n    record order_completed with total: 1\n"
    ),
    "still inside": "flow f\n    start when signed_up\n    record signed_up\n    wait 1 day\n",
    "a day between": (
        "policy\n    at most 1 email per day\n\n"
        + flow("about offers", "send email cart_reminder", "wait 1 day", "send email cart_reminder")
    ),
    "one of two": (
        "policy\n    at most 1 email per day\n\n"
        + flow(
            "about offers", 'if plan is "pro"', "    send email cart_reminder", "else", "    send email cart_reminder"
        )
    ),
    "later is not never": (
        "policy\n    at most 1 email per day else wait\n\n"
        + flow("about offers", "send email cart_reminder", "send email cart_reminder")
    ),
    "receipts pass": (
        "policy\n    at most 1 email per day\n\n"
        + flow("about offers", "send email cart_reminder", "send email cart_reminder transactional")
    ),
    "a stop with a condition": flow(
        "stop when order_completed where total > 500", "wait up to 2 days for order_completed", "set total_spent to 5"
    ),
    "only the first branch is empty": flow("if total_spent > 100", "else", "    wait 1 day"),
    "time left": flow("expire after 3 days", "wait 2 days", "set total_spent to 5"),
    "at once, perhaps": flow(
        "expire after 3 days", "wait up to 3 days", "    for signed_up", "        set total_spent to 5"
    ),
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_fine(text: str, found):
    assert [(one.code, one.message) for one in found(text)] == []


WRONG = {
    "two values": ('only if plan is "free" and plan is "pro"', "TF611", 25, 45),
    "bounds that miss": ("only if total_spent > 10 and total_spent < 5", "TF611", None, None),
    "nothing between": ("only if total_spent between 10 and 5", "TF611", None, None),
    "no such option": ('only if plan in ("free", "pro") and plan is "team"', "TF611", None, None),
    "windows": ("only if did signed_up in last 7 days and did not signed_up in last 30 days", "TF611", None, None),
    "counts": ("only if count of signed_up ever < 1 and count of signed_up ever > 0", "TF611", None, None),
    "negative count": ("only if count of signed_up ever < 0", "TF611", None, None),
    "both segments": ("only if in segment engaged and not in segment engaged", "TF611", None, None),
    "through a segment": ("only if in segment engaged and did not order_completed in last 60 days", "TF611", None, None),
    "or instead of and": ('only if plan is not "free" or plan is not "pro"', "TF612", None, None),
    "every option": ('only if plan in ("free", "pro", "team")', "TF612", None, None),
    "constants": ("only if 1 + 0 > 5 or 2 > 1", "TF612", None, None),
    "inside brackets": ("only if did (order_completed where total > 5 and total < 3) ever", "TF611", None, None),
}


@pytest.mark.parametrize(("line", "code", "start", "end"), WRONG.values(), ids=WRONG)
def test_condition_that_says_nothing(line: str, code: str, start: int | None, end: int | None, found):
    (one,) = found(flow(line, "wait 1 day"))
    assert one.code == code
    assert one.span.line == 3


HOLLOW = {
    "else": (("if total_spent > 100", "    wait 1 day", "else", "wait 2 days"), 5, "else"),
    "if": (("if total_spent > 100", "wait 1 day"), 3, "if"),
    "every branch": (("if total_spent > 100", "else if total_spent > 10", "else", "wait 1 day"), 3, "if"),
}


@pytest.mark.parametrize(("lines", "line", "word"), HOLLOW.values(), ids=HOLLOW)
def test_branch_with_nothing_below_it(lines: tuple[str, ...], line: int, word: str, found):
    (one,) = found(flow(*lines))
    assert (one.code, one.span.line) == ("TF628", line)
    assert f"`{word}`" in one.message
