"""Steps, block by block."""

from __future__ import annotations

from collections.abc import Sequence

from triggerfish.dsl.check import branches, changes, conditions, digests, experiments, giving, sends, values, waits
from triggerfish.dsl.check.declare import blocks
from triggerfish.dsl.check.kinds import describe
from triggerfish.dsl.check.run import Run, free
from triggerfish.dsl.check.scope import Alternative, Variable
from triggerfish.dsl.check.typed import NOTHING
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import steps as ir
from triggerfish.dsl.tree import steps as ts


def block(written: Sequence[ts.Step], run: Run) -> tuple[ir.Step, ...]:
    """The steps of one block, in order. Those behind an ``exit`` are reported, once."""
    found: list[ir.Step] = []
    left = False
    for step in written:
        if left:
            run.context.report.add(rules.Unreachable.at(step.span))
        lowered = _step(step, run)
        if lowered is not None:
            found.append(lowered)
        left = not left and _leaves(step)
    return tuple(found)


def _leaves(step: ts.Step) -> bool:
    """Whether everybody has left the flow after this step."""
    match step:
        case ts.Exit():
            return True
        case ts.If(otherwise=otherwise) | ts.Choose(otherwise=otherwise):
            return otherwise is not None and all(_all_leave(within) for within in blocks(step))
        case ts.WaitUpTo(block=True) | ts.ChooseBest():
            return step.otherwise is not None and all(_all_leave(within) for within in blocks(step))
        case ts.Split():
            return all(_all_leave(within) for within in blocks(step))
        case ts.Together():
            return any(_all_leave(within) for within in blocks(step))
        case _:
            return False


def _all_leave(written: Sequence[ts.Step]) -> bool:
    return bool(written) and _leaves(written[-1])


def _step(step: ts.Step, run: Run) -> ir.Step | None:
    match step:
        case ts.Send():
            return sends.send(step, run)
        case ts.WaitFor():
            return waits.wait_for(step, run)
        case ts.WaitUntil():
            return waits.wait_until(step, run)
        case ts.WaitUpTo():
            return waits.wait_up_to(step, run)
        case ts.If():
            return _if(step, run)
        case ts.Choose():
            return _choose(step, run)
        case ts.Repeat():
            return _repeat(step, run)
        case ts.ForEach():
            return _for_each(step, run)
        case ts.Collect():
            return digests.collect(step, run)
        case ts.ChooseBest():
            return branches.choose_best(step, run)
        case ts.Split():
            return experiments.split(step, run)
        case ts.Together():
            return branches.together(step, run)
        case _:
            return changes.change(step, run)


def _if(step: ts.If, run: Run) -> ir.If:
    at = run.where(step, step.name)
    arms = []
    for arm in step.arms:
        condition = conditions.condition(arm.condition, run.context)
        text = run.context.sources.first_line(arm.span)
        arms.append(ir.Arm(condition, block(arm.steps, run), arm.span.line, text))
    return ir.If(at, tuple(arms), block(step.otherwise or (), run))


def _choose(step: ts.Choose, run: Run) -> ir.Choose:
    at = run.where(step, step.name)
    context = run.context
    subject = values.lower(step.subject, context)
    shown = values.words(step.subject, context)
    seen: dict[str, ts.Case] = {}
    cases = []
    for case in step.cases:
        found: list[ix.Expr] = []
        for written in case.values:
            value = giving.give(written, subject.type, shown, context)
            found.append(value)
            if not isinstance(value, ix.Constant):
                context.report.add(type_rules.NotWrittenOut.at(written.span, what="a case"))
            elif value is not NOTHING:
                key = repr(value.value)
                if key in seen:
                    related = (Related(seen[key].span, "this block"),)
                    text = values.words(written, context)
                    context.report.add(rules.RepeatedCase.at(written.span, related=related, value=text))
                seen.setdefault(key, case)
        cases.append(ir.Case(tuple(found), block(case.steps, run), case.span.line))
    return ir.Choose(at, subject.expr, tuple(cases), block(step.otherwise or (), run))


def _repeat(step: ts.Repeat, run: Run) -> ir.Repeat:
    at = run.where(step, step.name)
    if step.times < 1:
        run.context.report.add(
            rules.BadNumber.at(
                run.context.sources.head(step.span), what="how often", wanted="at least 1", found=step.times
            )
        )
    until = conditions.condition(step.until, run.context) if step.until is not None else None
    return ir.Repeat(at, step.times, until, block(step.steps, run))


def _for_each(step: ts.ForEach, run: Run) -> ir.ForEach:
    at = run.where(step, None)
    context = run.context
    items = values.lower(step.items, context)
    item = None
    if items.type is not None:
        item = items.type.item
        if items.type.kind != "list":
            text = values.words(step.items, context)
            context.report.add(type_rules.NotAList.at(step.items.span, text=text, type=describe(items.type)))
    name = step.item.text
    known = free(step.item, run.named, context)
    before = run.variables.get(name)
    if known:
        run.named[name] = step.item.span
        run.variables[name] = Variable(name, (Alternative(name, item),))
    inside = block(step.steps, run)
    if known:
        del run.named[name], run.variables[name]
        if before is not None:
            run.variables[name] = before
    return ir.ForEach(at, name, items.expr, inside)
