"""Why a person got something, or did not: data first. ``render`` puts it on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.trace import Miss
from triggerfish.runtime.story import sentences
from triggerfish.runtime.story.ahead import ahead
from triggerfish.runtime.story.entry import Entry
from triggerfish.runtime.story.messages import answers
from triggerfish.runtime.story.never import unstarted
from triggerfish.runtime.story.outcomes import outcome
from triggerfish.runtime.story.record import Record
from triggerfish.runtime.story.replay import Difference
from triggerfish.runtime.story.scene import Scene
from triggerfish.runtime.story.summary import summaries
from triggerfish.runtime.story.twice import cause, twice

CLEARED = (
    "what happened at first is no longer stored ([retention]): the rest is told as it was recorded, and conditions that did not hold "
    "may be told with other values than they had"
)


class Explanation:
    """Everything about one person, as things stand or as they stood at a moment.

    Args:
        record: what is kept of the person.
        now: the present, in milliseconds since 1970 UTC.
        until: the moment to look at instead; everything is then as it was.
        written: the hash of the folder's program, None where there is none.
    """

    def __init__(self, record: Record, now: int, until: int | None = None, written: str | None = None) -> None:
        self.written = written
        self.scene = Scene.of(record, now, until)
        self.person = record.person.strip()
        self.program = self.scene.program

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone at that moment."""
        return self.scene.zone

    def entries(
        self, flow: str | None = None, *, message: str | None = None, verbose: bool = False, limit: int | None = None
    ) -> list[Entry]:
        """The short answers, then the story in order of time, then what comes next.

        Args:
            flow: keeps to one flow.
            message: answers for each step that sends this message, and keeps to what concerns it.
            verbose: tells the conditions that held, too.
            limit: keeps the newest so many lines of the story (None: all).
        """
        scene = self.scene
        short = summaries(scene, flow) if message is None else answers(scene, message, flow)
        story = self._story(flow, message, verbose=verbose)
        cut: list[Entry] = []
        if limit is not None and len(story) > limit:
            number = len(story) - limit
            why = f"{number} earlier {'line is' if number == 1 else 'lines are'} left out; --limit shows more"
            cut, story = [Entry(story[-limit - 1].at, "earlier", "", "", 0, why)], story[len(story) - limit :]
        flows = {each.flow for each in short}
        coming = [each for each in ahead(scene, flow) if message is None or each.flow in flows]
        return [*short, *self._other_program(), *self._reservations(), *cut, *story, *coming, *self._unhandled()]

    def _story(self, flow: str | None, message: str | None, *, verbose: bool) -> list[Entry]:
        scene = self.scene
        facts = [fact for fact in scene.facts if flow in (None, fact.flow) and message in (None, fact.data.get("message"))]
        found = [(fact.at, 1, self._fact(fact)) for fact in facts]
        found += [(each.at, 2, each) for each in twice(scene, flow, message)]
        if message is None:
            misses = [miss for miss in scene.misses if flow in (None, miss.flow) and (verbose or not miss.holds)]
            found += [(each.at, 0, each) for each in (map(_miss, misses) if verbose else self._once(misses))]
        if message is None and flow is not None and not scene.of_flow(flow, "entered") and (declared := scene.flow(flow)) is not None:
            told = {(each.line, each.kind) for _, _, each in found}
            found += [(each.at, 3, each) for each in unstarted(scene, declared) if (each.line, each.kind) not in told]
        return [each for _, _, each in sorted(found, key=lambda each: each[:2])]

    def _once(self, misses: Sequence[Miss]) -> Iterator[Entry]:
        """What did not come about: a start that did not again and again is told once, as it was last, with how often."""
        starts: dict[tuple[str, int], list[Miss]] = {}
        for miss in misses:
            if miss.asked == "start":
                starts.setdefault((miss.flow, miss.line), []).append(miss)
            else:
                yield _miss(miss)
        for each in starts.values():
            last = _miss(each[-1])
            often = f"; {len(each)} times in all, first {self.scene.moment(each[0].at)}" if len(each) > 1 else ""
            yield replace(last, why=last.why + often)

    def _fact(self, fact: Fact) -> Entry:
        why = sentences.fact(fact, self.zone)
        if fact.kind in ("entered", "refused"):
            why = why.replace(fact.flow, f"{fact.flow}{cause(self.scene, fact)}", 1)
        return Entry(fact.at, fact.kind, fact.flow, fact.step, fact.line, why + outcome(self.scene, fact) + self._version(fact))

    def _version(self, fact: Fact) -> str:
        """Which version the line of a fact is counted in, where the flow reads otherwise now."""
        version = self._followed(fact) if fact.line and fact.flow else None
        if version is None or version == self.program.version:
            return ""
        then, now = self.scene.declared(version, fact.flow), self.program.flows.get(fact.flow)
        return "" if now is not None and then == now.ir else f" (line of version {version})"

    def _followed(self, fact: Fact) -> int | None:
        """The version whose steps a fact is about: a run keeps the one it entered under, or was moved to."""
        of_run = [each for each in self.scene.of_run(fact.run) if each.number <= fact.number]
        moved = [int(each.data["version"]) for each in of_run if each.kind == "moved"]
        began = next((each for each in of_run if each.kind == "entered"), fact)
        return moved[-1] if moved else self.scene.replayed.version_of(began)

    def _other_program(self) -> Iterator[Entry]:
        """That the lines told are not those of the folder's files, where it is so."""
        version = next(each for each in self.scene.record.versions if each.number == self.scene.version)
        if not version.hash or self.written in (None, version.hash):
            return
        why = (
            f"the folder's program is not version {version.number}, which decided here and was deployed {self.scene.moment(version.at)}: the lines "
            "told are those of that version; `triggerfish versions` shows all, `triggerfish plan` what the folder would change"
        )
        yield Entry(version.at, "program", "", "", 0, why)

    def _reservations(self) -> list[Entry]:
        difference = self.scene.replayed.difference
        if difference is None:
            return []
        why = CLEARED if self.scene.record.cleared else self._differs(difference)
        return [Entry(difference.at, "differs", "", "", 0, why)]

    def _differs(self, difference: Difference) -> str:
        def said(fact: Fact | None) -> str:
            return "nothing" if fact is None else f"{sentences.fact(fact, self.zone)!r} {self.scene.moment(fact.at)}"

        if difference.recorded is difference.replayed:
            return (
                f"the replay comes to another state than is stored, which was changed last {self.scene.moment(difference.at)}. What is told as "
                "having happened was recorded; what is told about things that did not happen comes from the replay and may be wrong"
            )
        return (
            f"the replay differs from what was recorded at {self.scene.moment(difference.at)}: recorded is {said(difference.recorded)}, the replay "
            f"gives {said(difference.replayed)}. What is told as having happened was recorded; what is told from then on about things that did not "
            "happen, and the values they saw, comes from the replay and may be wrong"
        )

    def _unhandled(self) -> Iterator[Entry]:
        """What came in and led to nothing: not handled yet, or of a name that the program does not know."""
        scene = self.scene
        waiting = [each for each in scene.record.waiting if scene.until is None or each.input.at <= scene.until]
        if waiting:
            names = ", ".join(dict.fromkeys(each.input.name or each.input.kind for each in waiting))
            number = "1 input is" if len(waiting) == 1 else f"{len(waiting)} inputs are"
            why = f"{number} stored and not handled yet ({names}): `triggerfish run` does it"
            yield Entry(waiting[0].input.at, "waits", "", "", 0, why)
        if later := scene.handled_later:
            names = ", ".join(dict.fromkeys(each.input.name or each.input.kind for each in later))
            number = "1 input was" if len(later) == 1 else f"{len(later)} inputs were"
            yield Entry(later[0].input.at, "waits", "", "", 0, f"{number} stored and not handled then ({names})")
        known = {each.name for each in self.program.ir.events}
        logged = [each.input for each in scene.record.logged if scene.until is None or each.input.at <= scene.until]
        unknown = [each for each in logged if each.kind == "event" and each.name not in known]
        if unknown:
            names = ", ".join(sorted({each.name for each in unknown}))
            yield Entry(unknown[-1].at, "waits", "", "", 0, f"{names} came in: no event of that name is declared")
        if not logged and not scene.facts:
            yield Entry(scene.now, "waits", "", "", 0, "nothing has happened yet")


def _miss(miss: Miss) -> Entry:
    kind = "held true" if miss.holds else "not started" if miss.asked == "start" else "not taken"
    file = miss.parts[0].file if miss.parts and miss.parts[0].line == miss.line else ""
    return Entry(miss.at, kind, miss.flow, miss.step, miss.line, sentences.miss(miss), file)

