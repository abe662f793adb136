"""``together`` and ``choose best``: several ways through a flow."""

from __future__ import annotations

from triggerfish.dsl.check import conditions, experiments, names, steps
from triggerfish.dsl.check.run import Run
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.ir import steps as ir
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.tree import steps as ts


def together(step: ts.Together, run: Run) -> ir.Together:
    """Branches that run side by side; what they catch is known afterwards."""
    at = run.where(step, step.name)
    experiments.distinct([branch.name for branch in step.branches if branch.name], "a branch", run.context)
    branches = tuple(
        ir.Branch(
            branch.name.text if branch.name is not None else None, steps.block(branch.steps, run), branch.span.line
        )
        for branch in step.branches
    )
    return ir.Together(at, branches)


def choose_best(step: ts.ChooseBest, run: Run) -> ir.ChooseBest:
    """The path with the highest score; inside and afterwards ``NAME.path`` is the one taken, unknown for ``otherwise``."""
    context = run.context
    at = run.where(step, step.name)
    if not step.paths:
        span = context.sources.head(step.span)
        cure = "add its paths, such as `path discount`, with points and steps below each"
        context.report.add(rules.NothingToChoose.at(span, what=f"choose best {step.name.text}", cure=cure))
    experiments.distinct([path.name for path in step.paths], f"a path of {step.name.text}", context)
    scores = []
    for path in step.paths:
        if not path.points:
            context.report.add(rules.NeverChosen.at(path.name.span, name=path.name.text))
        scores.append(points(path.points, context))
    options = tuple(dict.fromkeys(path.name.text for path in step.paths))
    run.name(step.name, (f"the choice {step.name.text}", names.record(("path", Type("one of", options=options)))))
    paths = tuple(
        ir.Path(path.name.text, score, steps.block(path.steps, run), path.span.line)
        for path, score in zip(step.paths, scores, strict=True)
    )
    return ir.ChooseBest(at, step.name.text, paths, steps.block(step.otherwise or (), run))


def points(written: tuple[ts.Points, ...], context: Context) -> tuple[ir.Points, ...]:
    """``+3 if C`` lines."""
    return tuple(
        ir.Points(
            one.points,
            conditions.condition(one.condition, context) if one.condition is not None else None,
            one.span.line,
            context.sources.words(one.span),
        )
        for one in written
    )
