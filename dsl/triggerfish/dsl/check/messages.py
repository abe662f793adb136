"""Messages and their parts, checked against what each channel asks for."""

from __future__ import annotations

from triggerfish.dsl.catalog import ChannelInfo
from triggerfish.dsl.check import policy_names, segments, templates
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.symbols import TemplateUse
from triggerfish.dsl.diagnostics import messages as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import program as ir
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td


def message(written: td.Message, context: Context) -> ir.Message:
    """A message; what its templates name is noted in the symbols, and checked at each send."""
    name = written.name.text
    first: dict[tuple[str, str | None], Span] = {}
    parts, uses = [], []
    for part in written.parts:
        if not policy_names.channel(part.channel, context):
            continue
        language = part.language.value if part.language is not None else None
        key = (part.channel.text, language)
        if key in first:
            what = part.channel.text + (f' in "{language}"' if language else "")
            related = (Related(first[key], "first given here"),)
            context.report.add(rules.RepeatedContent.at(part.channel.span, related=related, what=f"the {what} part"))
            continue
        first[key] = part.channel.span
        found, named = _part(part, name, context)
        parts.append(found)
        uses += named
    _defaults(written, first, context)
    context.symbols.templates[name] = tuple(uses)
    label = written.label.value if written.label is not None else name
    return ir.Message(name, label, tuple(parts), written.span.file, written.span.line)


def _defaults(written: td.Message, first: dict[tuple[str, str | None], Span], context: Context) -> None:
    for channel in dict.fromkeys(channel for channel, _ in first):
        languages = [language for other, language in first if other == channel]
        if None not in languages:
            shown = " and ".join(f'"{language}"' for language in languages)
            context.report.add(
                rules.NoDefaultPart.at(
                    first[channel, languages[0]], channel=channel, message=written.name.text, languages=shown
                )
            )


def _part(written: td.Part, message_name: str, context: Context) -> tuple[ir.Part, list[TemplateUse]]:
    channel = context.symbols.catalog.channels[written.channel.text]
    fields: dict[str, ir.PartField] = {}
    first: dict[str, Span] = {}
    uses: list[TemplateUse] = []
    broken = False
    for field in written.fields:
        name = _field_name(field, channel, context)
        if name is None:
            broken = True
            continue
        if name in first:
            related = (Related(first[name], "first given here"),)
            context.report.add(rules.RepeatedContent.at(field.span, related=related, what=f"`{name}`"))
            continue
        first[name] = field.span
        found, named = _field(field, name, channel.name, context)
        uses += named
        if found is not None:
            fields[name] = found
    for wanted in channel.fields:
        if wanted.required and wanted.name not in first and not broken:
            context.report.add(
                rules.MissingContentField.at(
                    written.channel.span, channel=channel.name, message=message_name, name=wanted.name
                )
            )
    language = written.language.value if written.language is not None else None
    return ir.Part(channel.name, language, tuple(fields.values()), written.span.line), uses


def _field_name(written: td.PartField, channel: ChannelInfo, context: Context) -> str | None:
    known = {field.name: field for field in channel.fields}
    if written.name is None:
        if channel.short is None:
            hint = (
                "write " + ", ".join(f'`{field.name} "…"`' for field in channel.fields if field.required) + " below it"
            )
            context.report.add(rules.NoShortForm.at(written.span, hint=hint, channel=channel.name))
        return channel.short
    if written.name.text not in known:
        hint = f"{channel.name} has " + ", ".join(known)
        context.report.unknown(rules.UnknownContentField, written.name, known, hint=hint, channel=channel.name)
        return None
    if written.file and not known[written.name.text].file:
        context.report.add(rules.NoFileAllowed.at(written.span, name=written.name.text, channel=channel.name))
        return None
    return written.name.text


def _field(
    written: td.PartField, name: str, channel: str, context: Context
) -> tuple[ir.PartField | None, tuple[TemplateUse, ...]]:
    source, path = written.value.value, None
    if written.file:
        found = segments.read(written.value, context)
        if found is None:
            return None, ()
        path, source = found
    uses = templates.uses(source, written.value, path, channel, context)
    return ir.PartField(name, source, path, written.span.line, templates.dotted(uses)), uses
