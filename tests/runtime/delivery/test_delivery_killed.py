"""SIGKILL in the middle of real SMTP conversations: the outbox stays honest and nobody gets a mail twice.

On PostgreSQL a second worker delivers undisturbed beside the one that is killed.
"""

from __future__ import annotations

import email
import email.policy
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from triggerfish.runtime.machine.effects import Advance, Delivery
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.store import Store

CHILD = Path(__file__).with_name("deliver_until_done.py")
MAILS, KILLS = 120, 8


class Keep:
    """Takes a little while over each mail, so that a kill may fall before, in or after it."""

    def __init__(self) -> None:
        self.subjects: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        import asyncio

        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.subjects[str(mail["Subject"])] += 1
        await asyncio.sleep(0.004)
        return "250 OK"


class Station(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def test_kills_leave_an_honest_outbox(address: str, tmp_path: Path) -> None:
    with Store(address) as store:
        batch = Batch(1)
        data = {
            "message": "hello",
            "address": "ana@example.com",
            "language": None,
            "topic": "news",
            "transactional": False,
        }
        deliveries = [
            Delivery(f"k{number}", "send", "email", 1, "f", "1", 1, 2, data, {"number": number})
            for number in range(MAILS)
        ]
        batch.take("ana", Advance(None, [], deliveries, [], None))
        store.commit(batch)
    sink = Keep()
    station = Station(sink, hostname="127.0.0.1", port=0)
    station.start()
    chance = random.Random(11)
    kills = 0
    command = [sys.executable, str(CHILD), address, str(tmp_path), str(station.port)]
    steady = subprocess.Popen(command, stdout=subprocess.PIPE, text=True) if "postgresql" in address else None
    try:
        for attempt in range(KILLS + 1):
            child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            assert child.stdout is not None
            while "begun" not in (line := child.stdout.readline()):
                assert line, "the worker died by itself"
            if attempt < KILLS:
                time.sleep(chance.uniform(0.0, 0.06))
                child.kill()
                kills += 1
            child.stdout.read()
            child.stdout.close()
            child.wait()
        if steady is not None:
            # What those killed last have left is settled by the next one, as in a runtime that looks every half minute.
            steady.communicate(timeout=60)
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=60)
    finally:
        station.stop(no_assert=True)
    assert kills == KILLS
    with Store(address) as store:
        posted = store.outbox.of_person("ana")
    status = Counter(one.status for one in posted)
    assert set(status) <= {"sent", "unknown"}
    assert sum(status.values()) == MAILS
    assert status["unknown"] <= KILLS, "one at most for each kill"
    assert max(sink.subjects.values()) == 1, "nobody got a mail twice"
    for one in posted:
        if one.status == "sent":
            assert sink.subjects[str(one.delivery.context["number"])] == 1
