"""Steps that change something: fields, consent, segments, other systems, other flows."""

from __future__ import annotations

from collections.abc import Sequence

from triggerfish.dsl.catalog import ActionInfo
from triggerfish.dsl.check import conditions, giving, history, names, policy_names, starts, templates, values
from triggerfish.dsl.check.declare import FIXED
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.run import Run
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.typed import NOTHING
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import steps as ir
from triggerfish.dsl.ir.types import BOOLEAN, TEXT, Type
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import steps as ts

Change = (
    ts.SetField
    | ts.ClearField
    | ts.AddTo
    | ts.Consent
    | ts.Membership
    | ts.RecordEvent
    | ts.Do
    | ts.EnterFlow
    | ts.Exit
)


def change(step: Change, run: Run) -> ir.Step | None:
    """One of these steps."""
    context = run.context
    at = run.where(step, step.name if isinstance(step, ts.Do) else None)
    if isinstance(step, ts.Consent | ts.Membership | ts.RecordEvent):
        context.person(context.sources.head(step.span), "this would change nobody")
    match step:
        case ts.SetField():
            return _set(step, at, context)
        case ts.ClearField():
            found = settable(step.field, "cleared", context)
            return ir.ClearField(at, found[0]) if found is not None else None
        case ts.AddTo():
            return _add(step, at, context)
        case ts.Consent():
            channels = policy_names.topic_channels(step.topic, step.channel, context)
            return ir.Consent(at, step.subscribe, step.topic.text, channels)
        case ts.Membership():
            _by_hand(step, context)
            return ir.Membership(at, step.join, step.segment.text)
        case ts.RecordEvent():
            return _record(step, at, context)
        case ts.Do():
            return _do(step, at, run)
        case ts.EnterFlow():
            return _enter(step, at, context)
        case ts.Exit():
            return ir.Exit(at, step.reason.value if step.reason is not None else "")


# --- fields -----------------------------------------------------------------------------------------


def settable(name: tx.Name, verb: str, context: Context) -> tuple[tuple[str, ...], Type | None] | None:
    """The path and type of a profile field that may be changed; None once reported."""
    found = names.resolve(name, context)
    shown = ".".join(name.path)
    if found.type is None and not isinstance(found.expr, ix.ProfileField):
        return None
    if not isinstance(found.expr, ix.ProfileField):
        what = {ix.Variable: "what the run has caught", ix.ValueOf: "a value", ix.ScoreOf: "a score"}.get(
            type(found.expr), "no field of the profile"
        )
        hint = f"write `add … to {shown}`" if isinstance(found.expr, ix.ScoreOf) else None
        context.report.add(rules.NotASetting.at(name.span, hint=hint, name=shown, what=what, verb=verb))
        return None
    path = found.expr.path
    if path[0] in FIXED:
        context.report.add(rules.FixedField.at(name.span, name=shown))
        return None
    outer = context.symbols.profile[path[0]].type
    for word in path[1:]:
        if outer.kind == "list":
            hint = "set the whole list"
            what = "inside a list"
            context.report.add(rules.NotASetting.at(name.span, hint=hint, name=shown, what=what, verb=verb))
            return None
        inner = outer.field(word)
        outer = inner.type if inner is not None else outer
    return path, found.type


def _set(step: ts.SetField, at: ir.Where, context: Context) -> ir.SetField | None:
    found = settable(step.field, "set", context)
    if found is None:
        values.lower(step.value, context)
        return None
    return ir.SetField(at, found[0], giving.give(step.value, found[1], ".".join(step.field.path), context))


def _add(step: ts.AddTo, at: ir.Where, context: Context) -> ir.AddTo | None:
    amount = values.lower(step.amount, context)
    shown = ".".join(step.target.path)
    path: tuple[str, ...]
    if len(step.target.path) == 1 and step.target.path[0] in context.symbols.scores:
        wanted = Type("number")
        values.use(("score", shown), step.target.span, context)
        path, score = step.target.path, True
    else:
        found = settable(step.target, "added to", context)
        if found is None:
            return None
        path, score = found[0], False
        wanted = Type("number")
        if found[1] is not None and base(found[1]) != "number":
            hint = "only to a number can something be added"
            context.report.add(
                type_rules.WrongType.at(
                    step.target.span, hint=hint, target="`add`", wanted="a number", found=describe(found[1])
                )
            )
            return None
    expr = giving.fit(step.amount, amount, wanted, f"`add … to {shown}`", context)
    return ir.AddTo(at, path, expr or NOTHING, score)


def _by_hand(step: ts.Membership, context: Context) -> None:
    word = step.segment
    if not conditions.segment(word, word.span, context):
        return
    segment = context.symbols.segments[word.text]
    if segment.kind != "hand":
        how = "by its conditions" if segment.kind == "conditions" else "from its list"
        related = (Related(segment.name.span, "declared here"),)
        context.report.add(rules.NotByHandSegment.at(word.span, related=related, name=word.text, how=how))


# --- events, actions, flows ----------------------------------------------------------------------------


def _record(step: ts.RecordEvent, at: ir.Where, context: Context) -> ir.RecordEvent:
    name = step.event.text
    history.personal(step.event, context)
    wanted = context.symbols.event_type(name)
    place = context.symbols.places.get(("event", name))
    given = giving.arguments(step.values, wanted, name, "field", context, place)
    return ir.RecordEvent(at, name, tuple(_argument(argument, type_, context) for argument, type_ in given))


def _argument(argument: tx.Argument, wanted: Type | None, context: Context) -> ir.Argument:
    return ir.Argument(argument.name.text, giving.give(argument.value, wanted, argument.name.text, context))


def action(plugin: tx.Word, name: tx.Word, context: Context) -> ActionInfo | None:
    """The action of a plugin; if there is none, reports it."""
    actions = context.symbols.catalog.actions
    full = f"{plugin.text}.{name.text}"
    if full not in actions:
        word = tx.Word(full, plugin.span.to(name.span))
        context.report.unknown(name_rules.UnknownAction, word, actions, hint=_left_out(plugin.text, context))
        return None
    return actions[full]


def _left_out(plugin: str, context: Context) -> str | None:
    """Where plugins could not be loaded, which of them may have brought an action."""
    left_out = context.symbols.catalog.left_out
    if plugin in left_out:
        return f"the plugin {plugin} was left out: {left_out[plugin]}"
    if left_out:
        return f"plugins that were left out may bring it: {', '.join(sorted(left_out))} (see `triggerfish plugins`)"
    return None


def _do(step: ts.Do, at: ir.Where, run: Run) -> ir.Do | None:
    context = run.context
    found = action(step.plugin, step.action, context)
    if found is None:
        for argument in step.arguments:
            _action_argument(argument, None, context)
        run.name(step.name, ("this action", None))
        return None
    wanted = names.record(*((one.name, one.type) for one in found.arguments))
    if found.open:
        known = [
            (argument, giving.known_type(wanted, argument.name.text))
            for argument, _ in giving.arguments(step.arguments, None, found.name, "argument", context)
        ]
    else:
        known = giving.arguments(step.arguments, wanted, found.name, "argument", context)
    arguments = tuple(_action_argument(argument, type_, context) for argument, type_ in known)
    given = {argument.name.text for argument in step.arguments}
    misnamed = not found.open and not given <= {one.name for one in found.arguments}  # said already, and one mistake
    for one in found.arguments:
        if one.required and one.name not in given and not misnamed:
            span = step.plugin.span.to(step.action.span)
            hint = f"add `{'with ' if not given else ''}{one.name}: …`{f' ({one.doc})' if one.doc else ''}"
            context.report.add(rules.MissingArgument.at(span, hint=hint, owner=found.name, name=one.name))
    result = names.record(("ok", BOOLEAN), ("error", TEXT), *((one.name, one.type) for one in found.results))
    run.name(step.name, (found.name, result))
    return ir.Do(at, found.name, arguments, step.name.text if step.name is not None else None)


def _action_argument(argument: tx.Argument, wanted: Type | None, context: Context) -> ir.Argument:
    """Texts given to an action may hold ``{{ }}``."""
    written = values.unwrap(argument.value)
    if isinstance(written, tx.Text) and templates.is_template(written.value) and (wanted is None or wanted.is_text):
        return ir.Argument(argument.name.text, templates.template(written, context))
    return _argument(argument, wanted, context)


def _enter(step: ts.EnterFlow, at: ir.Where, context: Context) -> ir.EnterFlow | None:
    segment = None
    if step.segment is not None and conditions.segment(step.segment, step.segment.span, context):
        segment = step.segment.text
        if not context.workspace:
            context.report.add(rules.SegmentEntry.at(step.segment.span))
    wanted = entrance(step.flow, context)
    given = giving.arguments(step.values, wanted, step.flow.text, "value", context) if wanted is not None else ()
    found = tuple(_argument(argument, type_, context) for argument, type_ in given)
    _missing(step, wanted, given, context)
    if wanted is not None and context.symbols.flows[step.flow.text].workspace:
        if step.segment is not None or not context.workspace:
            related = (Related(context.symbols.flows[step.flow.text].name.span, "declared here"),)
            context.report.add(rules.NobodysFlow.at(step.flow.span, related=related, name=step.flow.text))
    elif step.segment is None and wanted is not None:
        context.person(context.sources.head(step.span), "it must say who enters: add `for segment NAME`")
    return ir.EnterFlow(at, step.flow.text, found, segment)


def _missing(
    step: ts.EnterFlow, wanted: Type | None, given: Sequence[tuple[tx.Argument, Type | None]], context: Context
) -> None:
    names_given = {argument.name.text for argument, _ in given}
    for field in wanted.fields if wanted is not None else ():
        if field.name not in names_given:
            hint = f"add `with {field.name}: …`"
            context.report.add(
                rules.MissingArgument.at(step.flow.span, hint=hint, owner=step.flow.text, name=field.name)
            )


def entrance(word: tx.Word, context: Context) -> Type | None:
    """What a flow that is entered by hand takes; None once something is reported."""
    if not conditions.flow(word, context):
        return None
    flow = context.symbols.flows[word.text]
    wanted = starts.parameters(flow, context)
    if wanted is None:
        related = (Related(flow.name.span, "declared here"),)
        context.report.add(rules.NotByHand.at(word.span, related=related, name=word.text))
    return wanted
