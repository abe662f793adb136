"""A plan in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from triggerfish.runtime.deploys.plan import FlowPlan, PeoplePlan, Plan, StepPlan

SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": "~"}


def sentences(plan: Plan, *, ids: bool = False) -> Iterator[str]:
    """The lines; with ``ids`` the first few people of each group are named."""
    if plan.in_force is None:
        yield "nothing is in force yet; this would be version 1"
    else:
        inside = sum(flow.inside for flow in plan.flows)
        yield f"version {plan.in_force.version} is in force; {people(plan.people)}, {inside:,} {'entry' if inside == 1 else 'entries'} under way in flows"
    if plan.settling:
        yield "the deploy before is still being carried over to some people: they are counted where they are now"
    if plan.same:
        yield "the program is the one in force"
    elif plan.in_force is not None and not plan.changes:
        yield "nothing is said differently: only lines and remarks have moved"
    for change in plan.changes:
        if change.kind != "flow":
            yield f"{change.kind} {change.name}: {change.change}"
    for flow in plan.flows:
        yield from _flow(flow, plan, ids=ids)
    yield from _others(plan, ids=ids)


def people(count: int) -> str:
    """``1 person``, ``5 people``."""
    return "1 person" if count == 1 else f"{count:,} people"


def _flow(flow: FlowPlan, plan: Plan, *, ids: bool) -> Iterator[str]:
    moved = plan.options.move or flow.change not in ("same", "gone")
    if flow.change in ("same", "gone") and not (plan.options.move and any(each.version != _newest(plan) for each in flow.people)):
        return
    if not moved:
        return
    headers = f" ({', '.join(flow.headers)})" if flow.headers else ""
    yield f"flow {flow.name}: {'as it was' if flow.change == 'same' else flow.change}{headers}"
    for step in flow.steps:
        yield f"  {SIGNS[step.change]} {_step(step)}"
    for what, sends in (("can be sent from now on", flow.sends_added), ("no longer sent", flow.sends_removed)):
        if sends and flow.change == "changed":
            yield f"  {what}: {', '.join(sends)}"
    changed = {each.old: each for each in flow.steps}
    for group in flow.people:
        yield from _group(group, flow, plan, changed, ids=ids)


def _newest(plan: Plan) -> int:
    return plan.in_force.version if plan.in_force is not None else 0


def _step(step: StepPlan) -> str:
    if step.change == "renamed":
        if step.before is not None and step.after is not None and step.before != step.after and step.old == step.before:
            return f"{step.before}  →  {step.after}"
        renamed = f"{step.old} is called {step.new} now"
        return renamed if step.before == step.after else f"{renamed}: {step.before}  →  {step.after}"
    if step.before is not None and step.after is not None and step.before != step.after:
        return f"{step.before}  →  {step.after}"
    if step.change == "changed":
        return f"{step.after}  (what belongs to it)"
    return step.after or step.before or ""


def _group(group: PeoplePlan, flow: FlowPlan, plan: Plan, changed: dict[str | None, StepPlan], *, ids: bool) -> Iterator[str]:
    names = _named(group.people, group.count) if ids else ""
    yield f"  {people(group.count)} at `{group.text}` (version {group.version}){names}"
    if group.leave:
        yield f"    {people(group.leave)} leave the flow"
    if not plan.options.move:
        stay = group.count - group.leave
        if stay:
            yield f"    {'goes' if stay == 1 else 'go'} on in version {group.version}, as entered"
    texts = {each.new: each.after for each in flow.steps}
    sign = "    with --move: " if not plan.options.move else "    "
    for step, count in group.goes_on.items():
        same = step == group.step and step not in texts
        place = "the same step" if same else f"`{texts.get(step) or step}`"
        over = ""
        if group.over_at_once:
            over = f"; for {group.over_at_once} the wait, counted from when it began, is over at once"
        elif step in texts and texts[step] != group.text:
            over = "; the wait counts from when it began"
        yield f"{sign}{people(count)} {'goes' if count == 1 else 'go'} on at {place}{over}"
    if group.orphans:
        gone = changed.get(group.step)
        why = "this step is gone" if gone is not None and gone.change == "removed" else "there is no such step to go on at"
        why = "the flow is gone" if flow.change in ("removed", "gone") else why
        yield f"{sign}{people(group.orphans)} {'has' if group.orphans == 1 else 'have'} nowhere to go on: {why}{_fate(plan, flow, group)}"


def _fate(plan: Plan, flow: FlowPlan, group: PeoplePlan) -> str:
    match plan.options.orphans:
        case "leave":
            return "; left in the version entered"
        case "exit":
            return "; taken out of the flow"
        case _:
            cure = "decide"
            if flow.change not in ("removed", "gone"):
                cure = "if it is worded otherwise, deploy it with a name first (`… as NAME`), then change its words; else decide"
                cure = cure if group.step == group.text else "say `moved OLD to NEW` in the flow, or decide"
            return f" ({cure}: --leave-orphans or --exit-orphans)"


def _others(plan: Plan, *, ids: bool) -> Iterator[str]:
    starts = "" if plan.options.enter_members else "; no flow starts"
    for flow in plan.flows:
        yield from _failing(flow, plan)
    for segment in plan.segments:
        come = f"{people(segment.come)} come in{_named(segment.come_people, segment.come) if ids else ''}"
        go = f"{people(segment.go)} {'drops' if segment.go == 1 else 'drop'} out{_named(segment.go_people, segment.go) if ids else ''}"
        parts = [come] if segment.come else []
        parts += [go] if segment.go else []
        yield f"in segment {segment.name}: {', '.join(parts)}{starts}"
    for name, count in plan.scores.items():
        yield f"score {name} comes out differently for {people(count)}"
    for name, count in plan.would_enter.items():
        yield f"{'' if plan.options.enter_members else 'with --enter-members: '}{people(count)} {'enters' if count == 1 else 'enter'} {name}"
    if plan.events_to_read:
        yield f"{plan.events_to_read:,} events are read from the log again, for windows that are new or wider"
    if plan.unreadable:
        yield f"{people(plan.unreadable)} could not be looked at; triggerfish status names what fails"


def _failing(flow: FlowPlan, plan: Plan) -> Iterator[str]:
    """Whoever finishes an earlier version may come to what is there no longer."""
    staying: dict[tuple[int, tuple[str, ...]], int] = {}
    for group in flow.people:
        stay = group.count - group.leave - (sum(group.goes_on.values()) if plan.options.move else 0)
        if plan.options.orphans == "exit":
            stay -= group.orphans
        if group.fails and stay > 0:
            key = (group.version, tuple(group.fails))
            staying[key] = staying.get(key, 0) + stay
    for (version, gone), count in staying.items():
        what = ", ".join(f"`{each}`" for each in gone)
        yield f"WARNING: {people(count)} in {flow.name} (version {version}) may still come to {what}, which would be gone: it fails there"


def _named(some: Iterable[str], count: int) -> str:
    listed = list(some)
    more = ", …" if count > len(listed) else ""
    return f": {', '.join(listed)}{more}" if listed else ""
