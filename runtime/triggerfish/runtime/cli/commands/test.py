"""``triggerfish test``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT, WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import note, progress, say_json
from triggerfish.runtime.cli.workspace import Workspace, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.testing.coverage import FlowCoverage
    from triggerfish.runtime.testing.run import TestResult


@click.command("test")
@path_argument
@click.option("-k", "text", help="Only tests whose name contains this text.")
@click.option("--format", "format_", type=click.Choice(["text", "json", "junit"]), default="text", help="For people or for machines.")
@click.option("--coverage", is_flag=True, help="Show the steps and branches that no test comes to.")
@click.option("--fail-under", type=click.FloatRange(0, 100), help="Exit code 1 if coverage is below this percentage.")
def command(path: Path, text: str | None, format_: str, coverage: bool, fail_under: float | None) -> None:
    """Run the test blocks of a project.

    Tests run on the real engine with a virtual clock: nothing is sent, nothing is stored, and a year takes
    milliseconds. Exit code 1 if one fails.

    \b
    Example:
      triggerfish test shop
      triggerfish test shop --coverage --fail-under 90
      triggerfish test shop -k "abandoned cart"
    """
    from triggerfish.dsl.diagnostics.render import render_json
    from triggerfish.runtime.testing.coverage import Coverage, overall
    from triggerfish.runtime.testing.run import TestRunner  # slow to import

    workspace = Workspace(path)
    if format_ == "json" and (wrong := workspace.mistakes):
        say_json(as_json([]) | {"diagnostics": json.loads(render_json(wrong))["diagnostics"]})
    program = workspace.program
    tests = [test for test in workspace.loaded.tests if text is None or text.lower() in test.name.lower()]
    if text is not None and not tests and workspace.loaded.tests:
        raise Fault(f'no test is called anything with "{text}"; there are {len(workspace.loaded.tests)} tests', WRONG_SETUP)
    watched = Coverage() if coverage or fail_under is not None else None
    runner = TestRunner(program, lambda: workspace.messages, workspace.functions, watched)
    results = []
    with progress("testing") as done:
        for result in runner.run(tests):
            results.append(result)
            done(len(results), len(tests))
    flows = watched.of(program) if watched is not None else ()
    if format_ == "json":
        say_json(as_json(results, flows) if watched is not None else as_json(results))
    elif format_ == "junit":
        from triggerfish.runtime.testing.junit import as_junit

        click.echo(as_junit(results))
    else:
        _text(results, flows)
    too_little = fail_under is not None and overall(flows) < fail_under
    if too_little:
        note(f"coverage is {overall(flows):.4g} %, and --fail-under asks for {fail_under:.4g} %")
    if too_little or any(result.outcome != "passed" for result in results):
        raise click.exceptions.Exit(WRONG_CONTENT)


def as_json(results: list[TestResult], flows: tuple[FlowCoverage, ...] | None = None) -> dict[str, object]:
    """The shape that the contract of the command line gives; with coverage, under that name, where it was measured."""
    from triggerfish.runtime.testing import coverage  # only when it is asked for

    passed = sum(1 for result in results if result.outcome == "passed")
    more = {"coverage": coverage.as_json(flows)} if flows is not None else {}
    return {
        "passed": passed,
        "failed": len(results) - passed,
        "tests": [
            {
                "name": result.name,
                "file": result.file,
                "line": result.line,
                "outcome": result.outcome,
                "failures": [{"line": failure.line, "message": failure.message} for failure in result.failures],
            }
            for result in results
        ],
        **more,
    }


def _text(results: list[TestResult], flows: tuple[FlowCoverage, ...]) -> None:
    for result in results:
        if result.outcome == "passed":
            continue
        click.secho(f'{result.outcome.upper()} {result.file}:{result.line} "{result.name}"', fg="red", bold=True)
        for failure in result.failures:
            click.echo(f"  line {failure.line}: {failure.text}")
            click.echo("    " + failure.message.replace("\n", "\n    "))
        if result.story:
            click.secho("  what happened up to there:", dim=True)
            for sentence in result.story:
                click.echo(f"    {sentence}")
        click.echo()
    passed = sum(1 for result in results if result.outcome == "passed")
    failed = len(results) - passed
    if not results:
        note('there are no tests; write one with: test "what should be so" for a_flow')
    if flows:
        from triggerfish.runtime.testing import coverage  # only when it is asked for

        for sentence in coverage.sentences(flows):
            click.echo(sentence)
    if not results:
        return
    summary = f"{passed} passed" + (f", {failed} failed" if failed else "")
    click.secho(summary, fg="red" if failed else "green", bold=True)
