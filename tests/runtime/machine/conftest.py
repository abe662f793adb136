"""A project's text compiled, and a person driven through a machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.machine.effects import Advance, Delivery, Fact, Recorded
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import State, decode

CATALOG = load_plugins().catalog()


@cache
def compiled_text(text: str) -> Program:
    """The program of a project that consists of this text."""
    loaded = compile_sources({"a.flow": text}, CATALOG)
    errors = [each for each in loaded.diagnostics if each.severity == "error"]
    assert loaded.program is not None, errors
    return loaded.program


@pytest.fixture(scope="session")
def compiled() -> Callable[[str], Program]:
    return compiled_text


def moment(text: str, zone: str = "UTC") -> int:
    """``2026-03-02 10:00`` as milliseconds."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.fixture(scope="session")
def at() -> Callable[..., int]:
    return moment


class Driver:
    """Sends inputs to one person and keeps what came out."""

    def __init__(self, machine: Machine, person: str = "ana") -> None:
        self.machine = machine
        self.person = person
        self.cell: bytes | None = None
        self.facts: list[Fact] = []
        self.deliveries: list[Delivery] = []
        self.recorded: list[Recorded] = []
        self.due: int | None = None
        self.sent = 0

    def advance(self, inputs: Sequence[Input], now: int, *, live: bool = False) -> Advance:
        result = self.machine.advance(self.person, self.cell, inputs, now, live=live)
        self.cell = result.state
        self.facts += result.facts
        self.deliveries += result.deliveries
        self.recorded += result.recorded
        self.due = result.due
        return result

    def event(self, name: str, at: int, now: int | None = None, *, live: bool = False, **fields: Any) -> Advance:
        return self.put("event", name, at, fields, now, live=live)

    def put(self, kind: Any, name: str, at: int, fields: dict[str, Any], now: int | None = None, *, live: bool = False) -> Advance:
        self.sent += 1
        return self.advance([Input(kind, name, at, f"m{self.sent}", fields)], at if now is None else now, live=live)

    def until(self, now: int, *, live: bool = False) -> Advance:
        return self.advance([], now, live=live)

    @property
    def state(self) -> State:
        assert self.cell is not None
        return decode(self.cell)

    def of(self, kind: str, flow: str | None = None) -> list[Fact]:
        return [each for each in self.facts if each.kind == kind and (flow is None or each.flow == flow)]


@pytest.fixture
def driver(compiled: Callable[[str], Program]) -> Callable[..., Driver]:
    """A person under the program of a text."""

    def made(text: str, **options: Any) -> Driver:
        return Driver(Machine(compiled(text), **options))

    return made
