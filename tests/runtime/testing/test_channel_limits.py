"""A message that the channel would not take fails the test that expects it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.channel import Channel, Nothing, Setup
from triggerfish.plugins.manager import load_plugins
from triggerfish.plugins.record import Recording
from triggerfish.runtime.messages.messages import MessageSet
from triggerfish.runtime.testing.run import TestRunner

FLOW = """\
event signed_up
    name  text

message hello
    display "Hello {{ event.name }}"

flow greets
    start when signed_up
    send display hello transactional

test "a short name" for greets
    given phone: "+33123456789"
    at 2026-03-02 10:00
    signed_up happens with name: "Ana"
    expect display hello

test "a long name" for greets
    given phone: "+33123456789"
    at 2026-03-02 10:00
    signed_up happens with name: "Maria Theresia Walburga"
    expect display hello
"""


class Content(BaseModel):
    text: str = Field(description="What is shown", max_length=20)


class Display(Channel[Nothing, Content]):
    """A display of twenty signs."""

    name = "display"
    plural = "displays"
    address = "phone"
    address_type = "phone"
    short = "text"
    Content = Content
    Settings = Nothing

    def open(self, settings: Nothing, setup: Setup) -> Recording:
        return Recording(setup.outbox / "display.jsonl")


def test_a_text_that_is_too_long_for_the_channel_fails_the_test() -> None:
    plugins = load_plugins()
    plugins.channels["display"] = Display()
    loaded = compile_sources({"a.flow": FLOW}, plugins.catalog())
    program = loaded.program
    assert program is not None, loaded.diagnostics
    short, long = TestRunner(program, lambda: MessageSet(program, plugins.channels)).run(loaded.tests)
    assert short.outcome == "passed", short.failures
    assert long.outcome == "failed"
    (failure,) = long.failures
    assert failure.message == (
        "display hello would not go out: the text of the message does not fit the channel: String should have at most 20 characters"
    )
