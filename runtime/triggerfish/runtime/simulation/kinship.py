"""Who may turn out to be one person: found while events are read, so that they are gone through side by side."""

from __future__ import annotations


class Kinship:
    """Groups of names of which any two may become one person, sooner or later."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._above)

    def join(self, one: str, other: str) -> None:
        """Say that these two are in one group."""
        first, second = self._top(one), self._top(other)
        if first != second:
            self._above[max(first, second)] = min(first, second)

    def groups(self) -> list[list[str]]:
        """The groups of two and more, each in order, the one whose first name is first before the others."""
        found: dict[str, list[str]] = {}
        for name in sorted(self._above):
            found.setdefault(self._top(name), []).append(name)
        return [sorted({top, *names}) for top, names in sorted(found.items())]

    def _top(self, name: str) -> str:
        top = name
        while top in self._above:
            top = self._above[top]
        while name != top:  # the way is shorter next time
            following = self._above[name]
            self._above[name] = top
            name = following
        return top
