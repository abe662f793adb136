"""Delivery workers that are killed in the middle of conversations with a mail server and a web server.

On PostgreSQL another one delivers undisturbed beside the one that is killed.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from multiprocessing.process import BaseProcess
from pathlib import Path

from killing.databases import Databases
from killing.forks import killed, start
from killing.outcome import Outcome
from killing.receivers import Received, Receivers
from triggerfish.dsl.ir.program import Message, Part, PartField, Policy, Program, Topic
from triggerfish.plugins import Setup
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.delivery.worker import Worker
from triggerfish.runtime.machine.effects import Advance, Delivery
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.store import Store

BATCH = 40


def deliver(address: str, folder: Path, mail_port: int, patience: float) -> None:
    """A delivery worker: works until nothing is left, and looks as long again for what others leave."""
    fields = (
        PartField("subject", "{{ number }}", None, 3, ("number",)),
        PartField("body", "Hello {{ number }}", None, 4, ("number",)),
    )
    message = Message("hello", "Hello", (Part("email", None, fields, 2),), "a.flow", 1)
    program = Program(messages=(message,), policy=Policy(sender="hi@acme.example"), topics=(Topic("news", "News", {"email": "presumed"}),))
    plugins = load_plugins()
    settings = plugins.settings()["email"].model_validate(
        {"provider": "smtp", "host": "127.0.0.1", "port": mail_port, "security": "none", "timeout": 5}
    )
    with Store(address) as store:
        worker = Worker(
            store.outbox, program, plugins, settings={"email": settings}, setup=Setup(folder, folder),
            clock=lambda: time.time_ns() // 1_000_000, notice=lambda _: None, batch=BATCH,
        )  # fmt: skip
        (folder / f"begun-{os.getpid()}").touch()
        until = time.monotonic() + patience
        while worker.recover() + worker.deliver() or time.monotonic() < until:
            time.sleep(0.01)
        worker.close()


def deliveries(databases: Databases, folder: Path, kills: int, *, seed: int = 1) -> Outcome:
    """Kill so often; half of it are mails, the others requests, every other one with an answer that a flow waits for."""
    outcome, chance, number = Outcome(), random.Random(seed), 20 + 4 * kills
    folder.mkdir(exist_ok=True)
    address = databases.empty("deliveries")
    with Receivers() as receivers:
        _fill(address, number, receivers.url)

        def begin(patience: float = 0) -> BaseProcess:
            return start(deliver, address, folder, receivers.mail_port, patience, log=folder / "log")

        steady = [begin(3600)] if databases.kind == "postgresql" else []
        starts = 0
        while outcome.kills["delivery"] < kills and starts < 3 * kills:
            process = begin()
            starts += 1
            while process.is_alive() and not (folder / f"begun-{process.pid}").exists():
                time.sleep(0.005)
            process.join(chance.uniform(0, 0.25))
            if killed(process):
                outcome.kills["delivery"] += 1
            elif process.exitcode != 0:
                outcome.problems.append(f"a worker ended with {process.exitcode}: {(folder / 'log').read_text()[-1_000:]}")
                break
            else:
                _fill(address, number, receivers.url, more=starts)
        for process in steady:
            killed(process)
        last = begin()
        last.join(600)
        outcome.compare("the last worker's end", 0, last.exitcode)
        _check(outcome, address, receivers.received)
    return outcome


def _fill(address: str, number: int, url: str, more: int = 0) -> None:
    mail = {"message": "hello", "address": "ana@example.com", "language": None, "topic": "news", "transactional": False}
    made = []
    for each in range(more * number, (more + 1) * number):
        if each % 2 == 0:
            made.append(Delivery(f"k{each}", "send", "email", 1, "f", "1", 1, 2, mail, {"number": each}))
        else:
            data = {"arguments": {"url": url, "body": str(each)}, "reply": each % 4 == 1}
            made.append(Delivery(f"k{each}", "action", "http.request", 1, "f", "2", 1, 2, data, {"number": each}))
    with Store(address) as store:
        batch = Batch(1)
        batch.take("ana", Advance(None, [], made, [], None))
        store.commit(batch)


def _check(outcome: Outcome, address: str, received: Received) -> None:
    with Store(address) as store:
        posted = store.outbox.of_person("ana")
        answers = sorted(one.input.name for one in store.events.of_person("ana") if one.input.kind == "result")
    status = Counter((one.delivery.kind, one.status) for one in posted)
    mails = {str(one.delivery.context["number"]): one.status for one in posted if one.delivery.kind == "send"}
    asked = [one for one in posted if one.delivery.kind == "action"]
    outcome.compare("actions that were done", [], [(one.delivery.key, one.status, one.reason) for one in asked if one.status != "sent"])
    outcome.compare("requests", sorted(f"/ {one.delivery.context['number']}" for one in asked), sorted(received.taken.values()))
    outcome.compare("answers", sorted(one.delivery.key for one in asked if one.delivery.data["reply"]), answers)
    outcome.compare("mails that are not final", [], [number for number, each in mails.items() if each not in ("sent", "unknown")])
    outcome.compare("mails sent twice", [], [number for number, times in received.mails.items() if times > 1])
    outcome.compare("mails lost without a word", [], [number for number, each in mails.items() if each == "sent" and not received.mails[number]])
    outcome.problems += received.faults
    if status["send", "unknown"] > outcome.kills["delivery"] + 1:
        outcome.problems.append(f"{status['send', 'unknown']} mails of unknown fate after {outcome.kills['delivery']} kills")
    outcome.figures = {
        "mails": sum(received.mails.values()), "unknown": status["send", "unknown"], "requests": sum(received.requests.values()),
        "repeated requests": received.repeated, "answers": len(answers),
    }  # fmt: skip
