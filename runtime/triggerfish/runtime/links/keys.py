"""The keys that links are signed with: from the settings, or from a file in the project's data folder.

The first key signs, all of them are accepted: to change the key, put a new one in front and drop the old one once no mail
with its links matters any more.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

KEY_FILE = "link.key"


def link_keys(configured: Sequence[str], folder: Path) -> list[bytes]:
    """The keys, the signing one first: those of the settings, else those of the file, which is made at first use.

    The file has one key a line. Raises OSError where it can be neither read nor made.
    """
    if configured:
        return [key.encode() for key in configured]
    path = folder / KEY_FILE
    if not path.exists():
        _make(path)
    return [line.strip().encode() for line in path.read_text().splitlines() if line.strip()] or _refilled(path)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Complete before it has its name: another process must never read half a key.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(part, path)
    except FileExistsError:
        return  # another process was faster, and its key counts
    finally:
        part.unlink(missing_ok=True)


def _refilled(path: Path) -> list[bytes]:
    raise OSError(f"{path} holds no key: delete it to have a new one made, or put the old one back")
