"""``triggerfish graph``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.completing import declared
from triggerfish.runtime.cli.flows import flow_called
from triggerfish.runtime.cli.output import note
from triggerfish.runtime.cli.workspace import Workspace, path_argument

ENDINGS = {"": "svg", ".svg": "svg", ".html": "html", ".htm": "html", ".mmd": "mermaid", ".md": "mermaid"}
FORMATS = ("svg", "mermaid", "html")


@click.command("graph")
@click.argument("flow", shell_complete=declared("flow"))
@path_argument
@click.option(
    "--format", "format_", type=click.Choice(FORMATS),
    help="svg: a picture; mermaid: text for wikis; html: a page with zoom, search and the source beside the picture. "
    "By default what the name of the output file says, else svg.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write (default: standard output).")
def command(flow: str, path: Path, format_: str | None, output: Path | None) -> None:
    """Draw the picture of a flow.

    Starts stand at the top, branches side by side, loops in a frame; comments above steps appear in the picture.
    Nothing is fetched from any network, neither now nor when the picture is looked at.

    \b
    Example:
      triggerfish graph cart_recovery shop -o cart.html
      triggerfish graph cart_recovery shop > cart.svg
      triggerfish graph cart_recovery shop --format mermaid
    """
    from triggerfish.dsl.picture.layout import lay_out
    from triggerfish.dsl.picture.shaping import shape

    chosen = format_ or _by_name(output)
    program = Workspace(path).program
    picture = shape(program, flow_called(program, flow))
    if chosen == "mermaid":
        from triggerfish.dsl.picture.mermaid import render_mermaid

        text = render_mermaid(picture)
    elif chosen == "html":
        from triggerfish.dsl.picture.page import render_page

        text = render_page(picture, lay_out(picture))
    else:
        from triggerfish.dsl.picture.svg import render_svg

        text = render_svg(lay_out(picture))
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    output.write_bytes(text.encode())
    note(f"{output} written")


def _by_name(output: Path | None) -> str:
    """The format that the name of a file asks for. Raises a usage error where it asks for none of them."""
    ending = output.suffix.lower() if output is not None else ".svg"
    if ending not in ENDINGS:
        raise click.UsageError(f"{output}: pictures are written as .svg, .html or .mmd (Mermaid); name the file so, or say --format")
    return ENDINGS[ending]
