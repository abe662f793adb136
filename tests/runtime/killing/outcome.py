"""What a scenario has come to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """``kills`` by what was killed; ``problems`` is empty where all is as after an undisturbed run; ``figures`` say how much that was."""

    kills: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def compare(self, what: str, expected: Any, found: Any) -> None:
        """Note it where the two are not the same, with an example."""
        if found == expected:
            return
        if isinstance(expected, list) and isinstance(found, list):
            missing, more = [each for each in expected if each not in found], [each for each in found if each not in expected]
            said = f"{len(missing)} are missing, as {missing[:1]}; {len(more)} are too many, as {more[:1]}"
            self.problems.append(f"{what}: {len(found)} instead of {len(expected)}: {said}"[:800])
        else:
            self.problems.append(f"{what}: {found!r} instead of {expected!r}"[:500])
