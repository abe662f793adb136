"""A replay that is killed again and again leaves exactly what an undisturbed one leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("kill_harness.py")
KILLS = int(os.environ.get("TRIGGERFISH_TEST_KILLS", "40"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_at_random_moments(tmp_path: Path) -> None:
    command = [sys.executable, str(HARNESS), str(tmp_path), str(KILLS), "7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["kills"] == KILLS, result
    assert result["same"], result
    assert result["rows"]["journal"] > 3_000
    assert result["rows"]["rejected"] == 6


LIVE = """
import sys, threading
sys.path.insert(0, sys.argv[2])
from fake_machine import FakeMachine
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.live import LiveRuntime
from triggerfish.runtime.engine.signals import stopped_by_signals
from triggerfish.runtime.store.store import Store
stop = threading.Event()
with Store(sys.argv[1]) as store, stopped_by_signals(stop, lambda text: print(text, flush=True)):
    print("ready", flush=True)
    LiveRuntime(Engine(store, FakeMachine(), WallClock()), stop, poll_seconds=0.05).run()
print("stopped", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_live_runtime_stops_gracefully_and_goes_on_after_a_restart(address: str, number: int) -> None:
    from triggerfish.runtime.machine.inputs import Input
    from triggerfish.runtime.store.store import Store

    command = [sys.executable, "-c", LIVE, address, str(HARNESS.parent)]
    with Store(address) as store:
        for day in (1, 2):
            live = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            assert live.stdout is not None
            assert live.stdout.readline() == "ready\n"
            store.events.append([("ana", Input("event", "order_completed", day, f"m{day}", {}))], 1)
            until = time.monotonic() + 10
            while len(store.journal.of_person("ana")) < day * 2 and time.monotonic() < until:
                time.sleep(0.02)
            live.send_signal(number)
            output, errors = live.communicate(timeout=10)
            assert output.splitlines() == ["stopping after the batch at hand", "stopped"]
            assert errors == ""
            assert live.returncode == 0
            assert [fact.kind for fact in store.journal.of_person("ana")] == ["noted", "sent"] * day
