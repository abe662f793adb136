"""The demo's project: where it is kept, and a copy of it to work in."""

from __future__ import annotations

import shutil
from pathlib import Path

FOLDER = "cdnow"
CUSTOMERS = "customers.csv.gz"
PURCHASES = "purchases.csv.gz"

_SETTINGS = """\
# Mail goes to the mail server that the demo started; without this section it becomes .eml files in .triggerfish/outbox.
[email]
provider = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
at_once = 50
"""


class NoProjectError(Exception):
    """The demo's files are not there, or there is no room for them; the text says what to do."""


def source() -> Path:
    """The folder with flows and data: ``examples/cdnow`` in a checkout, or its copy in the installed package."""
    here = Path(__file__).resolve()
    checkout = here.parents[4]
    found = checkout / "examples" / FOLDER
    if (checkout / "pyproject.toml").is_file() and found.is_dir():
        return found
    packed = here.with_name(FOLDER)
    if packed.is_dir():
        return packed
    raise NoProjectError(f"the demo's files are missing: neither {found} nor {packed} is there; install triggerfish again")


def copy_to(folder: Path) -> None:
    """Copy the project into ``folder``, which must be new or empty. Raises NoProjectError and OSError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NoProjectError(f"{folder} is there already; name a new folder, or remove it first")
    shutil.copytree(source(), folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".triggerfish", "triggerfish.toml"))


def write_settings(folder: Path, port: int) -> None:
    """Send the project's mail to a server on this computer."""
    (folder / "triggerfish.toml").write_text(_SETTINGS.format(port=port), encoding="utf-8")
