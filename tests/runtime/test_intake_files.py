"""Files as people have them: broken lines, odd quotes, wrong encodings, read twice."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triggerfish.dsl.ir.program import Event, Program
from triggerfish.dsl.ir.types import NUMBER, TEXT, Field
from triggerfish.runtime.intake.files import FileError, ingest
from triggerfish.runtime.intake.ids import ContentIds
from triggerfish.runtime.intake.intake import Intake
from triggerfish.runtime.intake.item import Item
from triggerfish.runtime.intake.report import Report
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.store.store import Store

PROGRAM = Program(
    profile=(Field("first_name", TEXT),),
    events=(
        Event("order_completed", None, False, (Field("total", NUMBER), Field("note", TEXT))),
        Event("page_viewed", None, False, (Field("name", TEXT), Field("url", TEXT))),
    ),
)


class Desk:
    """A store and a folder to read files from."""

    def __init__(self, store: Store, folder: Path, clock: Any) -> None:
        self.store = store
        self.folder = folder
        self.clock = clock

    def read(self, name: str, content: str | bytes, mapping: str | None = None, **options: Any) -> Report:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        told = None
        if mapping is not None:
            told = self.folder / "map.toml"
            told.write_text(mapping)
        return ingest(path, self.store, Schema(PROGRAM), self.clock, mapping=told, **options)

    def events(self, person: str) -> list[tuple[str, str, dict[str, Any]]]:
        return [(one.input.kind, one.input.name, one.input.fields) for one in self.store.events.of_person(person)]


@pytest.fixture
def desk(store: Store, tmp_path: Path, clock: Any) -> Desk:
    return Desk(store, tmp_path, clock)


def lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def track(person: str = "ana", total: Any = 5, **more: Any) -> dict[str, Any]:
    record = {"type": "track", "userId": person, "event": "Order Completed", "timestamp": "2026-01-05T10:00:00Z"}
    return record | {"properties": {"total": total}} | more


def test_every_kind_of_call_is_understood(desk: Desk) -> None:
    report = desk.read(
        "events.jsonl",
        lines(
            track(messageId="m1"),
            {"type": "identify", "userId": "ana", "traits": {"firstName": "Ana", "email": "Ana@X.org"}},
            {"type": "page", "userId": "ana", "name": "Home", "properties": {"url": "/"}},
            {"type": "screen", "userId": "ana", "name": "Start", "properties": None},
            {"userId": "ana", "event": "order_completed", "properties": {"total": "7"}},
            {"type": "group", "userId": "ana", "groupId": "g"},
            {"type": "wonder", "userId": "ana"},
            {"userId": "ana"},
        ),
    )
    assert (report.read, report.stored, report.refused) == (8, 5, 3)
    assert (report.events, report.profiles) == (4, 1)
    assert desk.events("ana") == [
        ("event", "order_completed", {"total": 5}),
        ("identify", "", {"first_name": "Ana", "email": "Ana@X.org"}),
        ("event", "page_viewed", {"name": "Home", "url": "/"}),
        ("event", "screen_viewed", {"name": "Start"}),
        ("event", "order_completed", {"total": 7}),
    ]
    assert [example.place for example in report.refusals] == ["events.jsonl:6", "events.jsonl:7", "events.jsonl:8"]
    assert list(report.unknown_events) == ["screen_viewed"]
    assert desk.store.identities.find("email", ["ana@x.org"]) == {"ana@x.org": "ana"}


def test_bad_lines_are_set_aside_and_the_rest_goes_on(desk: Desk) -> None:
    content = b"\n".join(
        [
            json.dumps(track()).encode(),
            b'{"type": "track", "userId": "ana", ',
            b"",
            b'{"type": "track", "userId": "\xff\xfe", "event": "x"}',
            b"17",
            b'["a"]',
            json.dumps(track(total="much")).encode(),
            json.dumps(track(note="x" * 33_000)).encode(),
            b'{"a": "' + b"y" * 2_000_000 + b'"}',
            b"[" * 100_000,
            json.dumps(track(person="bo", userId=None)).encode(),
            json.dumps(track(person="last")).encode(),
        ]
    )
    report = desk.read("events.jsonl", content)
    assert (report.read, report.stored, report.refused) == (11, 2, 9)
    reasons = {example.place.split(":")[1]: example.message for example in report.refusals}
    assert set(reasons) == {"2", "4", "5", "6", "7", "8", "9", "10", "11"}
    assert "no JSON" in reasons["2"]
    assert "no record" in reasons["5"]
    assert "no record" in reasons["6"]
    assert reasons["7"] == 'total should be a number, but is "much"'
    assert "an event may have 32,768" in reasons["8"]
    assert "2,000,010 bytes" in reasons["9"]
    assert "whom it is about" in reasons["11"]
    assert desk.store.quarantine.count() == 9
    assert all(len(refused.raw) < 40_000 for refused in desk.store.quarantine.newest())
    assert desk.events("last") == [("event", "order_completed", {"total": 5})]


def test_reading_a_file_twice_changes_nothing_but_equal_rows_stay_two(desk: Desk) -> None:
    content = lines(track(), track(), track(total=6), track(total="x"))
    first = desk.read("events.jsonl", content)
    assert (first.stored, first.duplicates, first.refused) == (3, 0, 1)
    second = desk.read("events.jsonl", content)
    assert (second.stored, second.duplicates, second.refused) == (0, 3, 1)
    assert desk.store.quarantine.count() == 1
    longer = desk.read("events.jsonl", content + lines(track()))
    assert longer.stored == 1


def test_a_repeated_message_id_is_a_duplicate(desk: Desk) -> None:
    report = desk.read("events.jsonl", lines(track(messageId="a"), track(messageId="a", total=9), track(messageId="b")))
    assert (report.stored, report.duplicates) == (2, 1)


def test_a_visitor_becomes_somebody(desk: Desk) -> None:
    def visit(**who: Any) -> dict[str, Any]:
        return {"type": "track", "event": "order_completed", "properties": {}, "timestamp": "2026-01-01"} | who

    content = lines(
        visit(anonymousId="v1", userId=None),
        {"type": "identify", "anonymousId": "v1", "userId": "ana", "traits": {}},
        visit(anonymousId="v1", properties={"total": 2}),
        {"type": "alias", "previousId": "v2", "userId": "bo"},
        visit(anonymousId="v2"),
    )
    report = desk.read("events.jsonl", content)
    assert (report.stored, report.links) == (4, 1)
    assert [kind for kind, _, _ in desk.events("v1")] == ["alias", "event"]
    assert len(desk.events("ana")) == 2
    assert len(desk.events("bo")) == 1
    assert desk.read("events.jsonl", content).stored == 0


def test_a_batch_on_one_line_is_taken_apart(desk: Desk) -> None:
    report = desk.read("events.jsonl", lines({"batch": [track("ana"), 5, track("bo", total="x")]}))
    assert (report.read, report.stored) == (3, 1)
    assert [example.place for example in report.refusals] == ["events.jsonl:1[2]", "events.jsonl:1[3]"]


def test_gzip_is_noticed_and_a_torn_one_reported(desk: Desk) -> None:
    content = lines(*(track(person=f"p{number}", total=number) for number in range(3_000)))
    packed = gzip.compress(content.encode())
    assert desk.read("events.jsonl.gz", packed).stored == 3_000
    report = desk.read("torn.jsonl", packed[: len(packed) // 2])
    assert report.duplicates > 500
    assert "cannot be read" in report.problems[0].message


def test_progress_ends_at_the_files_size(desk: Desk) -> None:
    seen: list[tuple[int, int]] = []
    content = lines(*(track(total=number) for number in range(2_500)))
    desk.read("events.jsonl", content, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) == 4
    assert seen[-1] == (len(content), len(content))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_csv_with_a_header(desk: Desk) -> None:
    report = desk.read(
        "orders.csv",
        'customer_id,event,date,Total,Note\n7,Order Completed,2026-01-05,12.5,"a ""b"", c\nd"\n8,orderCompleted,20260106,,\n',
    )
    assert (report.read, report.stored, report.refused) == (2, 2, 0)
    assert desk.events("7") == [("event", "order_completed", {"total": 12.5, "note": 'a "b", c\nd'})]
    assert desk.events("8") == [("event", "order_completed", {})]
    [logged] = desk.store.events.of_person("8")
    assert logged.input.at == 1767657600000


def test_csv_of_people(desk: Desk) -> None:
    report = desk.read("people.csv", "\ufeffperson;First Name;email\nana;Ana;ana@x.org\nbo;Bo;nothing\n")
    assert (report.profiles, report.stored, report.refused) == (1, 1, 1)
    assert desk.events("ana") == [("identify", "", {"first_name": "Ana", "email": "ana@x.org"})]


def test_csv_with_a_mapping(desk: Desk) -> None:
    mapping = """
        event = "order_completed"
        person = "Who"
        time = "When"
        time_format = "%d.%m.%Y %H:%M"
        ignore = ["junk"]
        [fields]
        total = "Amount paid"
    """
    report = desk.read("orders.csv", "Who\tWhen\tAmount paid\tjunk\n5\t24.12.2025 09:30\t7\tx\n", mapping)
    assert report.stored == 1
    [logged] = desk.store.events.of_person("5")
    assert logged.input.fields == {"total": 7}
    assert logged.input.at == 1766568600000


def test_bad_rows_cost_only_themselves(desk: Desk) -> None:
    rows = [
        b"person,event,time,total,note",
        b"a,order_completed,2026-01-01,1,fine",
        b"b,order_completed,2026-01-01,1",
        b"c,order_completed,2026-01-01,1,x,y",
        b'd,order_completed,2026-01-01,1,"never closed',
        b"e,order_completed,2026-01-01,1,fine",
        b'f,order_completed,2026-01-01,1,5" pipe',
        b"g,order_completed,2026-01-01,1,\xff",
        b'h,order_completed,2026-01-01,1,"a"b',
        b"i,order_completed,2026-01-01,many,",
        b'j,order_completed,2026-01-01,1,7" pipe',
        b",order_completed,2026-01-01,1,",
        b"k,,2026-01-01,1,",
        b"l,order_completed,2026-01-01,1," + b"z" * 40_000,
        b'm,order_completed,2026-01-01,1,"two\r\nlines"',
        b"",
        b"n,order_completed,2026-01-01,1,fine",
    ]
    report = desk.read("orders.csv", b"\r\n".join(rows))
    taken = {row["person"] for row in [{"person": letter} for letter in "abcdefghijklmn"] if desk.events(row["person"])}
    assert taken == set("aefjmn")
    assert desk.events("f") == [("event", "order_completed", {"total": 1, "note": '5" pipe'})]
    assert desk.events("m") == [("event", "order_completed", {"total": 1, "note": "two\nlines"})]
    assert report.refused == 9
    assert report.stored == 6
    reasons = dict.fromkeys(example.message for example in report.refusals)
    assert "it has 4 columns, the header has 5" in reasons
    assert "it has 6 columns, the header has 5" in reasons
    assert "a quote is opened and not closed" in reasons


@pytest.mark.parametrize(
    ("name", "content", "mapping", "reason"),
    [
        ("x.csv", "name,total\na,1\n", None, "no column says whom a row is about"),
        ("x.csv", "person,total,Total\na,1,2\n", None, "two columns are called 'Total'"),
        ("x.csv", "person,total\na,1\n".encode("utf-16"), None, "save the file as CSV in UTF-8"),
        ("x.csv", b"person,t\xf6tal\na,1\n", None, "the header is not UTF-8"),
        ("x.csv", "person,total\n", 'persn = "x"', "unknown key 'persn'; did you mean person"),
        ("x.csv", "person,total\n", 'time = "tottal"', "no such column; did you mean 'total'"),
        ("x.csv", "person,total\n", "person = 5", "person should be the name of a column"),
        ("x.csv", "person,total\n", "event = [", "map.toml"),
        ("x.csv", "person,total\n", 'ignore = "total"', "ignore should be a list"),
        ("x.jsonl", lines(track()), 'event = "x"', "a mapping is for CSV files"),
        ("x.json", "[\n{}\n]\n", None, "one record a line"),
    ],
)
def test_files_that_cannot_be_used_are_explained(
    desk: Desk, name: str, content: str | bytes, mapping: str | None, reason: str
) -> None:
    with pytest.raises(FileError, match=reason):
        desk.read(name, content, mapping)


def test_no_file_is_explained(desk: Desk) -> None:
    with pytest.raises(FileError, match=r"nowhere\.csv"):
        ingest(desk.folder / "nowhere.csv", desk.store, Schema(PROGRAM), desk.clock)
    with pytest.raises(FileError, match="directory"):
        ingest(desk.folder, desk.store, Schema(PROGRAM), desk.clock)


def test_an_empty_file_is_nothing(desk: Desk) -> None:
    assert desk.read("x.csv", "").read == 0
    assert desk.read("x.jsonl", "\n\n").read == 0


def test_the_report_reads_well(desk: Desk) -> None:
    report = desk.read(
        "events.jsonl",
        lines(
            track(event="Order Compleeted"),
            track(properties={"totl": 5}),
            track(timestamp="2200-01-01"),
            *(track(total="x") for _ in range(12)),
        ),
    )
    text = "\n".join(report.sentences())
    assert text.startswith("15 read: 3 stored, 0 known already, 12 refused\n")
    assert 'refused events.jsonl:4: total should be a number, but is "x"' in text
    assert "refused: 2 more" in text
    assert "unknown event order_compleeted, once, events.jsonl:1; did you mean order_completed?" in text
    assert "unknown field order_completed.totl, once, events.jsonl:2; did you mean total?" in text
    assert "1 times in the future became the arrival time, first events.jsonl:3" in text
    assert json.loads(json.dumps(report.as_json()))["refused"] == 12


@pytest.mark.parametrize("ids", [None, ContentIds()])
def test_what_text_cannot_hold_is_refused_not_fatal(desk: Desk, ids: ContentIds | None) -> None:
    intake = Intake(desk.store, Schema(PROGRAM), desk.clock, content_ids=ids)
    good = {"kind": "event", "name": "order_completed", "person": "ana", "time": None, "id": None, "fields": {}}
    bad: list[dict[str, Any]] = [
        {"person": "a\udcff"},
        {"anonymous": "a\udcff", "person": None},
        {"id": "a\udcff"},
        {"fields": {"note": "\udcff"}},
        {"fields": {"x": 10**5000}},
        {"fields": {"note": "x" * 40_000}},
    ]
    items = [Item(**(good | change), place=f"line {number}", raw="r\udcff\0") for number, change in enumerate(bad)]
    intake.take([*items, Item(**good, place="", raw="")])
    assert (intake.report.stored, intake.report.refused) == (1, len(bad))
    assert {refused.raw for refused in desk.store.quarantine.newest()} == {r"r\udcff\0"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_file_whatsoever_raises(desk: Desk, data: st.DataObject) -> None:
    header, name = data.draw(st.sampled_from([(b"person,event,time,total\n", "x.csv"), (b"", "x.jsonl"), (b"", "x")]))
    scraps = [b"\n", b",", b'"', b"{", b"}", b"[", b":", b"null", b'{"type":"track","userId":"a","event":"b"}', b"\xff"]
    scraps += [b"ana,order_completed,2026-01-01,5\n", b"\r\n", b"\x00", b"\x1f\x8b", b'"type"', b'"identify"', b"1e999"]
    pieces = data.draw(st.lists(st.one_of(st.sampled_from(scraps), st.binary(max_size=20)), max_size=40))
    try:
        report = desk.read(name, header + b"".join(pieces))
    except FileError:
        return
    assert report.read == report.stored + report.duplicates + report.refused + report.links
