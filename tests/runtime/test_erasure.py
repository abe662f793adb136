"""Somebody is erased: nothing of them is left but hashes of addresses, to which nothing is sent any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from triggerfish.runtime.cli import main
from triggerfish.runtime.machine.state import decode
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.profiles import Change
from triggerfish.runtime.store.schema import audit, metadata, profiles
from triggerfish.runtime.store.store import Store

SHOP = """
profile
    plan  text

event viewed

topic offers "Offers" for email

segment within_reach "Within reach"
    reachable by email

message note "Note"
    email
        subject "Hello"
        body "There"

flow cart "Cart"
    start when viewed
    about offers

    wait 1 minute
    send email note

flow at_once "At once"
    start when viewed

    send email note transactional
"""
ANA = "ana.maria@example.com"


@pytest.fixture
def shop(project: Path) -> Path:
    (project / "shop.flow").write_text(SHOP)
    return project


def run(*arguments: object, code: int = 0, **more: Any) -> str:
    result = CliRunner().invoke(main, [str(each) for each in arguments], **more)
    assert result.exit_code == code, result.output
    return result.output


def everything(address: str) -> str:
    """All that stands in the database, as one text."""
    with Store(address) as store, store.database.read() as connection:
        return "\n".join(str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table)))


def take(shop: Path, *records: dict[str, Any], code: int = 0) -> None:
    file = shop / "in.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    run("ingest", file, shop, code=code)
    file.unlink()


def test_erased_people_are_gone_and_stay_out_of_reach(shop: Path, address: str) -> None:
    """> Erasure ends runs at once and drops unsent mail; only a hash of the address stays suppressed."""
    take(
        shop, {"type": "track", "event": "viewed", "anonymousId": "visitor-7"},
        {"type": "identify", "userId": "u-ana", "anonymousId": "visitor-7", "traits": {"email": ANA, "plan": "secret plan"}},
    )  # fmt: skip
    take(shop, {"type": "track", "event": "viewed", "userId": "u-ana"}, {"type": "track", "userId": "u-ana"}, code=1)
    run("run", shop, "--once")
    assert all(sign in everything(address) for sign in ("u-ana", "visitor-7", ANA, "secret plan"))
    document = json.loads(run("people", "export", ANA, shop))
    assert document["names"] == ["u-ana", "visitor-7"]
    assert {"events", "journal", "outbox", "identities"} <= set(document)
    assert document["states"]["u-ana"]["profile"]["plan"] == "secret plan"

    assert "erase u-ana, also known as visitor-7?" in run("people", "erase", ANA, shop, input="n\n", code=1)
    assert "u-ana" in everything(address)
    assert json.loads(run("people", "erase", "visitor-7", shop, "--yes", "--format", "json"))["suppressed"] == 1
    left = everything(address)
    assert not [sign for sign in ("u-ana", "visitor-7", ANA, "secret plan") if sign in left]
    assert "nobody is known" in run("people", "erase", "u-ana", shop, "--yes", code=1)
    with Store(address) as store, store.database.read() as connection:
        [(_, _, what, data)] = connection.execute(select(audit))
        assert (what, json.loads(data)["profiles"]) == ("erased", 2)

    outbox = shop / ".triggerfish" / "outbox"
    before = len(list(outbox.rglob("*.eml")))
    take(
        shop, {"type": "identify", "userId": "new", "traits": {"email": ANA.upper()}},
        {"type": "track", "event": "viewed", "userId": "new"},
        {"type": "identify", "userId": "bo", "traits": {"email": "bo@example.com"}},
    )  # fmt: skip
    run("run", shop, "--once")
    with Store(address) as store:
        states = {name: decode(cell.state or b"") for name, cell in store.profiles.load(["new", "bo"]).items()}
        assert store.outbox.of_person("new") == []
    assert "within_reach" in states["bo"].segments
    assert "within_reach" not in states["new"].segments
    assert len(list(outbox.rglob("*.eml"))) == before


def test_what_waits_to_be_delivered_goes_to_no_suppressed_address(shop: Path, address: str) -> None:
    take(shop, {"type": "identify", "userId": "ana", "traits": {"email": ANA}})
    run("run", shop, "--once")
    with Store(address) as store, store.database.write() as connection:
        store.suppressions.add(connection, [("email", ANA)], "erased", 1)
    take(shop, {"type": "track", "event": "viewed", "userId": "ana"})
    run("run", shop, "--once")
    with Store(address) as store:
        [posted] = store.outbox.of_person("ana")
    assert (posted.status, posted.reason) == ("failed", "whoever had this address was erased: nothing goes to it any more")


def test_a_batch_that_was_read_before_brings_nobody_back(store: Store) -> None:
    first = Batch(1)
    first.changes = [Change("ana", b"x", 5, 0)]
    store.commit(first)
    late = Batch(2)
    late.changes = [Change("ana", b"y", 5, 1)]
    with store.shards.hold([], [store.shards.of("ana")]), store.database.write() as connection:
        connection.execute(update(profiles).values(state=None, due_at=None, version=2))
    with pytest.raises(Conflict):
        store.commit(late)
    store.erasure.erase(["ana"], [("email", "a@example.com")], 3)
    assert store.profiles.load(["ana"]) == {}
    assert store.suppressions.holds("email", " A@Example.com ")
    assert not store.suppressions.holds("sms", "a@example.com")
