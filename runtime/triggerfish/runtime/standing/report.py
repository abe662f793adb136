"""The figures of ``triggerfish status``, as one document. But for the steps nothing in it takes longer with the history."""

from __future__ import annotations

from collections import Counter
from typing import Any

from triggerfish.runtime.machine.state import decode
from triggerfish.runtime.observation.privacy import scrubbed
from triggerfish.runtime.store.store import Store

DAY = 86_400_000
REFUSED_SHOWN = 100
ROWS_SHOWN = 20
REASONS_SHOWN = 5
NEXT_SHOWN = 3
KINDS = ("entered", "refused", "exited", "sent", "suppressed", "goal")


def gather(store: Store, now: int) -> dict[str, Any]:
    """How things stand at ``now``. Moments are milliseconds since 1970 UTC, lags are seconds. Raises StoreUnavailable."""
    versions = store.programs.versions()
    due, oldest = store.profiles.earliest_due(), store.backlog.oldest_event()
    workers = store.database.liveness.alive()
    return {
        "at": now,
        "program_version": versions[-1].version if versions else None,
        "program_since": versions[-1].deployed_at if versions else None,
        "workers": [{"process": one.process, "machine": one.machine or None, "since": one.since} for one in workers],
        "people": store.profiles.count(),
        "events": store.events.count(),
        "events_ahead": store.events.ahead(),
        "events_lag_seconds": 0 if oldest is None else max(0, (now - oldest) // 1000),
        "events_ahead_of_clock_seconds": 0 if oldest is None else max(0, (oldest - now) // 1000),
        "earliest_due": due,
        "lag_seconds": 0 if not due else max(0, (now - due) // 1000),
        "replayed": store.backlog.replayed(),
        "next": _upcoming(store),
        "refused_inputs": store.quarantine.count(),
        "refused": [{"place": each.place, "message": each.reason} for each in store.quarantine.newest(REFUSED_SHOWN)],
        "flows": _flows(store),
        **_outbox(store, now),
        "last_day": _last_day(store, now - DAY),
    }


def _flows(store: Store) -> dict[str, dict[str, int]]:
    flows: dict[str, dict[str, int]] = {}
    for (kind, flow), count in store.tallies.counts().items():
        if flow:
            flows.setdefault(flow, {})[kind] = count
    return {
        name: {"inside": counts.get("entered", 0) - counts.get("exited", 0), **{kind: counts.get(kind, 0) for kind in KINDS}}
        for name, counts in sorted(flows.items())
    }


def _outbox(store: Store, now: int) -> dict[str, Any]:
    posted = store.outbox.by_status("failed", "unknown", limit=ROWS_SHOWN)
    return {
        "outbox": store.backlog.states(),
        "open": [
            {"target": each.target, "state": each.state, "count": each.number, "due": each.due,
             "lag_seconds": max(0, (now - each.due) // 1000)}
            for each in store.backlog.depths()
        ],
        "retried": [
            {"key": each.delivery.key, "target": each.delivery.target, "attempts": each.attempts,
             "next_attempt": each.next_attempt_at, "reason": each.reason}
            for each in store.outbox.by_status("waiting", limit=1_000)
            if each.attempts
        ][:ROWS_SHOWN],
        "failed": [
            {"person": each.person, "key": each.delivery.key, "status": each.status, "reason": each.reason} for each in posted
        ],
    }  # fmt: skip


def _last_day(store: Store, since: int) -> dict[str, Any]:
    """What failed since a moment. Reasons that differ only in whom they are about are one."""
    counts: Counter[str] = Counter()
    reasons: Counter[tuple[str, str, str]] = Counter()
    for each in store.backlog.failures(since):
        counts[each.status] += each.number
        reasons[each.target, each.status, scrubbed(each.reason)] += each.number
    aside = store.backlog.set_aside(since)
    return {
        "failed": counts["failed"],
        "unknown": counts["unknown"],
        "reasons": [
            {"target": target, "status": status, "reason": reason, "count": count}
            for (target, status, reason), count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:REASONS_SHOWN]
        ],
        "set_aside": sum(each.number for each in aside),
        "set_aside_reasons": [
            {"reason": each.reason, "place": each.place, "count": each.number} for each in aside[:REASONS_SHOWN]
        ],
    }


def _upcoming(store: Store) -> list[dict[str, Any]]:
    """Who has something to do next, and in which flow; ``flow`` is None where it is a score or a segment that changes."""
    found = []
    for person, cell in store.profiles.next_due(NEXT_SHOWN):
        runs = [run for run in decode(cell.state).runs if run.due is not None] if cell.state is not None else []
        first = min(runs, key=lambda run: run.due or 0, default=None)
        near = first is not None and first.due is not None and cell.due is not None and first.due <= max(cell.due, 1)
        found.append({"person": person, "at": cell.due, "flow": first.flow if first is not None and near else None})
    return found
