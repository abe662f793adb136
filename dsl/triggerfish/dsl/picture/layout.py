"""Places for the shapes of a picture.

Everything hangs on a *spine*: a piece is entered at the top of its spine and left at the bottom of it, and reaches
``left`` and ``right`` of it. A series puts pieces below each other on one spine; a fork puts branches side by side
and leads their spines back to its own; a loop draws a frame with a lane on either side, one to go back and one to
go on. Pieces own their rectangle, so nothing can overlap and no line can cross a box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from triggerfish.dsl.picture.boxes import card_box, label_box, rules_box, title_box
from triggerfish.dsl.picture.diagram import Arrow, Box, Diagram, Frame
from triggerfish.dsl.picture.shape import Card, Fork, Label, Loop, Picture, Series, Shape

MARGIN = 24
GAP = 26
LABEL_GAP = 18
BRANCH_GAP = 26
BUS = 14
NEARLY = 24
LANE_PAD = 16
RULES_GAP = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """Something laid out around ``x = 0``, its spine, from ``y = 0`` down.

    ``open`` if one leaves it at ``(0, height)``; ``boxed`` if a box is at ``(0, 0)``: an arrow to it gets a head.
    """

    left: int
    right: int
    height: int
    open: bool
    boxed: bool
    boxes: tuple[Box, ...] = ()
    frames: tuple[Frame, ...] = ()
    arrows: tuple[Arrow, ...] = ()


def lay_out(picture: Picture) -> Diagram:
    """The picture with a place for everything."""
    names = (f"n{number}" for number in count(1))
    title = title_box(picture.title, picture.doc, picture.line, next(names))
    top = _starts(picture, names)
    rules = rules_box(picture.rules, next(names)) if picture.rules else None
    body = _series(picture.body, names)
    whole = _below(top, body, GAP) if rules is None else _beside(top, body, rules)
    left = MARGIN + whole.left
    down = MARGIN + title.height + LABEL_GAP
    width = max(whole.left + whole.right, title.width) + 2 * MARGIN
    return Diagram(
        title=picture.title,
        description=" ".join(text for text, _, _ in picture.words),
        width=width,
        height=down + whole.height + MARGIN,
        boxes=(title.moved(MARGIN, MARGIN), *(box.moved(left, down) for box in whole.boxes)),
        frames=tuple(frame.moved(left, down) for frame in whole.frames),
        arrows=tuple(arrow.moved(left, down) for arrow in whole.arrows),
    )


def _starts(picture: Picture, names: Iterator[str]) -> Piece:
    """The starts side by side, leading to one line."""
    starts = [_series(start, names) for start in picture.starts]
    return starts[0] if len(starts) == 1 else _joined(starts, 0)[0]


def _beside(top: Piece, body: Piece, rules: Box) -> Piece:
    """Starts and steps with the rules to the right of them.

    Rules taller than the starts reach down beside the first steps; where these are too wide for that, the starts stand lower.
    """
    flow = _below(top, body, GAP)
    right = _reach(flow, rules.height + GAP)
    if right > max(top.right, rules.width) + RULES_GAP:
        right, low = top.right, max(0, rules.height - top.height)
        flow = _lowered(flow, low)
    return replace(
        flow,
        right=max(flow.right, right + RULES_GAP + rules.width),
        height=max(flow.height, rules.height),
        boxes=(*flow.boxes, rules.moved(right + RULES_GAP, 0)),
    )


def _reach(piece: Piece, down: int) -> int:
    """How far to the right of its spine a piece reaches above a height."""
    edges = [box.x + box.width for box in piece.boxes if box.y < down]
    edges += [frame.x + frame.width for frame in piece.frames if frame.y < down]
    edges += [x for arrow in piece.arrows if min(y for _, y in arrow.points) < down for x, _ in arrow.points]
    return max(edges, default=0)


def _lowered(piece: Piece, dy: int) -> Piece:
    return replace(
        piece,
        height=piece.height + dy,
        boxes=tuple(box.moved(0, dy) for box in piece.boxes),
        frames=tuple(frame.moved(0, dy) for frame in piece.frames),
        arrows=tuple(arrow.moved(0, dy) for arrow in piece.arrows),
    )


def _series(series: Series, names: Iterator[str]) -> Piece:
    whole = Piece(0, 0, 0, open=True, boxed=False)
    previous: Shape | None = None
    for shape in series:
        piece = _piece(shape, names)
        gap = LABEL_GAP if isinstance(previous, Label) else GAP
        whole = piece if previous is None else _below(whole, piece, gap)
        previous = shape
    return whole


def _piece(shape: Shape, names: Iterator[str]) -> Piece:
    match shape:
        case Card():
            return _boxed(card_box(shape, next(names)), open_=not shape.ends, head=True)
        case Label():
            return _boxed(label_box(shape, next(names)), open_=True, head=False)
        case Fork():
            return _fork(shape, names)
        case Loop():
            return _loop(shape, names)


def _boxed(box: Box, *, open_: bool, head: bool) -> Piece:
    half = box.width // 2
    return Piece(half, half, box.height, open_, head, (box.moved(-half, 0),))


def _below(upper: Piece, lower: Piece, gap: int) -> Piece:
    """One piece below another, with a line between if one gets there."""
    if not lower.height:
        return upper
    y = upper.height + gap
    between = (Arrow(((0, upper.height), (0, y)), head=lower.boxed),) if upper.open else ()
    return Piece(
        max(upper.left, lower.left),
        max(upper.right, lower.right),
        y + lower.height,
        lower.open,
        upper.boxed,
        (*upper.boxes, *(box.moved(0, y) for box in lower.boxes)),
        (*upper.frames, *(frame.moved(0, y) for frame in lower.frames)),
        (*upper.arrows, *between, *(arrow.moved(0, y) for arrow in lower.arrows)),
    )


# --- forks -------------------------------------------------------------------------------------------


def _fork(fork: Fork, names: Iterator[str]) -> Piece:
    head = _boxed(card_box(fork.head, next(names)), open_=True, head=True)
    tallest = _tallest_label(fork)
    branches = [_branch(branch, tallest, names) for branch in fork.branches]
    joined, spines = _joined(branches, head.height + 2 * BUS)
    bus = head.height + BUS
    arrows = []
    for spine in spines:
        down = ((spine, bus), (spine, bus + BUS))
        bend = ((0, head.height), (0, bus), *down) if spine else ((0, head.height), down[-1])
        arrows.append(Arrow(bend, head=False))
    return Piece(
        max(head.left, joined.left),
        max(head.right, joined.right),
        joined.height,
        joined.open,
        boxed=True,
        boxes=(*head.boxes, *joined.boxes),
        frames=joined.frames,
        arrows=(*arrows, *joined.arrows),
    )


def _tallest_label(fork: Fork) -> int:
    labels = [branch[0] for branch in fork.branches]
    return max(label_box(label, "").height for label in labels if isinstance(label, Label))


def _branch(branch: Series, tallest: int, names: Iterator[str]) -> Piece:
    """A branch; what follows its label begins at one height in all branches of the fork."""
    label, *rest = branch
    top = _piece(label, names)
    if not rest:
        return top
    return _below(top, _series(tuple(rest), names), LABEL_GAP + tallest - top.height)


def _joined(branches: Sequence[Piece], y: int) -> tuple[Piece, list[int]]:
    """Branches side by side from ``y`` down, led together below; also where their spines are."""
    spines = []
    x = 0
    for branch in branches:
        spines.append(x + branch.left)
        x += branch.left + branch.right + BRANCH_GAP
    total = x - BRANCH_GAP
    middle = (spines[0] + spines[-1]) // 2
    middle = next((spine for spine in spines if abs(spine - middle) <= NEARLY), middle)
    bottom = y + max(branch.height for branch in branches)
    join = bottom + BUS
    open_ = any(branch.open for branch in branches)
    boxes: list[Box] = []
    frames: list[Frame] = []
    arrows: list[Arrow] = []
    for branch, spine in zip(branches, spines, strict=True):
        dx = spine - middle
        boxes += [box.moved(dx, y) for box in branch.boxes]
        frames += [frame.moved(dx, y) for frame in branch.frames]
        arrows += [arrow.moved(dx, y) for arrow in branch.arrows]
        if branch.open:
            down = ((dx, y + branch.height), (dx, join))
            arrows.append(Arrow((*down, (0, join)) if dx else down, head=False))
    piece = Piece(
        middle, total - middle, join if open_ else bottom, open_, boxed=True,
        boxes=tuple(boxes), frames=tuple(frames), arrows=tuple(arrows),
    )  # fmt: skip
    return piece, [spine - middle for spine in spines]


# --- loops -------------------------------------------------------------------------------------------


def _loop(loop: Loop, names: Iterator[str]) -> Piece:
    head = _boxed(card_box(loop.head, next(names)), open_=True, head=True).boxes[0]
    again = label_box(Label("again", loop.head.line), next(names))
    done = label_box(Label("when done", loop.head.line), next(names))
    body = _series(loop.body, names)
    half = head.width // 2
    inner_left, inner_right = max(half, body.left), max(half, body.right)
    back, out = -(inner_left + LANE_PAD + again.width // 2), inner_right + LANE_PAD + done.width // 2
    left, right = inner_left + 2 * LANE_PAD + again.width, inner_right + 2 * LANE_PAD + done.width
    head_y = LANE_PAD
    middle = head_y + head.height // 2
    body_y = head_y + head.height + GAP
    end = body_y + max(body.height, again.height)
    turn, leave = end + BUS, end + 2 * BUS
    height = leave + LANE_PAD
    label_y = (middle + turn) // 2
    arrows = [
        Arrow(((0, 0), (0, head_y)), head=True),
        Arrow(((half, middle), (out, middle), (out, label_y - done.height // 2)), head=False),
        Arrow(((out, label_y - done.height // 2 + done.height), (out, leave), (0, leave), (0, height)), head=False),
    ]
    boxes = [head.moved(0, head_y), done.moved(out - done.width // 2, label_y - done.height // 2)]
    start = (0, body_y + body.height) if body.height else (0, head_y + head.height)
    if body.height:
        arrows.append(Arrow(((0, head_y + head.height), (0, body_y)), head=body.boxed))
    if body.open:
        boxes.append(again.moved(back - again.width // 2, label_y - again.height // 2))
        below = label_y - again.height // 2 + again.height
        arrows.append(Arrow((start, (0, turn), (back, turn), (back, below)), head=False))
        arrows.append(Arrow(((back, below - again.height), (back, middle), (-half, middle)), head=True))
    return Piece(
        left,
        right,
        height,
        open=True,
        boxed=False,
        boxes=(*boxes, *(each.moved(0, body_y) for each in body.boxes)),
        frames=(Frame(-left, 0, left + right, height), *(each.moved(0, body_y) for each in body.frames)),
        arrows=(*arrows, *(each.moved(0, body_y) for each in body.arrows)),
    )
