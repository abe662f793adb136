"""Loads plugins, one by one, into a typed façade. A broken one is reported and left out."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Protocol, TypeVar

import pluggy
from pydantic import BaseModel

from triggerfish.dsl.catalog import Catalog
from triggerfish.plugins.action import AnyAction
from triggerfish.plugins.channel import AnyChannel
from triggerfish.plugins.describe import BadDescription, describe_action, describe_channel, describe_function
from triggerfish.plugins.function import Function
from triggerfish.plugins.spec import GROUP, PROJECT, Specification

InfoT = TypeVar("InfoT")


@dataclass(frozen=True, slots=True)
class Problem:
    """A plugin, or a thing it offers, that was left out; ``message`` is one line."""

    plugin: str
    distribution: str
    message: str

    def __str__(self) -> str:
        return f"plugin {self.plugin} ({self.distribution}): {self.message}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin that works and the names of what it brought."""

    name: str
    distribution: str
    channels: tuple[str, ...]
    actions: tuple[str, ...]
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plugins:
    """All that plugins brought, by name. ``owners`` says which plugin brought ``channel NAME``, ``action NAME``."""

    channels: dict[str, AnyChannel] = field(default_factory=dict)
    actions: dict[str, AnyAction] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    loaded: list[Loaded] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)

    def settings(self) -> dict[str, type[BaseModel]]:
        """The settings model of each section of ``triggerfish.toml`` that plugins read, by the section's name."""
        models: dict[str, type[BaseModel]] = {name: channel.Settings for name, channel in self.channels.items()}
        for name, action in self.actions.items():
            models.setdefault(name.split(".")[0], action.Settings)
        return models

    def catalog(self) -> Catalog:
        """What the checker needs to know of it all."""
        return Catalog(
            {name: describe_channel(channel) for name, channel in sorted(self.channels.items())},
            {name: describe_action(action) for name, action in sorted(self.actions.items())},
            {name: describe_function(function) for name, function in sorted(self.functions.items())},
            {problem.plugin: problem.message for problem in self.problems},
        )


class EntryPoint(Protocol):
    """The part of ``importlib.metadata.EntryPoint`` that is used."""

    @property
    def name(self) -> str:
        """The plugin's name."""
        ...

    @property
    def value(self) -> str:
        """``module:object``."""
        ...

    @property
    def dist(self) -> metadata.Distribution | None:
        """Where it comes from."""
        ...

    def load(self) -> Any:
        """Import it."""
        ...


def load_plugins(entry_points: Iterable[EntryPoint] | None = None) -> Plugins:
    """Load the plugins of these entry points, or of all installed distributions. Never raises because of a plugin.

    The built-in ones come first and the others by name, so that which of two plugins is left out does not depend on the
    order of installation.
    """
    found = metadata.entry_points(group=GROUP) if entry_points is None else entry_points
    return Loader().load(sorted(found, key=lambda one: (_distribution_name(one) != PROJECT, one.name, one.value)))


class Loader:
    """One loading of plugins: a plugin manager and the façade that is being filled."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager(PROJECT)
        self.manager.add_hookspecs(Specification)
        self.plugins = Plugins()
        self.distributions: dict[str, str] = {}

    def load(self, entry_points: Iterable[EntryPoint]) -> Plugins:
        """Register them all, then ask each for what it brings."""
        seen: set[tuple[str, str, str]] = set()
        for entry_point in entry_points:
            same = (entry_point.name, entry_point.value, _distribution_name(entry_point))
            if same in seen:
                continue  # an editable install lists its entry points twice
            seen.add(same)
            self.register(entry_point)
        for name, _ in self.manager.list_name_plugin():
            self.collect(name)
        return self.plugins

    def register(self, entry_point: EntryPoint) -> None:
        """Import one plugin and check its hooks against the specification."""
        name, distribution = entry_point.name, _distribution(entry_point)
        if name in self.distributions:
            taken = self.distributions[name]
            self.plugins.problems.append(Problem(name, distribution, f"the name is taken by the plugin of {taken}"))
            return
        plugin: object = None
        try:
            plugin = entry_point.load()
            self.manager.register(plugin, name=name)
            self.manager.check_pending()
            if not self.manager.get_hookcallers(plugin):
                self.manager.unregister(plugin)
                raise TypeError("it has none of triggerfish's hooks; is the entry point right?")  # noqa: TRY301
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - a plugin's bug is contained
            self.plugins.problems.append(Problem(name, distribution, in_one_line(problem)))
            if plugin is not None and self.manager.is_registered(plugin):
                self.manager.unregister(plugin)
            return
        self.distributions[name] = distribution

    def collect(self, name: str) -> None:
        """Ask one plugin for all it brings."""
        plugins = self.plugins
        channels = self.gather(name, "channel", describe_channel, plugins.channels)
        actions = self.gather(name, "action", describe_action, plugins.actions)
        functions = self.gather(name, "function", describe_function, plugins.functions)
        plugins.loaded.append(Loaded(name, self.distributions[name], channels, actions, functions))

    def gather(
        self, name: str, kind: str, describe: Callable[[Any], InfoT], registry: dict[str, Any]
    ) -> tuple[str, ...]:
        """Put the things of one kind that a plugin brings into their registry; returns their names."""
        taken: list[str] = []
        for thing in self.call(name, f"triggerfish_{kind}s"):
            try:
                describe(thing)
            except BadDescription as problem:
                label = getattr(thing, "name", None)
                self.report(name, f"{kind} {label}: {problem}" if isinstance(label, str) else str(problem))
                continue
            except Exception as problem:  # noqa: BLE001 - a plugin's bug is contained
                self.report(name, f"{kind}: {in_one_line(problem)}")
                continue
            owner = self.plugins.owners.get(f"{kind} {thing.name}")
            if owner is not None:
                self.report(name, f"{kind} {thing.name} is left out: the plugin {owner} brings one of that name")
                continue
            registry[thing.name] = thing
            self.plugins.owners[f"{kind} {thing.name}"] = name
            taken.append(thing.name)
        return tuple(taken)

    def call(self, name: str, hook: str) -> list[Any]:
        """One hook of one plugin alone, so that its exceptions are its own."""
        plugin = self.manager.get_plugin(name)
        others = [other for _, other in self.manager.list_name_plugin() if other is not plugin]
        try:
            answers = self.manager.subset_hook_caller(hook, remove_plugins=others)()
        except Exception as problem:  # noqa: BLE001 - a plugin's bug is contained
            self.report(name, f"{hook}: {in_one_line(problem)}")
            return []
        things: list[Any] = []
        for answer in answers:
            if isinstance(answer, (list, tuple)):
                things.extend(answer)
            else:
                self.report(name, f"{hook} returned {type(answer).__name__}, not a list")
        return things

    def report(self, name: str, message: str) -> None:
        """Note a problem of a plugin that stays."""
        self.plugins.problems.append(Problem(name, self.distributions[name], message))


def in_one_line(problem: BaseException) -> str:
    """``TypeError: … (plugin.py, line 12)``, for people who have to tell the plugin's author."""
    text = " ".join(str(problem).split())
    frames = traceback.extract_tb(problem.__traceback__)
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return f"{type(problem).__name__}: {text}{where}" if text else f"{type(problem).__name__}{where}"


def _distribution_name(entry_point: EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist is not None else ""


def _distribution(entry_point: EntryPoint) -> str:
    return f"{entry_point.dist.name} {entry_point.dist.version}" if entry_point.dist is not None else "no distribution"
