"""``# allow TF612: because …``: a warning that is meant to be there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from triggerfish.dsl import tree
from triggerfish.dsl.diagnostics.model import Diagnostic, Rule
from triggerfish.dsl.span import Span

_ALLOW = re.compile(r"allow\s+(TF\d{3}(?:\s*(?:,|and)\s*TF\d{3})*)\s*(?::\s*(?P<reason>.*))?$", re.IGNORECASE)
_CODE = re.compile(r"TF\d{3}", re.IGNORECASE)


class NoReason(Rule):
    code = "TF623"
    severity = "warning"
    message = "this comment allows {codes} without saying why"
    help = "write it as: # allow {codes}: because …"
    reason = "Whoever reads the line later must be able to tell whether the reason still holds."
    wrong = 'message m  # allow TF616\n    sms "Hi"\n'
    right = 'message m  # allow TF616: because it is sent from the shop\n    sms "Hi"\n'


class SilencesNothing(Rule):
    code = "TF624"
    severity = "warning"
    message = "nothing here is {code}"
    help = "remove the comment; it belongs on the line of the warning or directly above"
    reason = "What it allowed is gone, or stands elsewhere; it would hide the next mistake on this line."
    wrong = 'message m  # allow TF613: because I say so\n    sms "Hi"\n\nflow f\n    start when signed_up\n    about offers\n    send sms m\n'
    right = 'message m\n    sms "Hi"\n\nflow f\n    start when signed_up\n    about offers\n    send sms m\n'


@dataclass(slots=True)
class _Silencer:
    codes: tuple[str, ...]
    reason: str
    line: int
    span: Span
    used: set[str] = field(default_factory=set)


def silenced(diagnostics: Sequence[Diagnostic], files: Sequence[tree.File], *, all_rules: bool = True) -> list[Diagnostic]:
    """The diagnostics without those that a comment allows, and with what is wrong with such comments.

    A comment on any line of a sentence is for all its lines. Errors cannot be allowed. ``all_rules`` says that every rule has been asked; otherwise nothing is said of comments that
    allow nothing.
    """
    silencers: dict[tuple[str, int], list[_Silencer]] = {}
    begins = {
        (file.path, line): first
        for file in files
        for first, last in file.sentences
        for line in range(first, last + 1)
    }
    for file in files:
        for one in _silencers(file):
            first = begins.get((file.path, one.line), one.line)
            silencers.setdefault((file.path, first), []).append(one)
    left = []
    for found in diagnostics:
        here = [
            one for one in silencers.get(_sentence(found.span, begins), ())
            if found.severity != "error" and found.code in one.codes
        ]  # fmt: skip
        for one in here:
            one.used.add(found.code)
        if not here:
            left.append(found)
    for one in (each for several in silencers.values() for each in several):
        if not one.reason:
            left.append(NoReason.at(one.span, codes=", ".join(one.codes)))
        if all_rules:
            left += [SilencesNothing.at(one.span, code=code) for code in one.codes if code not in one.used]
    return sorted(left, key=lambda found: (found.span, found.code))


def _sentence(span: Span, begins: Mapping[tuple[str, int], int]) -> tuple[str, int]:
    """The file and the first line of the sentence a place is in."""
    return span.file, begins.get((span.file, span.line), span.line)


def _silencers(file: tree.File) -> Iterator[_Silencer]:
    """A comment on a line of its own is for the next line that is no comment."""
    own = {comment.span.line for comment in file.comments if comment.own_line}
    for comment in file.comments:
        match = _ALLOW.match(comment.text.strip())
        if match is None:
            continue
        line = comment.span.line
        if comment.own_line:
            while line in own:
                line += 1
        codes = tuple(code.upper() for code in _CODE.findall(match[1]))
        yield _Silencer(codes, (match["reason"] or "").strip(), line, comment.span)
