"""Where warnings are, what they name, and how they are allowed."""

from __future__ import annotations

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.lint.load import worst_case
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.project import compile_sources

SENDS = """\
event signed_up
event bought

topic offers "Offers" for email, sms

message m
    email
        subject "Hi"
        body "Hello"
    sms "Hello"

policy
    at most 5 emails per week
    sender "A <a@example.com>"

flow weekly "Every day for a fortnight"
    start when signed_up
    again never
    about offers
    repeat 14 times
        send email m
        wait 1 day

flow bought "After each purchase"
    start when bought
    about offers
    send email m
    if did bought at least 2 times ever
        send sms m
        send sms m
    else
        send sms m
    send email m transactional
"""


def project(text: str, catalog: Catalog) -> Project:
    loaded = compile_sources({"case.flow": text}, catalog)
    assert loaded.program is not None, loaded.diagnostics
    return Project(loaded.program, loaded.trees)


def test_worst_week_of_one_person(catalog: Catalog):
    load = worst_case(project(SENDS, catalog))
    assert load.total == {"email": 8, "sms": 2}
    assert load.capped == {"email": 5, "sms": 2}
    assert load.unlimited == ("bought",)
    assert [(each.flow, each.channel, each.per_run, each.entries) for each in load.flows] == [
        ("weekly", "email", 7, 1), ("bought", "email", 1, None), ("bought", "sms", 2, None),
    ]
    assert str(load) == (
        "at worst one person gets in a week: 8 email (weekly 7, bought 1), 5 after caps; 2 sms (bought 2); "
        "each further time somebody enters bought comes on top"
    )


def test_entries_within_a_week(catalog: Catalog):
    for header, entries in {
        "again after 2 days": 4, "again after 7 days": 1, "again after 1 month": 1, "enter at most 1 per day": 7,
        "enter at most 3 per week, 2 per day": 3, "again always": None,
    }.items():
        text = SENDS.replace("    again never\n", f"    {header}\n")
        load = worst_case(project(text, catalog))
        assert load.flows[0].entries == entries, header


def test_conflict_names_both_parts(found):
    (one,) = found('flow f\n    start when signed_up\n    only if plan is "free"\n    only if plan is "pro"\n    wait 1 day\n')
    assert one.message == 'this can never be true together with `plan is "free"`'
    assert (one.span.line, one.span.column, one.span.end_column) == (4, 13, 26)
    assert one.related[0].span.line == 3


def test_start_against_only_if_points_at_both(found):
    (one,) = found('flow f\n    start when plan changes to "pro"\n    only if total_spent > 5\n    only if plan is "free"\n    wait 1 day\n')
    assert one.code == "TF610"
    assert one.message == 'nobody can enter the flow `f` this way: `plan is "free"` is never true at that moment'
    assert (one.span.line, one.related[0].span.line) == (2, 4)


def test_event_of_the_start_is_the_event_of_only_if(found):
    (one,) = found("flow f\n    start when order_completed where total > 100\n    only if event.total < 50\n    wait 1 day\n")
    assert one.code == "TF610"


def test_segment_by_hand_that_nobody_joins(found):
    (one,) = found("flow f\n    start when enters segment beta\n    wait 1 day\n")
    assert one.code == "TF610"
    assert "no flow joins anybody to it" in one.message


def test_one_start_of_two(found):
    text = 'flow f\n    start when signed_up\n    start when plan changes to "pro"\n    only if plan is "free"\n    wait 1 day\n'
    assert [(one.code, one.span.line) for one in found(text)] == [("TF610", 3)]


def test_record_that_starts_its_own_flow(found):
    (one,) = found("flow f\n    start when signed_up\n    set total_spent to 5\n    record signed_up\n")
    assert one.code == "TF620"
    assert one.message == "people go round and round here: f → f"


def test_circle_of_three_is_told_once(found):
    text = "\n".join(
        f"flow {name}\n    start by hand\n    wait 1 day\n    enter flow {other}\n" for name, other in ("ab", "bc", "ca")
    )
    (one,) = found(text)
    assert one.message == "people go round and round here: a → b → c → a"
    assert [each.span.line for each in one.related] == [9, 14]


def test_wait_for_a_channel_nothing_is_sent_on(found):
    (one,) = found("flow f\n    start when signed_up\n    wait up to 1 day for sms_clicked\n    set total_spent to 5\n")
    assert (one.code, one.message) == ("TF614", "this wait can never end early: no flow sends anything by sms")


def test_otherwise_for_no_value_left(found):
    text = (
        'flow f\n    start when signed_up\n    choose by plan\n        "free", "pro"\n            wait 1 day\n'
        '        "team"\n            wait 2 days\n        otherwise\n            wait 3 days\n'
    )
    assert [(one.code, one.span.line) for one in found(text)] == [("TF613", 9)]


def test_repeated_sends_over_the_cap(found):
    text = (
        "policy\n    at most 2 messages per week\n\nflow f\n    start when signed_up\n    about offers\n"
        "    repeat 3 times\n        send email cart_reminder\n"
    )
    (one,) = found(text)
    assert (one.code, one.span.line, one.related[0].span.line) == ("TF622", 8, 2)


# --- allowing ---------------------------------------------------------------------------------

UNUSED = 'message m{comment}\n    sms "Hi"\n'


def test_allowed_on_the_line(found):
    assert found(UNUSED.format(comment="  # allow TF616: because the shop sends it")) == []


def test_allowed_on_the_line_above(found):
    text = "# What the shop sends.\n# allow TF616: because the shop sends it\n# (for now)\n" + UNUSED.format(comment="")
    assert found(text) == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_allowed_on_any_line_of_a_sentence(found, place):
    lines = ['    only if plan is "pro"', "        and total_spent > 5", "        or total_spent > 100"]
    lines[place] += "  # allow TF301: because it reads well"
    assert found("\n".join(["flow f", "    start when signed_up", *lines, "    wait 1 day", ""])) == []


def test_without_a_reason(found):
    (one,) = found(UNUSED.format(comment="  # allow TF616"))
    assert (one.code, one.message) == ("TF623", "this comment allows TF616 without saying why")
    assert one.span.column == 12


def test_nothing_to_allow(found):
    every = found(UNUSED.format(comment="  # allow TF616, TF611: because"))
    assert [(one.code, one.message) for one in every] == [("TF624", "nothing here is TF611")]


def test_the_checkers_warnings_too(found):
    text = (
        'flow f\n    start when signed_up\n    # allow TF301: because it reads well\n'
        '    only if plan is "pro" and total_spent > 5 or total_spent > 100\n    wait 1 day\n'
    )
    assert found(text) == []


def test_ordinary_comments_are_left_alone(found):
    text = "# allow people to come back\nflow f\n    start when signed_up\n    wait 1 day\n"
    assert found(text) == []


def test_errors_cannot_be_allowed(catalog: Catalog):
    from triggerfish.dsl.lint.run import reviewed

    text = "flow f\n    start when nothing_such  # allow TF101: because\n    wait 1 day\n"
    loaded = compile_sources({"case.flow": text}, catalog)
    every = reviewed(loaded.program, loaded.trees, loaded.diagnostics)
    assert [one.code for one in every] == ["TF101"]


LITERAL = """\
profile
    marks  list of text

event noted
    reason  text

flow f
    start when signed_up
    again never
    record noted with reason: "{{ plan }}"
    record noted with reason: "on {{ plan }}"
    set marks to ["{{ event.x }}"]
    do log.write with message: "{{ plan }}"
    exit "on {{ plan }}"
"""


def test_braces_are_told_of_where_nothing_is_filled_in(found):
    told = [(one.span.line, one.help, one.fix is not None) for one in found(LITERAL) if one.code == "TF627"]
    assert [line for line, _, _ in told] == [10, 11, 12, 14]
    assert [fixed for _, _, fixed in told] == [True, False, True, False]
    assert told[0][1].startswith("write `plan`")
    assert told[2][1].startswith("write `event.x`")
    assert told[3][1].startswith("a reason is the same for everybody")
