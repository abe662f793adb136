"""An explanation as JSON and as text. Both tell the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from triggerfish.runtime.story import sentences
from triggerfish.runtime.story.entry import Entry
from triggerfish.runtime.story.explain import Explanation
from triggerfish.runtime.story.profile import iso


def as_json(explanation: Explanation, entries: Sequence[Entry]) -> dict[str, Any]:
    """The shape that the contract of the command line gives."""
    files = _files(explanation, entries)
    zone = explanation.zone
    return {
        "person": explanation.person,
        "version": explanation.scene.version,
        "entries": [
            {
                "at": iso(each.at, zone), "kind": each.kind, "flow": each.flow, "step": each.step,
                "file": each.file or files.get(each.flow, ""), "line": each.line, "why": each.why,
            }
            for each in entries
        ],
    }


def as_text(explanation: Explanation, entries: Sequence[Entry]) -> Iterable[str]:
    """The same for people: the short answers, then one line an entry, with the place it comes from."""
    files = _files(explanation, entries)
    before = ""
    for each in entries:
        part = {"summary": "", "program": "", "differs": "", "next": "next", "waits": "next"}.get(each.kind, "story")
        if part != before and part:
            yield ""
            yield {"next": "what comes next:", "story": "what happened:"}[part]
        before = part
        place = f"   [{each.file or files.get(each.flow, each.flow)}:{each.line}]" if each.line and each.flow else ""
        when = "" if part in ("", "next") else f"{sentences.moment(each.at, explanation.zone)}  "
        yield f"  {when}{each.why}{place}"


def _files(explanation: Explanation, entries: Sequence[Entry]) -> dict[str, str]:
    """The file of each flow that is mentioned."""
    flows = ((name, explanation.scene.flow(name)) for name in {each.flow for each in entries})
    return {name: flow.file for name, flow in flows if flow is not None}
