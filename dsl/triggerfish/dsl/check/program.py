"""A whole project: everything is declared, then lowered, then put in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from triggerfish.dsl import tree
from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.check import contents, declare, flows, messages, models, policy, segments, tests
from triggerfish.dsl.check.order import order
from triggerfish.dsl.check.report import Report
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.source import Sources
from triggerfish.dsl.check.symbols import Symbols
from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.ir import program as ir
from triggerfish.dsl.ir import tests as it
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree.tests import Test

Kind = TypeVar("Kind")

Lower = Callable[[Callable[[Any, Context], Any], Any, Context], Any]
"""Calls a function that lowers one declaration; an editor's remembers what came out as long as nothing has changed."""


def at_once(function: Callable[[Any, Context], Any], declaration: Any, context: Context) -> Any:
    """Simply calls the function."""
    return function(declaration, context)


@dataclass(frozen=True, slots=True)
class Checked:
    """``program`` and ``tests`` are only there when there is no error; warnings do not count."""

    program: ir.Program | None
    tests: tuple[it.Test, ...]
    diagnostics: tuple[Diagnostic, ...]


def check(
    files: Sequence[tree.File], catalog: Catalog, read_file: Callable[[str], str | None], lower: Lower = at_once
) -> Checked:
    """Resolves every name and types every expression of a project.

    ``read_file`` gives the text of a file by its path in the project (with forward slashes), or None where there is
    none: it is asked for the ``.flow`` files themselves, and for the templates and lists that they name.
    ``lower`` is what messages, flows and tests are lowered through, one by one.
    """
    report = Report()
    context = Context(Symbols(catalog), report, Sources(files, read_file))
    declare.declare(files, context)
    symbols = context.symbols
    segments.prepare(context)
    values = [segments.value(one, context) for one in symbols.values.values()]
    found_segments = [segments.segment(one, context) for one in symbols.segments.values()]
    scores = [segments.score(one, context) for one in symbols.scores.values()]
    found_models = [models.model(one, context) for one in symbols.models.values()]
    places = order(context)
    found_contents = [lower(contents.content, one, context) for one in symbols.contents.values()]
    found_messages = [lower(messages.message, one, context) for one in symbols.messages.values()]
    found_policy = policy.policy(_of(files, td.Policy), context)
    found_flows = [lower(flows.flow, one, context) for one in symbols.flows.values()]
    found_tests = tuple(lower(tests.lower, one, context) for one in _of(files, Test))
    if report.failed:
        return Checked(None, (), report.diagnostics())
    program = ir.Program(
        profile=tuple(symbols.profile.values()),
        events=tuple(symbols.events.values()),
        topics=tuple(symbols.topics.values()),
        values=tuple(sorted(values, key=lambda value: places["value", value.name])),
        segments=tuple(sorted(found_segments, key=lambda segment: places["segment", segment.name])),
        scores=tuple(sorted(scores, key=lambda score: places["score", score.name])),
        messages=tuple(found_messages),
        contents=tuple(found_contents),
        models=tuple(sorted(found_models, key=lambda model: places["model", model.name])),
        policy=found_policy,
        flows=tuple(found_flows),
        addresses={name: channel.address for name, channel in sorted(catalog.channels.items())},
        sources=tuple(ir.Source(file.path, context.sources.text(file.path) or "") for file in files),
    )
    return Checked(program, found_tests, report.diagnostics())


def _of(files: Sequence[tree.File], kind: type[Kind]) -> list[Kind]:
    return [one for file in files for one in file.declarations if isinstance(one, kind)]
