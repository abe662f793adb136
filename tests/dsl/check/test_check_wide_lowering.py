"""What the wider constructs are lowered to: more starts and headers, branches, experiments, models, contents."""

from __future__ import annotations

from typing import Any

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics.example import PRELUDE
from triggerfish.dsl.diagnostics.render import render_text
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import flows as f
from triggerfish.dsl.ir import program as p
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir import tests as t
from triggerfish.dsl.project import Loaded, compile_sources

HOUR = 3_600_000
DECLARED = """\
event comment_posted
    author  text
    score   number

event comment_edited
    author  text
    reason  text

event price_dropped for everyone
    product_id  text
    price       number

score points
    start 0
    level high from 500

value recent is count of order_completed in last 30 days

model churn "Churn"
    predict no (order_completed where total > 5) within 30 days
    only if did order_completed ever
    from
        count of order_completed in last 30 days
        time since last order_completed
        points
        plan is "pro" or total_spent > 5
    using forest with trees: 200, deep: yes
    retrain every 1 week

message both
    email
        subject "Hello"
        body "{{ content.hero }}"
    sms "Hello"

content hero
    pro "For {{ first_name }}" if plan is "pro"
    rich "Much"
        +3 if total_spent > 500
        +1
    otherwise "Hello"

content headline split
    50% calm "calm"
    50% loud "loud"
    measure email_clicked within 2 days

"""


@pytest.fixture
def compiled(catalog: Catalog) -> Any:
    def run(text: str, *, warnings: tuple[str, ...] = ()) -> Loaded:
        loaded = compile_sources({"case.flow": text, "declared.flow": DECLARED, "prelude.flow": PRELUDE}, catalog)
        found = {one.code for one in loaded.diagnostics} - {"TF902"}
        assert found == set(warnings), render_text(loaded.diagnostics, loaded.sources)
        return loaded

    return run


def flow(compiled: Any, headers: str, steps: str = "wait 1 day", **more: Any) -> f.Flow:
    lines = "".join(f"    {line}\n" for line in f"{headers}\n{steps}".split("\n"))
    loaded = compiled(f"flow case\n{lines}", **more)
    assert loaded.program is not None
    return next(one for one in loaded.program.flows if one.name == "case")


def program(compiled: Any) -> p.Program:
    loaded = compiled("")
    assert loaded.program is not None
    found: p.Program = loaded.program
    return found


# --- starts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value", "threshold"),
    [
        ("points rises to 500", x.ScoreOf("points"), x.Constant(500, "number")),
        ("recent falls below 3", x.ValueOf("recent"), x.Constant(3, "number")),
        ("churn rises to 0.8", x.ModelOf("churn"), x.Constant(0.8, "number")),
        ("churn.confidence rises to 80%", x.ModelOf("churn", "confidence"), x.Constant(0.8, "number")),
        ("total_spent rises to points", x.ProfileField(("total_spent",), 0), x.ScoreOf("points")),
    ],
)
def test_crossing(compiled: Any, written: str, value: x.Expr, threshold: x.Expr):
    start = flow(compiled, f"start when {written}\nonly if event.after > event.before").starts[0]
    assert start == f.StartCrossing(value, "rises" in written, threshold, 2, f"start when {written}")


@pytest.mark.parametrize(
    ("written", "days", "day", "interval", "clock"),
    [
        ("every thursday, monday at 9:00", (0, 3), None, None, 540),
        ("every day at 21:30", (0, 1, 2, 3, 4, 5, 6), None, None, 1290),
        ("every month on day 31 at 9:00", (), 31, None, 540),
        ("every 6 hours", (), None, x.Duration(milliseconds=6 * HOUR), 0),
        ("every 2 weeks", (), None, x.Duration(days=14), 0),
    ],
)
def test_schedule(
    compiled: Any, written: str, days: tuple[int, ...], day: int | None, interval: x.Duration | None, clock: int
):
    start = flow(compiled, f"start {written}").starts[0]
    assert start == f.StartSchedule(days, day, interval, clock, 2, f"start {written}")


@pytest.mark.parametrize(
    ("written", "field", "kind", "offset", "before", "yearly", "clock"),
    [
        ("on renewal_date at 9:00", "renewal_date", "date", None, False, False, 540),
        ("on renewal_date yearly", "renewal_date", "date", None, False, True, None),
        ("7 days before renewal_date at 10:00", "renewal_date", "date", x.Duration(days=7), True, False, 600),
        ("30 days after created_at", "created_at", "datetime", x.Duration(days=30), False, False, None),
        ("7 days before profile.renewal_date yearly", "renewal_date", "date", x.Duration(days=7), True, True, None),
    ],
)
def test_start_on_a_date(
    compiled: Any,
    written: str,
    field: str,
    kind: Any,
    offset: x.Duration | None,
    before: bool,
    yearly: bool,
    clock: int | None,
):
    start = flow(compiled, f"start {written}\nonly if event.date is known").starts[0]
    assert start == f.StartDate((field,), kind, offset, before, yearly, clock, 2, f"start {written}")


def test_start_on_one_day(compiled: Any):
    start = flow(compiled, "start on 2026-12-01 at 9:00").starts[0]
    assert start == f.StartOn("2026-12-01", 540, 2, "start on 2026-12-01 at 9:00")


def test_webhook_brings_the_fields_of_its_event(compiled: Any):
    found = flow(compiled, "start by webhook order_completed\nper event.order_id\nonly if event.total > 5")
    assert found.starts == (f.StartWebhook("order_completed", 2, "start by webhook order_completed"),)
    assert found.per == x.EventField(("order_id",))


# --- headers ----------------------------------------------------------------------------------------


def test_release_late_and_moved(compiled: Any):
    headers = "start when signed_up\nrelease 500 per hour\nwhen late by 6 hours skip\nmoved old to pause\nmoved older to hello"
    steps = 'wait 1 day as pause\nif plan is "pro"\n    send email both transactional as hello'
    found = flow(compiled, headers, steps)
    assert found.release == f.Limit(500, "hour")
    assert found.late == f.Late(x.Duration(milliseconds=6 * HOUR), "skip")
    assert found.moved == (("old", "pause"), ("older", "hello"))


def test_what_is_not_said_stays_as_it_was(compiled: Any):
    found = flow(compiled, "start when signed_up")
    assert (found.workspace, found.release, found.late, found.moved) == (False, None, None, ())


# --- steps ------------------------------------------------------------------------------------------


def test_together(compiled: Any):
    steps = (
        "together as both_ways\n    branch mail\n        send email both as mailed\n    branch\n"
        "        wait up to 1 day for order_completed as order\nif mailed.opened or order.happened\n    exit"
    )
    step = flow(compiled, "start when signed_up\nabout offers", steps).steps[0]
    assert isinstance(step, s.Together)
    assert step.at.id == "both_ways"
    assert [(branch.name, branch.line, type(branch.steps[0])) for branch in step.branches] == [
        ("mail", 5, s.Send),
        (None, 7, s.WaitUpTo),
    ]


def test_a_branch_that_leaves_takes_the_others_along(compiled: Any):
    steps = "together\n    branch\n        wait 1 day\n    branch\n        exit\nwait 1 day"
    assert len(flow(compiled, "start when signed_up", steps, warnings=("TF305",)).steps) == 2


def test_choose_best(compiled: Any):
    steps = (
        "choose best offer\n    path discount\n        +3 if total_spent > 5\n        -1\n        wait 1 day\n"
        '    path gift\n        +2\n    otherwise\n        exit\nif offer.path is "gift"\n    exit'
    )
    found = flow(compiled, "start when signed_up", steps).steps
    step, after = found
    assert isinstance(step, s.ChooseBest)
    assert (step.at.id, step.name, len(step.otherwise)) == ("offer", "offer", 1)
    discount, gift = step.paths
    assert (discount.name, discount.line, len(discount.steps)) == ("discount", 4, 1)
    first, second = discount.points
    assert isinstance(first.condition, x.Located)
    assert (first.points, first.condition.text, first.text, first.line) == (
        3,
        "total_spent > 5",
        "+3 if total_spent > 5",
        5,
    )
    assert (second.points, second.condition) == (-1, None)
    assert (gift.name, gift.steps) == ("gift", ())
    assert isinstance(after, s.If)
    asked = after.arms[0].condition
    assert isinstance(asked, x.Located)
    assert isinstance(asked.condition, x.Compare)
    assert asked.condition.left == x.Variable("offer", ("path",))


def test_split(compiled: Any):
    steps = (
        "split tone\n    33.3% calm\n        wait 1 day\n    33.3% loud\n    33.4% none\n        exit\n"
        "    measure order_completed, signed_up within 3 days\n"
        '    decide by sequential at 95% after 1000 people within 14 days\nif tone.arm is "loud"\n    exit'
    )
    step = flow(compiled, "start when signed_up", steps).steps[0]
    assert isinstance(step, s.Split)
    assert (step.at.id, step.name, step.allocator, step.context) == ("tone", "tone", None, ())
    assert [(arm.name, arm.share, len(arm.steps), arm.line) for arm in step.arms] == [
        ("calm", pytest.approx(0.333), 1, 4),
        ("loud", pytest.approx(0.333), 0, 6),
        ("none", pytest.approx(0.334), 1, 7),
    ]
    assert step.measure == s.Measure(("order_completed", "signed_up"), x.Duration(days=3), None, 9)
    assert step.decide == s.Decide("sequential", 0.95, 1000, x.Duration(days=14))


def test_split_by_a_contextual_bandit(compiled: Any):
    steps = (
        "split tone by contextual bandit on plan, event.total\n    50% calm\n    50% loud\n"
        '    measure order_completed within 3 days where currency is "EUR"'
    )
    step = flow(compiled, "start when order_completed", steps).steps[0]
    assert isinstance(step, s.Split)
    assert step.allocator == "contextual bandit"
    assert step.context == (x.ProfileField(("plan",), "free"), x.Variable("event", ("total",)))
    assert step.measure is not None
    assert isinstance(step.measure.where, x.Located)


def test_collect(compiled: Any):
    steps = (
        'collect comment_posted up to 50 where author is not "me" for 1 day as comments\n'
        "for each one in comments\n    set first_name to one.author\n    add one.score to total_spent\n"
        "if length(comments) > 3 and length(comments.author) > 2\n    exit"
    )
    step, loop = flow(compiled, "start when comment_posted", steps).steps[:2]
    assert isinstance(step, s.Collect)
    assert (step.at.id, step.events, step.limit, step.name, step.until) == (
        "comments",
        ("comment_posted",),
        50,
        "comments",
        None,
    )
    assert step.duration == x.Constant([0, 1, 0], "duration")
    assert isinstance(step.where, x.Located)
    assert isinstance(step.where.condition, x.Compare)
    assert step.where.condition.left == x.EventField(("author",))
    assert isinstance(loop, s.ForEach)
    assert loop.items == x.Variable("comments", ())


def test_collect_several_events_until_a_moment(compiled: Any):
    steps = "collect comment_posted, comment_edited until monday at 9:00 as talk\nset interests to talk.author"
    step, after = flow(compiled, "start when comment_posted", steps).steps
    assert isinstance(step, s.Collect)
    assert (step.duration, step.until) == (None, s.MomentRule(None, None, (0,), 540, None))
    assert isinstance(after, s.SetField)
    assert after.value == x.Variable("talk", ("author",))


@pytest.mark.parametrize("choice", ["best", "first"])
def test_send_by_choice(compiled: Any, choice: Any):
    steps = f"send both by {choice} of email, sms, push at best time within 24 hours as it\nif it.channel is known\n    exit"
    step = flow(compiled, "start when signed_up\nabout offers", steps).steps[0]
    assert isinstance(step, s.Send)
    assert (step.channels, step.choice, step.topic) == (("email", "sms", "push"), choice, "offers")
    assert step.best_time == x.Duration(milliseconds=24 * HOUR)


# --- declarations --------------------------------------------------------------------------------------


def test_model(compiled: Any):
    model = program(compiled).models[0]
    assert (model.name, model.label, model.event, model.negated) == ("churn", "Churn", "order_completed", True)
    assert isinstance(model.where, x.Located)
    assert isinstance(model.only_if, x.Located)
    assert (model.within, model.retrain) == (x.Duration(days=30), x.Duration(days=7))
    assert (model.family, model.options) == ("forest", {"trees": 200, "deep": True})
    features = [feature for feature in model.features if isinstance(feature, x.Located)]
    assert [feature.text for feature in features] == [
        "count of order_completed in last 30 days",
        "time since last order_completed",
        "points",
        'plan is "pro" or total_spent > 5',
    ]
    assert [type(feature.condition) for feature in features] == [x.Aggregate, x.TimeSince, x.ScoreOf, x.Or]


def test_models_stand_after_those_they_look_at(compiled: Any):
    text = (
        "model outer\n    predict signed_up within 1 day\n    from\n        inner\n    using forest\n\n"
        "model inner\n    predict signed_up within 1 day\n    from\n        total_spent\n    using forest\n"
    )
    found = compiled(text).program
    names = [model.name for model in found.models]
    assert names.index("inner") < names.index("outer")


def test_content(compiled: Any):
    hero, headline = program(compiled).contents
    pro, rich = hero.variants
    assert (hero.split, pro.source, pro.names, pro.share) == (False, "For {{ first_name }}", ("first_name",), None)
    assert isinstance(pro.condition, x.Located)
    assert [(points.points, points.condition is None) for points in rich.points] == [(3, False), (1, True)]
    assert hero.otherwise is not None
    assert (hero.otherwise.name, hero.otherwise.source) == ("otherwise", "Hello")
    assert (headline.split, [variant.share for variant in headline.variants]) == (True, [0.5, 0.5])
    assert headline.measure is not None
    assert headline.measure.events == ("email_clicked",)


def test_what_a_content_names_must_be_there_where_it_is_sent(catalog: Catalog):
    text = (
        'content total\n    much "{{ event.total }}" if total_spent > 5\n    otherwise "x"\n\n'
        'message m\n    sms "{{ content.total }}"\n\n'
        "flow good\n    start when order_completed\n    about offers\n    send sms m\n\n"
        "flow bad\n    start when signed_up\n    about offers\n    send sms m\n"
    )
    loaded = compile_sources({"case.flow": text, "prelude.flow": PRELUDE}, catalog)
    only = loaded.diagnostics[0]
    assert (len(loaded.diagnostics), only.code, only.span.line) == (1, "TF405", 2)
    assert [(place.span.line, place.message) for place in only.related] == [(6, "shown here"), (16, "sent here")]


# --- tests ---------------------------------------------------------------------------------------------


def test_tests_give_arms_scores_and_models(compiled: Any):
    text = (
        "flow case\n    start when signed_up\n    split tone\n        50% calm\n        50% loud\n            wait 1 day\n\n"
        'test "t"\n    given tone: "loud", headline: "calm", points: 40, churn: 0.7, holdout: yes\n'
        '    at 2026-03-02 10:00\n    price_dropped happens with product_id: "p1", price: 3\n    expect churn > 0.5\n'
    )
    lines = compiled(text).tests[0].lines
    given = {line.name: (line.target, line.value) for line in lines if isinstance(line, t.GivenField)}
    assert given == {
        "tone": ("split", "loud"),
        "headline": ("split", "calm"),
        "points": ("score", 40),
        "churn": ("model", 0.7),
        "holdout": ("holdout", True),
    }
    happens = next(line for line in lines if isinstance(line, t.Happens))
    assert (happens.event, happens.values) == ("price_dropped", {"product_id": "p1", "price": 3})


# --- for everyone, for the workspace -------------------------------------------------------------------


def test_start_for_everyone(compiled: Any):
    where = "price < 5 and did (order_completed where order_id is event.product_id) ever and total_spent > event.price"
    start = flow(compiled, f"start when price_dropped for everyone where {where}").starts[0]
    assert isinstance(start, f.StartWhen)
    assert start.everyone
    assert isinstance(start.stages[0].where, x.And)
    first, second, third = (one.condition for one in start.stages[0].where.operands if isinstance(one, x.Located))
    assert isinstance(first, x.Compare)
    assert first.left == x.EventField(("price",))
    assert isinstance(second, x.Did)
    assert isinstance(second.where, x.Located)
    assert isinstance(second.where.condition, x.Compare)
    assert second.where.condition.left == x.EventField(("order_id",))
    assert second.where.condition.right == x.Variable("event", ("product_id",))
    assert isinstance(third, x.Compare)
    assert third.right == x.EventField(("price",))


def test_flow_for_the_workspace(compiled: Any):
    text = (
        "flow posts for workspace\n    start every monday at 9:00\n    start when price_dropped for everyone\n"
        "    enter flow inside for segment engaged\n\nflow inside\n    start by hand\n    wait 1 day\n"
    )
    found = compiled(text).program.flows[0]
    assert found.workspace
    step = found.steps[0]
    assert isinstance(step, s.EnterFlow)
    assert (step.flow, step.segment) == ("inside", "engaged")
