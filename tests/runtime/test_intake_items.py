"""One case for each way in which what comes in may be wrong, and for what is put right."""

from __future__ import annotations

from typing import Any

import pytest

from triggerfish.dsl.ir.program import Event, Policy, Program, Segment, Topic
from triggerfish.dsl.ir.types import BOOLEAN, DATE, DATETIME, DURATION, NUMBER, TEXT, Field, Type
from triggerfish.runtime.intake.gate import Gate, Refusal
from triggerfish.runtime.intake.ids import ContentIds
from triggerfish.runtime.intake.item import Item
from triggerfish.runtime.intake.schema import Schema

NOW = 1_800_000_000_000
PRODUCT = Type("record", fields=(Field("product_id", TEXT), Field("price", NUMBER)))
PROGRAM = Program(
    profile=(
        Field("first_name", TEXT),
        Field("plan", Type("one of", options=("free", "pro"))),
        Field("seats", Type("one of", options=(1, 5))),
        Field("birthday", DATE),
        Field("interests", Type("list", item=TEXT)),
        Field("site", Type("url")),
    ),
    events=(
        Event(
            "order_completed",
            "Order Done",
            False,
            (
                Field("total", NUMBER), Field("note", TEXT), Field("gift", BOOLEAN), Field("day", DATE),
                Field("at_time", DATETIME), Field("delay", DURATION), Field("items", Type("list", item=PRODUCT)),
                Field("first_item", PRODUCT),
            ),
        ),
        Event("price_dropped", None, True, ()),
    ),
    topics=(Topic("offers", "Offers", {"email": "presumed", "sms": "opt-in"}),),
    segments=(Segment("beta", "", "hand", None, (), "a.flow", 1),),
    policy=Policy(timezone="Europe/Paris"),
)  # fmt: skip


def take(**parts: Any) -> Any:
    given = {"kind": "event", "name": "order_completed", "person": "ana", "time": "2026-01-05T10:00:00Z", "id": "m1"}
    given |= {"fields": {}, "place": "here", "raw": "{}"} | parts
    return Gate(Schema(PROGRAM), ContentIds()).take(Item(**given), NOW)


def fields(**values: Any) -> dict[str, Any]:
    taken: dict[str, Any] = take(fields=values).input.fields
    return taken


@pytest.mark.parametrize(
    "name", ["order_completed", "Order Completed", "order-completed", "orderCompleted", "ORDER COMPLETED", "order done"]
)
def test_names_of_events_are_levelled(name: str) -> None:
    assert take(name=name).input.name == "order_completed"


def test_names_of_fields_are_levelled() -> None:
    assert take(fields={"Total": 5, "First Item": {"productId": "p", "Price": "2"}}).input.fields == {
        "total": 5,
        "first_item": {"product_id": "p", "price": 2},
    }


def test_of_two_names_for_one_field_the_known_value_counts() -> None:
    assert take(fields={"total": 5, "Total": None}).input.fields == {"total": 5}
    assert take(fields={"total": None, "Total": 6}).input.fields == {"total": 6}


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("total", "12", 12),
        ("total", " 12.50 ", 12.5),
        ("total", "-1e3", -1000.0),
        ("total", 12, 12),
        ("total", None, None),
        ("note", 12, "12"),
        ("note", 1.5, "1.5"),
        ("note", "", ""),
        ("gift", "Yes", True),
        ("gift", "false", False),
        ("gift", 1, True),
        ("day", "2026-12-24", "2026-12-24"),
        ("day", "20261224", "2026-12-24"),
        ("day", "2026-12-24T00:00:00Z", "2026-12-24"),
        ("at_time", "2026-12-24T09:00:00+01:00", 1798099200000),
        ("at_time", "2026-12-24T08:00:00Z", 1798099200000),
        ("at_time", "2026-12-24 09:00", 1798099200000),  # the workspace is in Paris
        ("at_time", 1798099200, 1798099200000),
        ("at_time", 1798099200000, 1798099200000),
        ("delay", "2 days", [0, 2, 0]),
        ("delay", "1 year", [12, 0, 0]),
        ("delay", [0, 0, 5], [0, 0, 5]),
        ("items", [{"product_id": 7, "price": "1.5", "colour": "red"}], [
            {"product_id": "7", "price": 1.5, "colour": "red"}
        ]),
        ("items", '[{"price": "3"}]', [{"price": 3}]),
        ("first_item", '{"price": "3"}', {"price": 3}),
    ],
)  # fmt: skip
def test_values_are_converted_where_nothing_is_lost(field: str, given: Any, kept: Any) -> None:
    value = fields(**{field: given})[field]
    assert value == kept
    assert type(value) is type(kept)


@pytest.mark.parametrize(
    ("field", "given", "reason"),
    [
        ("total", "a lot", 'total should be a number, but is "a lot"'),
        ("total", "12,50", "total should be a number"),
        ("total", True, "total should be a number, but is true"),
        ("total", [1], r"total should be a number, but is \[1\]"),
        ("total", "nan", "total should be a number"),
        ("total", 10**30, "more than can be counted with"),
        ("total", "1e999", "total should be a number"),
        ("note", True, "note should be a text"),
        ("note", {"a": 1}, "note should be a text"),
        ("gift", "perhaps", "gift should be yes or no"),
        ("gift", 2, "gift should be yes or no"),
        ("day", "24.12.2026", "day should be a date"),
        ("day", "2026-02-30", "day should be a date"),
        ("day", "2026-12-24T10:00:00Z", "day should be a date"),
        ("at_time", "yesterday", "at_time should be a moment"),
        ("delay", "soon", "delay should be a duration"),
        ("items", "p1", 'items should be a list, but is "p1"'),
        ("items", [{"price": 1}, {"price": "x"}], r"items\[1\].price should be a number"),
        ("items", [5], r"items\[0\] should be a record"),
        ("first_item", {"price": []}, r"first_item.price should be a number"),
    ],
)
def test_values_of_another_kind_are_refused_with_the_reason(field: str, given: Any, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        fields(**{field: given})


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        ({"timezone": "Europe/Pariss"}, 'did you mean "Europe/Paris"'),
        ({"timezone": "../etc/passwd"}, "timezone should be a time zone"),
        ({"timezone": "Europe"}, "timezone should be a time zone"),
        ({"timezone": 5}, "timezone should be a time zone"),
        ({"email": "ana"}, "email should be an e-mail address"),
        ({"email": "a@b@c.org"}, "email should be an e-mail address"),
        ({"email": "ana@example.org, bo@example.org"}, "email should be an e-mail address"),
        ({"email": "ana@localhost"}, "email should be an e-mail address"),
        ({"phone": "none"}, "phone should be a phone number"),
        ({"plan": "prro"}, 'plan should be one of "free", "pro".*did you mean "pro"'),
        ({"seats": 3}, "seats should be one of 1, 5"),
        ({"birthday": "1 May"}, "birthday should be a date"),
        ({"site": "not a site"}, "site should be a web address"),
        ({"id": "somebody else"}, "it is about 'ana' but gives the id 'somebody else'"),
    ],
)
def test_profile_values_are_checked(traits: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        take(kind="identify", name="", fields=traits)


def test_profile_values_are_put_right() -> None:
    traits = {
        "firstName": "Ana", "Plan": "PRO", "seats": "5", "timezone": "Europe/Paris", "phone": 33612345678,
        "email": " ana@example.org ", "createdAt": "2026-01-01", "id": "ana", "birthday": None, "shoeSize": 40,
    }  # fmt: skip
    taken = take(kind="identify", name="", fields=traits)
    assert taken.input.fields == {
        "first_name": "Ana", "plan": "pro", "seats": 5, "timezone": "Europe/Paris", "phone": "33612345678",
        "email": "ana@example.org", "created_at": 1767222000000, "birthday": None, "shoe_size": 40,
    }  # fmt: skip
    assert taken.notes.extra_fields == ("shoe_size",)


def test_unknown_events_and_fields_are_kept_and_noted() -> None:
    taken = take(name="Wishlist Opened", fields={"List Name": "x", "n": 5})
    assert taken.input.name == "wishlist_opened"
    assert taken.input.fields == {"list_name": "x", "n": 5}
    assert taken.notes.unknown_event
    taken = take(fields={"colour": "red"})
    assert taken.input.fields == {"colour": "red"}
    assert taken.notes.extra_fields == ("colour",)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"person": None}, "does not say whom it is about"),
        ({"person": "  "}, "does not say whom it is about"),
        ({"person": {"a": 1}}, "the person's id should be a text"),
        ({"person": True}, "the person's id should be a text"),
        ({"person": "x" * 201}, "has 201 characters, 200 are allowed"),
        ({"person": "a\0b"}, "NUL"),
        ({"name": None}, "names no event"),
        ({"name": " "}, "names no event"),
        ({"name": 5}, "names no event"),
        ({"name": "x" * 300}, "300 characters"),
        ({"fields": [1]}, "its fields are no record"),
        ({"time": "soon"}, "its time 'soon' cannot be read"),
        ({"time": {"a": 1}}, "cannot be read"),
        ({"time": True}, "cannot be read"),
        ({"time": "99999999999999999999"}, "cannot be read"),
        ({"time": "1969-12-31"}, "lies before 1970"),
        ({"time": -5}, "lies before 1970"),
        ({"time": "0001-01-01"}, "lies before 1970"),
        ({"id": ["x"]}, "the message id should be a text"),
        ({"kind": "result", "name": "x"}, "cannot come from outside"),
        ({"kind": "consent", "name": "ofers", "fields": {"how": "subscribe"}}, "no topic 'ofers'; did you mean offers"),
        ({"kind": "consent", "name": "offers", "fields": {"how": "maybe"}}, "consent needs `how`"),
        ({"kind": "consent", "name": "offers", "fields": {"how": "confirm", "channel": "push"}}, "is not for 'push'"),
        ({"kind": "membership", "name": "vip", "fields": {"join": True}}, "no segment kept by hand 'vip'"),
        ({"kind": "enter", "name": "cart", "fields": {}}, "no flow 'cart'"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(parts: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        take(**parts)


def test_consent_and_membership_come_through() -> None:
    taken = take(kind="consent", name="Offers", fields={"how": "subscribe", "channel": "sms"})
    assert (taken.input.kind, taken.input.name) == ("consent", "offers")
    assert taken.input.fields == {"how": "subscribe", "channel": "sms"}
    assert take(kind="membership", name="beta", fields={"join": True}).input.fields == {"join": True}


@pytest.mark.parametrize("future", ["2100-01-01", NOW + 1, "4102444800"])
def test_times_in_the_future_become_the_arrival(future: Any) -> None:
    taken = take(time=future)
    assert taken.input.at == NOW
    assert taken.notes.future
    assert not take(time=NOW).notes.future


@pytest.mark.parametrize("missing", [None, ""])
def test_no_time_is_the_arrival(missing: Any) -> None:
    taken = take(time=missing)
    assert taken.input.at == NOW
    assert not taken.notes.future


def test_times_without_an_offset_are_the_workspaces() -> None:
    assert take(time="2026-07-01 12:00").input.at == take(time="2026-07-01T10:00:00Z").input.at
    assert take(time="20260701").input.at == take(time="2026-06-30T22:00:00Z").input.at


def test_numbers_are_ids_too() -> None:
    taken = take(person=42, id=7)
    assert (taken.who, taken.input.id) == ("42", "7")
    assert take(person=42.0).who == "42"


def test_a_message_without_an_id_gets_the_same_one_in_every_reading() -> None:
    def reading() -> list[str]:
        gate = Gate(Schema(PROGRAM), ContentIds())
        rows = [("ana", 5), ("ana", 5), ("ana", 6), ("bo", 5), ("ana", 5)]
        return [
            gate.take(Item("event", "order_completed", who, "2026-01-01", None, {"total": total}, "", ""), NOW).input.id
            for who, total in rows
        ]

    assert reading() == reading()
    assert len(set(reading())) == 5


def test_live_messages_without_an_id_are_all_new() -> None:
    gate = Gate(Schema(PROGRAM), None)
    item = Item("event", "order_completed", "ana", None, None, {}, "", "")
    assert gate.take(item, NOW).input.id != gate.take(item, NOW).input.id


def test_very_long_ids_are_shortened_and_stay_the_same() -> None:
    taken = take(id="x" * 5000)
    assert len(taken.input.id) < 100
    assert taken.input.id == take(id="x" * 5000).input.id != take(id="x" * 5001).input.id
