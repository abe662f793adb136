"""A picture with every place worked out: what the renderers draw. All figures are pixels from the top left corner."""

from __future__ import annotations

from dataclasses import dataclass, replace

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text in a box. ``x`` and ``y`` (the baseline) count from the box's corner; ``style`` from ``STYLES``.

    ``source`` is the line of the flow's file it stands for where that is not the box's own.
    """

    text: str
    x: int
    y: int
    style: str
    source: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set; ``leading`` is the height of its line."""

    size: int
    leading: int
    bold: bool = False
    italic: bool = False


STYLES: dict[str, Style] = {
    "title": Style(20, 26, bold=True),
    "caption": Style(11, 16, bold=True),
    "body": Style(14, 19),
    "detail": Style(12, 17),
    "doc": Style(12, 16, italic=True),
    "label": Style(12, 16),
}


@dataclass(frozen=True, slots=True)
class Box:
    """``kind`` chooses the colours; ``source`` is the line of the flow's file, ``tip`` the tool tip."""

    id: str
    kind: str
    x: int
    y: int
    width: int
    height: int
    texts: tuple[Text, ...]
    source: int
    tip: str

    def moved(self, dx: int, dy: int) -> Box:
        """The box elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn around a loop."""

    x: int
    y: int
    width: int
    height: int

    def moved(self, dx: int, dy: int) -> Frame:
        """The frame elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line along ``points``, horizontal and vertical stretches only; ``head`` if it ends in an arrow head."""

    points: tuple[Point, ...]
    head: bool

    def moved(self, dx: int, dy: int) -> Arrow:
        """The arrow elsewhere."""
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))


@dataclass(frozen=True, slots=True)
class Diagram:
    """``title`` and ``description`` are for people who hear the picture instead of seeing it."""

    title: str
    description: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    arrows: tuple[Arrow, ...]
