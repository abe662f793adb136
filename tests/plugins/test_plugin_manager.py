"""Loading plugins: the good ones work, the broken ones are named and left out."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel, Field

from triggerfish.dsl.ir.types import NUMBER, TEXT
from triggerfish.plugins import Action, Call, Channel, Function, Nothing, Session, Setup, hookimpl
from triggerfish.plugins.manager import Plugins, load_plugins


class Content(BaseModel):
    text: str = Field(description="The text")


class Pigeon(Channel[Nothing, Content]):
    """Letters by pigeon."""

    name = "pigeon"
    plural = "pigeons"
    address = "loft"
    short = "text"
    Content = Content
    Settings = Nothing

    def open(self, settings: Nothing, setup: Setup) -> Session[Content]:
        raise NotImplementedError


class Feed(Action[Content, Nothing]):
    """Feeds the pigeons."""

    name = "pigeon.feed"
    Arguments = Content
    Result = Nothing

    def run(self, arguments: Content, call: Call) -> Nothing:
        return Nothing()


@dataclass
class Dist:
    name: str
    version: str = "1.0"


@dataclass
class EntryPoint:
    name: str
    plugin: Any
    dist: Any = None

    @property
    def value(self) -> str:
        return f"{self.name}:plugin"

    def load(self) -> Any:
        return self.plugin() if callable(self.plugin) else self.plugin


def plugin(**hooks: Any) -> Any:
    """An object with these hooks, each returning (or raising) what is given."""

    def hook(answer: Any) -> Any:
        def call(self: Any) -> Any:
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return call

    members = {}
    for name, answer in hooks.items():
        function = hook(answer)
        function.__name__ = f"triggerfish_{name}"
        members[f"triggerfish_{name}"] = hookimpl(function)
    return type("Plugin", (), members)()


def load(*entry_points: EntryPoint) -> Plugins:
    return load_plugins(entry_points)


GOOD = EntryPoint("good", plugin(channels=[Pigeon()], actions=[Feed()]), Dist("pigeons"))


def test_the_built_in_plugins_load() -> None:
    plugins = load_plugins()
    built_in = [one for one in plugins.loaded if one.distribution.startswith("triggerfish ")]
    assert {one.name for one in built_in} == {"email", "sms", "push", "http", "log"}
    assert {"email", "sms", "push"} <= plugins.channels.keys()
    assert {"http.request", "log.write"} <= plugins.actions.keys()
    catalog = plugins.catalog()
    assert catalog.channels["email"].address == "email"
    assert [field.name for field in catalog.channels["email"].fields if field.required] == ["subject", "body"]
    assert {field.name for field in catalog.channels["email"].fields if field.file} == {"body", "text"}
    assert catalog.channels["sms"].short == "body"
    assert catalog.channels["sms"].address_type.kind == "phone"
    http = {field.name: field for field in catalog.actions["http.request"].arguments}
    assert http["url"].required
    assert http["url"].type == TEXT
    assert http["json"].type is None
    assert http["method"].type is not None
    assert "POST" in http["method"].type.options


def test_a_good_plugin_beside_broken_ones() -> None:
    def fails_to_import() -> Any:
        raise ImportError("No module named 'pigeonlib'")

    def quits() -> Any:
        raise SystemExit(3)

    plugins = load(
        EntryPoint("imports", fails_to_import, Dist("broken-imports", "0.3")),
        EntryPoint("quits", quits),
        EntryPoint("raises", plugin(channels=RuntimeError("two\nlines"))),
        EntryPoint("junk", plugin(channels="pigeon", actions=[42])),
        EntryPoint("nonsense", plugin(chanels=[])),
        GOOD,
    )
    assert list(plugins.channels) == ["pigeon"]
    assert list(plugins.actions) == ["pigeon.feed"]
    told = {problem.plugin: str(problem) for problem in plugins.problems if problem.plugin != "junk"}
    assert told.keys() == {"imports", "quits", "raises", "nonsense"}
    assert told["imports"].startswith("plugin imports (broken-imports 0.3): ImportError: No module named 'pigeonlib'")
    assert "RuntimeError: two lines" in told["raises"]
    assert "triggerfish_chanels" in told["nonsense"]
    assert all("\n" not in str(problem) for problem in plugins.problems)
    junk = [problem.message for problem in plugins.problems if problem.plugin == "junk"]
    assert junk == ["triggerfish_channels returned str, not a list", "42 is no Action"]


def test_the_second_of_two_with_one_name_is_left_out() -> None:
    plugins = load(GOOD, EntryPoint("other", plugin(channels=[Pigeon()])))
    assert plugins.owners["channel pigeon"] == "good"
    assert [str(one) for one in plugins.problems] == [
        "plugin other (no distribution): channel pigeon is left out: the plugin good brings one of that name"
    ]


def test_two_plugins_of_one_name() -> None:
    plugins = load(GOOD, EntryPoint("good", plugin(functions=[]), Dist("copycat")))
    assert [one.name for one in plugins.loaded] == ["good"]
    assert "the name is taken by the plugin of " in plugins.problems[0].message


def test_bad_descriptions_are_told_apart() -> None:
    class Nameless(Channel[Nothing, Content]):
        Content = Content
        Settings = Nothing

        def open(self, settings: Nothing, setup: Setup) -> Session[Content]:
            raise NotImplementedError

    class Undescribed(BaseModel):
        count: int
        other: str

    class Odd(Pigeon):
        name = "Odd One"
        Content = Undescribed  # type: ignore[assignment]
        short = "nothing"

    class Exotic(BaseModel):
        value: complex = Field(description="No flow can write one", default=0j)

    class Strange(Feed):
        name = "strange"
        Arguments = Exotic  # type: ignore[assignment]

    class Model(BaseModel):
        model_config = {"arbitrary_types_allowed": True}
        value: complex = Field(description="x")

    class Typed(Feed):
        name = "typed.one"
        Arguments = Model  # type: ignore[assignment]

    plugins = load(EntryPoint("bad", plugin(channels=[Nameless(), Odd()], actions=[Strange(), Typed()])))
    told = "\n".join(problem.message for problem in plugins.problems)
    assert "name is not set" in told
    assert "'Odd One' is no name" in told
    assert "must be of the form plugin.action" in told
    assert "flows have no type for <class 'complex'>" in told
    assert not plugins.channels
    assert not plugins.actions


def test_functions() -> None:
    good = Function("double", (NUMBER,), "same", lambda x: 2 * x, "Twice a number")
    bad = Function("Bad Name", (NUMBER,), "same", lambda x: x, "", optional=2)
    plugins = load(EntryPoint("maths", plugin(functions=[good, bad])))
    assert list(plugins.functions) == ["double"]
    assert plugins.catalog().functions["double"].doc == "Twice a number"
    assert "optional" in plugins.problems[0].message


def test_settings_of_all_sections() -> None:
    models = load_plugins().settings()
    assert models["email"].__name__ == "EmailSettings"
    assert {"email", "sms", "push", "http", "log"} <= models.keys()


@pytest.mark.parametrize("module", ["triggerfish.plugins.manager", "triggerfish.dsl.templates"])
def test_heavy_libraries_stay_out_until_needed(module: str) -> None:
    code = f"import {module}, sys; print([m for m in ('liquid', 'smtplib', 'sqlalchemy', 'lark', 'mjml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
