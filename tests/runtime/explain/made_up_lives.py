"""People whose inputs come in late, whose runtime fails and is started again, and whose program changes: all by chance.

``Life`` works on a store as a runtime would. What it does follows from a seed alone.
"""

from __future__ import annotations

import random
import sys
from functools import cache
from pathlib import Path
from typing import Any

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.delivery.contract import Finished
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.programs import InForce, deploy
from triggerfish.runtime.machine.deploy import Deploy
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "machine"))

from busy_program import BUSY

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_772_000_000_000
PEOPLE = [f"p{number}" for number in range(6)]

MORE = """
event price_dropped for everyone
    page  text

flow drops
    start when price_dropped for everyone where did page_viewed in last 9 days
    stop when cancelled
    wait up to 2 days for price_dropped as again
    if again.happened
        add 1 to visits

flow busy_hour
    start when cancelled
    release 2 per hour
    when late by 3 hours skip
    wait {hours} hours
    send sms plain about offers
    wait {hours} hours

flow calls for workspace
    start every day at 9:00
    wait 20 hours
    do log.write with message: "again"
"""


@cache
def programs() -> tuple[Program, ...]:
    """Versions of one program: other waits, other conditions, another history."""
    catalog = load_plugins().catalog()
    texts = [
        BUSY + MORE.format(hours=5),
        BUSY.replace("cart_value >= 25", "cart_value >= 10").replace("wait 36 hours", "wait 7 hours") + MORE.format(hours=9),
        BUSY.replace("did order_completed in last 3 days", "x").replace("did not x", "did not order_completed in last 9 days")
        + MORE.format(hours=1).replace("release 2", "release 1"),
        BUSY.replace("visits > 2 or", "did nudged ever or").replace("40 days", "90 days") + MORE.format(hours=5),
    ]
    found = []
    for text in texts:
        result = compile_sources({"a.flow": text}, catalog)
        assert result.program is not None, result.diagnostics
        found.append(result.program)
    return tuple(found)


class Life:
    """What happens to a few people and to the runtime that moves them on."""

    def __init__(self, store: Store, seed: int, people: tuple[int, ...] = (2, 3, 500)) -> None:
        self.store = store
        self.people = people
        self.chance = random.Random(seed)
        self.moment = START
        self.number = 0
        self.merged: set[str] = set()
        deploy(store.programs, programs()[0], self.moment)
        self.engine = self._start()

    def now(self) -> int:
        """The clock of the runtime."""
        return self.moment

    def wait(self, *_: Any) -> bool:
        """Nobody waits here."""
        return False

    def live(self, acts: int) -> None:
        """So many things happen; then all that came in is handled."""
        self.happen(acts)
        while self.engine.process_due(self.moment) or self.engine.process_events(self.moment):
            pass

    def happen(self, acts: int) -> None:
        """So many things happen."""
        weights = {self.come: 8, self.pass_time: 6, self.run: 8, self.restart: 1, self.replay: 1, self.answer: 2, self.deploy: 1, self.merge: 1,
                   self.set_back: 0.5, self.erase: 0.3}
        for _ in range(acts):
            [act] = self.chance.choices(list(weights), list(weights.values()))
            act()

    # --- what happens ---------------------------------------------------------------------------------------

    def come(self, *, late: bool = True) -> None:
        """Some inputs come in, on time or ``late``, of some people at once."""
        for _ in range(self.chance.choice([1, 1, 2, 6])):
            at = self.moment - self.chance.choice([0, 0, 0, 300, 50_000, 2 * MINUTE, 40 * MINUTE, 5 * HOUR, 3 * DAY] if late else [0])
            person, given = self._given(max(at, START))
            self.store.events.append([(person, given)], self.moment)

    def pass_time(self) -> None:
        """A moment, an hour, days."""
        self.moment += self.chance.choice([1, 500, 20_000, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 4 * DAY])

    def set_back(self) -> None:
        """Somebody sets the clock."""
        self.moment -= self.chance.choice([500, 30_000, 20 * MINUTE])

    def run(self) -> None:
        """A few batches, perhaps not all there is."""
        for _ in range(self.chance.choice([1, 2, 5, 30])):
            self.moment += self.chance.choice([0, 0, 3])
            first, second = self.engine.process_due, self.engine.process_events
            if not (first(self.moment) if self.chance.random() < 0.5 else second(self.moment)):
                second(self.moment)

    def restart(self) -> None:
        """The runtime is gone for a while."""
        self.moment += self.chance.choice([100, MINUTE, 9 * HOUR])
        self.engine = self._start()

    def replay(self) -> None:
        """``run --clock events``, which is perhaps stopped in the middle."""
        self.engine.begin_replay()
        for _ in range(self.chance.choice([1, 3, 100])):
            if not self.engine.replay_events() and not self._answered():
                latest = self.engine.position.latest
                while self.engine.process_due(latest, live=False):
                    pass
                break

    def answer(self) -> None:
        """What was asked of actions is answered, and messages go out."""
        keys = self.store.outbox.start([one.delivery.key for one in self.store.outbox.claim(20, self.moment)])
        done = {one.delivery.key: one for one in self.store.outbox.by_status("sending") if one.delivery.key in keys}
        self.store.outbox.finish([
            Finished(key, one.person, "sent", self.moment, 1, inputs=(
                (Input("result", key, self.moment, self._id(), {"ok": self.chance.random() < 0.8}),) if one.delivery.kind == "action" else ()
            )) for key, one in done.items()
        ])  # fmt: skip

    def _answered(self) -> int:
        self.answer()
        return self.engine.replay_answers()

    def deploy(self) -> None:
        """Another version, with which people inside go on or not."""
        options = Deploy(move=self.chance.random() < 0.5, enter_members=self.chance.random() < 0.3)
        deploy(self.store.programs, self.chance.choice(programs()), self.moment, options)

    def merge(self) -> None:
        """Two people are one; their inputs may wait beside it."""
        one, other = self.chance.sample(PEOPLE, 2)
        self.merged.add(one)
        fields = {"elder": True} if self.chance.random() < 0.5 else {}
        self.store.events.append([(one, Input("alias", other, self.moment, self._id(), fields))], self.moment)
        self.come()

    def erase(self) -> None:
        """Somebody wants to be forgotten."""
        self.store.erasure.erase(self.store.erasure.names(self.chance.choice(PEOPLE)), [], self.moment)

    # --- inputs -----------------------------------------------------------------------------------------------

    def _start(self) -> Engine:
        in_force = InForce(self.store.programs, {})
        machine = in_force.newer()
        assert machine is not None
        return Engine(
            self.store, machine, self, programs=in_force, events_a_batch=self.chance.choice([2, 5, 1_000]),
            people_a_batch=self.chance.choice(self.people),
        )  # fmt: skip

    def _id(self) -> str:
        self.number += 1
        return f"m{self.number}"

    def _given(self, at: int) -> tuple[str, Input]:
        pick, person = self.chance.choice, self.chance.choice(PEOPLE)
        kind = pick(["event"] * 9 + ["identify", "identify", "consent", "membership", "enter", "everyone"])
        if kind == "everyone":
            return "", Input("event", "price_dropped", at, self._id(), {"page": "/"})
        if kind == "identify":
            some = {"plan": pick(["free", "pro", None]), "renewal": pick(["2026-03-10", "2026-03-03", None]), "visits": pick([1, 5]),
                    "timezone": pick(["Asia/Tokyo", None]), "email": f"{person}@example.com", "phone": "+33600000000"}
            return person, Input("identify", "", at, self._id(), {name: some[name] for name in self.chance.sample(sorted(some), 3)})
        if kind == "consent":
            return person, Input("consent", "offers", at, self._id(), {"how": pick(["subscribe", "unsubscribe"])})
        if kind == "membership":
            return person, Input("membership", "chosen", at, self._id(), {"join": pick([True, False])})
        if kind == "enter":
            return person, Input("enter", "by_hand", at, self._id(), {"number": pick([1, 2])})
        name, fields = pick([
            ("added_to_cart", {"cart_id": pick(["a", "b"]), "cart_value": pick([10, 25, 60])}),
            ("order_completed", {"cart_id": pick(["a", "b"]), "total": pick([5, 60, 0.5])}),
            ("page_viewed", {"page": pick(["/", "/x"]), "seconds": pick([1, 30])}), ("nudged", {"level": pick([1, 2])}),
            ("cancelled", {}), ("email_clicked", {"message": "note"}), ("sms_bounced", {"reason": "hard"}), ("unheard_of", {}),
        ])  # fmt: skip
        return person, Input("event", name, at, self._id(), fields)
