"""From a flow to the shapes of its picture."""

from __future__ import annotations

from dataclasses import replace

from triggerfish.dsl.describe.excerpt import Excerpt, excerpt
from triggerfish.dsl.describe.flows import describe_flow
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow, StartWhen
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import blocks, steps_inside
from triggerfish.dsl.picture.captions import parts
from triggerfish.dsl.picture.shape import Card, Fork, Label, Loop, Picture, Rule, Series, Shape, SourceLine


def shape(program: Program, flow: Flow) -> Picture:
    """The picture of a flow of the program, without places yet."""
    text = excerpt(program, flow.file, flow.line)
    shaper = _Shaper(program, text)
    starts = tuple(shaper.start(start) for start in flow.starts)
    rules = _rules(flow, text)
    body = shaper.series(flow.steps)
    if not _closed(body):
        body = (*body, Card("end", "End", "", 0, "", ends=True))
    owners = {card.line for card in _cards(body)} | {card.line for series in starts for card in _cards(series)}
    owners |= {rule.line for rule in rules} | {flow.line}
    return Picture(
        name=flow.name,
        title=flow.label or flow.name,
        doc=flow.doc,
        file=flow.file,
        line=flow.line,
        starts=starts or (_entered_from_outside(flow),),
        rules=rules,
        body=body,
        words=tuple((each.text, each.line, each.depth) for each in describe_flow(program, flow)),
        source=_source(text, owners - {0}),
    )


def _entered_from_outside(flow: Flow) -> Series:
    return (Card("start", "Start", "when another flow sends people here", flow.line, f"flow {flow.name}"),)


class _Shaper:
    """Steps to shapes, with the flow's text at hand for what only stands there."""

    def __init__(self, program: Program, text: Excerpt) -> None:
        self.text = text
        self.labels = {message.name: message.label for message in program.messages}
        self.flows = {flow.name: flow.label for flow in program.flows}

    # --- starts -----------------------------------------------------------------------------------

    def start(self, start: object) -> Series:
        """A start line: one card, or one for each stage of a chain."""
        line: int = getattr(start, "line", 0)
        if not isinstance(start, StartWhen):
            written = self.text.at(line) or f"start {getattr(start, 'kind', '')}".strip()
            return (self._card(written, line),)
        return tuple(self._card(stage.text, stage.line) for stage in start.stages)

    # --- steps ------------------------------------------------------------------------------------

    def series(self, steps: tuple[s.Step, ...]) -> Series:
        """A block."""
        return tuple(self._step(step) for step in steps)

    def _step(self, step: s.Step) -> Shape:
        card = self._of(step)
        match step:
            case s.If():
                return self._if(step, card)
            case s.Choose():
                return Fork(card, self._cases(step))
            case s.WaitUpTo():
                return self._wait(step, card)
            case s.ChooseBest():
                return self._best(step, card)
            case s.Split():
                return self._split(step, card)
            case s.Together():
                return self._together(step, card)
            case s.Repeat() | s.ForEach():
                return Loop(card, self.series(step.steps))
            case _:
                return card

    def _of(self, step: s.Step) -> Card:
        line = step.at.line
        written = (self.text.at(line) if any(blocks(step)) else self.text.whole(line)) or step.at.text
        detail = ""
        if isinstance(step, s.Send):
            detail = self._quoted(self.labels, step.message)
        elif isinstance(step, s.EnterFlow):
            detail = self._quoted(self.flows, step.flow)
        return self._card(written, line, detail, step.at.doc, ends=isinstance(step, s.Exit))

    @staticmethod
    def _card(written: str, line: int, detail: str = "", doc: str = "", *, ends: bool = False) -> Card:
        kind, caption, body = parts(written)
        return Card(kind, caption, body, line, written, detail, " ".join(doc.split()), ends)

    @staticmethod
    def _quoted(labels: dict[str, str], name: str) -> str:
        label = labels.get(name, "")
        return f"“{label}”" if label and label != name else ""

    # --- branches ---------------------------------------------------------------------------------

    def _if(self, step: s.If, card: Card) -> Shape:
        if len(step.arms) == 1:
            branches = (
                self._branch("yes", step.arms[0].line, step.arms[0].steps),
                self._branch("no", self._opening(step.otherwise, step.at.line), step.otherwise),
            )
            return Fork(card, branches)
        first = replace(card, body="the first that is true")
        arms = tuple(self._branch(self.text.at(arm.line) or arm.text, arm.line, arm.steps) for arm in step.arms)
        rest = self._branch("else", self._opening(step.otherwise, step.at.line), step.otherwise)
        return Fork(first, (*arms, rest))

    def _cases(self, step: s.Choose) -> tuple[Series, ...]:
        cases = tuple(
            self._branch(self.text.at(case.line) or "one of the values", case.line, case.steps) for case in step.cases
        )
        return (*cases, self._branch("otherwise", self._opening(step.otherwise, step.at.line), step.otherwise))

    def _wait(self, step: s.WaitUpTo, card: Card) -> Shape:
        on_one_line = len(step.branches) == 1 and step.branches[0].line == step.at.line
        if on_one_line and not step.branches[0].steps and not step.otherwise:
            return card
        branches = []
        for branch in step.branches:
            usual = "until" if isinstance(branch, s.UntilBranch) else "for " + ", ".join(branch.events)
            branches.append(self._branch(self.text.at(branch.line) or usual, branch.line, branch.steps))
        line = self._opening(step.otherwise, step.at.line)
        branches.append(self._branch("otherwise, when time is up", line, step.otherwise))
        return Fork(card, tuple(branches))

    def _best(self, step: s.ChooseBest, card: Card) -> Shape:
        paths = []
        for path in step.paths:
            points = "; ".join(each.text for each in path.points)
            paths.append(self._branch(f"{path.name}: {points}" if points else path.name, path.line, path.steps))
        rest = self._branch("otherwise", self._opening(step.otherwise, step.at.line), step.otherwise)
        return Fork(card, (*paths, rest))

    def _split(self, step: s.Split, card: Card) -> Shape:
        measured = self.text.at(step.measure.line) if step.measure is not None else ""
        arms = tuple(
            self._branch(self.text.at(arm.line) or f"{arm.share:.0%} {arm.name}", arm.line, arm.steps) for arm in step.arms
        )
        return Fork(replace(card, detail=measured), arms)

    def _together(self, step: s.Together, card: Card) -> Shape:
        branches = tuple(
            self._branch(branch.name or f"branch {place}", branch.line, branch.steps)
            for place, branch in enumerate(step.branches, 1)
        )
        return Fork(replace(card, body=card.body or "all at once"), branches)

    def _branch(self, label: str, line: int, steps: tuple[s.Step, ...]) -> Series:
        return (Label(label, line), *self.series(steps))

    def _opening(self, steps: tuple[s.Step, ...], usual: int) -> int:
        """The line of the ``else`` or ``otherwise`` that opens a block."""
        return (self.text.opening(steps[0].at.line) if steps else 0) or usual


# --- headers and source ----------------------------------------------------------------------------


def _rules(flow: Flow, text: Excerpt) -> tuple[Rule, ...]:
    """The header lines but for starts, as they were written."""
    first_step = min((step.at.line for step in steps_inside(flow.steps)), default=10**9)
    headers = [each for each in text.sentences if flow.line < each.line < first_step]
    return tuple(Rule(each.text, each.line) for each in headers if not each.text.startswith("start "))


def _source(text: Excerpt, owners: set[int]) -> tuple[SourceLine, ...]:
    """Each line with the line of the shape it belongs to.

    A sentence without a shape of its own belongs to the one it stands below, a comment to the sentence after it.
    """
    owned: dict[int, int] = {}
    above: list[tuple[int, int]] = []
    for sentence in text.sentences:
        above = [(indent, owner) for indent, owner in above if indent < sentence.indent]
        outer = above[-1][1] if above else 0
        owner = sentence.line if sentence.line in owners else outer
        above.append((sentence.indent, owner))
        owned.update(dict.fromkeys(range(sentence.line, sentence.last + 1), owner))
    following = 0
    lines = []
    for number, line in reversed(list(enumerate(text.lines, text.first))):
        following = owned.get(number, following if line.strip().startswith("#") else 0)
        lines.append(SourceLine(number, line, following))
    return tuple(reversed(lines))


def _closed(series: Series) -> bool:
    """Whether nobody comes out at the end of a series."""
    if not series:
        return False
    match series[-1]:
        case Card(ends=ends):
            return ends
        case Fork(branches=branches):
            return all(_closed(branch) for branch in branches)
        case _:
            return False


def _cards(series: Series) -> list[Card | Label]:
    found: list[Card | Label] = []
    for each in series:
        match each:
            case Card() | Label():
                found.append(each)
            case Fork(head=head, branches=branches):
                found.append(head)
                for branch in branches:
                    found += _cards(branch)
            case Loop(head=head, body=body):
                found += [head, *_cards(body)]
    return found
