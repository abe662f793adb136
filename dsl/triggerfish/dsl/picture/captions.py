"""Taking a line apart into what is done and to what: ``wait 2 days`` is *Wait* and ``2 days``."""

from __future__ import annotations

_OPENINGS: tuple[tuple[str, str], ...] = (
    ("start when", "start"), ("start every", "start"), ("start on", "start"), ("start by hand", "start"),
    ("start by webhook", "start"), ("start", "start"),
    ("then no", "start"), ("then", "start"),
    ("wait until", "wait"), ("wait up to", "wait"), ("wait", "wait"), ("collect", "wait"),
    ("if", "decide"), ("choose by", "decide"), ("choose best", "decide"), ("split", "decide"), ("together", "decide"),
    ("repeat up to", "loop"), ("repeat", "loop"), ("for each", "loop"),
    ("set", "data"), ("clear", "data"), ("add", "data"),
    ("subscribe to", "data"), ("unsubscribe from", "data"), ("join segment", "data"), ("leave segment", "data"),
    ("record", "act"), ("do", "act"), ("enter flow", "act"),
    ("exit", "end"),
)  # fmt: skip


def parts(written: str) -> tuple[str, str, str]:
    """``(kind, caption, body)`` of a line: its colour, its verb with a capital, and the rest."""
    words = written.split(" ", 2)
    if words[0] == "send" and len(words) > 2:
        return _send(written, words[1], words[2])
    for opening, kind in _OPENINGS:
        if written == opening or written.startswith(f"{opening} "):
            return kind, opening.capitalize(), written[len(opening) + 1 :]
    return "act", words[0].capitalize(), written[len(words[0]) + 1 :]


def _send(written: str, second: str, rest: str) -> tuple[str, str, str]:
    if rest.startswith(("by best of ", "by first of ")):
        return "send", "Send", written.removeprefix("send ")
    return "send", f"Send {second}", rest
