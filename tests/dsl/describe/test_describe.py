from __future__ import annotations

from collections.abc import Callable

import pytest

from triggerfish.dsl.describe.flows import describe_flow
from triggerfish.dsl.describe.names import article, happening
from triggerfish.dsl.describe.program import describe_program
from triggerfish.dsl.describe.quantities import duration, listed
from triggerfish.dsl.describe.sentence import Sentence
from triggerfish.dsl.ir.expressions import Duration
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins

PRELUDE = """
profile
    plan one of "free", "pro", "team" = "free"
    total_spent number = 0
    renewal_date date
    interests list of text
event order_completed
    total number
    currency text
event added_to_cart
    cart_value number
    items list
        product_id text
event cart_cleared
event signed_up
event purchase
topic offers "Offers and news" for email, opt-in for sms
segment engaged "Clicked lately"
    did email_clicked at least 2 times in last 30 days
    plan is not "free"
segment beta by hand
value yearly_spend is sum of order_completed.total in last 365 days
message reminder "Cart reminder"
    email
        subject "Hello"
        body "Hello"
    sms "Hello"
"""


@pytest.fixture(scope="module")
def compiled() -> Callable[[str], Program]:
    catalog = load_plugins().catalog()

    def compile_text(text: str) -> Program:
        loaded = compile_sources({"flow.flow": text, "prelude.flow": PRELUDE}, catalog)
        errors = [f"{each.span.line}: {each.message}" for each in loaded.diagnostics if each.severity == "error"]
        assert not errors
        assert loaded.program is not None
        return loaded.program

    return compile_text


Saying = Callable[..., list[Sentence]]


@pytest.fixture
def said(compiled: Callable[[str], Program]) -> Saying:
    def say(*lines: str, start: str = "start when order_completed") -> list[Sentence]:
        text = "flow shown\n" + "".join(f"    {line}\n" for line in (start, "about offers", *lines))
        program = compiled(text)
        return list(describe_flow(program, program.flows[0]))

    return say


def _texts(sentences: list[Sentence]) -> list[str]:
    return [each.text for each in sentences]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("start when order_completed", "when an order is completed"),
        ("start when signed_up", "when they have signed up"),
        ("start when purchase", "when a purchase happens"),
        ("start when order_completed, cart_cleared", "when an order is completed or a cart is cleared"),
        ("start when added_to_cart where cart_value >= 25", "when they have added to cart with a cart value of at least 25"),
        (
            'start when order_completed where currency is "EUR" and total > 10',
            "when an order is completed with the currency “EUR” and a total of more than 10",
        ),
        (
            "start when order_completed where total is known",
            "when an order is completed where its total is known",
        ),
        (
            "start when added_to_cart 3 times within 2 hours with the same cart_value",
            "when they have added to cart 3 times within 2 hours, each time with the same cart value",
        ),
        (
            "start when added_to_cart then no order_completed, cart_cleared within 1 hour",
            "when they have added to cart, and then no order is completed and no cart is cleared for 1 hour",
        ),
        (
            "start when added_to_cart then order_completed within 2 days",
            "when they have added to cart, and then an order is completed within 2 days",
        ),
        (
            "start when added_to_cart as cart then order_completed where total is cart.cart_value within 1 day",
            "when they have added to cart, and then an order is completed where its total is the cart value of “cart” within 1 day",
        ),
        ('start when plan changes from "free" to "pro"', "when their plan changes from “free” to “pro”"),
        ("start when enters segment engaged", "the moment they come into the segment “Clicked lately”"),
        ("start when leaves segment engaged", "the moment they drop out of the segment “Clicked lately”"),
        ("start when unsubscribes from offers by sms", "when they unsubscribe from “Offers and news” by text message"),
        ("start when total_spent rises to 500", "when their total spent rises to 500"),
        ("start every monday, thursday at 9:00", "every Monday and Thursday at 9:00, their own local time"),
        ("start every month on day 1 at 8:30", "on day 1 of every month at 8:30, their own local time"),
        ("start every 6 hours", "every 6 hours"),
        ("start 7 days before renewal_date at 10:00", "7 days before their renewal date at 10:00"),
        ("start on 2026-12-01 at 9:00", "on 1 December 2026 at 9:00, once, all who are known then"),
        ("start by hand with total number", "when somebody, or another flow, sends them in by hand, with a total"),
    ],
)
def test_starts(said: Saying, start: str, expected: str):
    assert _texts(said(start=start))[0] == f"People enter {expected}."


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('plan is "pro"', "their plan is “pro”"),
        ('plan is not "pro"', "their plan is not “pro”"),
        ('not plan is "pro"', "their plan is not “pro”"),
        ('plan in ("pro", "team")', "their plan is “pro” or “team”"),
        ('plan not in ("pro", "team")', "their plan is neither “pro” nor “team”"),
        ("total_spent < 10", "their total spent is less than 10"),
        ("not total_spent < 10", "their total spent is at least 10"),
        ("total_spent between 1 and 5", "their total spent is between 1 and 5"),
        ("renewal_date is unknown", "their renewal date is unknown"),
        ("renewal_date within next 3 days", "their renewal date is within the next 3 days"),
        ('interests contains "jazz"', "“jazz” is among their interests"),
        ('interests does not contain "jazz"', "“jazz” is not among their interests"),
        ("did order_completed in last 30 days", "an order was completed in the last 30 days"),
        ("did not order_completed in last 1 hour", "no order was completed in the last hour"),
        ("did not order_completed ever", "no order was completed so far"),
        ("did not signed_up since entered", "they have not signed up since they entered"),
        (
            "did (order_completed where total > 10) at least 3 times in last 2 days",
            "an order was completed with a total of more than 10 at least 3 times in the last 2 days",
        ),
        ("not did purchase at most 2 times ever", "a purchase happened more than 2 times"),
        ("count of purchase ever is 1", "a purchase happened exactly once so far"),
        ("count of purchase in last 7 days >= 3", "a purchase happened at least 3 times in the last 7 days"),
        ("yearly_spend > 100", "the value “yearly spend” is more than 100"),
        ("last order_completed.total > 5", "the total of the last “order completed” is more than 5"),
        ("time since last purchase > 2 days", "the time since the last “purchase” is more than 2 days"),
        ("total_spent * 2 + 1 > 5", "(their total spent times 2) plus 1 is more than 5"),
        ("in segment engaged", "they are in the segment “Clicked lately”"),
        ("not in segment engaged", "they are not in the segment “Clicked lately”"),
        ("subscribed to offers by sms", "they are subscribed to “Offers and news” by text message"),
        ("not reachable by sms", "they cannot be reached by text message"),
        ('plan is "pro" and (total_spent > 5 or total_spent < 1)',
         "their plan is “pro” and (their total spent is more than 5 or their total spent is less than 1)"),
        ('not (plan is "pro" or total_spent > 5)', "their plan is not “pro” and their total spent is at most 5"),
        ("event.total > 5", "the total they came in with is more than 5"),
    ],
)  # fmt: skip
def test_conditions(said: Saying, condition: str, expected: str):
    assert f"They enter only if {expected}." in _texts(said(f"only if {condition}"))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("again never", "Nobody enters twice."),
        ("again after 7 days", "They can enter again 7 days after they last entered."),
        ("enter at most 1 per day, 2 per week", "They enter at most once per day and 2 times per week."),
        ("expire after 3 days", "They leave 3 days after they came in at the latest."),
        ("stop when cart_cleared", "They leave at once, wherever they are, when a cart is cleared."),
        ('stop if plan is "pro"', "They leave at once, wherever they are, as soon as their plan is “pro”."),
        (
            "goal order_completed worth total within 3 days",
            "The goal is that an order is completed within 3 days, which is worth its total.",
        ),
        ("priority 10", "Its priority is 10."),
        ("status paused", "The flow is paused: nobody enters, and those inside stand still."),
        ("holdout 10%", "10% walk through it as a control group and get nothing."),
        (
            "exclusive in promotional else wait",
            "Nobody is in two flows of the group “promotional” at once; who would come in then waits at the door.",
        ),
    ],
)
def test_headers_and_their_lines(said: Saying, header: str, expected: str):
    sentences = said(header)
    found = [each for each in sentences if each.text == expected]
    assert len(found) == 1, _texts(sentences)
    assert found[0].line == 4
    assert found[0].file == "flow.flow"
    assert found[0].subject == "flow shown"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("send email reminder", "Send the email “Cart reminder”."),
        ("send sms reminder transactional",
         "Send the text message “Cart reminder”, transactional: it passes consent, caps and quiet hours."),
        ("send reminder by first of email, sms",
         "Send the message by the first possible of email or text message “Cart reminder”."),
        ("wait 2 days", "Wait 2 days."),
        ("wait until monday at 9:00", "Wait until Monday at 9:00."),
        ("wait until 9:00 on weekdays", "Wait until a weekday at 9:00."),
        ("wait until 9:00 to 17:00 on weekdays", "Wait until it is between 9:00 and 17:00 on a weekday."),
        ("wait until renewal_date - 3 days at 9:00", "Wait until 3 days before their renewal date, at 9:00."),
        ("wait up to 2 days for email_clicked", "Wait up to 2 days, or until an email is clicked."),
        ('wait up to 2 days until plan is "pro"', "Wait up to 2 days, or until their plan is “pro”."),
        ('set plan to "pro"', "Set their plan to “pro”."),
        ("clear renewal_date", "Forget their renewal date."),
        ("add 10 to total_spent", "Add 10 to their total spent."),
        ("subscribe to offers by sms", "Subscribe them to “Offers and news” by text message."),
        ("join segment beta", "Put them into the segment “beta”."),
        ("record order_completed with total: 5", "Record the event “order completed” with total: 5."),
        ("record order_completed with total: event.total",
         "Record the event “order completed” with the total they came in with as total."),
        ('do log.write with message: "Hi"', "Do log.write with the message “Hi”."),
        ('exit "enough"', "They leave the flow (“enough”)."),
    ],
)  # fmt: skip
def test_steps(said: Saying, step: str, expected: str):
    last = said(step)[-1]
    assert last.text == expected
    assert (last.line, last.depth) == (4, 1)


def test_blocks_stand_deeper_and_have_the_lines_of_their_openings(said: Saying):
    sentences = said(
        "wait up to 2 days for email_clicked as click",
        "if click.happened",
        "    choose by plan",
        '        "pro", "team"',
        "            exit",
        "        otherwise",
        "            repeat up to 2 times until did purchase since entered",
        "                wait 1 day",
        "else",
        "    for each item in event.items",
        "        wait 1 hour",
        start="start when added_to_cart",
    )
    place = _texts(sentences).index("Then, step by step:") + 1
    assert [(each.depth, each.line, each.text) for each in sentences[place:]] == [
        (1, 4, "Wait up to 2 days, or until an email is clicked."),
        (1, 5, "If an email was clicked in that time:"),
        (2, 7, "If their plan is “pro” or “team”:"),
        (3, 8, "They leave the flow."),
        (2, 9, "Otherwise:"),
        (3, 10, "This is done up to 2 times, until a purchase happened since they entered:"),
        (4, 11, "Wait 1 day."),
        (1, 12, "Otherwise:"),
        (2, 13, "For each item in the items they came in with:"),
        (3, 14, "Wait 1 hour."),
    ]


def test_comments_come_first_and_sends_are_named(compiled: Callable[[str], Program]):
    program = compiled(
        "# What it is for,\n# in two lines\nflow shown\n    start when purchase\n    about offers\n\n"
        "    send email reminder as hello\n    wait 1 day\n    if not hello.opened\n        exit\n"
    )
    texts = _texts(list(describe_flow(program, program.flows[0])))
    assert texts[0] == "What it is for, in two lines."
    assert "If “Cart reminder” was not opened:" in texts


def test_a_whole_program(compiled: Callable[[str], Program]):
    program = compiled(
        "flow shown\n    start when purchase\n\n"
        'policy\n    timezone "Europe/Paris"\n    quiet hours 21:00 to 8:00 for sms\n    at most 1 email per day else wait\n'
    )
    sentences = list(describe_program(program))
    subjects = list(dict.fromkeys(each.subject for each in sentences))
    assert subjects == ["flow shown", "segment engaged", "segment beta", "value yearly_spend", "policy"]
    policy = [(each.file, each.line, each.text) for each in sentences if each.subject == "policy"]
    assert policy == [
        ("flow.flow", 5, "Where nobody says otherwise, times are those of Europe/Paris."),
        ("flow.flow", 6, "No text message is sent from 21:00 to 8:00, the person's own time; what is due then waits."),
        (
            "flow.flow", 7,
            "A person gets at most 1 email per day; what is over that is tried again on the next day with room.",
        ),
    ]  # fmt: skip
    engaged = [each for each in sentences if each.subject == "segment engaged"]
    assert [each.text for each in engaged] == [
        "Somebody is in the segment “Clicked lately” when all of this holds:",
        "An email was clicked at least 2 times in the last 30 days.",
        "Their plan is not “free”.",
    ]
    value = next(each for each in sentences if each.subject == "value yearly_spend")
    assert value.text == "“yearly spend” is the sum of the total over all events “order completed” in the last 365 days."
    assert value.file == "prelude.flow"


def test_words():
    assert [happening(name).now() for name in ("order_completed", "signed_up", "purchase", "need", "app_open")] == [
        "an order is completed", "they have signed up", "a purchase happens", "a need happens", "an app open happens",
    ]  # fmt: skip
    assert [article(noun) for noun in ("sms", "nps", "crm contact", "order", "type")] == [
        "an sms", "an nps", "a crm contact", "an order", "a type",
    ]  # fmt: skip
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert duration(Duration(12, 14, 5_400_000)) == "1 year, 14 days, 1 hour and 30 minutes"
    assert duration(Duration()) == "no time"
