"""A message that a person got more than once: by which entries, and why that was allowed."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.ir.flows import Flow
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.trace import MASK, words
from triggerfish.runtime.story.entry import Entry
from triggerfish.runtime.story.scene import Scene

REPEATED = ("sent", "unknown")
CAUSES = {
    "enter": " by hand", "enter segment": " with their segment", "identify": " by a change of the profile",
    "consent": " by a statement about consent", "membership": " by a change of a segment",
}


def twice(scene: Scene, name: str | None = None, wanted: str | None = None) -> Iterator[Entry]:
    """Each message (or the one wanted) that was handed over more than once, or went to the provider more than once."""
    sent: dict[tuple[str, str], list[Fact]] = {}
    mailed = any(fact.kind == "sent" and fact.data.get("channel") == "email" for fact in scene.facts)
    for address, other in scene.record.namesakes.items() if mailed else ():
        told = MASK if "email" in scene.program.sensitive else address
        why = f"{told} is the address of {other} as well, a profile of its own: what it got came there, too (`triggerfish explain {other}`)"
        yield Entry(scene.now, "twice", "", "", 0, why)
    for fact in scene.facts:
        if fact.kind == "sent" and wanted in (None, fact.data.get("message")):
            sent.setdefault((str(fact.data.get("channel")), str(fact.data.get("message"))), []).append(fact)
    for (channel, message), facts in sent.items():
        if len(facts) > 1 and (name is None or any(fact.flow == name for fact in facts)):
            last = facts[-1]
            times = "; ".join(_time(scene, fact) for fact in facts)
            why = f"{channel} {message} was handed over {len(facts)} times: {times}. {_because(scene, facts)}"
            yield Entry(last.at, "twice", last.flow, last.step, last.line, why)
        for fact in facts:
            posted = scene.posted.get(str(fact.data.get("key")))
            if posted is not None and posted.attempts > 1 and posted.status in REPEATED and name in (None, fact.flow):
                why = (
                    f"{channel} {message} was decided once (key {posted.delivery.key}) and given to the provider {posted.attempts} times: "
                    "if two arrived, the provider took one and did not say so"
                )
                yield Entry(fact.at, "twice", fact.flow, fact.step, fact.line, why)


def _time(scene: Scene, fact: Fact) -> str:
    entered = next((each for each in scene.of_flow(fact.flow, "entered") if each.run == fact.run), None)
    began = "" if entered is None else f", entered {scene.moment(entered.at)}{cause(scene, entered)}"
    return f"{scene.moment(fact.at)} by {fact.flow} line {fact.line} (entry {fact.run}{began}; key {fact.data.get('key')})"


def cause(scene: Scene, fact: Fact) -> str:
    """What let a person in, or would have: the input that a fact names."""
    wanted = fact.data.get("event")
    one = next((each.input for each in scene.record.logged if each.input.id == wanted), None) if wanted else None
    if one is None:
        return ""
    return CAUSES.get(one.kind) or f" by {one.name}"


def _because(scene: Scene, facts: list[Fact]) -> str:
    flows = list(dict.fromkeys(fact.flow for fact in facts))
    if len(flows) > 1:
        uncapped = "; `uncapped` sends pass the caps" if any("uncapped" in fact.step.split() for fact in facts[1:]) else ""
        return f"Different flows sent it: {', '.join(flows)}{uncapped}"
    if len({fact.run for fact in facts}) == 1:
        return "One entry reached its send steps more than once"
    flow = scene.flow(flows[0])
    return f"Each is an entry of its own: {_again(flow)}" if flow is not None else "Each is an entry of its own"


def _again(flow: Flow) -> str:
    if flow.again is None:
        return f"{flow.name} has no `again` line, so it may be entered as often as it starts"
    if flow.again == "never":
        return f"`again never` counts for each {flow.name} key by itself" if flow.per is not None else "`again never` was not in force yet"
    return f"`again after {words(flow.again)}` had passed between them"
