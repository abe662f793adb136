"""What every database must do alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import event as listen

from triggerfish.runtime.machine.effects import Advance, Delivery, Fact, Recorded
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.batch import Batch, Move
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.errors import Conflict, StoreError
from triggerfish.runtime.store.events import Pending
from triggerfish.runtime.store.profiles import Cell, Change
from triggerfish.runtime.store.quarantine import Refused
from triggerfish.runtime.store.store import Store


def event(number: int, at: int, name: str = "order_completed", **fields: object) -> Input:
    return Input("event", name, at, f"m{number}", dict(fields))


def fact(number: int, at: int = 1, kind: str = "noted", flow: str = "f") -> Fact:
    return Fact(number, at, kind, flow, 1, "2", 3, {"why": "é", "n": number})


def delivery(key: str, at: int = 5, urgency: int = 2) -> Delivery:
    return Delivery(key, "send", "email", at, "f", "1", 1, urgency, {"message": "m"}, {"event": {"total": 1}})


def advance(*facts: Fact, deliveries: list[Delivery] | None = None, recorded: list[Recorded] | None = None) -> Advance:
    return Advance(None, list(facts), deliveries or [], recorded or [], None)


def consume(store: Store, limit: int) -> list[Pending]:
    """The next events of all shards, consumed."""
    positions = store.cursors.positions()
    pending, moved = store.events.arrived(positions, limit)
    for shard, position in moved.items():
        go(store, shard, positions[shard], position)
    return pending


def go(store: Store, shard: int | None, old: Position, new: Position) -> None:
    batch = Batch(1)
    batch.moves = [Move(shard, old, new)]
    store.commit(batch)


def test_events_keep_their_order_and_content(store: Store) -> None:
    given = [("ana", event(1, 50, total=12.5, items=[{"p": "ü"}])), ("bo", event(2, 40)), ("ana", event(3, 60))]
    assert store.events.append(given, received=99) == 3
    seen: dict[str, list[Input]] = {}
    for expected in (2, 1, 0):
        pending = consume(store, 2)
        assert len(pending) == expected
        for one in pending:
            seen.setdefault(one.person, []).append(one.input)
    assert seen == {"ana": [given[0][1], given[2][1]], "bo": [given[1][1]]}
    assert store.cursors.position().latest == 60


def test_a_message_id_counts_once(store: Store) -> None:
    assert store.events.append([("ana", event(1, 50)), ("ana", event(1, 50)), ("bo", event(1, 7))], 1) == 1
    assert store.events.append([("ana", event(1, 50)), ("ana", event(2, 50))], 1) == 1
    assert store.events.count() == 2


def test_many_rows_at_once_keep_their_order_and_count_once(store: Store) -> None:
    store.events.append([("ana", event(5, 1))], 1)
    given = [("ana", event(number % 400, 1, text='tab\t, "quote", \\ and é', nothing=None)) for number in range(1_000)]
    assert store.events.append(given, 1) == 399
    ids = [one.input.id for one in store.events.of_person("ana")]
    assert ids == ["m5", *(f"m{number}" for number in range(400) if number != 5)]
    assert store.events.of_person("ana")[7].input == given[7][1]
    batch = Batch(1)
    batch.changes = [Change(f"p{number}", bytes(range(256)), None, 0) for number in range(100)]
    store.commit(batch)
    batch.changes = [Change(f"p{number}", b"y", 5, 1 + (number == 50)) for number in range(100)]
    with pytest.raises(Conflict):
        store.commit(batch)
    assert set(store.profiles.load([f"p{number}" for number in range(100)]).values()) == {Cell(bytes(range(256)), None, 1)}


def test_a_replay_goes_by_the_events_own_time_and_ends_at_what_was_there(store: Store) -> None:
    store.events.append([("ana", event(1, 50)), ("bo", event(2, 40)), ("ana", event(3, 50)), ("c", event(4, 10))], 1)
    position = store.events.begin_replay(Position())
    store.events.append([("late", event(5, 20))], 2)
    seen = []
    assert store.events.ahead() == 5
    go(store, None, Position(), position)
    assert store.events.ahead() == 4
    before = position
    while True:
        pending, position = store.events.replayed(position, 2)
        if not pending:
            break
        seen.append([one.input.id for one in pending])
    assert seen == [["m4", "m2"], ["m1", "m3"]]
    assert not position.replaying
    assert position.latest == 50
    go(store, None, before, position)
    assert set(store.cursors.positions().values()) == {Position(seq=4, latest=50)}
    before, position = position, store.events.begin_replay(position)
    go(store, None, before, position)
    assert store.events.ahead() == 1
    pending, _ = store.events.replayed(position, 10)
    assert [one.input.id for one in pending] == ["m5"]


def test_what_the_machine_recorded_is_never_consumed(store: Store) -> None:
    store.events.append([("ana", event(1, 50))], 1)
    store.events.append([("ana", event(2, 51))], 1, "machine")
    store.events.append([("ana", event(3, 52))], 1, "delivery")
    store.events.append([("ana", event(4, 53))], 1, "machine")
    replay = store.events.begin_replay(Position())
    assert [one.input.id for one in store.events.replayed(replay, 10)[0]] == ["m1", "m3"]
    assert [one.input.id for one in consume(store, 10)] == ["m1", "m3"]
    assert store.events.ahead() == 0
    assert consume(store, 10) == []
    assert [one.origin for one in store.events.of_person("ana")] == ["intake", "machine", "delivery", "machine"]


def plan(store: Store, ask: Callable[[], object], about: str = "due_at") -> list[str]:
    """How the database answers the one question about something that is asked meanwhile."""
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    listen.listen(store.database.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        listen.remove(store.database.engine, "before_cursor_execute", note)
    [(statement, parameters)] = [each for each in asked if about in each[0]]
    with store.database.read() as connection:
        if store.database.dialect.name == "sqlite":
            return [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]  # type: ignore[arg-type]
        for way in ("seqscan", "bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")  # there are few rows
        return [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]  # type: ignore[arg-type]


def let_wait(store: Store, due: Iterable[int]) -> None:
    batch = Batch(received=1)
    batch.changes = [Change(f"p{number}", b"s", at, 0) for number, at in enumerate(due)]
    store.commit(batch)


def test_the_next_moment_is_looked_up_shard_by_shard(store: Store) -> None:
    """However many people wait: asked for all at once, it would be read off all of them."""
    let_wait(store, range(1_000, 1_050))
    assert store.profiles.earliest_due() == 1_000
    lines = plan(store, store.profiles.earliest_due)
    if store.database.dialect.name == "sqlite":
        assert "SEARCH profiles USING COVERING INDEX profiles_due (shard=? AND due_at>?)" in lines
    else:
        assert any("Index Cond:" in line and "shard = cursors.shard" in line for line in lines), lines


def test_what_was_consumed_is_not_looked_at_to_count_what_is_left(store: Store) -> None:
    store.events.append([("ana", event(number, number)) for number in range(20)], 1)
    assert len(consume(store, 15)) == 15
    assert store.events.ahead() == 5
    assert store.events.begin_replay(Position()) == Position(top=20, at=15)
    for ask in (store.events.ahead, lambda: store.events.begin_replay(Position())):
        assert not any("SCAN events" in line or "Seq Scan on events" in line for line in plan(store, ask, "events"))


def test_those_who_are_due_at_one_moment_are_not_sorted_to_find_the_first(store: Store) -> None:
    let_wait(store, [7] * 50)
    shard = store.shards.of("p1")
    here = sorted(f"p{each}" for each in range(50) if store.shards.of(f"p{each}") == shard)
    assert [person for person, _ in store.profiles.due(7, 2, [shard])] == here[:2]
    lines = plan(store, lambda: store.profiles.due(7, 2, [shard]))
    assert any("profiles_due" in line for line in lines), lines
    assert not any("Sort" in line or "B-TREE" in line for line in lines), lines


def test_a_commit_writes_everything(store: Store) -> None:
    batch = Batch(received=77)
    batch.changes = [Change("ana", b"state", 500, 0), Change("bo", None, None, 0)]
    recorded = [Recorded("r1", "came_back", 9, {"x": 1})]
    batch.take("ana", advance(fact(1), fact(2), deliveries=[delivery("k1")], recorded=recorded))
    batch.moves = [Move(0, Position(), Position(seq=3, latest=8))]
    batch.refused = [Refused("raw", "because", "here")]
    batch.failed = [("bo", 5, {"error": "E"}), ("bo", 6, {"error": "F"})]
    assert store.commit(batch) == 0
    assert store.profiles.load(["ana", "bo", "nobody"]) == {"ana": Cell(b"state", 500, 1), "bo": Cell(None, None, 1)}
    assert store.profiles.due(500, 10) == [("ana", Cell(b"state", 500, 1))]
    assert store.profiles.due(499, 10) == []
    assert store.profiles.earliest_due() == 500
    assert store.journal.of_person("ana") == [fact(1), fact(2)]
    assert [(one.number, one.data["error"]) for one in store.journal.of_person("bo")] == [(-1, "E"), (-2, "F")]
    assert store.journal.counts() == {("noted", "f"): 2, ("error", ""): 2}
    assert store.cursors.positions()[0] == Position(seq=3, latest=8)
    assert [posted.delivery for posted in store.outbox.of_person("ana")] == [delivery("k1")]
    [logged] = store.events.of_person("ana")
    assert logged.input == Input("event", "came_back", 9, "r1", {"x": 1})
    assert store.quarantine.newest() == [Refused("raw", "because", "here")]


def test_two_who_change_one_person_do_not_both_win(store: Store) -> None:
    first, second = Batch(1), Batch(1)
    first.changes = [Change("ana", b"one", None, 0)]
    second.changes = [Change("bo", b"x", None, 0), Change("ana", b"two", None, 0)]
    second.take("bo", advance(fact(1)))
    store.commit(first)
    with pytest.raises(Conflict):
        store.commit(second)
    assert store.profiles.load(["ana", "bo"]) == {"ana": Cell(b"one", None, 1)}
    assert store.journal.of_person("bo") == []


def test_two_who_consume_the_same_events_do_not_both_win(store: Store) -> None:
    moves = [Move(0, Position(), Position(seq=5)), Move(0, Position(), Position(seq=7))]
    batches = [Batch(1), Batch(1)]
    for batch, move in zip(batches, moves, strict=True):
        batch.moves = [move]
    store.commit(batches[0])
    with pytest.raises(Conflict):
        store.commit(batches[1])
    assert store.cursors.positions()[0] == Position(seq=5)


def test_a_batch_that_fails_half_way_leaves_nothing(store: Store) -> None:
    batch = Batch(1)
    batch.changes = [Change("ana", b"one", None, 0)]
    batch.take("ana", advance(fact(1)))
    batch.take("ana", advance(fact(1)))
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        store.commit(batch)
    assert store.profiles.count() == 0
    assert store.journal.of_person("ana") == []


def test_effects_that_cannot_be_stored_are_refused_before_anything_is_taken(store: Store) -> None:
    batch = Batch(1)
    bad = Fact(2, 1, "noted", "f", 1, "", 0, {"x": object()})
    with pytest.raises(TypeError):
        batch.take("ana", advance(fact(1), bad))
    assert batch.facts == []


def test_a_used_key_is_left_out_and_told(store: Store) -> None:
    for expected in (0, 1):
        batch = Batch(1)
        batch.take("ana", advance(deliveries=[delivery("k1")]))
        assert store.commit(batch) == expected
    assert len(store.outbox.of_person("ana")) == 1


def test_due_people_come_in_order_and_in_pieces(store: Store) -> None:
    batch = Batch(1)
    batch.changes = [Change(f"p{number}", b"x", 100 - number % 3, 0) for number in range(9)]
    store.commit(batch)
    names = [person for person, _ in store.profiles.due(1000, 5)]
    assert names == ["p2", "p5", "p8", "p1", "p4"]
    assert store.profiles.ids(after="p3", limit=2) == ["p4", "p5"]


def test_many_people_are_read_at_once(store: Store) -> None:
    batch = Batch(1)
    batch.changes = [Change(f"p{number}", b"x", None, 0) for number in range(12_000)]
    store.commit(batch)
    assert len(store.profiles.load([f"p{number}" for number in range(13_000)])) == 12_000


def test_identities_know_the_latest(store: Store) -> None:
    store.identities.link([("email", "a@x.org", "ana"), ("anonymous", "v1", "ana")])
    store.identities.link([("anonymous", "v1", "bo")])
    assert store.identities.find("anonymous", ["v1", "v2"]) == {"v1": "bo"}
    assert store.identities.of_person("ana") == [("email", "a@x.org")]


def test_refused_input_is_kept_once(store: Store) -> None:
    refused = [Refused("raw", "because", "f:1"), Refused("raw", "because", "f:2"), Refused("raw", "because", "f:1")]
    assert store.quarantine.add(refused, 1) == 2
    assert store.quarantine.add(refused, 2) == 0
    assert store.quarantine.count() == 2


def test_programs_get_a_version_when_they_change(store: Store) -> None:
    assert store.programs.newest() is None
    assert store.programs.add("h1", "{}", {"a.flow": "x"}, 5) == 1
    assert store.programs.add("h1", "{}", {"a.flow": "x"}, 6) == 1
    assert store.programs.add("h2", '{"v": 2}', {}, 7) == 2
    assert store.programs.add("h1", "{}", {}, 8) == 3
    newest = store.programs.newest()
    assert newest is not None
    assert (newest.version, newest.hash) == (3, "h1")
    first = store.programs.load(1)
    assert first is not None
    assert first.sources == {"a.flow": "x"}
    assert store.programs.load(9) is None


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "no address"])
def test_addresses_that_cannot_work_are_refused(address: str) -> None:
    with pytest.raises(StoreError):
        Store(address)
