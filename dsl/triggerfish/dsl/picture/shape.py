"""What a picture consists of, before anything has a place. Flows are series and parallels, nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """A step, a start or the end. ``ends`` if nobody goes on from here.

    ``caption`` is the verb of the line (``Send email``), ``body`` the rest of it; ``detail`` what else is worth knowing
    at a glance, ``doc`` the comment above the line. ``written`` is the whole line.
    """

    kind: str
    caption: str
    body: str
    line: int
    written: str
    detail: str = ""
    doc: str = ""
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a branch, on its line."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches side by side, coming together again below; each begins with its label."""

    head: Card
    branches: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """Steps that are done again; ``head`` decides before each round."""

    head: Card
    body: Series


Shape = Card | Label | Fork | Loop
Series = tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A header line that is no start."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the file as it stands there; ``owner`` is the line whose shape it belongs to, 0 for none."""

    number: int
    text: str
    owner: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A flow as shapes: each start a series of its own, the rules beside them, the steps below.

    ``words`` say the flow in plain sentences, each with its line and depth; ``source`` is its text.
    """

    name: str
    title: str
    doc: str
    file: str
    line: int
    starts: tuple[Series, ...]
    rules: tuple[Rule, ...]
    body: Series
    words: tuple[tuple[str, int, int], ...]
    source: tuple[SourceLine, ...]
