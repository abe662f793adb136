"""Kills the runtime again and again, and says whether anything was lost or happened twice.

    python tests/runtime/kills.py --kills 1000
    python tests/runtime/kills.py --kills 200 --of server --database postgresql

``replays`` kills runs through history, ``workers`` those that run live while orders come in and waits fall due, ``deliveries`` those that hand
messages over, and ``server`` stops PostgreSQL itself as a crash does, with two workers at work that are killed as well. What is left is
compared with an undisturbed run. Databases on PostgreSQL are made on a server of its own, which goes with it.

With ``--disk FOLDER``, a folder on a small file system of its own (a tmpfs of 160 MB will do), the databases are put there, and instead of
killing anything that file system is filled up for some seconds, again and again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

if TYPE_CHECKING:
    from collections.abc import Callable

    from killing.outcome import Outcome

SHARES = {
    ("replays", "sqlite"): 15, ("replays", "postgresql"): 10, ("workers", "sqlite"): 18, ("workers", "postgresql"): 22,
    ("deliveries", "sqlite"): 10, ("deliveries", "postgresql"): 10, ("server", "postgresql"): 15,
}  # fmt: skip
"""How many of a hundred kills are of what."""


def main() -> int:
    """Run the scenarios asked for, and print what each has come to; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="how many in all")
    parser.add_argument("--of", choices=sorted({what for what, _ in SHARES}), help="only these")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="only on this kind")
    parser.add_argument("--seed", type=int, default=1, help="another one kills at other moments")
    parser.add_argument("--disk", type=Path, metavar="FOLDER", help="fill this file system up instead of killing")
    given = parser.parse_args()
    shares = SHARES if given.disk is None else {("disk", "sqlite"): 50, ("disk", "postgresql"): 50}
    wanted = {
        (what, kind): share for (what, kind), share in shares.items() if given.of in (None, what) and given.database in (None, kind)
    }
    if not wanted:
        parser.error("there is no such combination")
    total = right = 0
    for (what, kind), share in wanted.items():
        kills = max(round(given.kills * share / sum(wanted.values())), 1)
        began = time.monotonic()
        outcome = run(what, kind, kills, given.seed, given.disk)
        total += outcome.kills.total()
        right += not outcome.problems
        result = {
            "scenario": what, "database": kind, "kills": dict(outcome.kills), "problems": outcome.problems[:10],
            "seconds": round(time.monotonic() - began), **outcome.figures,
        }  # fmt: skip
        print(json.dumps(result), flush=True)  # noqa: T201
    print(json.dumps({"kills": total, "scenarios": len(wanted), "as undisturbed": right}))  # noqa: T201
    return int(right < len(wanted))


def run(what: str, kind: str, kills: int, seed: int, disk: Path | None) -> Outcome:
    """One scenario on a database of this kind, in a folder that goes with it."""
    from killing.databases import Files, OnServer
    from killing.deliveries import deliveries
    from killing.replays import replays
    from killing.server import Server
    from killing.workers import workers

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triggerfish-kills-", ignore_cleanup_errors=True)))
        server = stack.enter_context(Server(disk)) if kind == "postgresql" else None
        place = disk and Path(stack.enter_context(tempfile.TemporaryDirectory(dir=disk)))
        databases = Files(place or folder) if server is None else OnServer(server.address, "kills")
        scenarios: dict[str, Callable[[], Outcome]] = {
            "replays": lambda: replays(databases, folder / "work", kills, seed=seed),
            "workers": lambda: workers(databases, folder / "work", kills, at_once=1 if server is None else 2, seed=seed),
            "deliveries": lambda: deliveries(databases, folder / "work", kills, seed=seed),
            "server": lambda: workers(databases, folder / "work", kills, at_once=2, server=server, seed=seed),
            "disk": lambda: workers(databases, folder / "work", kills, at_once=1 + (server is not None), server=server, disk=disk, seed=seed),
        }
        return scenarios[what]()


if __name__ == "__main__":
    sys.exit(main())
