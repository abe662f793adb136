"""Putting a planned program in force, if the plan still fits."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from triggerfish.dsl.ir.codec import dumps, program_hash
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.deploys.plan import FORMAT, Plan
from triggerfish.runtime.machine.deploy import Deploy
from triggerfish.runtime.store.programs import Deployed
from triggerfish.runtime.store.store import Store


class PlanRefused(Exception):  # noqa: N818 - nothing is broken: the plan does not fit
    """The plan cannot be carried out; the message says why, in a sentence."""


def read_plan(file: Path) -> Plan:
    """A saved plan. Raises PlanRefused for a file that is none."""
    try:
        plan = msgspec.json.decode(file.read_bytes(), type=Plan)
    except msgspec.MsgspecError as error:
        raise PlanRefused(f"{file} is no plan that triggerfish plan -o has written: {error}") from error
    if plan.format != FORMAT:
        raise PlanRefused(f"{file} was written by another version of triggerfish: make the plan again")
    return plan


def check_plan(plan: Plan, program: Program, newest: Deployed | None) -> None:
    """Raises PlanRefused where the program, or the version in force, is not the one that was planned with."""
    if program_hash(program) != plan.program:
        raise PlanRefused("the program has changed since the plan was made; nothing was deployed: make the plan again")
    planned = plan.in_force.version if plan.in_force is not None else 0
    found = newest.version if newest is not None else 0
    if planned != found:
        was = f"version {planned}" if planned else "nothing"
        raise PlanRefused(f"version {found} is in force by now, the plan was made when {was} was; nothing was deployed: make the plan again")


def apply(
    store: Store, program: Program, plan: Plan, now: int, *, how: Literal["deploy", "rollback"] = "deploy", back_to: int | None = None
) -> int:
    """Put the program in force as planned; its version. Raises PlanRefused, Conflict and StoreUnavailable.

    People whose step is gone need a decision before they can be moved.
    """
    newest = store.programs.newest()
    check_plan(plan, program, newest)
    wishes = plan.options
    if wishes.move and plan.orphans and wishes.orphans is None:
        raise PlanRefused(
            f"{plan.orphans} {'person is' if plan.orphans == 1 else 'people are'} at steps that are gone. Say where they go on with "
            "`moved OLD to NEW` in the flow, or decide: --leave-orphans lets them finish the version they entered, "
            "--exit-orphans takes them out of the flow"
        )
    options = Deploy(
        move=wishes.move, orphans=wishes.orphans, enter_members=wishes.enter_members, how=how, back_to=back_to,
        back_from=newest.hash if how == "rollback" and newest is not None else None, used=tuple(plan.used),
    )
    sources = {source.path: source.text for source in program.sources}
    return store.programs.add(
        plan.program, dumps(program).decode(), sources, now, options, instead_of=newest.version if newest is not None else 0
    )


def version_before(store: Store) -> int | None:
    """The version a rollback goes back to by itself: the newest one before the one in force that was another program."""
    listed = store.programs.versions()
    if not listed:
        return None
    newest = listed[-1]
    base = newest.options.back_to or newest.version
    earlier = [each.version for each in listed if each.version < base and each.hash != newest.hash]
    return max(earlier, default=None)
