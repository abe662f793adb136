"""Events brought by other systems over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins

Make = Callable[..., Any]
SHIPPED = {"person": "ana", "order_id": "A1", "weight": 2.5}


def test_an_event_comes_in_with_its_fields(site: Make) -> None:
    s = site()
    with s.up():
        answer = s.hook("order_shipped", SHIPPED)
    assert (answer.status, answer.json) == (200, {"ok": True, "stored": True})
    [event] = s.events()
    assert (event.input.name, event.input.fields, event.input.at, event.origin) == (
        "order_shipped", {"order_id": "A1", "weight": 2.5}, s.clock.moment, "intake",
    )


def test_the_same_is_stored_once(site: Make) -> None:
    s = site()
    with s.up():
        assert s.hook("order_shipped", SHIPPED).json["stored"]
        assert not s.hook("order_shipped", SHIPPED).json["stored"]
        assert s.hook("order_shipped", {**SHIPPED, "order_id": "A2"}).json["stored"]
        assert s.hook("order_shipped", SHIPPED, Idempotency_Key="1").json["stored"]
        assert not s.hook("order_shipped", {**SHIPPED, "weight": 3}, Idempotency_Key="1").json["stored"]
        s.clock.moment += 86_400_000
        assert s.hook("order_shipped", SHIPPED).json["stored"]  # the same again on another day is another event
    assert len(s.events()) == 4


def test_the_person_may_stand_elsewhere(site: Make) -> None:
    hook = {"secret": "a secret of the hook", "person": "customer.id"}
    s = site(hooks={"order_shipped": hook})
    with s.up():
        assert s.hook("order_shipped", {"customer": {"id": 42}, "order_id": "A1"}).status == 200
        wrong = s.hook("order_shipped", {"customer": "x", "order_id": "A1"})
    assert s.names("42") == ["order_shipped"]
    assert (wrong.status, wrong.json["error"]) == (422, "the field customer.id should hold the id of the person whom this is about")


@pytest.mark.parametrize(
    ("name", "body", "headers", "status", "error"),
    [
        ("order_shiped", b"{}", {}, 404, "there is no webhook order_shiped"),
        ("email_clicked", b"{}", {}, 404, "there is no webhook email_clicked"),
        ("nps_answered", b"{}", {}, 404, "there is no webhook nps_answered"),
        ("order_shipped", b"{}", {"Authorization": None}, 401, "Authorization: Bearer"),
        ("order_shipped", b"{}", {"Authorization": "Bearer wrong"}, 401, "Authorization: Bearer"),
        ("order_shipped", b"{}", {"Authorization": "Basic a secret of the hook"}, 401, "Authorization: Bearer"),
        ("order_shipped", b"{", {}, 400, "the body is no JSON"),
        ("order_shipped", b"\xff", {}, 400, "the body is no JSON"),
        ("order_shipped", b"[]", {}, 400, "one JSON object"),
        ("order_shipped", b"{}", {}, 422, "the field person should hold the id"),
        ("order_shipped", b'{"person": {}}', {}, 422, "the person's id should be a text"),
        ("order_shipped", b'{"person": "ana", "weight": "heavy"}', {}, 422, "weight"),
        ("order_shipped", b'{"person": "ana", "order_id": "' + b"x" * 300_000 + b'"}', {}, 413, "more than 262,144 bytes"),
    ],
)
def test_what_is_refused_and_why(site: Make, name: str, body: bytes, headers: dict[str, Any], status: int, error: str) -> None:
    s = site()
    with s.up():
        answer = s.post(f"/hooks/{name}", body, **{"Authorization": "Bearer a secret of the hook", **headers})
        assert s.get(f"/hooks/{name}").status == 405
    assert (answer.status, answer.json["ok"]) == (status, False)
    assert error in answer.json["error"]
    assert answer.headers["content-type"] == "application/json"
    assert s.events() == []


def test_a_body_of_unknown_length_is_cut_off_too(site: Make) -> None:
    s = site(body_limit=1024)
    with s.up():
        chunks = (json.dumps(SHIPPED).encode() for _ in range(100))
        answer = s.ask("POST", "/hooks/order_shipped", chunks, Authorization="Bearer a secret of the hook")
    assert answer.status == 413


@pytest.mark.parametrize("hooks", [{}, {"order_shipped": {"secret": ""}}])
def test_a_webhook_without_a_secret_takes_nothing(site: Make, hooks: dict[str, Any]) -> None:
    s = site(hooks=hooks)
    with s.up():
        answer = s.hook("order_shipped", SHIPPED, Authorization="Bearer ")
    assert answer.status == 403
    assert "[web.hooks]" in answer.json["error"]
    assert s.events() == []


def test_the_sender_is_asked_to_come_again_while_nothing_can_be_stored(site: Make) -> None:
    s = site()
    with s.up():
        with s.gone():
            answer = s.hook("order_shipped", SHIPPED)
            ready = s.get("/ready")
            assert s.get("/health").status == 200
        assert s.hook("order_shipped", SHIPPED).status == 200
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert answer.json == {"ok": False, "error": "nothing can be stored just now; try again"}
    assert (ready.status, ready.json["ok"]) == (503, False)
    assert any("/hooks could not be answered" in notice for notice in s.notices)


def test_an_event_for_everyone_needs_no_person(site: Make) -> None:
    s = site()
    with s.up():
        answer = s.hook("price_dropped", {"product_id": "p1", "price": 3})
    assert (answer.status, answer.json) == (200, {"ok": True, "stored": True})


def test_the_program_that_was_deployed_meanwhile_is_followed_and_the_worker_woken(site: Make) -> None:
    secret = "a secret of the hook"
    s = site(hooks={"order_shipped": secret, "order_lost": secret})
    woken: list[int] = []
    s.desk.stored = lambda: woken.append(1)
    newer = compile_sources({"a.flow": "event order_lost\n"}, load_plugins().catalog()).program
    with s.up():
        assert s.hook("order_lost", {"person": "ana"}).status == 404
        s.desk.newer = lambda: newer
        s.desk.refresh()
        assert s.hook("order_shipped", {"person": "ana"}).status == 404
        assert (s.hook("order_lost", {"person": "ana"}).status, woken) == (200, [1])
