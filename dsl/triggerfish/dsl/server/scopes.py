"""What names mean at one place: the event looked at, and what a run has caught so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from triggerfish.dsl.server.declared import Declared, Path
from triggerfish.dsl.server.names import Symbol

FIXED = {
    "send": ("sent", "opened", "clicked", "bounced", "failed", "replied", "channel"),
    "wait": ("happened",),
    "change": ("before", "after"),
    "consent": ("topic", "channel"),
    "action": ("ok", "error"),
    "split": ("arm",),
    "choice": ("path",),
}
"""What is known of each kind of caught thing besides declared fields."""

LIQUID = ("first", "last", "size")
"""What templates know after a dot without its being declared."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What stands behind a name of a run.

    ``events`` are events with a path into them (empty for the event itself), ``profiles`` paths into the profile; ``kinds``
    are keys of ``FIXED``; ``flows`` are flows whose parameters it has.
    """

    symbol: Symbol
    events: tuple[tuple[str, Path], ...] = ()
    profiles: tuple[Path, ...] = ()
    action: str = ""
    kinds: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """``variables`` grows while the steps of a flow are gone through; None where there is no run.

    ``subject`` are the events looked at; ``started`` if they are also what ``event`` means.
    """

    flow: str = ""
    variables: dict[str, Caught] | None = None
    subject: tuple[str, ...] = ()
    started: bool = False
    template: bool = False

    def looking_at(self, *events: str, started: bool = False) -> Scope:
        """The same place, after the names of events."""
        return replace(self, subject=events, started=started)

    def catch(self, name: str, caught: Caught) -> None:
        """A name is given."""
        if self.variables is not None:
            self.variables[name] = caught


@dataclass(slots=True)
class Resolver:
    """Finds what dotted names stand for. The rules are those of ``check.names``."""

    declared: Declared
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What flows that are started by hand take."""

    def resolve(self, path: Path, scope: Scope) -> list[tuple[int, Symbol]]:
        """The words of a path, by number, with what they mean; a word may mean a field of several events."""
        head, rest = path[0], path[1:]
        if head == "profile" and rest:
            return [(0, Symbol("built-in", "profile")), *self._profile((), rest, 1, scope)]
        if head == "content" and rest:
            return [(1, Symbol("content", rest[0]))] if rest[0] in self.declared.contents else []
        if head == "event" and scope.started:
            return [(0, Symbol("built-in", "event")), *self._events([(one, ()) for one in scope.subject], rest, 1, scope)]
        subject = [one for one in scope.subject if self.declared.has_event_field(one, (head,))]
        if subject and head != "event":
            return self._events([(one, ()) for one in subject], path, 0, scope)
        caught = (scope.variables or {}).get(head)
        if caught is not None:
            return [(0, caught.symbol), *self._caught(caught, rest, scope)]
        if self.declared.is_field((head,)):
            return self._profile((), path, 0, scope)
        return list(self._named(head, rest))

    def members(self, path: Path, scope: Scope) -> list[Symbol]:
        """What may follow a dot after a path."""
        if path == ("profile",):
            return [Symbol("field", name) for name in self.declared.profile_names()]
        if path == ("content",):
            return [Symbol("content", name) for name in self.declared.contents]
        if path == ("event",) and scope.started:
            return [
                Symbol("event field", name, event)
                for event in scope.subject
                for name in self.declared.event_field_names(event)
            ]
        found = self.resolve(path, scope)
        return [member for place, symbol in found if place == len(path) - 1 for member in self._inside(symbol, scope)]

    def _inside(self, symbol: Symbol, scope: Scope) -> list[Symbol]:
        match symbol.kind:
            case "field":
                path = tuple(symbol.name.split("."))
                return [Symbol("field", f"{symbol.name}.{name}") for name in self.declared.profile_names(path)]
            case "event field":
                path = tuple(symbol.name.split("."))
                names = self.declared.event_field_names(symbol.owner, path)
                return [Symbol("event field", f"{symbol.name}.{name}", symbol.owner) for name in names]
            case "score":
                return [Symbol("built-in", "level", symbol.name)]
            case "model":
                return [Symbol("built-in", "confidence", symbol.name)]
            case "name" | "given" | "built-in" | "split":
                caught = (scope.variables or {}).get(symbol.name)
                return self._members_of(caught) if caught is not None else []
            case _:
                return []

    def _members_of(self, caught: Caught) -> list[Symbol]:
        found = [
            Symbol("event field", ".".join((*path, name)), event)
            for event, path in caught.events
            for name in self.declared.event_field_names(event, path)
        ]
        found += [
            Symbol("field", ".".join((*path, name)))
            for path in caught.profiles
            for name in self.declared.profile_names(path)
        ]
        found += [Symbol("parameter", name, flow) for flow in caught.flows for name in self.parameters.get(flow, ())]
        info = self.declared.catalog.actions.get(caught.action)
        found += [Symbol("result", one.name, caught.action) for one in (info.results if info is not None else ())]
        found += [Symbol("outcome", name, kind) for kind in caught.kinds for name in FIXED[kind]]
        return found

    # --- walking along a path -----------------------------------------------------------------------

    def _profile(self, above: Path, rest: Path, place: int, scope: Scope) -> list[tuple[int, Symbol]]:
        found = []
        for word in rest:
            if scope.template and word in LIQUID and not self.declared.is_field((*above, word)):
                place += 1
                continue
            above = (*above, word)
            if not self.declared.is_field(above):
                break
            found.append((place, Symbol("field", ".".join(above))))
            place += 1
        return found

    def _events(
        self, owners: list[tuple[str, Path]], rest: Path, place: int, scope: Scope
    ) -> list[tuple[int, Symbol]]:
        found = []
        for event, start in owners:
            above, number = start, place
            for word in rest:
                if scope.template and word in LIQUID and not self.declared.has_event_field(event, (*above, word)):
                    number += 1
                    continue
                above = (*above, word)
                if not self.declared.has_event_field(event, above):
                    break
                found.append((number, Symbol("event field", ".".join(above), event)))
                number += 1
        return found

    def _caught(self, caught: Caught, rest: Path, scope: Scope) -> list[tuple[int, Symbol]]:
        if not rest:
            return []
        found = self._events(list(caught.events), rest, 1, scope)
        for path in caught.profiles:
            found += self._profile(path, rest, 1, scope)
        if not found:
            found += [(1, one) for one in self._members_of(caught) if one.name == rest[0] and one.kind != "event field"]
        return found

    def _named(self, head: str, rest: Path) -> Iterator[tuple[int, Symbol]]:
        declared = self.declared
        if head in declared.values:
            yield 0, Symbol("value", head)
        elif head in declared.scores:
            yield 0, Symbol("score", head)
            if rest == ("level",):
                yield 1, Symbol("built-in", "level", head)
        elif head in declared.models:
            yield 0, Symbol("model", head)
            if rest == ("confidence",):
                yield 1, Symbol("built-in", "confidence", head)
        elif head in ("event", "entered", "now"):
            yield 0, Symbol("built-in", head)
