"""Finding a flow by the name given on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault

if TYPE_CHECKING:
    from triggerfish.dsl.ir.flows import Flow
    from triggerfish.dsl.ir.program import Program


def flow_called(program: Program, name: str) -> Flow:
    """The flow of that name; a wrong name ends the command with a suggestion."""
    for flow in program.flows:
        if flow.name == name:
            return flow
    from triggerfish.dsl.diagnostics.suggest import closest

    names = [flow.name for flow in program.flows]
    nearest = closest(name, names)
    hint = f'; did you mean "{nearest}"?' if nearest else ""
    if not hint:
        hint = f"; there are {', '.join(names)}" if names else "; this project has no flow"
    raise Fault(f"there is no flow {name}{hint}", WRONG_CONTENT)
