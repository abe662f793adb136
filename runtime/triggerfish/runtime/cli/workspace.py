"""A project opened for a command: its settings, plugins, program and store."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT, WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import note

if TYPE_CHECKING:
    from pydantic import BaseModel

    from triggerfish.dsl.diagnostics.model import Diagnostic
    from triggerfish.dsl.ir.program import Program
    from triggerfish.dsl.project import Loaded
    from triggerfish.plugins.manager import Plugins
    from triggerfish.runtime.links.services import Service
    from triggerfish.runtime.links.tokens import Tokens
    from triggerfish.runtime.messages.messages import MessageSet
    from triggerfish.runtime.settings.alerts import AlertSettings
    from triggerfish.runtime.settings.load import Loaded as LoadedSettings
    from triggerfish.runtime.settings.load import Settings
    from triggerfish.runtime.settings.retention import RetentionSettings
    from triggerfish.runtime.settings.web import WebSettings
    from triggerfish.runtime.store.store import Store

path_argument = click.argument(
    "path", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".", required=False
)
project_option = click.option(
    "-C", "--project", "path", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".",
    help="The project folder (default: the current one).",
)
format_option = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="For people or for machines."
)


class Workspace:
    """Opens things when they are asked for, so that each command pays only for what it uses."""

    def __init__(self, folder: Path, say: Callable[[str], None] = note) -> None:
        self.folder = folder
        self.say = say

    @cached_property
    def plugins(self) -> Plugins:
        """What plugins bring; broken ones are told of on standard error."""
        from triggerfish.plugins.manager import load_plugins  # slow to import

        plugins = load_plugins()
        for problem in plugins.problems:
            self.say(f"warning: {problem}; it is left out")
        return plugins

    @cached_property
    def read_settings(self) -> LoadedSettings:
        """The settings as far as they can be read, and what is wrong with them."""
        from triggerfish.runtime.settings.alerts import AlertSettings
        from triggerfish.runtime.settings.costs import CostSettings
        from triggerfish.runtime.settings.load import load_settings  # slow to import
        from triggerfish.runtime.settings.retention import RetentionSettings
        from triggerfish.runtime.settings.runtime import RuntimeSettings
        from triggerfish.runtime.settings.web import WebSettings

        own: dict[str, type[BaseModel]] = {"web": WebSettings, "runtime": RuntimeSettings, "costs": CostSettings, "alerts": AlertSettings, "retention": RetentionSettings}
        return load_settings(self.folder, os.environ, {**self.plugins.settings(), **own})

    @cached_property
    def deploys_by_itself(self) -> bool:
        """Whether `run` may put the folder's program in force."""
        from triggerfish.runtime.settings.runtime import RuntimeSettings

        section = self.settings.sections.get("runtime")
        return not (isinstance(section, RuntimeSettings) and section.deploy == "explicit")

    @cached_property
    def retention(self) -> RetentionSettings:
        """How long what happened is kept."""
        from triggerfish.runtime.settings.retention import RetentionSettings

        section = self.settings.sections.get("retention")
        return section if isinstance(section, RetentionSettings) else RetentionSettings()

    @cached_property
    def alerts(self) -> AlertSettings:
        """From where on something is wrong."""
        from triggerfish.runtime.settings.alerts import AlertSettings

        section = self.settings.sections.get("alerts")
        return section if isinstance(section, AlertSettings) else AlertSettings()

    @cached_property
    def web(self) -> WebSettings:
        """The settings of the web service and of links."""
        from triggerfish.runtime.settings.web import WebSettings

        section = self.settings.sections.get("web")
        return section if isinstance(section, WebSettings) else WebSettings()

    @staticmethod
    def _answered_messages(program: Program) -> list[str]:
        """The messages with links that nothing but the web service can answer."""
        from triggerfish.dsl.templates import links_of

        sources = {message.name: [each.source for part in message.parts for each in part.fields] for message in program.messages}
        return [name for name, texts in sources.items() if any(links_of(text) for text in texts)]

    def tokens(self) -> Tokens:
        """What seals and opens links, with the project's keys; made at first use."""
        try:
            from triggerfish.runtime.links.keys import link_keys
            from triggerfish.runtime.links.tokens import Tokens  # needs the extra

            return Tokens(link_keys([key.get_secret_value() for key in self.web.link_keys], self.settings.data))
        except ImportError as error:
            raise Fault(f'links need a package that is not installed ({error.name}): pip install "triggerfish[web]"') from error

    def links(self, program: Program) -> Service | None:
        """Who makes and answers links in the messages of the program that runs; None where no public_url is set."""
        web = self.web
        if web.public_url is None:
            for name in self._answered_messages(program):
                self.say(f"warning: {name} has links that the web service answers, so it will not go out: set public_url in [web]")
            return None
        from triggerfish.runtime.links.services import Signed

        return Signed(web.public_url, self.tokens(), web.track_clicks, web.track_opens)

    @cached_property
    def settings(self) -> Settings:
        """The settings; wrong ones end the command."""
        loaded = self.read_settings
        if loaded.diagnostics:
            self.show(loaded.diagnostics, {})
        if not loaded.ok:
            raise click.exceptions.Exit(WRONG_SETUP)
        return loaded.settings

    @cached_property
    def loaded(self) -> Loaded:
        """The project's files, read and checked; its mistakes are in ``diagnostics``."""
        from triggerfish.dsl.project import ProjectError, load  # slow to import

        try:
            loaded = load(self.folder, self.plugins.catalog())
        except ProjectError as error:
            raise Fault(str(error), WRONG_SETUP) from error
        return loaded

    @property
    def mistakes(self) -> Sequence[Diagnostic]:
        """What keeps the program from being used; empty where nothing does."""
        loaded = self.loaded
        errors = [each for each in loaded.diagnostics if each.severity == "error"]
        return errors or (loaded.diagnostics if loaded.program is None else ())

    @cached_property
    def program(self) -> Program:
        """The program; with mistakes in it the command ends after showing them."""
        loaded = self.loaded
        mistakes = self.mistakes
        if loaded.program is None or mistakes:
            self.show(mistakes, loaded.sources)
            raise click.exceptions.Exit(WRONG_CONTENT)
        return loaded.program

    @cached_property
    def messages(self) -> MessageSet:
        """The program's messages, ready to be filled in."""
        from triggerfish.runtime.messages.messages import MessageSet  # slow to import

        return MessageSet(self.program, self.plugins.channels)

    @cached_property
    def functions(self) -> dict[str, Any]:
        """Expression functions of plugins, by name."""
        return {name: function.call for name, function in self.plugins.functions.items()}

    def store(self) -> Store:
        """The store, opened; to be closed by the caller."""
        from triggerfish.runtime.store.errors import SchemaOutdated
        from triggerfish.runtime.store.store import Store  # slow to import

        self.settings.data.mkdir(parents=True, exist_ok=True)
        try:
            return Store(self.settings.database)
        except SchemaOutdated as error:
            raise SchemaOutdated(error.problem, str(self.folder)) from error

    @staticmethod
    def show(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> None:
        """Diagnostics to standard error."""
        from triggerfish.dsl.diagnostics.render import render_text

        colour = sys.stderr.isatty()
        click.echo(render_text(diagnostics, sources, color=colour), err=True)
