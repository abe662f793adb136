"""The short answer about a flow: one or two sentences for what somebody most probably wants to know."""

from __future__ import annotations

from triggerfish.dsl.ir.flows import Flow
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.story import sentences
from triggerfish.runtime.story.ahead import late, stands
from triggerfish.runtime.story.entry import Entry
from triggerfish.runtime.story.never import unstarted
from triggerfish.runtime.story.outcomes import outcome
from triggerfish.runtime.story.scene import Scene

NAMED = 8
"""Of so many flows that never concerned the person the reason is told; the others are only named."""


def summaries(scene: Scene, name: str | None = None) -> list[Entry]:
    """The short answers, the flow that something happened in last first; then those the person never came into."""
    if name is not None:
        flow = scene.flow(name)
        return [] if flow is None else [_summary(scene, flow)]
    last = {fact.flow: max(0, fact.number) for fact in scene.facts if fact.flow}
    last |= {miss.flow: last.get(miss.flow, 0) for miss in scene.misses if miss.asked == "start"}
    last |= {chain.split("|", 1)[0]: last.get(chain.split("|", 1)[0], 0) for chain in scene.state.chains}
    flows = {flow.name: flow for flow in scene.program.ir.flows}
    concerned = sorted((each for each in last if each in flows), key=lambda each: -last[each])
    others = [each for each in flows if each not in last]
    found = [_summary(scene, flows[each]) for each in [*concerned, *others[:NAMED]]]
    if others[NAMED:]:
        names = ", ".join(others[NAMED:])
        why = f"{len(others) - NAMED} more flows never concerned {scene.record.person}; name one to see why: {names}"
        found.append(Entry(scene.now, "summary", "", "", 0, why))
    return found


def _summary(scene: Scene, flow: Flow) -> Entry:
    person = scene.record.person.strip()
    entries = scene.of_flow(flow.name, "entered")
    inside = scene.runs(flow.name)
    said = []
    if inside:
        run = inside[-1]
        said.append(f"{person} is inside since {scene.moment(run.entered)}, and {stands(scene, run)}")
        if run.noted:
            said.append(f"Nothing is sent in this run: {run.noted}")
    elif entries:
        said.append(_left(scene, flow, entries))
    else:
        said.append(f"{person} never entered: {why_outside(scene, flow)}")
    if (dropped := scene.dropped(flow.name)) is not None:
        said.append(f"The flow is no longer in force: version {dropped.number} dropped it {scene.moment(dropped.at)}, and who is inside goes on as entered")
    said += _sends(scene, flow)
    return Entry(scene.now, "summary", flow.name, "", flow.line, f"{flow.name}: {'. '.join(said)}")


def _left(scene: Scene, flow: Flow, entries: list[Fact]) -> str:
    often = f"{len(entries)} times, last" if len(entries) > 1 else "once,"
    said = f"{scene.record.person.strip()} entered {often} {scene.moment(entries[-1].at)}"
    exits = scene.of_flow(flow.name, "exited")
    if exits:
        said += f", and {sentences.fact(exits[-1], scene.zone)} {scene.moment(exits[-1].at)}{outcome(scene, exits[-1])}"
    refused = [fact for fact in scene.of_flow(flow.name, "refused") if fact.at >= entries[-1].at]
    if refused:
        said += f". Since then: {scene.moment(refused[-1].at)} {sentences.fact(refused[-1], scene.zone)}{outcome(scene, refused[-1])}"
    return said


def why_outside(scene: Scene, flow: Flow) -> str:
    """Why somebody who never entered a flow did not."""
    if flow.status in ("paused", "disabled"):
        return f"the flow is {flow.status}, and nobody enters it"
    doors = [door for door in scene.state.doors.values() if door.flow == flow.name]
    if doors:
        return f"waits at the door since {scene.moment(doors[-1].at)}, until its group of exclusive flows is free"
    for chain, pending in scene.state.chains.items():
        if chain.split("|", 1)[0] == flow.name:
            return f"it has begun to start {scene.moment(pending.at)}, and that is decided {scene.moment(pending.deadline)} at the latest{late(scene, pending.deadline)}"
    refused = scene.of_flow(flow.name, "refused")
    missed = [miss for miss in scene.misses if miss.flow == flow.name and miss.asked == "start" and not miss.holds]
    if refused and (not missed or refused[-1].at >= missed[-1].at):
        last = refused[-1]
        return f"{scene.moment(last.at)} {sentences.fact(last, scene.zone)}{outcome(scene, last)}"
    lacking = [entry.why.removeprefix("never entered: ") for entry in unstarted(scene, flow)]
    return "; ".join(dict.fromkeys(lacking)) or "no start line of it came true"


def _sends(scene: Scene, flow: Flow) -> list[str]:
    """What was sent, and what was not and why, each message once for each step, as it stood last."""
    last: dict[tuple[str, str], Fact] = {}
    for fact in scene.of_flow(flow.name, "sent", "suppressed", "held"):
        last[f"{fact.data.get('channel')} {fact.data.get('message')}", fact.step] = fact
    sent: dict[str, list[str]] = {"Handed over": [], "Not delivered": [], "Not delivered yet": []}
    for (what, _), fact in last.items():
        if fact.kind == "sent":
            sent[_reached(scene, fact)].append(f"{what} {scene.moment(fact.at)}{outcome(scene, fact).replace('; delivery:', ',')}")
    not_sent = [
        f"{what} {scene.moment(fact.at)} ({fact.data.get('reason')}: {fact.data.get('why')}{outcome(scene, fact)})"
        for (what, _), fact in last.items() if fact.kind == "suppressed"
    ]
    noted = {
        f"{fact.data['send']} {fact.data.get('message')} ({fact.data.get('why')})": None
        for fact in scene.of_flow(flow.name, "noted") if "send" in fact.data
    }
    told = (*sent.items(), ("Not sent", not_sent), ("Only noted, not sent", list(noted)))
    return [f"{how}: {'; '.join(what)}" for how, what in told if what]


def _reached(scene: Scene, fact: Fact) -> str:
    """How far a message came that the flow handed over."""
    posted = scene.posted.get(str(fact.data.get("key")))
    if posted is None:
        return "Handed over"
    return {"failed": "Not delivered", "waiting": "Not delivered yet", "claimed": "Not delivered yet"}.get(posted.status, "Handed over")
