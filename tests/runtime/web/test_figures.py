"""Whether the service lives and keeps up, and figures for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from triggerfish.runtime.machine.effects import Advance, Delivery, Fact
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.profiles import Change

Make = Callable[..., Any]


def fill(site: Any) -> None:
    """One event, one person who is due, one delivery that waits, two facts of a flow."""
    batch = Batch(site.clock.moment)
    data = {"message": "letter", "address": "ana@shop.example", "topic": "news", "transactional": False}
    delivery = Delivery("ana/1/send:1/1", "send", "email", site.clock.moment, "shipping", "send:1", 1, 2, data, {})
    facts = [Fact(number, site.clock.moment, "entered", "shipping", number, "", 0, {}) for number in (1, 2)]
    facts.append(Fact(3, site.clock.moment, "exited", "shipping", 1, "", 0, {"reason": "finished"}))
    batch.take("ana", Advance(b"x", facts, [delivery], [], site.clock.moment))
    batch.changes.append(Change("ana", b"x", site.clock.moment, 0))
    site.store.commit(batch)


def test_health_and_readiness(site: Make) -> None:
    s = site(lag_limit=60)
    fill(s)
    with s.up():
        assert (s.get("/health").status, s.get("/health").json) == (200, {"ok": True})
        assert s.get("/ready").json == {"ok": True, "error": None, "lag_seconds": 0}
        s.clock.moment += 61_000
        late = s.get("/ready")
        assert s.get("/nowhere").json == {"ok": False, "error": "there is nothing here"}
        assert s.post("/health").status == 405
    assert (late.status, late.json["lag_seconds"]) == (503, 61)
    assert "is the runtime running?" in late.json["error"]


def test_figures_for_prometheus(site: Make) -> None:
    s = site()
    fill(s)
    with s.up():
        s.hook("order_shipped", {"person": "ana@shop.example", "order_id": "A1"})
        s.clock.moment += 5_000
        answer = s.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels, reverse=True))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found == {
        ("triggerfish_database_up",): 1,
        ("triggerfish_events_stored_total",): 1,
        ("triggerfish_events_waiting",): 1,
        ("triggerfish_events_lag_seconds",): 5,
        ("triggerfish_workers",): 0,
        ("triggerfish_program_version",): 0,
        ("triggerfish_people",): 1,
        ("triggerfish_due_lag_seconds",): 5,
        ("triggerfish_due_oldest_timestamp_seconds",): 1_772_452_800,
        ("triggerfish_inputs_refused_total",): 0,
        ("triggerfish_outbox", "email", "waiting"): 1,
        ("triggerfish_outbox_lag_seconds", "email"): 5,
        ("triggerfish_flow_facts_total", "entered", "shipping"): 2,
        ("triggerfish_flow_facts_total", "exited", "shipping"): 1,
        ("triggerfish_flow_people", "shipping"): 1,
    }
    assert "ana" not in answer.text
