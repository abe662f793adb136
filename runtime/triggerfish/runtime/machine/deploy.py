"""What a deploy was told to do with the people inside: recorded with the version, applied to each person in turn."""

from __future__ import annotations

from typing import Literal

import msgspec

Orphans = Literal["leave", "exit"]


class Deploy(msgspec.Struct, frozen=True, omit_defaults=True):
    """Options of one version.

    ``move``: people whose step is still there go on in this version. ``orphans`` says what becomes of the others, and
    is None where there were none: they are left in the version they entered, or leave the flow. ``enter_members``: who
    comes into a segment by this version, or is in the segment of a start that is new, enters the flows that start with it.
    ``how`` is who put it in force: ``run`` by itself, or somebody with ``deploy`` or ``rollback``; ``back_to`` the version a
    rollback repeats, ``back_from`` the hash of the program it took out of force. ``used`` are the versions that people still
    followed then; None where nobody looked.
    """

    move: bool = False
    orphans: Orphans | None = None
    enter_members: bool = False
    how: Literal["run", "deploy", "rollback"] = "run"
    back_to: int | None = None
    back_from: str | None = None
    used: tuple[int, ...] | None = None
