"""What is known of a person now, as data and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.compiled import CompiledProgram
from triggerfish.runtime.machine.state import State, decode
from triggerfish.runtime.machine.trace import MASK, shown
from triggerfish.runtime.story.sentences import moment


def describe(program: CompiledProgram, person: str, data: bytes | None) -> dict[str, Any]:
    """A JSON-able description; moments are ISO texts in the person's zone; sensitive fields are masked."""
    state = decode(data) if data is not None else State(profile={"id": person})
    zone = program.zone(state)
    sensitive = {field.name for field in program.ir.profile if field.sensitive}
    profile = {
        name: MASK if name in sensitive else iso(value, zone) if name in program.moments and isinstance(value, int) else value
        for name, value in state.profile.items()
    }
    return {
        "id": person,
        "timezone": str(zone),
        "profile": profile,
        "segments": {name: iso(since, zone) for name, since in sorted(state.segments.items())},
        "scores": {name: program.scores[name].shown(points) for name, points in state.scores.items() if name in program.scores},
        "flows": [_run(program, run, zone) for run in state.runs],
        "consent": {name: bool(stated[0]) for name, stated in sorted(state.consent.items())},
        "suppressed": {channel: why[0] for channel, why in state.suppressed.items()},
    }


def _run(program: CompiledProgram, run: Any, zone: Any) -> dict[str, Any]:
    flow = program.flow(run.flow, run.version)
    at = flow.instructions[run.pc].at if flow and 0 <= run.pc < len(flow.instructions) else None
    return {
        "flow": run.flow,
        "entered": iso(run.entered, zone),
        "step": at.text if at else "",
        "line": at.line if at else 0,
        "until": None if run.due is None else iso(run.due, zone),
        "noted": run.noted,
    }


def iso(at: int, zone: Any) -> str:
    """``2026-03-02T11:00:00+01:00``."""
    return calendar.local(at, zone).replace(tzinfo=zone).isoformat(timespec="seconds")


def sentences(program: CompiledProgram, document: dict[str, Any]) -> Iterator[str]:
    """The same for people to read."""
    yield f"{document['id']}  (times in {document['timezone']})"
    for title, lines in (
        ("known", [f"{name}: {shown(value)}" for name, value in document["profile"].items() if name != "id"]),
        ("merged", [f"this is another name of {document['merged_into']}"] if document.get("merged_into") else []),
        ("also known as", document.get("identities", [])),
        ("segments", [f"{name} since {_short(since)}" for name, since in document["segments"].items()]),
        ("scores", [_score(program, name, value) for name, value in document["scores"].items()]),
        ("flows", [_where(run) for run in document["flows"]]),
        ("consent", [f"{name}: {'given' if given else 'withdrawn'}" for name, given in document["consent"].items()]),
        ("suppressed", [f"{channel}: {why}" for channel, why in document["suppressed"].items()]),
        ("sent", [_sent(program, document, each) for each in document.get("sent", [])]),
    ):
        if lines:
            yield f"{title}:"
            yield from (f"  {line}" for line in lines)


def _score(program: CompiledProgram, name: str, value: float) -> str:
    """``lead_score: 312.5 (medium)``; levels stand from the highest down."""
    level = next((level for level, threshold in program.scores[name].ir.levels if value >= threshold), None)
    return f"{name}: {round(value, 1):g}" + (f" ({level})" if level is not None else "")


def _short(text: str) -> str:
    return text[:16].replace("T", " ")


def _where(run: dict[str, Any]) -> str:
    until = f", until {_short(run['until'])}" if run["until"] else ""
    noted = f" ({run['noted']})" if run["noted"] else ""
    return f"{run['flow']} since {_short(run['entered'])}{noted}: at \"{run['step']}\" (line {run['line']}){until}"


def _sent(program: CompiledProgram, document: dict[str, Any], each: dict[str, Any]) -> str:
    zone = calendar.zone_named(document["timezone"], program.zone_name)
    reason = f" ({each['reason']})" if each["reason"] else ""
    return f"{moment(each['at'], zone)} {each['channel']} {each['message']}: {each['status']}{reason}"
