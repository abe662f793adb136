"""The program that commands go by: the one in force, or the folder's where nothing has been put in force yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from triggerfish.dsl.ir.program import Program
    from triggerfish.runtime.cli.workspace import Workspace
    from triggerfish.runtime.machine.machine import Machine
    from triggerfish.runtime.store.store import Store


class Following:
    """The program in force, asked for again and again; ``version`` is 0 as long as it is the folder's."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._store = store
        self.version = 0
        self.program: Program = self.newer() or workspace.program

    def newer(self) -> Program | None:
        """The program in force, if it is not the one given last. Raises InvalidProgramError and StoreUnavailable."""
        from triggerfish.dsl.ir.codec import loads  # slow to import

        version = self._store.programs.version()
        stored = self._store.programs.load(version) if version != self.version else None
        if stored is None:
            return None
        program = loads(stored.ir)
        self.version = version
        return program


def machine_in_force(workspace: Workspace, store: Store, followed: Iterable[int] = ()) -> Machine:
    """The machine of the program in force, with those earlier versions that are ``followed``."""
    from triggerfish.runtime.engine.programs import OlderPrograms  # slow to import
    from triggerfish.runtime.machine.deploy import Deploy
    from triggerfish.runtime.machine.machine import Machine

    found = Following(workspace, store)
    version = found.version or 1
    older = OlderPrograms(store.programs, version)
    return Machine(found.program, older, version, workspace.functions, deploys={version: Deploy(used=tuple(followed))})
