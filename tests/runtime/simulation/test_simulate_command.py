"""``triggerfish simulate``: what it reads, shows and writes, and that it leaves nothing behind."""

from __future__ import annotations

import csv
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.intake.files import ingest
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.chart import svg_chart, text_chart
from triggerfish.runtime.simulation.comparison import Difference, differences
from triggerfish.runtime.simulation.report import Day
from triggerfish.runtime.simulation.sources import Temporary, spool_log
from triggerfish.runtime.simulation.spool import Spool, given, people
from triggerfish.runtime.store.store import Store

PROGRAM = """\
event signed_up
    seats  number

event bought
    total  number

topic offers "Offers" for email

policy
    timezone "Europe/Paris"
    at most 1 email per day

message hello
    email
        subject "Hello"
        body "You have {{ event.seats }} seats"

message again
    email
        subject "Again"
        body "Again"

flow welcome "Welcome"
    start when signed_up
    about offers
    again after 30 days
    goal bought worth total within 7 days
    send email hello
    wait 1 day
    send email again

flow seats
    start when signed_up where seats >= 5
    about offers
    send email hello
"""
SETTINGS = '[costs]\nemail = 0.002\npost = 1\ncurrency = "EUR"\n'


def line(person: str, day: int, seats: int, **more: Any) -> dict[str, Any]:
    return {"type": "track", "userId": person, "event": "signed_up", "timestamp": f"2026-03-{day:02}T10:00:00Z",
            "properties": {"seats": seats}, "messageId": f"{person}-{day}", **more}


LINES: list[dict[str, Any]] = [
    *({"type": "identify", "userId": each, "traits": {"email": f"{each}@example.com"}, "timestamp": "2026-03-01T00:00:00Z"} for each in ("ana", "ben", "cleo")),
    line("ana", 2, 3), line("ben", 3, 9), line("cleo", 5, 1), line("dora", 6, 1),
    line("ana", 10, 3), line("ana", 10, 3),
    {"type": "track", "anonymousId": "v1", "userId": "ana", "event": "bought", "timestamp": "2026-03-04T10:00:00Z", "properties": {"total": 5}},
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "shop.flow").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(each) + "\n" for each in LINES))
    return folder


def simulate(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["simulate", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def document(*arguments: str | Path) -> Any:
    return json.loads(simulate(*arguments, "--format", "json").stdout)


def test_what_machines_are_told(shop: Path, tmp_path: Path) -> None:
    found = document(tmp_path / "events.jsonl", shop)
    assert (found["events"], found["people"]) == (9, 4)
    assert found["entered"] == {"seats": 1, "welcome": 4}
    assert found["sent"] == {"email:again": 3, "email:hello": 3}
    assert found["suppressed"] == {"email:again: no address": 1, "email:hello: cap": 1, "email:hello: no address": 1}
    assert found["exited"] == {"seats": {"finished": 1}, "welcome": {"finished": 4}}
    assert found["refused"] == {"welcome": {"again": 1}}
    assert found["goals"] == {"welcome": 1}
    assert found["days"] == {f"2026-03-0{day}": {"email": 1} for day in (2, 3, 4, 5, 6)} | {"2026-03-03": {"email": 2}}
    assert found["channels"] == {"email": {"sent": 6, "cost": None}}
    assert list(found["caps"].values()) == [1]
    assert (found["from"], found["to"]) == ("2026-03-01T01:00:00+01:00", "2026-03-10T11:00:00+01:00")
    assert not (shop / ".triggerfish").exists()


def test_what_people_are_told(shop: Path, tmp_path: Path) -> None:
    (shop / "triggerfish.toml").write_text(SETTINGS)
    shown = simulate(tmp_path / "events.jsonl", shop)
    assert "9 events of 4 people, 2026-03-01 to 2026-03-10" in shown.stdout
    for pattern in (r"welcome +4 +1 again +4 +1", r"email:hello +3 +1 cap, 1 no address", r"email +6 +0\.01", r"2 ┤ █"):
        assert re.search(pattern, shown.stdout), pattern
    assert "[costs] post: there is no channel of that name" in shown.stderr


def test_a_packed_file_and_a_table_are_read_as_ingest_reads_them(shop: Path, tmp_path: Path) -> None:
    packed, table = tmp_path / "events.jsonl.gz", tmp_path / "more.csv"
    packed.write_bytes(gzip.compress((tmp_path / "events.jsonl").read_bytes()))
    table.write_text("who,places,when\nzoe,2,2026-03-07\nbad,many,2026-03-07\n")
    (tmp_path / "map.toml").write_text('event = "signed_up"\nperson = "who"\ntime = "when"\n[fields]\nseats = "places"\n')
    found = document(packed, shop)
    assert found["people"] == 4
    result = simulate(table, shop, "--map", tmp_path / "map.toml", "--format", "json", code=1)
    assert json.loads(result.stdout)["entered"] == {"welcome": 1}
    assert "more.csv:3" in result.stderr


def test_who_is_who_is_found_out_as_by_intake(shop: Path, tmp_path: Path) -> None:
    lines = [
        line("ana", 2, 1, anonymousId="v1"), {**line("x", 3, 1), "userId": None, "anonymousId": "v1", "messageId": "m1"},
        {"type": "alias", "previousId": "v2", "userId": "ben", "timestamp": "2026-03-02T00:00:00Z"}, {**line("x", 3, 2), "userId": None, "anonymousId": "v2", "messageId": "m2"},
        {**line("x", 4, 3), "userId": None, "anonymousId": "v3", "messageId": "m3"}, line("cleo", 5, 1, anonymousId="v3"),
    ]  # fmt: skip
    path = tmp_path / "who.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    from triggerfish.runtime.cli.workspace import Workspace
    from triggerfish.runtime.engine.clock import WallClock

    shop_program = Workspace(shop).program
    schema, clock = Schema(shop_program), WallClock()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    spools = [Spool(tmp_path / "a"), Spool(tmp_path / "b")]
    ingest(path, Temporary(spools[0]), schema, clock)
    with Store(f"sqlite:///{tmp_path / 'x.db'}") as store:
        ingest(path, store, schema, clock)
        spool_log(store.events, spools[1])
    found = [{person: [one for _, _, one in given(frames, clock.now())] for person, frames in people(each.parts())} for each in spools]
    assert found[0] == found[1]
    assert {person: len(inputs) for person, inputs in found[0].items()} == {"ana": 2, "ben": 1, "v2": 1, "v3": 2, "cleo": 1}
    told = document(path, shop)
    assert (told["events"], told["people"]) == (5, 3)
    with Store(f"sqlite:///{tmp_path / 'x.db'}") as store:
        Run(Engine(store, Machine(shop_program), clock)).until_idle("events")
        assert store.profiles.ids() == ["ana", "ben", "cleo"]
        assert store.journal.counts().get(("entered", "welcome")) == told["entered"]["welcome"]


def test_the_projects_own_log_is_gone_through_and_left_alone(shop: Path, tmp_path: Path) -> None:
    CliRunner().invoke(main, ["ingest", str(tmp_path / "events.jsonl"), str(shop)])
    own = document(shop)
    assert own == document(tmp_path / "events.jsonl", shop)
    with Store(f"sqlite:///{shop / '.triggerfish' / 'triggerfish.db'}") as store:
        assert store.profiles.count() == 0
        assert store.journal.counts() == {}
    assert not list((shop / ".triggerfish").glob("outbox/*"))


@pytest.mark.parametrize("by", ["folder", "version"])
def test_whom_a_change_affects(shop: Path, tmp_path: Path, by: str) -> None:
    if by == "folder":
        against = tmp_path / "before"
        against.mkdir()
        (against / "shop.flow").write_text(PROGRAM)
    else:
        assert CliRunner().invoke(main, ["deploy", str(shop), "--yes"]).exit_code == 0
    (shop / "shop.flow").write_text(PROGRAM.replace("wait 1 day", "wait 2 days").replace("seats >= 5", "seats >= 3 and seats < 9"))
    arguments = [tmp_path / "events.jsonl", shop, "--against", tmp_path / "before" if by == "folder" else "1"]
    found = document(*arguments)["against"]
    assert found["people"] == 4
    changes = {(each["kind"], each["name"]): (each["gains"], each["loses"], each["moves"]) for each in found["changes"]}
    assert changes["entered", "seats"] == (2, 1, 0)
    assert changes["sent", "email:again"] == (0, 0, 3)
    assert [each["person"] for each in found["named"]] == ["ana", "ben", "cleo", "dora"]
    assert {"change": "moves", "kind": "sent", "name": "email:again", "before": "2026-03-06T11:00:00+01:00", "after": "2026-03-07T11:00:00+01:00"} in [
        each for person in found["named"] if person["person"] == "cleo" for each in person["differences"]
    ]
    shown = simulate(*arguments, "--people", tmp_path / "affected.csv").stdout
    assert "4 people would notice a difference" in shown
    assert "moved: message email:again, 2026-03-06 11:00 → 2026-03-07 11:00" in shown
    with (tmp_path / "affected.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["person"] for row in rows} == {"ana", "ben", "cleo", "dora"}
    assert {"person": "ben", "change": "loses", "kind": "entered", "name": "seats", "before": "2026-03-03 11:00", "after": ""} in rows


def test_nobody_notices_what_changes_nothing(shop: Path, tmp_path: Path) -> None:
    shown = simulate(tmp_path / "events.jsonl", shop, "--against", shop).stdout
    assert "nobody would notice a difference" in shown


class Outside(HTMLParser):
    """Everything a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {name}={value}" for name, value in attrs if name in {"src", "href", "srcset", "data"}]


def test_the_page_needs_nothing_else(shop: Path, tmp_path: Path) -> None:
    (shop / "triggerfish.toml").write_text(SETTINGS)
    (tmp_path / "<before>").mkdir()
    (tmp_path / "<before>" / "a.flow").write_text(PROGRAM.replace("wait 1 day", "wait 3 days"))
    page = tmp_path / "page.html"
    simulate(tmp_path / "events.jsonl", shop, "--format", "html", "-o", page, "--against", tmp_path / "<before>")
    text = page.read_text()
    outside = Outside()
    outside.feed(text)
    assert not outside.found
    assert not re.search(r"url\(|@import|http", text)
    assert "prefers-color-scheme:dark" in text
    assert "<title>2026-03-03\nemail 2</title>" in text
    assert "&lt;before&gt;" in text
    assert "<before>" not in text
    assert "0.01</b><span class=dim>cost EUR" in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["shop"], 2, "there are no events yet"),
        (["shop", "--people", "x.csv"], 2, "--people goes with --against"),
        (["events.jsonl", "shop", "--from", "soon"], 2, '--from: "soon" is no time'),
        (["events.jsonl", "shop", "--from", "2026-03-09", "--to", "2026-03-08"], 2, "--from is later than --to"),
        (["events.jsonl", "shop", "--against", "7"], 2, "there is no version 7"),
        (["events.jsonl", "shop", "--against", "nowhere"], 2, "there is no folder nowhere"),
        (["shop", "--map", "events.jsonl"], 2, "--map says how to read CSV"),
        (["empty.jsonl", "shop"], 1, "no events to simulate with"),
        (["shop", "."], 2, "more than one project folder"),
    ],
)
def test_slips_are_told_of(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.jsonl").touch()
    result = simulate(*arguments, code=code)
    assert message in result.stderr
    assert not (shop / ".triggerfish").exists()


def test_a_date_is_a_day_from_its_beginning_to_its_end(shop: Path, tmp_path: Path) -> None:
    found = document(tmp_path / "events.jsonl", shop, "--from", "2026-03-03", "--to", "2026-03-05")
    assert (found["events"], found["entered"]) == (3, {"seats": 1, "welcome": 2})
    assert found["sent"] == {"email:again": 2, "email:hello": 2}
    assert (found["from"], found["to"]) == ("2026-03-03T00:00:00+01:00", "2026-03-05T23:59:59.999000+01:00")
    later = document(tmp_path / "events.jsonl", shop, "--to", "2026-03-20T12:00")
    assert later["sent"] == {"email:again": 3, "email:hello": 3}


def test_differences_are_told_apart() -> None:
    before = {("sent", "a"): [1, 2, 5], ("sent", "b"): [1], ("entered", "f"): [3]}
    after = {("sent", "a"): [1, 3], ("sent", "c"): [9], ("entered", "f"): [3]}
    assert differences(before, after) == [
        Difference("moves", "sent", "a", 2, 3), Difference("loses", "sent", "a", 5, None),
        Difference("loses", "sent", "b", 1, None), Difference("gains", "sent", "c", None, 9),
    ]  # fmt: skip


def test_charts_show_every_day_that_had_anything() -> None:
    import datetime as dt

    days = [Day(dt.date(2026, 1, 1) + dt.timedelta(days=each), {"email": each * each, "sms": 1} if each % 3 else {}) for each in range(100)]
    lines = text_chart(days)
    assert all(len(each) < 80 for each in lines)
    assert lines[5][7:57].count(" ") == 0
    assert "a column is 2 days" in lines[-1]
    assert text_chart([]) == []
    picture = svg_chart(days, ["email", "sms"])
    assert picture.count('class="c0"') == 66
    assert picture.count("<title>") == 100
    heights = [float(each) for each in re.findall(r'class="c0".*?height="([\d.]+)"', picture)]
    assert heights == sorted(heights)
