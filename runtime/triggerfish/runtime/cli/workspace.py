"""A project opened for a command: its settings, plugins, program and store."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT, WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import note

if TYPE_CHECKING:
    from triggerfish.dsl.diagnostics.model import Diagnostic
    from triggerfish.dsl.ir.program import Program
    from triggerfish.dsl.project import Loaded
    from triggerfish.plugins.manager import Plugins
    from triggerfish.runtime.messages.messages import MessageSet
    from triggerfish.runtime.settings.load import Loaded as LoadedSettings
    from triggerfish.runtime.settings.load import Settings
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

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def plugins(self) -> Plugins:
        """What plugins bring; broken ones are told of on standard error."""
        from triggerfish.plugins.manager import load_plugins  # slow to import

        plugins = load_plugins()
        for problem in plugins.problems:
            note(f"warning: {problem}; it is left out")
        return plugins

    @cached_property
    def read_settings(self) -> LoadedSettings:
        """The settings as far as they can be read, and what is wrong with them."""
        from triggerfish.runtime.settings.load import load_settings  # slow to import

        return load_settings(self.folder, os.environ, self.plugins.settings())

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

    @cached_property
    def program(self) -> Program:
        """The program; with mistakes in it the command ends after showing them."""
        loaded = self.loaded
        errors = [each for each in loaded.diagnostics if each.severity == "error"]
        if loaded.program is None or errors:
            self.show(errors or loaded.diagnostics, loaded.sources)
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
        from triggerfish.runtime.store.store import Store  # slow to import

        self.settings.data.mkdir(parents=True, exist_ok=True)
        return Store(self.settings.database)

    @staticmethod
    def show(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> None:
        """Diagnostics to standard error."""
        from triggerfish.dsl.diagnostics.render import render_text

        colour = sys.stderr.isatty()
        click.echo(render_text(diagnostics, sources, color=colour), err=True)
