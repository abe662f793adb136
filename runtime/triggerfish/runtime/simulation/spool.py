"""Events on their way to the people they are about: kept in files, so that memory holds a part of them at a time.

A frame is the length of the person's id and of the rest, the id, and the rest as msgpack. A person's frames are all in the same
part, whichever process reads it; and so are those of people who turn out to be one. Who these are is written beside the part.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input, InputKind
from triggerfish.runtime.simulation.kinship import Kinship

PARTS = 64
BUFFER = 256 * 1024
_HEAD = struct.Struct("<HI")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, int, InputKind, str, str, str]).decode

Given = tuple[int, int, Input]
"""When, the how-manyth to arrive, and what."""

Frames = dict[str, list[bytes]]


class Spool:
    """Writes events into ``folder``, in the order in which they arrived, and reads them person by person.

    ``shared`` are those that are about no single person. ``first`` and ``last`` are the moments of the earliest and of the latest
    one in milliseconds, None as long as there are none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0
        self.first: int | None = None
        self.last: int | None = None
        self.shared: list[tuple[str, Given]] = []
        self._kinship = Kinship()
        self._buffers = [bytearray() for _ in range(PARTS)]

    def add(self, person: str, kind: InputKind, name: str, at: int, id_: str, fields: str) -> None:
        """Keep one; ``fields`` are JSON, as in the event log."""
        self.number += 1
        if self.first is None or self.last is None:
            self.first = self.last = at
        elif at < self.first:
            self.first = at
        elif at > self.last:
            self.last = at
        if person in {NOBODY, WORKSPACE}:
            self.shared.append((person, (at, self.number, Input(kind, name, at, id_, msgspec.json.decode(fields)))))
            return
        if kind == "alias":
            if person == name:
                return
            self._kinship.join(person, name)
        who = person.encode()
        rest = _encode((at, self.number, kind, name, id_, fields))
        buffer = self._buffers[part_of(who)]
        buffer += _HEAD.pack(len(who), len(rest))
        buffer += who
        buffer += rest
        if len(buffer) > BUFFER:
            self._write(part_of(who))

    def parts(self) -> list[Path]:
        """The files, complete; those that hold nothing are not among them."""
        for number in range(PARTS):
            self._write(number)
        if self._kinship:
            self._bring_together(self._kinship.groups())
            self._kinship = Kinship()
        return sorted(self.folder.glob("*.part"))

    def _bring_together(self, groups: list[list[str]]) -> None:
        """Put the frames of each group into the part of its first name."""
        moving: dict[int, dict[bytes, int]] = {}
        beside: dict[int, list[list[str]]] = {}
        for group in groups:
            home, *others = (part_of(name.encode()) for name in group)
            beside.setdefault(home, []).append(group)
            for name, part in zip(group[1:], others, strict=True):
                if part != home:
                    moving.setdefault(part, {})[name.encode()] = home
        for number, away in sorted(moving.items()):
            self._move(number, away)
        for moved in sorted(self.folder.glob("*.moved")):
            with moved.with_suffix(".part").open("ab") as file:
                file.write(moved.read_bytes())
            moved.unlink()
        for number, here in beside.items():
            (self.folder / f"{number:03}.kin").write_bytes(_encode(here))

    def _move(self, number: int, away: dict[bytes, int]) -> None:
        path = self.folder / f"{number:03}.part"
        if not path.exists():
            return
        kept, moved = bytearray(), dict[int, bytearray]()
        for who, frame in _whole(path.read_bytes()):
            home = away.get(who)
            if home is None:
                kept += frame
            else:
                moved.setdefault(home, bytearray()).extend(frame)
        path.write_bytes(kept)
        for home, some in moved.items():
            with (self.folder / f"{home:03}.moved").open("ab") as file:
                file.write(some)

    def _write(self, number: int) -> None:
        if self._buffers[number]:
            with (self.folder / f"{number:03}.part").open("ab") as file:
                file.write(self._buffers[number])
            self._buffers[number].clear()


def part_of(who: bytes) -> int:
    """Which part a person's events are in: the same in every process."""
    return zlib.crc32(who) % PARTS


def frames(part: Path) -> Frames:
    """A part by person, not yet taken apart."""
    found: Frames = {}
    data = part.read_bytes()
    place, end = 0, len(data)
    while place < end:
        who, rest = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        person = data[place : place + who].decode()
        place += who
        found.setdefault(person, []).append(data[place : place + rest])
        place += rest
    return found


def kin(part: Path) -> list[list[str]]:
    """The groups of names in a part of which any two may become one person."""
    beside = part.with_suffix(".kin")
    return msgspec.msgpack.decode(beside.read_bytes(), type=list[list[str]]) if beside.exists() else []


def _whole(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Whom each frame is about, and the frame as it stands."""
    place, end = 0, len(data)
    while place < end:
        who, rest = _HEAD.unpack_from(data, place)
        begin, after = place + _HEAD.size, place + _HEAD.size + who + rest
        yield data[begin : begin + who], data[place:after]
        place = after


def given(some: Iterable[bytes], until: int) -> list[Given]:
    """What these frames hold, in the order in which it happened; nothing later than ``until``."""
    decode = msgspec.json.decode
    found = [
        (at, number, Input(kind, name, at, id_, decode(fields)))
        for at, number, kind, name, id_, fields in map(_decode, some)
        if at <= until
    ]
    found.sort(key=_order)
    return found


def people(parts: Iterable[Path]) -> Iterator[tuple[str, list[bytes]]]:
    """Everybody with their frames, a part at a time; within a part in the order of their ids."""
    for part in parts:
        found = frames(part)
        for person in sorted(found):
            yield person, found[person]


def _order(one: Given) -> tuple[int, int]:
    return one[0], one[1]
