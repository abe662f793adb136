"""``triggerfish lsp``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from triggerfish.runtime.cli.failures import Fault


@click.command("lsp")
@click.option("--stdio", is_flag=True, help="Over standard input and output: what it does anyway; editors like to say so.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Write what is said to a file.")
def command(stdio: bool, log: Path | None) -> None:  # noqa: ARG001 - some editors insist on it
    """Serve an editor: the language server for .flow files. Editors start it; people do not.

    It speaks the Language Server Protocol over standard input and output, for VS Code, Neovim, Helix, Zed, Emacs
    and any other editor that does. It needs: pip install "triggerfish[lsp]"

    \b
    Example:
      triggerfish lsp
      triggerfish lsp --log lsp.log
    """
    try:
        from triggerfish.dsl.server.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise
        raise Fault('The language server is not installed. Install it with: pip install "triggerfish[lsp]"') from error
    if log is not None:
        logging.basicConfig(filename=log, level=logging.DEBUG)
    else:
        logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    from triggerfish.runtime.cli.editing import Editing

    serve(Editing())
