"""Which names the templates of a project use, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.check import segments, templates
from triggerfish.dsl.check.links import LinkWords
from triggerfish.dsl.check.report import Report
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.source import Sources
from triggerfish.dsl.check.symbols import Symbols, TemplateUse
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx


class TemplateNames:
    """Reads templates, each message once. ``texts`` are the texts of files and pieces by path."""

    def __init__(self, texts: Mapping[str, str], catalog: Catalog) -> None:
        self._context = Context(Symbols(catalog), Report(), Sources((), texts.get))
        self._known: dict[int, tuple[td.Message, tuple[TemplateUse, ...]]] = {}

    def links_of(self, declaration: td.Message | td.Content) -> Iterator[LinkWords]:
        """The events, topics and fields that the links in a message or content name."""
        if isinstance(declaration, td.Content):
            for text in _texts(declaration):
                yield from templates.linked(text.value, text, None, self._context)
            return
        for part in declaration.parts:
            for field in part.fields:
                source, path = self._source(field)
                yield from templates.linked(source, field.value, path, self._context)

    def of_message(self, message: td.Message) -> tuple[TemplateUse, ...]:
        """The names in all parts of a message; a template with mistakes has none."""
        known = self._known.get(id(message))
        if known is None:
            found = [use for part in message.parts for field in part.fields for use in self._field(field, part)]
            known = self._known[id(message)] = message, tuple(found)
        return known[1]

    def of_content(self, content: td.Content) -> tuple[TemplateUse, ...]:
        """The names in all variants of a content."""
        return tuple(use for text in _texts(content) for use in self.of_text(text))

    def of_text(self, text: tx.Text) -> tuple[TemplateUse, ...]:
        """The names in a text of a step."""
        return templates.uses(text.value, text, None, "", self._context) if templates.is_template(text.value) else ()

    def _field(self, field: td.PartField, part: td.Part) -> tuple[TemplateUse, ...]:
        source, path = self._source(field)
        if not templates.is_template(source):
            return ()
        return templates.uses(source, field.value, path, part.channel.text, self._context)

    def _source(self, field: td.PartField) -> tuple[str, str | None]:
        """The text of a field, and the file it stands in; nothing of a file that is not there."""
        if not field.file:
            return field.value.value, None
        path, source = segments.read(field.value, self._context) or (None, "")
        return source, path


def _texts(content: td.Content) -> Iterator[tx.Text]:
    yield from (text for text in (*(variant.text for variant in content.variants), content.otherwise) if text is not None)
