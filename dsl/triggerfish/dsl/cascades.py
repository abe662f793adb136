"""After syntax errors: which other mistakes are only their consequence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.lines import lines
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import File

_UNKNOWN = frozenset(
    {
        "TF101",
        "TF102",
        "TF103",
        "TF104",
        "TF105",
        "TF106",
        "TF109",
        "TF111",
        "TF115",
        "TF119",
        "TF120",
        "TF405",
        "TF411",
    }
)
"""What may follow from a name whose declaration could not be read."""
_MISSING = frozenset(
    {
        "TF302",
        "TF303",
        "TF306",
        "TF307",
        "TF401",
        "TF403",
        "TF319",
        "TF320",
        "TF321",
        "TF322",
        "TF410",
        "TF413",
        "TF501",
        "TF503",
        "TF601",
    }
)
"""What may follow from a line that could not be read, in the declaration it belongs to."""
_SWALLOWING = frozenset({"TF010", "TF703"})
"""A text over several lines without an end, a file that cannot be read: nobody knows what was in there."""
_WORD = re.compile(r"[a-z_][a-z0-9_]*")


def without_cascades(
    found: Sequence[Diagnostic], files: Sequence[File], sources: Mapping[str, str], problems: Sequence[Diagnostic]
) -> list[Diagnostic]:
    """Leaves out what follows from a syntax error: one mistake, one message."""
    if any(one.code in _SWALLOWING for one in (*problems, *found)):
        # A file that is not there, or not closed, may have declared anything.
        return [one for one in found if one.code not in _UNKNOWN | _MISSING]
    lost = {word for file in files for word in _lost_words(file, sources[file.path], problems)}
    damaged = [
        one.span
        for file in files
        for one in file.declarations
        if any(_inside(problem.span, one.span) for problem in problems)
    ]
    lines_told = {(problem.span.file, problem.span.line) for problem in problems}
    found = [one for one in found if (one.span.file, one.span.line) not in lines_told]
    return [one for one in found if not _follows(one, lost, damaged, sources)]


def _follows(one: Diagnostic, lost: set[str], damaged: Sequence[Span], sources: Mapping[str, str]) -> bool:
    if one.code in _UNKNOWN:
        return bool(_words(one.span, sources) & lost)
    if one.code in _MISSING:
        places = (one.span, *(related.span for related in one.related))
        return any(_inside(place, around) for place in places for around in damaged)
    return False


def _inside(span: Span, around: Span) -> bool:
    return span.file == around.file and around.line <= span.line <= around.end_line


def _lost_words(file: File, text: str, problems: Iterable[Diagnostic]) -> Iterator[str]:
    """The words, comments left out, of the lines of a file that could not be read."""
    wrong = {problem.span.line for problem in problems if problem.span.file == file.path}
    if not wrong:
        return
    read = {line for one in file.declarations for line in range(one.span.line, one.span.end_line + 1)}
    comments = {comment.span.line: comment.span.column for comment in file.comments}
    block: int | None = None
    for number, line in enumerate(lines(text), 1):
        depth = len(line) - len(line.lstrip())
        if block is not None and line.strip() and depth <= block:
            block = None
        if number in wrong:
            block = depth
        if block is not None or number not in read:
            yield from _WORD.findall(line[: comments.get(number, len(line) + 1) - 1])


def _words(span: Span, sources: Mapping[str, str]) -> set[str]:
    found = lines(sources.get(span.file, ""))
    if not 1 <= span.line <= len(found):
        return set()
    end = span.end_column - 1 if span.end_line == span.line else None
    return set(_WORD.findall(found[span.line - 1][span.column - 1 : end]))
