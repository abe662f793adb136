"""A memory of an outbox, a channel and an action that do as they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from triggerfish.dsl.ir.program import Message, Part, PartField, Policy, Program, Topic
from triggerfish.plugins import Action, Call, Channel, Nothing, Outcome, Prepared, Sent, Session, Setup
from triggerfish.plugins.manager import Plugins
from triggerfish.runtime.delivery.contract import Claimed, Finished
from triggerfish.runtime.delivery.worker import Worker
from triggerfish.runtime.machine.effects import Delivery


class MemoryOutbox:
    """``delivery.contract.Outbox`` in a dictionary; ``log`` holds every call, ``broken`` makes the next ones fail, ``taken`` are
    rows that another worker has taken over.
    """

    def __init__(self) -> None:
        self.rows: dict[str, Claimed] = {}
        self.status: dict[str, str] = {}
        self.due: dict[str, int] = {}
        self.results: dict[str, Finished] = {}
        self.log: list[tuple[str, tuple[str, ...]]] = []
        self.left: list[Claimed] = []
        self.broken: set[str] = set()
        self.taken: set[str] = set()

    def add(self, *deliveries: Delivery, person: str = "ana") -> None:
        for one in deliveries:
            self.rows[one.key] = Claimed(person, one, 0)
            self.status[one.key] = "waiting"
            self.due[one.key] = one.at

    def pause(self, now: int, rates: Mapping[str, float], clock: int) -> int:
        return 0

    def claim(self, limit: int, now: int, rates: Mapping[str, float] | None = None, clock: int | None = None) -> list[Claimed]:
        self._called("claim", ())
        due = [key for key, status in self.status.items() if status == "waiting" and self.due[key] <= now][:limit]
        for key in due:
            self.status[key] = "claimed"
        return [self.rows[key] for key in due]

    def start(self, keys: Sequence[str], finished: Sequence[Finished] = ()) -> Sequence[str]:
        self._called("start", tuple(keys))
        for key in keys:
            assert self.status[key] in ("claimed", "sending")
            self.status[key] = "sending"
        self._finish(finished)
        return [key for key in keys if key not in self.taken]

    def finish(self, finished: Sequence[Finished]) -> None:
        self._called("finish", tuple(one.key for one in finished))
        self._finish(finished)

    def recover(self) -> list[Claimed]:
        return self.left

    def _finish(self, finished: Sequence[Finished]) -> None:
        for one in finished:
            if self.status[one.key] not in ("claimed", "sending"):
                continue
            self.status[one.key] = one.status
            self.results[one.key] = one
            row = self.rows[one.key]
            self.rows[one.key] = Claimed(row.person, row.delivery, one.attempts)
            if one.status == "waiting":
                assert one.retry_at is not None
                self.due[one.key] = one.retry_at

    def _called(self, name: str, keys: tuple[str, ...]) -> None:
        if name in self.broken:
            raise ConnectionError(f"the database is gone: {name}")
        self.log.append((name, keys))


class Content(BaseModel):
    text: str = Field(description="The text")


@dataclass
class Post(Channel[Nothing, Content]):
    """Answers with what ``answers`` holds for the key, else ``Sent``."""

    name = "post"
    plural = "posts"
    address = "address"
    Content = Content
    Settings = Nothing

    deduplicates: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    sent: list[Prepared[Content]] = field(default_factory=list)
    before: Callable[[str], None] = lambda key: None
    opened: int = 0
    closed: int = 0

    def open(self, settings: Nothing, setup: Setup) -> Session[Content]:
        self.opened += 1
        post = self

        class Office(Session[Content]):
            deduplicates = post.deduplicates

            def send(self, prepared: Prepared[Content]) -> Outcome:
                post.before(prepared.key)
                post.sent.append(prepared)
                answer = post.answers.get(prepared.key, Sent(f"id-{prepared.key}"))
                if isinstance(answer, Exception):
                    raise answer
                return answer  # type: ignore[no-any-return]

            def close(self) -> None:
                post.closed += 1

        return Office()


class Arguments(BaseModel):
    subject: str = Field(description="What about")
    count: int = Field(default=1, description="How many")


class Result(BaseModel):
    id: str = Field(description="Its number")


class Stamp(Action[Arguments, Result]):
    """Stamps."""

    name = "post.stamp"
    Arguments = Arguments
    Result = Result

    def __init__(self, *, repeatable: bool) -> None:
        self.again = repeatable
        self.calls: list[tuple[Arguments, Call]] = []
        self.answer: Result | Exception = Result(id="42")

    @property
    def repeatable(self) -> bool:  # type: ignore[override]
        return self.again

    def run(self, arguments: Arguments, call: Call) -> Result:
        self.calls.append((arguments, call))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class Desk:
    """A worker and all that it works with."""

    outbox: MemoryOutbox
    post: Post
    stamp: Stamp
    worker: Worker
    notices: list[str]
    time: list[int]

    def send(self, key: str, **changes: Any) -> Delivery:
        data = {"message": "hello", "address": "1 Rue X", "language": None, "topic": "news", "transactional": False}
        context = {"first_name": "Ana", **changes.pop("context", {})}
        made = Delivery(key, "send", "post", 0, "greeting", "send post hello", 1, 2, {**data, **changes}, context)
        self.outbox.add(made)
        return made

    def act(self, key: str, reply: bool = True, **arguments: Any) -> Delivery:
        data = {"arguments": {"subject": "x", **arguments}, "reply": reply}
        made = Delivery(key, "action", "post.stamp", 0, "greeting", "do post.stamp", 1, 2, data, {"first_name": "Ana"})
        self.outbox.add(made)
        return made


def hello() -> Program:
    field_ = PartField("text", "Hi {{ first_name }}", None, 3, ("first_name",))
    message = Message("hello", "Hello", (Part("post", None, (field_,), 2),), "a.flow", 1)
    policy = Policy(sender="Acme <hi@acme.example>", postal_address="1 Rue X")
    return Program(messages=(message,), policy=policy, topics=(Topic("news", "The news", {"post": "presumed"}),))


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    def make(*, deduplicates: bool = False, repeatable: bool = False, **options: Any) -> Desk:
        outbox, post, stamp = MemoryOutbox(), Post(deduplicates=deduplicates), Stamp(repeatable=repeatable)
        owners = {"channel post": "office", "action post.stamp": "office"}
        plugins = Plugins({"post": post}, {"post.stamp": stamp}, owners=owners)
        time = [1_000_000]
        notices: list[str] = []
        worker = Worker(
            outbox, hello(), plugins, settings={}, setup=Setup(tmp_path, tmp_path / "outbox"), clock=lambda: time[0],
            notice=notices.append, **options,
        )  # fmt: skip
        return Desk(outbox, post, stamp, worker, notices, time)

    return make
