# ruff: noqa: T201 - it tells its parent how far it is
"""A delivery worker in a process of its own, to be killed: ADDRESS FOLDER PORT."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from triggerfish.dsl.ir.program import Message, Part, PartField, Policy, Program, Topic
from triggerfish.plugins import Setup
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.delivery.worker import Worker
from triggerfish.runtime.store.store import Store


def main(address: str, where: str, port: str) -> None:
    fields = (
        PartField("subject", "{{ number }}", None, 3, ("number",)),
        PartField("body", "Hello {{ number }}", None, 4, ("number",)),
    )
    message = Message("hello", "Hello", (Part("email", None, fields, 2),), "a.flow", 1)
    topics = (Topic("news", "News", {"email": "presumed"}),)
    program = Program(messages=(message,), policy=Policy(sender="hi@acme.example"), topics=topics)
    plugins = load_plugins()
    settings = plugins.settings()["email"].model_validate(
        {"provider": "smtp", "host": "127.0.0.1", "port": int(port), "security": "none", "timeout": 5}
    )
    folder = Path(where)
    with Store(address) as store:
        worker = Worker(
            store.outbox, program, plugins, settings={"email": settings}, setup=Setup(folder, folder),
            clock=lambda: time.time_ns() // 1_000_000, notice=print, batch=40,
        )  # fmt: skip
        worker.recover()
        print("begun", flush=True)
        while worker.deliver():
            pass
        worker.close()
    print("done", flush=True)


main(*sys.argv[1:])
