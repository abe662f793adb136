"""Workers in one process, each with a store of its own, side by side until nothing is left to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run


def work_together(engines: Sequence[Engine]) -> list[int]:
    """How many inputs and people who were due each of them handled. What one of them raises is raised here."""
    handled, errors = [0] * len(engines), list[BaseException]()

    def work(which: int) -> None:
        try:
            quiet = 0
            while quiet < min(len(engines), 2):  # the other one may be at the last shards
                ran = Run(engines[which]).until_idle()
                handled[which] += ran.events + ran.due
                quiet = 0 if ran.events + ran.due else quiet + 1
                time.sleep(0.01)
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(which,)) for which in range(len(engines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return handled
