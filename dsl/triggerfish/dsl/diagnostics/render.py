"""Diagnostics as people, editors and continuous integration want to read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from triggerfish.dsl.diagnostics.excerpt import excerpt
from triggerfish.dsl.diagnostics.model import Diagnostic, Fix, Severity
from triggerfish.dsl.diagnostics.sarif import render_sarif
from triggerfish.dsl.span import Span

_COLORS: dict[Severity, str] = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"}
_BOLD, _DIM, _HELP, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[1;32m", "\x1b[0m"


def render_text(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], *, color: bool = False) -> str:
    """For terminals: each diagnostic with its place, the source line and a mark under the words it is about.

    ``sources`` maps the paths of spans to the texts of the files; without its text a diagnostic has no source line.
    """
    return "\n".join(_one(diagnostic, sources, color=color) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic, sources: Mapping[str, str], *, color: bool) -> str:
    def painted(text: str, paint: str) -> str:
        return f"{paint}{text}{_PLAIN}" if color and text else text

    paint = _COLORS[diagnostic.severity]
    label = painted(f"{diagnostic.severity}[{diagnostic.code}]", paint)
    lines = [f"{painted(place(diagnostic.span), _BOLD)}: {label} {_visible(diagnostic.message)}"]
    shown = excerpt(diagnostic.span, sources.get(diagnostic.span.file))
    if shown is not None:
        gutter = f"{diagnostic.span.line:>4} | "
        lines.append(f"{painted(gutter, _DIM)}{shown.text}".rstrip())
        lines.append(f"{painted(' ' * (len(gutter) - 2) + '| ', _DIM)}{' ' * shown.start}{painted(shown.mark, paint)}")
    see = painted("see", _BOLD)
    lines += [f"     {see}: {place(related.span)}: {_visible(related.message)}" for related in diagnostic.related]
    if diagnostic.help:
        lines.append(f"     {painted('help', _HELP)}: {_visible(diagnostic.help)}")
    return "\n".join(lines) + "\n"


def place(span: Span) -> str:
    """``cart.flow:3:16``; only the file where a diagnostic is about no place in it."""
    return f"{span.file}:{span.line}:{span.column}" if span.line else span.file


def _visible(text: str) -> str:
    """Without control characters, which could change what a terminal shows."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text)


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """One JSON document; here ``end_column`` is the column of the last character, counted in."""
    document = {
        "ok": not any(diagnostic.severity == "error" for diagnostic in diagnostics),
        "diagnostics": [
            {
                "code": diagnostic.code,
                "severity": diagnostic.severity,
                "message": diagnostic.message,
                "help": diagnostic.help,
                **_range(diagnostic.span),
                "related": [{**_range(related.span), "message": related.message} for related in diagnostic.related],
                "fix": _fix(diagnostic.fix),
            }
            for diagnostic in diagnostics
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _range(span: Span) -> dict[str, Any]:
    """An empty range ends one column before it begins; what concerns a whole file has zeros."""
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column - 1 if span.line else 0,
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [{**_range(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Workflow commands, which GitHub shows beside the lines of a change."""
    lines = []
    for diagnostic in diagnostics:
        span = diagnostic.span
        text = diagnostic.message if diagnostic.help is None else f"{diagnostic.message}\n{diagnostic.help}"
        lines.append(
            f"::{_COMMANDS[diagnostic.severity]} file={_property(span.file)}{_place(span)},"
            f"title={_property(diagnostic.code)}::{_data(text)}\n"
        )
    return "".join(lines)


def _place(span: Span) -> str:
    """Nothing for what concerns a whole file: GitHub counts lines from 1."""
    if span.line == 0:
        return ""
    return f",line={span.line},col={span.column},endLine={span.end_line},endColumn={span.end_column}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


__all__ = ["place", "render_github", "render_json", "render_sarif", "render_text"]
