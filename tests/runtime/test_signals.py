"""Signals that come at the worst moment: while the thread they interrupt holds what telling of them needs."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from triggerfish.runtime.engine.signals import stopped_by_signals
from triggerfish.runtime.observation.remark import Remark


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_interrupts_the_log_stops_all_the_same(number: int) -> None:
    stop, log, told = threading.Event(), threading.Lock(), threading.Event()

    def notice(_: Remark | str) -> None:
        with log:
            told.set()

    before = signal.getsignal(number)
    with stopped_by_signals(stop, notice):
        with log:
            os.kill(os.getpid(), number)
            assert stop.wait(10)
            assert not told.is_set()
        assert told.wait(10)
    assert signal.getsignal(number) == before
