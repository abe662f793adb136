"""What may be written inside of quotation marks and in template files: names, filters, files, the options of a field."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lsprotocol.types import CompletionItemKind as Icon

from triggerfish.dsl.server.describing import detail, documentation
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.names import Symbol
from triggerfish.dsl.server.pieces import MARK
from triggerfish.dsl.server.proposals import Proposal
from triggerfish.dsl.server.scopes import Scope
from triggerfish.dsl.tokens import SCAN
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree.expressions import Text

_PATH = re.compile(r"[\w.]*\Z")
_LINKED = re.compile(r"\{\{-?\s*\\?['\"]\w*\Z")
"""The name of an event or a topic, before the filter that makes a link of it."""
_GIVING = re.compile(r"['\"](\w+)\\?['\"]\s*\|\s*record_link\s*:\s*(?:[^|]*,\s*)?\w*\Z")
"""The name of a field that a link records."""
_TEXTS = frozenset({"text", "curly_text", "mixed_text", "unclosed", "long_text", "endless"})
_ASKED = re.compile(r"([a-z_][\w.]*)\s+(?:is|is\s+not|to|from|in\s*\(|not\s+in\s*\(|:)?\s*(?:\"[^\"]*\"\s*,\s*)*\Z")


def in_template(document: Document, line: int, column: int) -> list[Proposal]:
    """What may stand at a place in a file that is a template itself: nothing outside of ``{{ }}`` and ``{% %}``."""
    lines = document.text.lines
    before, after = "\n".join([*lines[: line - 1], lines[line - 1][: column - 1]]), lines[line - 1][column - 1 :]
    inside = _opened(before)
    if inside is None:
        return []
    sent = [
        message.name.text
        for message in document.state.declared.messages.values()
        if any(field.file and _same(field.value, document.path) for part in message.parts for field in part.fields)
    ]
    return list(_template(document, sent, inside, after))


def _same(written: Text, path: str) -> bool:
    """Whether a file named in a ``.flow`` file is this one."""
    here = posixpath.dirname(written.span.file.partition(MARK)[0])
    return posixpath.normpath(posixpath.join(here, written.value)) == path


def _opened(before: str) -> str | None:
    """What stands from the last ``{{`` or ``{%`` to the cursor; None where it is closed already."""
    start = max(before.rfind("{{"), before.rfind("{%"))
    if start < 0 or re.search(r"[%}]\}", before[start:]):
        return None
    return before[start:]


def in_text(document: Document, line: int, column: int) -> list[Proposal] | None:
    """What may stand at a place inside of a text, or None outside of texts."""
    placed = document.piece_at(line)
    if placed is None:
        return None
    text = placed.piece.text
    lines = text.split("\n")
    offset = sum(len(one) + 1 for one in lines[: line - placed.above - 1]) + column - 1
    for match in SCAN.finditer(text):
        kind = match.lastgroup
        if kind is None or kind == "end" or match.start(kind) >= offset:
            return None
        if kind in _TEXTS and (offset < match.end(kind) or (kind in ("unclosed", "endless") and offset <= match.end(kind))):
            inside = text[match.start(kind) : offset]
            before = text[: match.start(kind)].rpartition("\n")[2]
            after = text[offset:].partition("\n")[0]
            return list(_proposals(document, line, (inside, after), before))
    return None


def _proposals(document: Document, line: int, around: tuple[str, str], before: str) -> Iterator[Proposal]:
    """``around`` is the text up to the cursor and what follows it; ``before`` what precedes the text in its line."""
    inside, after = around
    opened = _opened(inside)
    if opened is not None:
        yield from _template(document, _written_at(document, line), opened, after)
    elif before.rstrip().endswith("file") or before.rstrip().endswith("from"):
        yield from _files(document, inside[1:])
    else:
        yield from _options(document, line, before, inside[1:])


# --- templates -----------------------------------------------------------------------------------------


def _template(document: Document, messages: list[str], written: str, after: str) -> Iterator[Proposal]:
    """``messages`` are those that show it; ``written`` stands before the cursor, ``after`` behind it."""
    found = _PATH.search(written)
    path = found.group() if found is not None else ""
    if _LINKED.search(written):
        yield from _linked(document, after.partition("}}")[0], len(path))
        return
    if giving := _GIVING.search(written):
        yield from _recorded(document, giving[1], written[giving.end(1) :], len(path))
        return
    if re.search(r"\|\s*\w*\Z", written):
        from triggerfish.dsl.template_sandbox import sandbox

        for name in sorted(sandbox(False).filters):
            yield Proposal(name, Icon.Function, "filter", typed=len(path))
        return
    if re.fullmatch(r"\{%-?\s*\w*", written):
        from triggerfish.dsl.template_sandbox import sandbox

        for name in sorted(tag for tag in sandbox(False).tags if tag.isalpha()):
            yield Proposal(name, Icon.Keyword, "tag", typed=len(path))
        return
    state = document.state
    *above, word = path.split(".")
    for scope in _scopes(document, messages):
        if above:
            symbols = state.index.resolver.members(tuple(above), scope)
        else:
            symbols = [Symbol("field", name) for name in state.declared.profile_names()]
            symbols += [caught.symbol for caught in (scope.variables or {}).values()]
            symbols += [Symbol("value", name) for name in state.declared.values]
            symbols += [Symbol("score", name) for name in state.declared.scores]
            symbols += [Symbol("built-in", "content")] if state.declared.contents else []
        for symbol in symbols:
            yield Proposal(
                symbol.word, Icon.Field, detail(symbol, state), documentation(symbol, state), typed=len(word), rank="1"
            )


def _linked(document: Document, after: str, typed: int) -> Iterator[Proposal]:
    """What a link may record or confirm; the filter behind it says which of them, once it is there."""
    state = document.state
    symbols: list[Symbol] = []
    if "confirm_link" not in after:
        symbols += [Symbol("event", name) for name, one in state.declared.events.items() if not one.everyone]
    if "record_link" not in after:
        topics = state.declared.topics.values()
        symbols += [Symbol("topic", one.name.text) for one in topics if any(each.mode == "confirmed opt-in" for each in one.clauses)]
    for symbol in symbols:
        icon = Icon.Event if symbol.kind == "event" else Icon.Reference
        yield Proposal(symbol.word, icon, detail(symbol, state), documentation(symbol, state), typed=typed, rank="1")


def _recorded(document: Document, event: str, given: str, typed: int) -> Iterator[Proposal]:
    """The fields of the event that a link records, but for those it gives already."""
    state = document.state
    for name in state.declared.event_field_names(event):
        if not re.search(rf"\b{name}\s*:", given):
            symbol = Symbol("event field", name, event)
            yield Proposal(
                name, Icon.Field, detail(symbol, state), documentation(symbol, state), f"{name}: ", typed=typed, rank="1"
            )


def _scopes(document: Document, messages: list[str]) -> list[Scope]:
    """What is known at the places where messages are sent."""
    sends = document.state.index.sends
    return [scope for name in messages for scope in sends.get(name, ())] or [Scope(template=True)]


def _written_at(document: Document, line: int) -> list[str]:
    """The message that a line belongs to."""
    placed = document.piece_at(line)
    declarations = placed.piece.tree.declarations if placed is not None else ()
    return [one.name.text for one in declarations if isinstance(one, td.Message)]


# --- files and options ----------------------------------------------------------------------------------


def _files(document: Document, written: str) -> Iterator[Proposal]:
    folder = document.state.folder
    here = posixpath.dirname(document.path)
    inside = posixpath.dirname(written)
    place = folder / here / inside
    if not place.resolve().is_relative_to(folder):
        return
    try:
        entries = sorted(place.iterdir())
    except OSError:
        return
    for entry in entries:
        name = posixpath.join(inside, entry.name)
        if not entry.name.startswith(".") and entry.suffix not in (".flow", ".toml"):
            icon = Icon.Folder if entry.is_dir() else Icon.File
            yield Proposal(f"{name}/" if entry.is_dir() else name, icon, typed=len(written), rank="1")


def _options(document: Document, line: int, before: str, written: str) -> Iterator[Proposal]:
    """The options of the field that a text is compared with or given to."""
    found = _ASKED.search(before)
    if found is None:
        return
    path = tuple(found[1].split("."))
    column = before.rfind(found[1], 0, found.end(1)) + 1
    symbols = {one.symbol for one in document.at(line, column)} or {Symbol("field", ".".join(path))}
    declared = document.state.declared
    for symbol in symbols:
        own = tuple(symbol.name.split("."))
        fields = declared.profile if symbol.kind == "field" else declared.event_fields.get(symbol.owner, {})
        field = fields.get(own)
        for option in field.type.options if field is not None else ():
            value = getattr(option, "value", None)
            if isinstance(value, str):
                yield Proposal(value, Icon.EnumMember, typed=len(written), rank="1")
