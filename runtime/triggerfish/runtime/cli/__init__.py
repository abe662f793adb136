"""The command line. Each command is a module of its own, imported when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "new": "Make a project that runs at once.",
    "check": "Find every mistake in the .flow files.",
    "fmt": "Write .flow files in their canonical layout.",
    "test": "Run the test blocks.",
    "preview": "Show a message as it will look.",
    "graph": "Draw the picture of a flow.",
    "describe": "Say in plain English what a flow does.",
    "plan": "Say what a changed program would change, and for whom.",
    "deploy": "Put the program in force.",
    "rollback": "Put an earlier version in force again.",
    "versions": "Show the versions of the program.",
    "run": "Run the flows: clock, machine and delivery.",
    "serve": "Answer links, take in webhooks, tell how things stand.",
    "up": "Run everything in one process: flows and web service.",
    "track": "Say that something happened to a person.",
    "identify": "Say what is known of a person.",
    "enter": "Bring a person into a flow that starts by hand.",
    "ingest": "Take in events and profiles from files.",
    "simulate": "Say what the program would have done with events that happened.",
    "explain": "Say what happened to a person, what did not, and why.",
    "people": "Look at people.",
    "status": "Show how things stand.",
    "plugins": "Look at plugins.",
    "db": "Look after the database.",
    "lsp": "Serve an editor: completion, diagnostics, renaming and more.",
    "demo": "See it all at work on real purchases.",
}


class Commands(click.Group):
    """Imports a command's module when the command is needed, and not before: starting must be quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """The commands, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's interface
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"triggerfish.runtime.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with a suggestion for a misspelt name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from triggerfish.dsl.diagnostics.suggest import closest  # only when it is needed

            nearest = closest(args[0], list(COMMANDS))
            hint = f' Did you mean "{nearest}"?' if nearest else " See triggerfish --help."
            ctx.fail(f'There is no command "{args[0]}".{hint}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what goes wrong outside the user's text is one line and a code."""
        from triggerfish.runtime.cli.failures import guarded  # kept out of --version

        with guarded():
            return super().invoke(ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="triggerfish", prog_name="triggerfish", message="%(prog)s %(version)s")
def main() -> None:
    """Marketing automation as text: flows that are checked, tested, exact and durable.

    \b
    Start here:
      triggerfish new shop        make a project
      triggerfish check shop      find mistakes
      triggerfish test shop       run its tests
      triggerfish demo            see 69,659 real purchases go through four flows

    Exit codes: 0 fine; 1 something in your files is wrong; 2 wrong usage or set-up; 3 the runtime failed.
    Shell completion: eval "$(_TRIGGERFISH_COMPLETE=bash_source triggerfish)" (or zsh_source, fish_source).
    """
