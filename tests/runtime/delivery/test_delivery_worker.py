"""Claim, mark, act, write down: what the worker does in every case, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from triggerfish.plugins import Failed, Later, OutcomeUnknown, Refused, Sent, TryLater, Unknown
from triggerfish.runtime.delivery.contract import Claimed
from triggerfish.runtime.delivery.retries import HOUR, MINUTE, Backoff, Retries
from triggerfish.runtime.links.services import Signed
from triggerfish.runtime.links.tokens import Mail, Tokens, Unsubscribing
from triggerfish.runtime.machine.inputs import Input

Make = Callable[..., Any]


def test_a_message_is_filled_in_and_sent_once(desk: Make) -> None:
    d = desk()
    d.send("k")
    assert d.worker.deliver() == 1
    assert d.worker.deliver() == 0
    [sent] = d.post.sent
    assert sent.content.text == "Hi Ana"
    assert (sent.key, sent.person, sent.address, sent.message, sent.flow) == (
        "k",
        "ana",
        "1 Rue X",
        "hello",
        "greeting",
    )
    assert (sent.topic, sent.topic_label, sent.sender) == ("news", "The news", "Acme <hi@acme.example>")
    assert sent.unsubscribe == "mailto:hi@acme.example?subject=unsubscribe%20k"
    result = d.outbox.results["k"]
    assert (result.status, result.provider_id, result.attempts, result.inputs) == ("sent", "id-k", 1, ())


def test_each_is_marked_before_its_provider_is_called(desk: Make) -> None:
    d = desk()
    for key in ("a", "b", "c"):
        d.send(key)
    seen: list[dict[str, str]] = []
    d.post.before = lambda key: seen.append(dict(d.outbox.status))
    d.worker.deliver()
    assert seen == [
        {"a": "sending", "b": "claimed", "c": "claimed"},
        {"a": "sent", "b": "sending", "c": "claimed"},
        {"a": "sent", "b": "sent", "c": "sending"},
    ]
    assert [name for name, _ in d.outbox.log] == ["claim", "start", "start", "start", "finish"]


def test_a_channel_that_deduplicates_is_served_by_the_batch(desk: Make) -> None:
    d = desk(deduplicates=True)
    for key in ("a", "b", "c"):
        d.send(key)
    d.worker.deliver()
    assert [name for name, _ in d.outbox.log] == ["claim", "start", "finish"]
    assert set(d.outbox.status.values()) == {"sent"}


def test_a_bounce_and_a_failure_are_events_of_the_person(desk: Make) -> None:
    d = desk()
    d.send("a")
    d.send("b")
    d.post.answers = {"a": Failed("550 gone", bounced=True), "b": Failed("554 spam")}
    d.worker.deliver()
    fields = {"message": "hello", "flow": "greeting", "step": "send post hello"}
    assert d.outbox.results["a"].inputs == (
        Input("event", "post_bounced", 1_000_000, "a/bounced", {**fields, "reason": "550 gone", "key": "a"}),
    )
    assert d.outbox.results["b"].inputs == (
        Input("event", "post_failed", 1_000_000, "b/failed", {**fields, "reason": "554 spam", "key": "b"}),
    )
    assert set(d.outbox.status.values()) == {"failed"}


def test_mail_to_somebody_else_is_no_event_of_this_person(desk: Make) -> None:
    d = desk()
    d.send("a", other=True)
    d.post.answers = {"a": Failed("550 gone", bounced=True)}
    d.worker.deliver()
    assert d.outbox.results["a"].inputs == ()


def test_a_missing_value_is_a_failure_and_nothing_is_sent(desk: Make) -> None:
    d = desk()
    d.send("k", context={"first_name": None})
    d.worker.deliver()
    assert d.post.sent == []
    assert d.outbox.results["k"].reason == "“first_name” is unknown, and the text needs it"
    assert [one.name for one in d.outbox.results["k"].inputs] == ["post_failed"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"address": None}, "there is no address"),
        ({"address": " "}, "there is no address"),
        ({"message": "other"}, "has no post part"),
    ],
)
def test_other_messages_that_cannot_go_out(desk: Make, changes: dict[str, Any], reason: str) -> None:
    d = desk()
    d.send("k", **changes)
    d.worker.deliver()
    assert d.outbox.status == {"k": "failed"}
    assert reason in d.outbox.results["k"].reason


def test_three_attempts_and_then_no_more(desk: Make) -> None:
    d = desk()
    d.send("k")
    d.post.answers = {"k": Later("busy")}
    pauses: list[int] = []
    for _ in range(2):
        d.worker.deliver()
        result = d.outbox.results["k"]
        assert result.status == "waiting"
        pauses.append(result.retry_at - d.time[0])
        d.time[0] = result.retry_at - 1
        assert d.worker.deliver() == 0
        d.time[0] += 1
    d.worker.deliver()
    assert pauses == [MINUTE, 4 * MINUTE]
    result = d.outbox.results["k"]
    assert (result.status, result.attempts, len(d.post.sent)) == ("failed", 3, 3)
    assert result.reason == "given up after 3 attempts: busy"
    assert [one.name for one in result.inputs] == ["post_failed"]


def test_a_deferral_waits_longer_and_as_long_as_is_asked(desk: Make) -> None:
    d = desk()
    d.send("a")
    d.send("b")
    d.post.answers = {"a": Later("451", deferred=True), "b": Later("429", after=7200, deferred=True)}
    d.worker.deliver()
    assert d.outbox.results["a"].retry_at == d.time[0] + 2 * MINUTE
    assert d.outbox.results["b"].retry_at == d.time[0] + 2 * HOUR


def test_back_off_grows_up_to_its_cap() -> None:
    backoff = Backoff(attempts=99, first=MINUTE, factor=4, cap=HOUR)
    assert [backoff.pause(n) // MINUTE for n in (1, 2, 3, 4, 90)] == [1, 4, 16, 60, 60]
    whole_day = sum(Retries().deferral.pause(n) for n in range(1, Retries().deferral.attempts))
    assert 20 * HOUR < whole_day < 30 * HOUR


def test_a_server_that_is_down_is_not_asked_for_every_message(desk: Make) -> None:
    d = desk()
    for number in range(50):
        d.send(f"k{number}")
    d.post.answers = {"k0": Later("connection refused", unreachable=True)}
    assert d.worker.deliver() == 50
    assert len(d.post.sent) == 1
    assert set(d.outbox.status.values()) == {"waiting"}
    assert {d.outbox.results[f"k{n}"].attempts for n in range(1, 50)} == {0}, "those not tried have lost no attempt"
    assert d.worker.deliver() == 0
    d.time[0] += MINUTE
    d.post.answers = {}
    d.worker.deliver()
    assert len(d.post.sent) == 50
    d.time[0] += MINUTE
    d.worker.deliver()
    assert set(d.outbox.status.values()) == {"sent"}


def test_an_unknown_fate_is_reported_and_left_alone(desk: Make) -> None:
    d = desk()
    d.send("k")
    d.post.answers = {"k": Unknown("lost after the dot")}
    d.worker.deliver()
    assert d.outbox.status == {"k": "unknown"}
    assert d.outbox.results["k"].inputs == ()
    assert d.notices == ["k: lost after the dot"]
    d.time[0] += 99 * HOUR
    assert d.worker.deliver() == 0
    assert len(d.post.sent) == 1


@pytest.mark.parametrize(("deduplicates", "status"), [(False, "unknown"), (True, "waiting")])
def test_a_plugin_that_raises_is_contained_and_named(desk: Make, deduplicates: bool, status: str) -> None:
    d = desk(deduplicates=deduplicates)
    d.send("bad")
    d.send("good")
    d.post.answers = {"bad": ZeroDivisionError("division\nby zero")}
    d.worker.deliver()
    assert d.outbox.status == {"bad": status, "good": "sent"}
    assert d.outbox.results["bad"].attempts == 1
    assert "plugin office raised ZeroDivisionError: division by zero" in d.outbox.results["bad"].reason
    assert any("plugin office" in notice for notice in d.notices)


def test_a_plugin_that_returns_junk(desk: Make) -> None:
    d = desk()
    d.send("k")
    d.post.answers = {"k": "ok"}
    d.worker.deliver()
    assert d.outbox.status == {"k": "unknown"}
    assert "returned str, which is no outcome" in d.outbox.results["k"].reason


def test_a_channel_nobody_brings_waits_for_its_plugin(desk: Make) -> None:
    d = desk()
    d.send("k")
    plugin = d.worker.plugins.channels.pop("post")
    d.worker.deliver()
    assert d.outbox.status == {"k": "waiting"}
    assert "no plugin brings the channel post" in d.outbox.results["k"].reason
    d.worker.plugins.channels["post"] = plugin
    d.time[0] += 10 * MINUTE
    d.worker.deliver()
    assert d.outbox.status == {"k": "sent"}


# --- actions ------------------------------------------------------------------------------------


def test_an_action_gets_its_arguments_and_answers(desk: Make) -> None:
    d = desk()
    d.act("k", subject={"template": "Hi {{ first_name }}"}, count="3")
    d.worker.deliver()
    [(arguments, call)] = d.stamp.calls
    assert (arguments.subject, arguments.count) == ("Hi Ana", 3)
    assert (call.key, call.person, call.flow, call.at) == ("k", "ana", "greeting", 0)
    assert d.outbox.results["k"].inputs == (
        Input("result", "k", 1_000_000, "k/result", {"ok": True, "error": None, "id": "42"}),
    )


def test_nobody_waits_for_the_answer(desk: Make) -> None:
    d = desk()
    d.act("k", reply=False)
    d.worker.deliver()
    assert d.outbox.results["k"].inputs == ()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"subject": {"template": "{{ nobody }}"}}, "“nobody” is unknown"),
        ({"subject": {"template": "{{ nobody"}}, "never closed"),
        ({"count": "many"}, "count: "),
        ({"subject": None}, "subject: "),
    ],
)
def test_arguments_that_do_not_fit(desk: Make, arguments: dict[str, Any], words: str) -> None:
    d = desk()
    d.act("k", **arguments)
    d.worker.deliver()
    assert d.stamp.calls == []
    [answer] = d.outbox.results["k"].inputs
    assert answer.fields["ok"] is False
    assert words in answer.fields["error"]


def test_what_actions_may_say(desk: Make) -> None:
    d = desk()
    d.act("refused")
    d.stamp.answer = Refused("404 Not Found", {"status": 404})
    d.worker.deliver()
    assert d.outbox.results["refused"].inputs[0].fields == {"ok": False, "error": "404 Not Found", "status": 404}
    d.act("later")
    d.stamp.answer = TryLater("503", 3600)
    d.worker.deliver()
    assert d.outbox.results["later"].retry_at == d.time[0] + HOUR
    assert d.outbox.results["later"].inputs == ()
    d.act("unknown")
    d.stamp.answer = OutcomeUnknown("lost")
    d.worker.deliver()
    assert d.outbox.status["unknown"] == "unknown"
    assert d.outbox.results["unknown"].inputs[0].fields == {
        "ok": False,
        "error": "nobody knows whether it was done: lost",
    }


def test_an_action_given_up_answers_too(desk: Make) -> None:
    d = desk(repeatable=True)
    d.act("k")
    d.stamp.answer = RuntimeError("no")
    for _ in range(3):
        d.worker.deliver()
        d.time[0] += HOUR
    result = d.outbox.results["k"]
    assert (result.status, result.attempts) == ("failed", 3)
    assert result.inputs[0].fields["error"].startswith("given up after 3 attempts: plugin office raised RuntimeError")


# --- crashes and stops ----------------------------------------------------------------------------


def left_by_a_crash(d: Any, *keys: str, attempts: int = 1) -> None:
    d.outbox.left = [Claimed("ana", d.send(key), attempts) for key in keys]
    for one in d.outbox.left:
        d.outbox.status[one.delivery.key] = "sending"
        d.outbox.rows[one.delivery.key] = one


def test_after_a_crash_what_can_be_repeated_is_and_the_rest_is_unknown(desk: Make) -> None:
    for deduplicates in (True, False):
        d = desk(deduplicates=deduplicates)
        left_by_a_crash(d, "k")
        assert d.worker.recover() == 1
        assert d.post.sent == [], "whoever recovers hands nothing over"
        d.worker.deliver()
        result = d.outbox.results["k"]
        assert (result.status, result.attempts) == (("sent", 2) if deduplicates else ("unknown", 1))
        assert len(d.post.sent) == int(deduplicates)
        assert bool(d.notices) is not deduplicates


def test_what_a_crash_left_goes_alone_so_that_nothing_else_is_in_doubt_with_it(desk: Make) -> None:
    d = desk(deduplicates=True)
    left_by_a_crash(d, "a", "b")
    d.send("c")
    d.worker.recover()
    seen: list[dict[str, str]] = []
    d.post.before = lambda _: seen.append(dict(d.outbox.status))
    d.worker.deliver()
    sending = [[key for key, status in each.items() if status == "sending"] for each in seen]
    assert sending == [["c"], ["a"], ["b"]]
    assert [name for name, _ in d.outbox.log][-4:] == ["start", "start", "start", "finish"]


def test_a_message_that_kills_its_worker_is_given_up(desk: Make) -> None:
    d = desk(deduplicates=True)
    left_by_a_crash(d, "k", attempts=13)
    d.worker.recover()
    d.worker.deliver()
    assert d.post.sent == []
    assert d.outbox.results["k"].status == "failed"


def test_a_crash_fails_no_message_that_was_put_off_often(desk: Make) -> None:
    """The attempts of a busy provider are not taken for those of a message that kills its worker."""
    d = desk(deduplicates=True)
    left_by_a_crash(d, "k", attempts=9)
    d.worker.recover()
    d.worker.deliver()
    assert d.outbox.results["k"].status == "sent"


def test_a_database_that_fails_in_between_loses_nothing_and_repeats_nothing(desk: Make) -> None:
    d = desk()
    for key in ("a", "b", "c"):
        d.send(key)
    d.post.before = lambda key: d.outbox.broken.add("start") if key == "b" else None
    with pytest.raises(ConnectionError):
        d.worker.deliver()
    assert [one.key for one in d.post.sent] == ["a", "b"]
    d.outbox.broken = {"finish"}
    with pytest.raises(ConnectionError):
        d.worker.deliver()
    d.outbox.broken = set()
    d.worker.deliver()
    assert [one.key for one in d.post.sent] == ["a", "b", "c"]
    assert set(d.outbox.status.values()) == {"sent"}


def test_a_stop_gives_back_what_was_not_begun(desk: Make) -> None:
    stop: list[bool] = []
    d = desk(stopping=lambda: bool(stop))
    for key in ("a", "b", "c"):
        d.send(key)
    d.post.before = lambda key: stop.append(True)
    d.worker.deliver()
    assert d.outbox.status == {"a": "sent", "b": "waiting", "c": "waiting"}
    assert d.outbox.results["b"].attempts == 0


def test_channels_are_opened_once_and_closed(desk: Make) -> None:
    d = desk()
    for number in range(3):
        d.send(f"k{number}")
        d.worker.deliver()
    d.worker.close()
    assert (d.post.opened, d.post.closed) == (1, 1)
    assert d.worker.totals == {"sent": 3}


# --- links ------------------------------------------------------------------------------------


def test_links_are_in_the_message_where_there_is_a_service(desk: Make) -> None:
    tokens = Tokens([b"s"])
    d = desk(links=Signed("https://acme.example", tokens))
    d.send("k")
    d.send("t", transactional=True)
    d.worker.deliver()
    [news, receipt] = d.post.sent
    assert news.unsubscribe is not None
    assert news.unsubscribe.startswith("https://acme.example/u/")
    said = tokens.open("u", news.unsubscribe.rpartition("/")[2], Unsubscribing)
    assert said == Unsubscribing(Mail("ana", "k", "post", "hello", "greeting", "send post hello", "news"))
    assert (receipt.unsubscribe, receipt.topic) == (None, None)


def test_sent_is_the_usual_end(desk: Make) -> None:
    d = desk()
    d.send("k")
    d.post.answers = {"k": Sent()}
    d.worker.deliver()
    assert d.outbox.results["k"].provider_id is None
