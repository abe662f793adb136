"""How a union of nodes is told apart when it is read back from JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any


@dataclass(frozen=True, slots=True)
class Tagged:
    """``Annotated[A | B, Tagged("kind")]``: the members differ in their field ``kind``.

    Means nothing to Python. Only when a codec is built does pydantic ask for the schema, so that the nodes
    themselves import without it.
    """

    tag: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """The schema of a union discriminated by ``tag``."""
        from pydantic import Field  # nodes import without pydantic

        return handler(Annotated[source, Field(discriminator=self.tag)])
