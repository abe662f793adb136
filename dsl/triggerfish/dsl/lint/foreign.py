"""Places to fill in, as other systems write them: here they would be sent as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triggerfish.dsl.diagnostics.model import Diagnostic, Rule
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree.declarations import Content, Message

_OURS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ALWAYS = re.compile(r"\*\|\s*([A-Za-z_][\w:]*)\s*\|\*")
"""Never plain words."""
_IF_KNOWN = re.compile(
    r"\$?\{\s*([A-Za-z][\w ]*?)\s*\}|%{1,2}([A-Za-z]\w*)%{1,2}|\[{1,2}\s*([A-Za-z][\w ]*?)\s*\]{1,2}(?!\()"
)
"""Only where the word is a name of the project."""
_USUAL = {"fname": "first_name", "lname": "last_name", "firstname": "first_name", "lastname": "last_name", "mail": "email"}


class ForeignPlaceholder(Rule):
    code = "TF629"
    severity = "warning"
    message = "`{found}` is not filled in: people would read it as it stands"
    help = "what is filled in stands between `{{{{` and `}}}}`, as in `{{{{ first_name }}}}`"
    reason = "Each system for sending has its own way to say where a name goes; here it is `{{{{ first_name }}}}`."
    wrong = 'message m\n    sms "Hi {first_name}"\n\nflow f\n    start when signed_up\n    about offers\n    send sms m\n'
    right = 'message m\n    sms "Hi {{ first_name }}"\n\nflow f\n    start when signed_up\n    about offers\n    send sms m\n'

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Every such place in a message or a content that stands in a ``.flow`` file."""
        known = {_plain(name): name for name in (*project.profile, *(value.name for value in project.program.values))}
        for file in project.files:
            for declared in file.declarations:
                for text in _texts(declared):
                    yield from _found(text, known, project)


def _texts(declared: object) -> Iterator[tx.Text]:
    if isinstance(declared, Message):
        yield from (field.value for part in declared.parts for field in part.fields if not field.file)
    elif isinstance(declared, Content):
        yield from (variant.text for variant in declared.variants)
        if declared.otherwise is not None:
            yield declared.otherwise


def _found(text: tx.Text, known: dict[str, str], project: Project) -> Iterator[Diagnostic]:
    value = _OURS.sub(lambda ours: " " * len(ours[0]), text.value)
    places = [*_ALWAYS.finditer(value), *_IF_KNOWN.finditer(value)]
    for place in sorted(places, key=lambda each: each.start()):
        word = _plain(next(group for group in place.groups() if group))
        name = known.get(word) or known.get(_plain(_USUAL.get(word, "")))
        if name is not None or place.re is _ALWAYS:
            hint = f"write `{{{{ {name} }}}}`" if name is not None else None
            yield ForeignPlaceholder.at(_where(text.span, place[0], project), hint=hint, found=place[0])


def _where(span: Span, words: str, project: Project) -> Span:
    for number in range(span.line, span.end_line + 1):
        if words in project.text(span.file, number):
            return project.words(span.file, number, words)
    return span


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "").replace("_", "")
