"""Which names the templates of a project use, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.check import segments, templates
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

    def of_message(self, message: td.Message) -> tuple[TemplateUse, ...]:
        """The names in all parts of a message; a template with mistakes has none."""
        known = self._known.get(id(message))
        if known is None:
            found = [use for part in message.parts for field in part.fields for use in self._field(field, part)]
            known = self._known[id(message)] = message, tuple(found)
        return known[1]

    def of_content(self, content: td.Content) -> tuple[TemplateUse, ...]:
        """The names in all variants of a content."""
        texts = [variant.text for variant in content.variants]
        return tuple(use for text in (*texts, content.otherwise) if text is not None for use in self.of_text(text))

    def of_text(self, text: tx.Text) -> tuple[TemplateUse, ...]:
        """The names in a text of a step."""
        return templates.uses(text.value, text, None, "", self._context) if templates.is_template(text.value) else ()

    def _field(self, field: td.PartField, part: td.Part) -> tuple[TemplateUse, ...]:
        source, path = field.value.value, None
        if field.file:
            found = segments.read(field.value, self._context)
            if found is None:
                return ()
            path, source = found
        if not templates.is_template(source):
            return ()
        return templates.uses(source, field.value, path, part.channel.text, self._context)
