"""What right files are lowered to."""

from __future__ import annotations

from typing import Any

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics.example import PRELUDE
from triggerfish.dsl.diagnostics.render import render_text
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import flows as f
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir import tests as t
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import steps_inside, walk
from triggerfish.dsl.project import Loaded, compile_sources


@pytest.fixture
def compiled(catalog: Catalog) -> Any:
    def run(text: str, *, files: dict[str, str] | None = None, warnings: tuple[str, ...] = ()) -> Loaded:
        loaded = compile_sources({"case.flow": text, "prelude.flow": PRELUDE}, catalog, (files or {}).get)
        assert {one.code for one in loaded.diagnostics} - {"TF902"} == set(warnings), render_text(
            loaded.diagnostics, loaded.sources
        )
        return loaded

    return run


def program(loaded: Loaded) -> Program:
    assert loaded.program is not None
    return loaded.program


def condition(compiled: Any, text: str) -> x.Expr:
    loaded = compiled(f"segment case\n    {text}\n")
    segment = next(one for one in program(loaded).segments if one.name == "case")
    assert segment.condition is not None
    return segment.condition


def bare(expr: x.Expr) -> x.Expr:
    assert isinstance(expr, x.Located)
    return expr.condition


def flow(compiled: Any, headers: str, steps: str = "", **more: Any) -> f.Flow:
    loaded = compiled("flow case\n" + indented(headers) + indented(steps or "wait 1 day"), **more)
    return next(one for one in program(loaded).flows if one.name == "case")


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip("\n").split("\n"))


# --- conditions -----------------------------------------------------------------------------------------


def test_each_single_condition_knows_its_words_and_its_line(compiled: Any):
    loaded = compiled(
        'segment case\n    plan is  "pro"   # comment\n        and (total_spent > 5\n        or   first_name is known)\n'
    )
    found = next(one for one in program(loaded).segments if one.name == "case").condition
    located = [(one.text, one.file, one.line) for one in walk(found) if isinstance(one, x.Located)]
    assert located == [
        ('plan is "pro"', "case.flow", 2),
        ("total_spent > 5", "case.flow", 3),
        ("first_name is known", "case.flow", 4),
    ]


def test_negation_keeps_its_form(compiled: Any):
    assert bare(condition(compiled, 'plan is not "pro"')) == x.Compare(
        "is", x.ProfileField(("plan",), "free"), x.Constant("pro", "text"), negated=True, type="text"
    )
    found = condition(compiled, 'not plan is "pro"')
    assert isinstance(found, x.Not)
    assert isinstance(found.operand, x.Located)


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("50%", 0.5),
        ("-3", -3),
        ("1.5", 1.5),
    ],
)
def test_numbers(compiled: Any, text: str, operand: float):
    found = bare(condition(compiled, f"total_spent > {text}"))
    assert isinstance(found, x.Compare)
    assert found.right == x.Constant(operand, "number")


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30 days", x.Duration(days=30)),
        ("2 weeks", x.Duration(days=14)),
        ("1 year", x.Duration(months=12)),
        ("90 minutes", x.Duration(milliseconds=5_400_000)),
        ("1.5 days", x.Duration(days=1, milliseconds=43_200_000)),
        ("0.5 weeks", x.Duration(days=3, milliseconds=43_200_000)),
        ("1.5 hours", x.Duration(milliseconds=5_400_000)),
    ],
)
def test_windows(compiled: Any, text: str, duration: x.Duration):
    found = bare(condition(compiled, f"did order_completed in last {text}"))
    assert found == x.Did("order_completed", None, "at least", 1, x.InLast(duration), negated=False)


def test_a_date_and_a_moment_meet_as_moments(compiled: Any):
    found = bare(condition(compiled, "renewal_date > now"))
    assert found == x.Compare(
        ">", x.MomentOf(x.ProfileField(("renewal_date",))), x.Now(), negated=False, type="datetime"
    )
    found = bare(condition(compiled, "created_at > 2026-12-24"))
    assert isinstance(found, x.Compare)
    assert found.right == x.MomentOf(x.Constant("2026-12-24", "date"))


def test_whole_days_for_dates_and_exact_windows_for_moments(compiled: Any):
    for field, kind in (("renewal_date", "date"), ("created_at", "datetime")):
        found = bare(condition(compiled, f"{field} not within next 3 days"))
        assert isinstance(found, x.Within)
        assert (found.type, found.direction, found.negated) == (kind, "next", True)


def test_options_of_in_are_one_constant(compiled: Any):
    found = bare(condition(compiled, 'plan not in ("pro", "team")'))
    assert found == x.OneOf(x.ProfileField(("plan",), "free"), x.Constant(["pro", "team"], "list"), negated=True)


def test_history_narrowed_by_fields_of_the_event_first(compiled: Any):
    text = 'sum of (order_completed.total where currency is "EUR" and plan is "pro") in last 90 days > 500'
    found = bare(condition(compiled, text))
    assert isinstance(found, x.Compare)
    aggregate = found.left
    assert isinstance(aggregate, x.Aggregate)
    assert (aggregate.function, aggregate.event, aggregate.field) == ("sum", "order_completed", ("total",))
    assert aggregate.where is not None
    names = [one for one in walk(aggregate.where) if isinstance(one, x.EventField | x.ProfileField)]
    assert names == [x.EventField(("currency",)), x.ProfileField(("plan",), "free")]


def test_last_event_is_its_moment(compiled: Any):
    found = bare(condition(compiled, "time since last order_completed > 30 days"))
    assert found == x.Compare(
        ">",
        x.TimeSince(x.Pick("last", "order_completed", (), None)),
        x.Constant([0, 30, 0], "duration"),
        negated=False,
        type="duration",
    )


def test_values_stand_in_an_order_in_which_each_uses_only_earlier_ones(compiled: Any):
    loaded = compiled(
        "value a is b * 2\n\nvalue b is c + 1\n\nvalue c is count of order_completed ever\n\n"
        "segment x\n    in segment y\n\nsegment y\n    a > 5\n"
    )
    assert [value.name for value in program(loaded).values] == ["c", "b", "a"]
    order = [segment.name for segment in program(loaded).segments]
    assert order.index("y") < order.index("x")


def test_a_bare_boolean_is_a_truth(compiled: Any):
    loaded = compiled("profile\n    active  boolean\n\nsegment case\n    active\n")
    found = next(one for one in program(loaded).segments if one.name == "case").condition
    assert found == x.Located(x.Truth(x.ProfileField(("active",))), "active", "case.flow", 5)


def test_a_watched_time_since_is_seen_through_the_name_of_a_value(compiled: Any):
    loaded = compiled(
        "value quiet is calm\n\nvalue calm is time since created_at\n\nsegment case\n    quiet > 30 days\n"
    )
    found = next(one for one in program(loaded).segments if one.name == "case").condition
    assert found is not None
    comparison = bare(found)
    assert isinstance(comparison, x.Compare)
    assert comparison.left == x.TimeSince(x.ProfileField(("created_at",)))


# --- starts and names ---------------------------------------------------------------------------------------


def test_event_in_the_first_where_is_the_event_itself(compiled: Any):
    found = flow(compiled, "start when order_completed where event.total > 5 and total < 9")
    start = found.starts[0]
    assert isinstance(start, f.StartWhen)
    where = start.stages[0].where
    assert where is not None
    fields = [one for one in walk(where) if isinstance(one, x.EventField | x.Variable)]
    assert fields == [x.EventField(("total",)), x.EventField(("total",))]


def test_event_after_a_chain_is_the_one_that_completed_it(compiled: Any):
    headers = (
        "start when added_to_cart as cart\n    then order_completed within 1 hour where total > event.cart_value\n"
    )
    found = flow(compiled, headers + "only if event.total > cart.cart_value")
    only_if = found.only_if
    assert only_if is not None
    assert [one for one in walk(only_if) if isinstance(one, x.Variable)] == [
        x.Variable("event", ("total",)),
        x.Variable("cart", ("cart_value",)),
    ]
    start = found.starts[0]
    assert isinstance(start, f.StartWhen)
    assert [stage.name for stage in start.stages] == ["cart", None]


def test_event_after_then_no_is_the_one_it_follows(compiled: Any):
    headers = "start when added_to_cart\n    then no order_completed within 1 hour\nper event.cart_value"
    found = flow(compiled, headers)
    assert found.per == x.EventField(("cart_value",))


def test_what_a_change_started_with(compiled: Any):
    found = flow(compiled, 'start when plan changes from "free" to "pro"\nonly if event.before is "free"')
    assert found.starts == (f.StartChange(("plan",), x.Constant("free", "text"), x.Constant("pro", "text"), 2),)


def test_consent_starts_on_each_channel_of_the_topic(compiled: Any):
    found = flow(compiled, "start when subscribes to offers\nstart when unsubscribes from offers by sms")
    assert [one.channels for one in found.starts if isinstance(one, f.StartConsent)] == [("email", "sms"), ("sms",)]


def test_several_only_if_lines_are_joined_by_and(compiled: Any):
    found = flow(compiled, 'start when signed_up\nonly if plan is "pro"\nonly if total_spent > 5')
    assert isinstance(found.only_if, x.And)
    assert len(found.only_if.operands) == 2


def test_headers(compiled: Any):
    found = flow(
        compiled,
        "start by hand with code text, at_most number\nagain after 7 days\nenter at most 1 per day, 2 per week\n"
        'expire after 3 days\nstop when order_completed where total > 5\nstop if plan is "pro"\n'
        'goal order_completed worth total * 2 within 3 days where currency is "EUR"\npriority 7\nurgency high\n'
        'exclusive in promo else wait\nabout offers\nholdout 10%\nstatus testing\ntimezone "Europe/Paris"',
    )
    assert found.again == x.Duration(days=7)
    assert found.limits == (f.Limit(1, "day"), f.Limit(2, "week"))
    assert found.expire == x.Duration(days=3)
    assert [(stop.events, stop.line, stop.text) for stop in found.stops] == [
        (("order_completed",), 6, "stop when order_completed where total > 5"),
        ((), 7, 'stop if plan is "pro"'),
    ]
    assert found.goal is not None
    assert found.goal.worth == x.Arithmetic("*", x.EventField(("total",)), x.Constant(2, "number"), "number", "number")
    assert (found.priority, found.urgency, found.topic, found.holdout, found.status) == (
        7,
        "high",
        "offers",
        0.1,
        "testing",
    )
    assert (found.exclusive, found.timezone) == (f.Exclusive("promo", "wait"), "Europe/Paris")


# --- steps ---------------------------------------------------------------------------------------------------


def test_step_ids_are_unique_and_stable(compiled: Any):
    steps = (
        "send email cart_reminder as first_mail\nsend email cart_reminder\nwait 1 day\nsend email cart_reminder\n"
        'if plan is "pro"\n    wait 1 day\nelse\n    exit'
    )
    found = flow(compiled, "start when signed_up\nabout offers", steps)
    assert [step.at.id for step in steps_inside(found.steps)] == [
        "first_mail",
        "send email cart_reminder",
        "wait 1 day",
        "send email cart_reminder #2",
        'if plan is "pro"',
        "wait 1 day #2",
        "exit",
    ]
    assert [step.at.line for step in steps_inside(found.steps)] == [4, 5, 6, 7, 8, 9, 11]


def test_comment_above_a_step_is_its_documentation(compiled: Any):
    loaded = compiled("flow case\n    start when signed_up\n    # Give them time.\n    wait 1 day\n")
    assert program(loaded).flows[0].steps[0].at.doc == "Give them time."


def test_send(compiled: Any):
    steps = 'send email cart_reminder uncapped within 30 minutes with code: "X", sum: total_spent * 2 as hello\nif hello.opened\n    exit'
    found = flow(compiled, "start when signed_up\nabout offers", steps)
    send = found.steps[0]
    assert isinstance(send, s.Send)
    assert (send.channels, send.message, send.topic, send.uncapped, send.name) == (
        ("email",),
        "cart_reminder",
        "offers",
        True,
        "hello",
    )
    assert send.within == x.Duration(milliseconds=1_800_000)
    assert send.values[0] == s.Argument("code", x.Constant("X", "text"))
    condition = found.steps[1]
    assert isinstance(condition, s.If)
    assert bare(condition.arms[0].condition) == x.Truth(x.Variable("hello", ("opened",)))


def test_transactional_send_is_about_nothing(compiled: Any):
    send = flow(compiled, "start when signed_up\nabout offers", "send email cart_reminder transactional").steps[0]
    assert isinstance(send, s.Send)
    assert (send.topic, send.transactional) == (None, True)


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("monday at 9:00", s.MomentRule(None, None, (0,), 540, None)),
        ("9:00", s.MomentRule(None, None, (), 540, None)),
        ("9:00 on weekdays", s.MomentRule(None, None, (0, 1, 2, 3, 4), 540, None)),
        ("9:00 to 17:00 on weekdays", s.MomentRule(None, None, (0, 1, 2, 3, 4), 540, 1020)),
        ("2026-12-24 9:00", s.MomentRule(x.LocalMoment("2026-12-24", 9, 0), "datetime", (), None, None)),
    ],
)
def test_wait_until(compiled: Any, written: str, rule: s.MomentRule):
    step = flow(compiled, "start when signed_up", f"wait until {written}").steps[0]
    assert isinstance(step, s.WaitUntil)
    assert step.moment == rule


def test_wait_until_a_date_worked_out(compiled: Any):
    step = flow(compiled, "start when signed_up", "wait until renewal_date - 3 days at 9:00").steps[0]
    assert isinstance(step, s.WaitUntil)
    assert step.moment == s.MomentRule(
        x.Arithmetic("-", x.ProfileField(("renewal_date",)), x.Constant([0, 3, 0], "duration"), "date", "duration"),
        "date",
        (),
        540,
        None,
    )


def test_wait_for_a_worked_out_duration(compiled: Any):
    step = flow(compiled, "start when added_to_cart", "wait event.cart_value * 1 day").steps[0]
    assert isinstance(step, s.WaitFor)
    assert step.duration == x.Arithmetic(
        "*", x.Variable("event", ("cart_value",)), x.Constant([0, 1, 0], "duration"), "number", "duration"
    )


def test_one_line_wait_has_one_name(compiled: Any):
    steps = 'wait up to 2 days for email_clicked where link like "*shop*" as click\nif click.happened and click.link is known\n    exit'
    step = flow(compiled, "start when signed_up", steps).steps[0]
    assert isinstance(step, s.WaitUpTo)
    branch = step.branches[0]
    assert isinstance(branch, s.EventBranch)
    assert (step.name, branch.name, branch.events) == ("click", None, ("email_clicked",))


def test_wait_with_branches(compiled: Any):
    steps = (
        "wait up to 2 days\n    for order_completed as order\n        record signed_up\n    until total_spent > 5\n        exit\n"
        "    otherwise\n        wait 1 day\nif order.total > 5\n    exit"
    )
    step = flow(compiled, "start when signed_up", steps).steps[0]
    assert isinstance(step, s.WaitUpTo)
    assert [type(branch) for branch in step.branches] == [s.EventBranch, s.UntilBranch]
    assert isinstance(step.otherwise[0], s.WaitFor)


def test_actions(compiled: Any):
    steps = (
        'do http.request with url: "https://x.example/{{ first_name }}", body: total_spent as answer\n'
        "if answer.ok and answer.status is 200\n    exit"
    )
    step = flow(compiled, "start when signed_up", steps).steps[0]
    assert isinstance(step, s.Do)
    assert step.arguments == (
        s.Argument("url", x.Template("https://x.example/{{ first_name }}", ("first_name",))),
        s.Argument("body", x.ProfileField(("total_spent",), 0)),
    )
    assert (step.action, step.name) == ("http.request", "answer")


def test_changes(compiled: Any):
    score = "score points\n    start 0\n\n"
    steps = (
        "flow case\n    start when signed_up\n    set renewal_date to 2026-12-24\n    clear first_name\n    add 5 to total_spent\n"
        "    add 5 to points\n    subscribe to offers\n    unsubscribe from offers by sms\n    join segment beta\n"
        '    set interests to ["a", "b"]\n    set created to 2026-12-24\n'
    )
    loaded = compiled("profile\n    created  datetime\n\n" + score + steps)
    found = program(loaded).flows[0].steps
    assert [type(step) for step in found] == [
        s.SetField,
        s.ClearField,
        s.AddTo,
        s.AddTo,
        s.Consent,
        s.Consent,
        s.Membership,
        s.SetField,
        s.SetField,
    ]
    assert [step.score for step in found if isinstance(step, s.AddTo)] == [False, True]
    assert [step.channels for step in found if isinstance(step, s.Consent)] == [("email", "sms"), ("sms",)]
    assert [step.value for step in found if isinstance(step, s.SetField)] == [
        x.Constant("2026-12-24", "date"),
        x.Constant(["a", "b"], "list"),
        x.MomentOf(x.Constant("2026-12-24", "date")),
    ]


def test_loops(compiled: Any):
    steps = "for each item in event.items\n    if item.price > 5\n        exit\nfor each item in interests\n    set first_name to item"
    found = flow(compiled, "start when added_to_cart", steps).steps
    assert isinstance(found[0], s.ForEach)
    assert found[0].items == x.Variable("event", ("items",))


def test_names_given_on_one_branch_are_known_after_it(compiled: Any):
    steps = 'if plan is "pro"\n    send email cart_reminder as hello\nif hello.opened\n    exit'
    assert len(flow(compiled, "start when signed_up\nabout offers", steps).steps) == 2


# --- messages ------------------------------------------------------------------------------------------------


def test_template_files_are_read_from_the_folder_of_the_flow_file(catalog: Catalog):
    text = 'message m\n    email\n        subject "Hi"\n        body file "mail/cart.mjml"\n'
    files = {"shop/mail/cart.mjml": "<mjml>{{ first_name }}</mjml>"}
    loaded = compile_sources({"shop/a.flow": text, "prelude.flow": PRELUDE}, catalog, files.get)
    body = program(loaded).messages[0].parts[0].fields[1]
    assert (body.source, body.file, body.names) == (
        "<mjml>{{ first_name }}</mjml>",
        "shop/mail/cart.mjml",
        ("first_name",),
    )
    assert loaded.sources["shop/mail/cart.mjml"] == "<mjml>{{ first_name }}</mjml>"


def test_mistakes_in_a_template_file_are_shown_there(catalog: Catalog):
    text = (
        'message m\n    email\n        subject "Hi"\n        body file "cart.mjml"\n\n'
        "flow f\n    start when signed_up\n    about offers\n    send email m\n"
    )
    files = {"cart.mjml": "<mjml>\n  {{ first_nam }}\n</mjml>"}
    loaded = compile_sources({"a.flow": text, "prelude.flow": PRELUDE}, catalog, files.get)
    only = loaded.diagnostics[0]
    assert (only.code, only.span.file, only.span.line, only.span.column, only.help) == (
        "TF405",
        "cart.mjml",
        2,
        6,
        "did you mean first_name?",
    )
    assert only.related[0].span.line == 9


def test_lists_of_members(compiled: Any):
    files = {
        "vip.csv": 'name,e-mail\n"Ana, B.",Ana@Example.com\nBo,bo@example.com\nAna,ana@example.com\n',
        "ids.csv": "u1\n\nu2\n",
    }
    loaded = compiled('segment vip from "vip.csv"\n\nsegment ids from "ids.csv"\n', files=files)
    members = {one.name: one.members for one in program(loaded).segments}
    assert members["vip"] == ("ana@example.com", "bo@example.com")
    assert members["ids"] == ("u1", "u2")


# --- tests -----------------------------------------------------------------------------------------------------


def test_tests_hold_plain_values(compiled: Any):
    loaded = compiled(
        "profile\n    seen  datetime\n    pause  duration\n\nflow f\n    start when signed_up\n    wait 1 day\n\n"
        'test "t" for f\n    given seen: 2026-12-24 9:00, pause: 2 days, renewal_date: 2026-01-01, interests: ["a"]\n'
        "    at 2026-03-02 10:00\n    set seen to 2026-12-24\n"
        '    added_to_cart happens with items: [(product_id: "p1", price: -60)]\n    expect no messages\n'
    )
    lines = loaded.tests[0].lines
    given = {line.name: line.value for line in lines if isinstance(line, t.GivenField)}
    assert given == {
        "seen": {"local": "2026-12-24T09:00"},
        "pause": [0, 2, 0],
        "renewal_date": "2026-01-01",
        "interests": ["a"],
    }
    happens = next(line for line in lines if isinstance(line, t.Happens))
    assert happens.values == {"items": [{"product_id": "p1", "price": -60}]}
    setting = next(line for line in lines if isinstance(line, t.SetValue))
    assert setting.value == {"local": "2026-12-24T00:00"}


def test_own_events_of_each_channel_are_declared(compiled: Any):
    events = {event.name: event.channel for event in program(compiled("segment s\n    did sms_replied ever\n")).events}
    for channel in ("email", "sms", "push"):
        for happening in (
            "sent",
            "delivered",
            "opened",
            "clicked",
            "replied",
            "bounced",
            "failed",
            "suppressed",
            "prefetched",
        ):
            assert events[f"{channel}_{happening}"] == channel


def test_address_fields_of_channels_are_there(compiled: Any):
    fields = {
        field.name: field.type.kind for field in program(compiled("segment s\n    push_token is known\n")).profile
    }
    assert fields["push_token"] == "text"
    assert fields["email"] == "email"
    assert fields["created_at"] == "datetime"


def test_a_single_word_may_be_a_condition(compiled: Any) -> None:
    """``expect vip`` is a condition where ``vip`` is a field and no channel."""
    text = (
        "profile\n    vip  boolean\n\nevent going\n\nflow case\n    start when going\n    set vip to yes\n\n"
        'test "case"\n    at 2026-03-02 10:00\n    going happens\n    expect vip\n'
    )
    line = compiled(text).tests[0].lines[-1]
    assert isinstance(line, t.ExpectCondition)
    assert isinstance(bare(line.condition), x.Truth)
