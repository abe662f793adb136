"""Tables that note what was looked up in them."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from collections.abc import Set as AbstractSet
from typing import Any

from triggerfish.dsl.check.source import Sources
from triggerfish.dsl.server.pieces import MARK

Looked = tuple[str, object]
"""A table and a key of it; ``ALL`` for the list of its keys."""

ALL = ("all", "keys")


class WatchedTable(MutableMapping[Any, Any]):
    """A table that notes what is read from and written to it."""

    def __init__(self, name: str, table: MutableMapping[Any, Any], looked: set[Looked], written: list[Any]) -> None:
        self._name = name
        self._table = table
        self._looked = looked
        self._written = written

    def __getitem__(self, key: Any) -> Any:
        self._looked.add((self._name, key))
        return self._table[key]

    def __contains__(self, key: object) -> bool:
        self._looked.add((self._name, key))
        return key in self._table

    def __iter__(self) -> Iterator[Any]:
        self._looked.add((self._name, ALL))
        return iter(self._table)

    def __len__(self) -> int:
        self._looked.add((self._name, ALL))
        return len(self._table)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._written.append((self._name, key, value))
        self._table[key] = value

    def __delitem__(self, key: Any) -> None:
        raise NotImplementedError("nothing is ever taken out of a table of symbols")


class WatchedSet(AbstractSet[Any]):
    """A set that notes what is asked of it."""

    def __init__(self, name: str, inner: AbstractSet[Any], looked: set[Looked]) -> None:
        self._name = name
        self._inner = inner
        self._looked = looked

    def __contains__(self, key: object) -> bool:
        self._looked.add((self._name, key))
        return key in self._inner

    def __iter__(self) -> Iterator[Any]:
        self._looked.add((self._name, ALL))
        return iter(self._inner)

    def __len__(self) -> int:
        self._looked.add((self._name, ALL))
        return len(self._inner)


class WatchedSources(Sources):
    """Sources that note which files beside the ``.flow`` files are read."""

    def __init__(self, inner: Sources, looked: set[Looked]) -> None:
        self.__dict__.update(vars(inner))
        self._looked = looked

    def text(self, path: str) -> str | None:
        """As the inner ones."""
        if MARK not in path:
            self._looked.add(("file", path))
        return super().text(path)
