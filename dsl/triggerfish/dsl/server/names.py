"""What a name in a ``.flow`` file may stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "field", "event", "event field", "topic", "value", "segment", "score", "level", "model", "message", "content",
    "variant", "flow", "name", "split", "arm", "path", "branch", "parameter", "group", "channel", "content field",
    "action", "argument", "result", "outcome", "function", "built-in", "given",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Symbol:
    """One thing with a name.

    ``owner`` is what it belongs to: the event of a field, the flow of an ``as`` name, the action of an argument.
    ``name`` is dotted for a field inside a field: ``items.price``.
    """

    kind: Kind
    name: str
    owner: str = ""

    @property
    def word(self) -> str:
        """The last word of its name: what is written where it is meant."""
        return self.name.rpartition(".")[2] if self.kind != "action" else self.name


RENAMED = frozenset(
    {
        "field", "event", "event field", "topic", "value", "segment", "score", "level", "model", "message", "content",
        "variant", "flow", "name", "split", "arm", "path", "branch", "parameter", "group",
    }
)  # fmt: skip
"""What belongs to the project and can therefore be given another name."""
