"""Which variant of a content a person gets: conditions first in order, then the highest score, then ``otherwise``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triggerfish.dsl.ir.program import Content, Variant
from triggerfish.runtime.machine import assignment
from triggerfish.runtime.machine.code.compiler import Compiler
from triggerfish.runtime.machine.code.writer import Function

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run


@dataclass(frozen=True, slots=True)
class CompiledVariant:
    """``points`` are numbers with their conditions (None: always) and how those read."""

    ir: Variant
    test: Function | None
    points: tuple[tuple[float, Function | None, str], ...]


@dataclass(frozen=True, slots=True)
class CompiledContent:
    """A content made ready to be chosen from."""

    ir: Content
    variants: tuple[CompiledVariant, ...]

    @classmethod
    def of(cls, content: Content, compiler: Compiler) -> CompiledContent:
        """The content with its conditions compiled."""
        return cls(
            content,
            tuple(
                CompiledVariant(
                    variant,
                    compiler.condition(variant.condition) if variant.condition is not None else None,
                    tuple(
                        (each.points, compiler.condition(each.condition) if each.condition is not None else None, each.text)
                        for each in variant.points
                    ),
                )
                for variant in content.variants
            ),
        )

    @property
    def names(self) -> frozenset[str]:
        """The paths that any of the variants may use."""
        variants = [*self.ir.variants, *([self.ir.otherwise] if self.ir.otherwise else [])]
        return frozenset(name for variant in variants for name in variant.names)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A variant (None: nothing fits, and there is no ``otherwise``) and why it was chosen."""

    variant: Variant | None
    why: dict[str, Any]


def choose(session: Session, content: CompiledContent, run: Run) -> Chosen:
    """The variant for this person at this moment."""
    if content.ir.split:
        return _split(session, content)
    for variant in content.variants:
        if variant.test is not None and session.ask(variant.test, run):
            return Chosen(variant.ir, {"variant": variant.ir.name, "why": "its condition holds"})
    scores: dict[str, float] = {}
    for variant in content.variants:
        held = [points for points, test, _ in variant.points if test is None or session.ask(test, run)]
        if held:
            scores[variant.ir.name] = sum(held)
    best = max(scores.values(), default=0)
    if best > 0:
        winner = next(variant.ir for variant in content.variants if scores.get(variant.ir.name) == best)
        return Chosen(winner, {"variant": winner.name, "scores": scores})
    otherwise = content.ir.otherwise
    return Chosen(otherwise, {"variant": "otherwise" if otherwise else None})


def _split(session: Session, content: CompiledContent) -> Chosen:
    arms = session.state.arms
    sticky = arms.get(content.ir.name)
    variants = content.ir.variants
    found = next((variant for variant in variants if variant.name == sticky), None)
    if found is None:
        shares = [variant.share or 0.0 for variant in variants]
        found = variants[assignment.arm(content.ir.name, session.person, shares)]
    arms[content.ir.name] = found.name
    return Chosen(found, {"variant": found.name, "split": content.ir.name})
