"""What must be true of every diagram."""

from __future__ import annotations

from itertools import combinations, pairwise

from triggerfish.dsl.picture.diagram import STYLES, Box, Diagram, Frame
from triggerfish.dsl.picture.measure import width

AIR = 5


def faults(diagram: Diagram) -> list[str]:
    return [*_overlaps(diagram), *_crossed_boxes(diagram), *_crossed_arrows(diagram), *_texts(diagram), *_frames(diagram)]


def _overlaps(diagram: Diagram) -> list[str]:
    found = []
    for one, two in combinations(diagram.boxes, 2):
        apart = (
            one.x + one.width + AIR <= two.x
            or two.x + two.width + AIR <= one.x
            or one.y + one.height + AIR <= two.y
            or two.y + two.height + AIR <= one.y
        )
        if not apart:
            found.append(f"{one.id} and {two.id} overlap")
    found.extend(
        f"{box.id} sticks out of the picture"
        for box in diagram.boxes
        if box.x < 0 or box.y < 0 or box.x + box.width > diagram.width or box.y + box.height > diagram.height
    )
    return found


def _segments(diagram: Diagram) -> list[tuple[int, int, int, int]]:
    found = []
    for arrow in diagram.arrows:
        for (x1, y1), (x2, y2) in pairwise(arrow.points):
            assert x1 == x2 or y1 == y2, "a slanted line"
            found.append((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
    return found


def _crossed_boxes(diagram: Diagram) -> list[str]:
    return [
        f"a line at {left},{top} crosses {box.id}"
        for left, top, right, bottom in _segments(diagram)
        for box in diagram.boxes
        if left < box.x + box.width and right > box.x and top < box.y + box.height and bottom > box.y
    ]


def _crossed_arrows(diagram: Diagram) -> list[str]:
    segments = _segments(diagram)
    across = [each for each in segments if each[1] == each[3]]
    down = [each for each in segments if each[0] == each[2]]
    return [
        f"lines cross at {x},{y}"
        for left, y, right, _ in across
        for x, top, _, bottom in down
        if left < x < right and top < y < bottom
    ]


def _texts(diagram: Diagram) -> list[str]:
    found = []
    for box in diagram.boxes:
        last = 0
        for text in box.texts:
            style = STYLES[text.style]
            wide = width(text.text, style.size, bold=style.bold)
            if text.x < 0 or text.x + wide > box.width + 0.5:
                found.append(f"{text.text!r} is wider than {box.id}")
            if text.y - style.size * 0.8 < last - 4 or text.y + style.size * 0.2 > box.height:
                found.append(f"{text.text!r} is too high or too low in {box.id}")
            last = text.y
    return found


def _inside(box: Box | Frame, frame: Frame) -> bool:
    return (
        frame.x < box.x
        and frame.y < box.y
        and box.x + box.width < frame.x + frame.width
        and box.y + box.height < frame.y + frame.height
    )


def _outside(box: Box | Frame, frame: Frame) -> bool:
    return (
        box.x + box.width < frame.x
        or frame.x + frame.width < box.x
        or box.y + box.height < frame.y
        or frame.y + frame.height < box.y
    )


def _frames(diagram: Diagram) -> list[str]:
    found = [
        f"{box.id} is half in a frame"
        for frame in diagram.frames
        for box in diagram.boxes
        if not _inside(box, frame) and not _outside(box, frame)
    ]
    found.extend(
        f"frames at {one.x},{one.y} and {two.x},{two.y} overlap"
        for one, two in combinations(diagram.frames, 2)
        if not (_inside(one, two) or _inside(two, one) or _outside(one, two))
    )
    return found


def unreached(diagram: Diagram) -> list[str]:
    """Boxes of steps to whose top no line leads."""
    ends = {arrow.points[-1] for arrow in diagram.arrows}
    return [
        box.id
        for box in diagram.boxes
        if box.kind not in {"title", "rules", "label", "start"}
        and not any(y == box.y and box.x < x < box.x + box.width for x, y in ends)
    ]
