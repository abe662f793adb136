"""What one process has done since it began, as figures for Prometheus. No label says anything of a person."""

from __future__ import annotations

from collections import Counter as Tally

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from triggerfish.runtime.delivery.contract import Claimed, Finished
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.store.batch import Batch

BATCH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
PROVIDER_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
RESULTS = {"waiting": "retry"}
"""Where a delivery's result has another name than its state."""


class Meters:
    """Counters of this process in ``registry``, which others may add theirs to. Usable from several threads."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._inputs = Counter("triggerfish_inputs", "Inputs that this process has consumed", registry=registry)
        self._batches = Counter("triggerfish_batches", "Batches that this process has committed", registry=registry)
        self._seconds = Histogram(
            "triggerfish_batch_seconds", "From the beginning of a batch to its commit", buckets=BATCH_SECONDS, registry=registry
        )
        self._people = Counter("triggerfish_people_moved", "New states of people that this process has written", registry=registry)
        self._facts = Counter("triggerfish_facts", "Facts that this process has written", ["kind"], registry=registry)
        self._aside = Counter("triggerfish_inputs_set_aside", "Inputs that this process could not handle", registry=registry)
        self._deliveries = Counter(
            "triggerfish_deliveries", "Attempts of this process to deliver, by what became of them", ["target", "result"], registry=registry
        )
        self._provider = Histogram(
            "triggerfish_provider_seconds", "How long an attempt to deliver took", ["target"], buckets=PROVIDER_SECONDS, registry=registry
        )
        self._plugins = Counter("triggerfish_plugin_errors", "Times that a plugin raised", ["plugin"], registry=registry)
        self._trouble = Counter(
            "triggerfish_database_trouble", "Times it was said that the database could not be used", ["trouble"],
            registry=registry,
        )  # fmt: skip

    def batch(self, batch: Batch, inputs: int, seconds: float) -> None:
        """A batch was committed."""
        self._inputs.inc(inputs)
        self._batches.inc()
        self._seconds.observe(seconds)
        self._people.inc(len(batch.changes))
        self._aside.inc(len(batch.refused))
        for kind, number in Tally(row[3] for row in batch.facts).items():
            self._facts.labels(kind).inc(number)

    def delivery(self, one: Claimed, result: Finished, seconds: float) -> None:
        """An attempt to deliver is over."""
        target = one.delivery.target
        self._deliveries.labels(target, RESULTS.get(result.status, result.status)).inc()
        self._provider.labels(target).observe(seconds)

    def remark(self, remark: Remark) -> None:
        """Something was said; what is counted of it."""
        if remark.event == "plugin_raised":
            self._plugins.labels(str(remark.parts["plugin"])).inc()
        elif remark.event == "database_trouble":
            self._trouble.labels(str(remark.parts["trouble"])).inc()
