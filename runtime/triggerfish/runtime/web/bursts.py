"""Opens and clicks, held for a moment before they are stored: a gateway that follows all links of a mail is no reader.

The person is sent on at once; what they did is written down a second later, again and again while the database
cannot be used. A process that is killed within that second forgets the click, never the person's way.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from starlette.concurrency import run_in_threadpool

from triggerfish.runtime.links.tokens import Mail
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.store.errors import StoreError
from triggerfish.runtime.web.desk import Desk, Noted

MANY = 2
"""Different links of one mail within the time of a burst that no person follows."""
RETRY_SECONDS = 5.0
MOST_KEPT = 10_000
"""Opens and clicks kept while the database cannot be used."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something was fetched at ``at`` (milliseconds since 1970 UTC); ``link`` for clicks, ``machine`` where nobody looked."""

    mail: Mail
    what: Literal["opened", "clicked"]
    at: int
    link: str | None = None
    machine: bool = False

    def noted(self, *, burst: bool) -> Noted:
        """The event it becomes. The same thing twice within a second (an open: a minute) is one event."""
        happened = "prefetched" if self.machine or burst else self.what
        fields = self.mail.event_fields()
        every = 60_000
        mark = ""
        if self.link is not None:
            fields["link"] = self.link
            mark = "/" + hashlib.blake2b(self.link.encode(), digest_size=6).hexdigest()
            every = 1_000
        name = f"{self.mail.channel}_{happened}"
        id_ = f"{self.mail.whole_key}/{self.what}/{happened}{mark}/{self.at // every}"
        return self.mail.person, Input("event", name, self.at, id_, fields)


@dataclass(slots=True)
class Bursts:
    """Holds what was seen of each mail. For one event loop."""

    desk: Desk
    held: dict[str, list[Seen]] = field(default_factory=dict)
    unwritten: list[Noted] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def see(self, seen: Seen) -> None:
        """Take something down; it is stored when the burst it may belong to is over."""
        key = seen.mail.whole_key
        if key in self.held:
            self.held[key].append(seen)
            return
        self.held[key] = [seen]
        task = asyncio.create_task(self._later(key))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def close(self) -> None:
        """Store all that is held, without waiting for the ends of bursts."""
        self.closing.set()
        await asyncio.gather(*self.tasks)

    async def _later(self, key: str) -> None:
        await self._pause(self.desk.burst_seconds)
        self._settle(key)
        while not await self._write() and not self.closing.is_set():
            await self._pause(RETRY_SECONDS)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)

    def _settle(self, key: str) -> None:
        held = self.held.pop(key, [])
        burst = len({seen.link for seen in held if seen.what == "clicked"}) >= MANY
        self.unwritten += [seen.noted(burst=burst) for seen in held]
        if (more := len(self.unwritten) - MOST_KEPT) > 0:
            del self.unwritten[:more]
            said = "{number} opens and clicks were given up: the database could not be used for too long"
            self.desk.notice(Remark("clicks_lost", said, level="error", number=more))

    async def _write(self) -> bool:
        rows, self.unwritten = self.unwritten, []
        try:
            if rows:
                await run_in_threadpool(self.desk.note, rows)
        except StoreError as problem:
            self.unwritten = rows + self.unwritten
            said = "{number} opens and clicks wait to be stored: {problem}"
            self.desk.notice(Remark("clicks_waiting", said, number=len(rows), problem=str(problem)))
            return False
        return True
