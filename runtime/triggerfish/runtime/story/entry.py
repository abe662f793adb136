"""One line of an explanation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """``at`` is when it happened, or will, in milliseconds since 1970 UTC; ``line`` a line of the flow's file, 0 where none says it.

    ``kind`` is a fact's (``entered``, ``sent`` …), or ``summary`` (the short answer about a flow), ``not started``, ``not taken``,
    ``held true`` (a condition that held), ``next`` (what is still to come), ``twice`` (a message that went out more than once),
    ``waits`` (input that is stored and not handled), ``differs`` (the replay is not what was recorded), ``program`` (the
    folder holds another one), ``earlier`` (left out).
    ``file`` is set where the line stands in another file than the flow.
    """

    at: int
    kind: str
    flow: str
    step: str
    line: int
    why: str
    file: str = ""
