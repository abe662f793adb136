"""How things stand in the database, as figures for Prometheus: looked up at each request, and quickly however much there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from triggerfish.runtime.store.errors import StoreError
from triggerfish.runtime.store.store import Store


class Figures:
    """A collector. ``now`` gives the present moment in milliseconds since 1970 UTC."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now

    def describe(self) -> list[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures; where the database cannot be used, only that."""
        try:
            found = [*self._queues(), *self._outbox(), *self._flows()]
        except StoreError:
            found = []
        yield GaugeMetricFamily("triggerfish_database_up", "Whether the database could be asked", value=bool(found))
        yield from found

    def _queues(self) -> Iterator[Metric]:
        store, now = self._store, self._now()
        stored, ahead = store.events.newest(), store.events.ahead()
        yield CounterMetricFamily("triggerfish_events_stored", "The number of the newest event in the log", value=stored)
        yield GaugeMetricFamily("triggerfish_events_waiting", "Events that the flows have not seen yet", value=ahead)
        oldest = store.backlog.oldest_event() if ahead else None
        lag = 0.0 if oldest is None else max(0, now - oldest) / 1000
        yield GaugeMetricFamily("triggerfish_events_lag_seconds", "How long the oldest of them has been waiting", value=lag)
        due = store.profiles.earliest_due()
        late = 0.0 if not due else max(0, now - due) / 1000
        yield GaugeMetricFamily("triggerfish_due_lag_seconds", "How long the person due longest has been waiting", value=late)
        if due:
            when = "The earliest moment at which anybody is due, in seconds since 1970"
            yield GaugeMetricFamily("triggerfish_due_oldest_timestamp_seconds", when, value=due / 1000)
        yield GaugeMetricFamily("triggerfish_people", "People with a state", value=store.profiles.count())
        yield CounterMetricFamily("triggerfish_inputs_refused", "Inputs that were set aside", value=store.quarantine.count())
        yield GaugeMetricFamily("triggerfish_workers", "Workers alive", value=len(store.database.liveness.alive()))
        newest = store.programs.version()
        yield GaugeMetricFamily("triggerfish_program_version", "The version of the program in force, 0 for none", value=newest)

    def _outbox(self) -> Iterator[Metric]:
        outbox = GaugeMetricFamily("triggerfish_outbox", "What is to be delivered", labels=["target", "state"])
        lag = GaugeMetricFamily("triggerfish_outbox_lag_seconds", "How long what is due is overdue", labels=["target"])
        now, late = self._now(), dict[str, float]()
        for each in self._store.backlog.depths():
            outbox.add_metric([each.target, each.state], each.number)
            late[each.target] = max(late.get(each.target, 0.0), (now - each.due) / 1000)
        for target, seconds in sorted(late.items()):
            lag.add_metric([target], seconds)
        failed = CounterMetricFamily("triggerfish_outbox_failed", "What was never delivered, or perhaps not", labels=["target", "status"])
        for (target, status), count in sorted(self._store.backlog.failed().items()):
            failed.add_metric([target, status], count)
        yield from (outbox, lag, failed)

    def _flows(self) -> Iterator[Metric]:
        facts = CounterMetricFamily("triggerfish_flow_facts", "What happened in flows", labels=["flow", "kind"])
        inside = GaugeMetricFamily("triggerfish_flow_people", "Runs inside a flow", labels=["flow"])
        flows: dict[str, int] = {}
        for (kind, flow), count in sorted(self._store.tallies.counts().items()):
            if not flow:
                continue
            facts.add_metric([flow, kind], count)
            flows[flow] = flows.get(flow, 0) + {"entered": count, "exited": -count}.get(kind, 0)
        for flow, count in flows.items():
            inside.add_metric([flow], count)
        yield from (facts, inside)
