"""All messages of a program, parsed once, and filled in per recipient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.ir.program import Message, Part, PartField, Program
from triggerfish.dsl.span import Span
from triggerfish.dsl.templates import BadTemplate, MissingValue, Template, TemplateFailure, parse_template
from triggerfish.plugins.channel import AnyChannel
from triggerfish.plugins.describe import markup_of
from triggerfish.plugins.plain import tidy
from triggerfish.runtime.links.links import MessageLinks
from triggerfish.runtime.messages.markup import Misplaced, PackageMissing, Unreadable, kind_of, to_html
from triggerfish.runtime.messages.problems import BadBody, ExtraNeeded, TagBetweenAttributes, UnreadableMarkup


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message that can go out: the channel's content fields, filled in; empty optional ones are left out."""

    fields: dict[str, str]
    language: str | None


@dataclass(frozen=True, slots=True)
class Unrendered:
    """A message that cannot go out. ``name`` is the unknown value, where that is the reason."""

    field: str | None
    name: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CompiledField:
    """``template`` is a text where there is nothing to fill in."""

    name: str
    template: Template | str
    markup: bool
    required: bool
    derived: bool = False
    """Made from another field, so that loops and conditions may leave gaps between its lines."""
    body: bool = False
    """Whether its links are looked after: HTML and its text version."""


@dataclass(frozen=True, slots=True)
class CompiledPart:
    """The fields of one part, in the order of the channel's content."""

    language: str | None
    fields: tuple[CompiledField, ...]


class MessageSet:
    """The messages of one program. ``problems`` are mistakes found in bodies; such a part cannot be rendered.

    Rendering changes nothing here: a set may be used by several threads.
    """

    def __init__(self, program: Program, channels: Mapping[str, AnyChannel]) -> None:
        self.timezone = program.policy.timezone
        self.channels = channels
        self.problems: list[Diagnostic] = []
        self.parts: dict[tuple[str, str], list[CompiledPart]] = {}
        for message in program.messages:
            for part in message.parts:
                compiled = self._compile(message, part, channels)
                if compiled is not None:
                    self.parts.setdefault((message.name, part.channel), []).append(compiled)

    def render(
        self,
        message: str,
        channel: str,
        language: str | None,
        values: Mapping[str, object],
        *,
        at: int,
        links: MessageLinks | None = None,
    ) -> Rendered | Unrendered:
        """Fill a message in for one person; ``links`` makes the links in it.

        ``values`` are what its templates may name (the person's ``timezone`` among them, if dates are shown); ``at`` is
        the moment it is sent, in milliseconds since 1970 UTC.
        """
        parts = self.parts.get((message, channel))
        if not parts:
            return Unrendered(None, None, f"the message {message} has no {channel} part that can be used")
        part = choose_part(parts, language)
        timezone = values.get("timezone")
        zone = timezone if isinstance(timezone, str) and timezone else self.timezone
        fields: dict[str, str] = {}
        plain = marked = values
        if "content" in values:
            try:
                plain = {**values, "content": self._contents(values, at, zone, links, html=False)}
                marked = {**values, "content": self._contents(values, at, zone, links, html=True)}
            except MissingValue as missing:
                return Unrendered(None, missing.name, f"{missing}, and the content needs it")
            except (TemplateFailure, BadTemplate) as failure:
                return Unrendered(None, None, f"the content cannot be filled in: {failure}")
        for field in part.fields:
            if isinstance(field.template, str):
                text = field.template
            else:
                try:
                    text = field.template.fill(marked if field.markup else plain, at=at, timezone=zone, links=links)
                except MissingValue as missing:
                    return Unrendered(field.name, missing.name, f"{missing}, and the {field.name} needs it")
                except TemplateFailure as failure:
                    return Unrendered(field.name, None, f"the {field.name} cannot be filled in: {failure}")
            if not field.markup:
                text = tidy(text) if field.derived else text.strip()
            if links is not None and text and field.body:
                text = links.in_html(text) if field.markup else links.in_text(text)
            if text:
                fields[field.name] = text
            elif field.required:
                return Unrendered(field.name, None, f"the {field.name} is empty")
        return Rendered(fields, part.language)

    def content(self, channel: str, fields: Mapping[str, str]) -> BaseModel | Unrendered:
        """What was rendered, as the channel takes it; Unrendered where it is not within the channel's limits."""
        try:
            content: BaseModel = self.channels[channel].Content.model_validate(fields)
        except ValidationError as problem:
            first = problem.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            return Unrendered(field, None, f"the {field} of the message does not fit the channel: {first['msg']}")
        return content

    @staticmethod
    def _contents(
        values: Mapping[str, object], at: int, zone: str, links: MessageLinks | None, *, html: bool
    ) -> dict[str, str]:
        """The chosen variants of contents, themselves filled in."""
        from markupsafe import Markup  # comes with Liquid

        chosen = values.get("content")
        made: dict[str, str] = {}
        for name, variant in chosen.items() if isinstance(chosen, dict) else ():
            template = _parsed(variant["template"], html=html)
            text = template if isinstance(template, str) else template.fill(values, at=at, timezone=zone, links=links)
            made[name] = Markup(text) if html else text  # noqa: S704 - a content is markup; its values are escaped
        return made

    # --- compiling ------------------------------------------------------------------------------

    def _compile(self, message: Message, part: Part, channels: Mapping[str, AnyChannel]) -> CompiledPart | None:
        channel = channels.get(part.channel)
        if channel is None:
            return None
        model: type[BaseModel] = channel.Content
        sources = {field.name: field for field in part.fields}
        compiled: list[CompiledField] = []
        before = len(self.problems)
        texts = {mark.text for info in model.model_fields.values() if (mark := markup_of(info)) is not None}
        for name, info in model.model_fields.items():
            field = sources.get(name)
            if field is not None:
                made = self._compile_field(message, field, info, sources)
                compiled += [replace(each, body=each.markup or each.name in texts) for each in made]
        return CompiledPart(part.language, tuple(compiled)) if len(self.problems) == before else None

    def _compile_field(
        self, message: Message, field: PartField, info: FieldInfo, others: Mapping[str, PartField]
    ) -> Iterable[CompiledField]:
        mark = markup_of(info)
        span = Span(field.file, 1, 1, 1, 2) if field.file else Span(message.file, field.line, 1, field.line, 2)
        try:
            parse_template(field.source, html=mark is not None)
            if mark is None:
                template = _parsed(field.source.strip(), html=False)
                return [CompiledField(field.name, template, markup=False, required=info.is_required())]
            kind = kind_of(field.source, field.file)
            preview = others.get(mark.preview) if mark.preview else None
            body = to_html(field.source, kind, preview.source.strip() if preview else None)
            made = [CompiledField(field.name, _parsed(body.html, html=True), markup=True, required=info.is_required())]
            if mark.text and mark.text not in others:
                made += _text_version(mark.text, body.text)
        except Unreadable as problem:
            self.problems.append(UnreadableMarkup.at(span, kind=kind, field=field.name, problem=problem))
        except PackageMissing as problem:
            self.problems.append(ExtraNeeded.at(span, field=field.name, package=problem.package))
        except Misplaced as problem:
            self.problems.append(TagBetweenAttributes.at(span, tag=problem.tag))
        except BadTemplate as problem:
            self.problems.append(BadBody.at(span, field=field.name, problem=problem))
        else:
            return made
        return []


def choose_part(parts: list[CompiledPart], language: str | None) -> CompiledPart:
    """The part in that language, else in its base language, else the one without a language, else the first."""
    wanted = _normal(language)
    by_language = {_normal(part.language): part for part in reversed(parts)}
    for candidate in (wanted, wanted.split("-")[0], ""):
        if candidate in by_language:
            return by_language[candidate]
    return parts[0]


def _normal(language: str | None) -> str:
    return (language or "").lower().replace("_", "-")


def _parsed(source: str, *, html: bool) -> Template | str:
    return parse_template(source, html=html) if "{{" in source or "{%" in source else source


def _text_version(name: str, source: str) -> list[CompiledField]:
    """The text made from an HTML body; where its tags do not pair up, the channel makes it from each mail instead."""
    try:
        return [CompiledField(name, _parsed(source, html=False), markup=False, required=False, derived=True)]
    except BadTemplate:
        return []
