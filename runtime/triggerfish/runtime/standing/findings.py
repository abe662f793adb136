"""What is wrong, judged by thresholds, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from triggerfish.runtime.settings.alerts import AlertSettings

Severity = Literal["warning", "failure"]
"""``failure``: the work stands still."""


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` is wrong, ``cure`` is what to do; ``name`` stays the same whatever they say."""

    severity: Severity
    name: str
    what: str
    cure: str


def length(seconds: int) -> str:
    """A length of time in words, in its largest unit: ``40 seconds``, ``3 hours``, ``2 days``."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def counted(number: int, what: str) -> str:
    """``1 message``, ``3 messages``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def findings(document: Mapping[str, Any], limits: AlertSettings) -> list[Finding]:
    """What is wrong with a document of ``report.gather``, the worst first; nothing if all is well."""
    found = [*_standing(document), *_lags(document, limits), *_outbox(document, limits), *_last_day(document, limits)]
    return sorted(found, key=lambda one: one.severity != "failure")


def _standing(document: Mapping[str, Any]) -> Iterator[Finding]:
    waiting = document["events_ahead"] or document["lag_seconds"] or any(each["lag_seconds"] for each in document["open"])
    if waiting and document["program_version"] is None:
        yield Finding("failure", "no_program", "no program is in force, and something waits for it", "start triggerfish run, or use triggerfish deploy")
    elif waiting and not document["workers"] and document["replayed"] and not document["events_ahead"]:
        yield Finding("warning", "replayed", "history was replayed, and what became due since then waits", "start triggerfish run to go on")
    elif waiting and not document["workers"]:
        yield Finding("failure", "no_worker", "no worker is alive, and something waits for one",
                      "start triggerfish run; the end of its log says why it ended")  # fmt: skip
    if document["events_ahead_of_clock_seconds"] > 60:
        ahead = length(document["events_ahead_of_clock_seconds"])
        yield Finding("warning", "clock", f"the clock of this machine is {ahead} behind that of a machine that stored events",
                      "set the clocks right; nothing is lost, and what is due waits for this clock")  # fmt: skip


def _lags(document: Mapping[str, Any], limits: AlertSettings) -> Iterator[Finding]:
    alive = len(document["workers"])
    if not alive:
        return
    cure = f"look at the log of the {counted(alive, 'worker')}; if nothing is wrong there, start more of them (PostgreSQL)"
    if document["events_lag_seconds"] > limits.events_lag:
        late, number = length(document["events_lag_seconds"]), counted(document["events_ahead"], "event")
        yield Finding("warning", "events_lag", f"the oldest of {number} has waited for {late} to be handled", cure)
    if document["lag_seconds"] > limits.due_lag:
        yield Finding("warning", "due_lag", f"somebody has been due for {length(document['lag_seconds'])}", cure)


def _outbox(document: Mapping[str, Any], limits: AlertSettings) -> Iterator[Finding]:
    reasons: dict[str, str] = {each["target"]: each["reason"] for each in document["retried"] if each["reason"]}
    told: set[str] = set()
    for each in document["open"]:
        late = [one for one in document["open"] if one["target"] == each["target"] and one["lag_seconds"] > limits.outbox_lag]
        together = each in late
        if together and each["target"] in told:
            continue  # those that wait for the first attempt and those for another one are told of together
        number = sum(one["count"] for one in late) if together else each["count"]
        what = counted(number, "delivery").replace("deliverys", "deliveries")
        reason = reasons.get(each["target"])
        if together:
            told.add(each["target"])
            cure = f"the last attempt said: {reason}" if reason else "look at the log of the workers: is the provider slow?"
            yield Finding("warning", "outbox_lag", f"{each['target']}: {what} overdue for {length(max(one['lag_seconds'] for one in late))}", cure)
        elif each["state"] == "retry" and reason:
            yield Finding("warning", "retries", f"{each['target']}: {what} to be tried again: {reason}",
                          "nothing, if the provider comes back; else set right what it says in triggerfish.toml")  # fmt: skip


def _last_day(document: Mapping[str, Any], limits: AlertSettings) -> Iterator[Finding]:
    day = document["last_day"]
    top = f"; most often {day['reasons'][0]['target']}: {day['reasons'][0]['reason']}" if day["reasons"] else ""
    if day["failed"] > limits.failed_a_day:
        yield Finding("warning", "failed", f"{day['failed']} deliveries failed within 24 hours{top}",
                      "set right what the reasons say; failed ones are not repeated")  # fmt: skip
    if day["unknown"] > limits.unknown_a_day:
        yield Finding("warning", "unknown", f"nobody knows of {day['unknown']} deliveries of the last 24 hours whether they went out",
                      "ask the provider's own log; they are not repeated")  # fmt: skip
    if day["set_aside"] > limits.set_aside_a_day:
        worst = day["set_aside_reasons"][0]
        yield Finding("warning", "set_aside", f"{day['set_aside']} inputs were set aside within 24 hours; most often: {worst['reason']}",
                      f"set it right where they come from ({worst['place']}) and send them again")  # fmt: skip
