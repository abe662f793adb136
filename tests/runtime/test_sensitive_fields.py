"""What a sensitive field holds is shown nowhere."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from triggerfish.runtime.cli import main

PROJECT = """
profile
    tax_number  text sensitive

event ping
    v  text

flow f
    start when ping
    set tax_number to event.v
    choose by tax_number
        "x"
            exit
        otherwise
            exit

flow g
    start when tax_number changes
    only if tax_number is "q"
    wait 1 day
"""


def invoke(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_it_is_masked_wherever_people_are_explained(project: Path) -> None:
    (project / "a.flow").write_text(PROJECT)
    invoke("track", "ana", "ping", "v=SECRET9", "-C", project)
    invoke("run", "--once", project)
    for shown in (
        invoke("explain", "ana", project),
        invoke("explain", "ana", project, "--format", "json"),
        invoke("people", "show", "ana", project),
        invoke("people", "list", project, "--format", "json"),
    ):
        assert "SECRET9" not in shown
        assert "••••" in shown
