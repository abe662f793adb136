"""A day in the life of a server: templates, projects side by side, odd files and odd requests. It talks, and it survives."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from lsp_editor import Editor
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

SHOP = """\
profile
    first_name  text
    plan        one of "free", "pro" = "free"

event order_completed
    total  number

topic offers for email

policy
    timezone "Europe/Paris"
    sender "Shop <hello@shop.example>"
    postal address "1 Rue X, Paris"

message thanks
    email
        subject "Thanks"
        body file "mails/thanks.html"

flow thank
    start when order_completed as order
    about offers
    send email thanks
"""
MAIL = "<p>Hello {{ first_name | default: 'you' }}</p>\n"


def _written(folder):
    (folder / "mails").mkdir(parents=True)
    (folder / "shop.flow").write_text(SHOP, encoding="utf-8")
    (folder / "mails" / "thanks.html").write_text(MAIL, encoding="utf-8")
    return folder


def _editing(folder):
    editor = Editor(folder)
    editor.open("shop.flow")
    yield editor
    assert editor.stop() == 0


@pytest.fixture
def project(tmp_path):
    return _written(tmp_path.resolve() / "shop")


@pytest.fixture
def editor(project):
    yield from _editing(project)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """For tests that change nothing on disk."""
    yield from _editing(_written(tmp_path_factory.mktemp("shared").resolve() / "shop"))


def _changed(editor, path, how=lsp.FileChangeType.Changed):
    editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([lsp.FileEvent(editor.uri(path), how)]))


def _alive(editor):
    """It still says what is wrong with a new file, and takes it back."""
    editor.open("alive.flow", "event hello\n\nsegment greeted\n    did helo ever\n")
    editor.wait_for("alive.flow", lambda found: any(one.code == "TF101" for one in found))
    editor.type("alive.flow", "")
    editor.wait_for("alive.flow", lambda found: not found)


def _hover(editor, path, place):
    return editor.run(editor.client.text_document_hover_async(lsp.HoverParams(**editor.at(path, place))))


# --- templates --------------------------------------------------------------------------------------------------


def test_what_only_the_runtime_sees_in_a_body_is_told_of(editor, project):
    template = project / "mails" / "thanks.html"
    template.write_text("<style>p {color: red}</style><p {% if plan %}class=x{% endif %}>Hi</p>", encoding="utf-8")
    _changed(editor, "mails/thanks.html")
    [found] = editor.wait_for("mails/thanks.html", lambda found: any(one.code == "TF453" for one in found))
    assert "outside the quotes" in found.message
    template.write_text(MAIL, encoding="utf-8")
    _changed(editor, "mails/thanks.html")
    editor.wait_for("mails/thanks.html", lambda found: not found)


def test_a_body_in_a_text_is_looked_at_as_well(editor):
    body = '"<style>p {color: red}</style><p {% if plan %}class=x{% endif %}>Hi</p>"'
    editor.type("shop.flow", SHOP.replace('file "mails/thanks.html"', body))
    [found] = editor.wait_for("shop.flow", lambda found: any(one.code == "TF453" for one in found))
    assert found.range.start.line == SHOP.split("\n").index('        body file "mails/thanks.html"')


def test_an_unknown_name_in_a_template_that_is_being_edited(editor):
    editor.open("mails/thanks.html")
    editor.type("mails/thanks.html", MAIL.replace("first_name", "first_nam"))
    [found] = editor.wait_for("mails/thanks.html", lambda found: any(one.code == "TF405" for one in found))
    assert editor.shown("mails/thanks.html", found.range) == "first_nam"
    editor.type("mails/thanks.html", MAIL)
    editor.wait_for("mails/thanks.html", lambda found: not found)


@pytest.mark.parametrize(
    ("text", "first", "absent"),
    [
        ("<p>{{ first_n|", ["first_name", "plan", "order"], ["upcase", "offers", "send"]),
        ("<p>{{ order.|", ["total"], ["plan"]),
        ("<p>{{ event.|", ["total"], ["plan"]),
        ("<p>\n{{ first_name\n | up|", ["upcase", "default"], ["plan"]),
        ("<p>{% |", ["if", "for"], ["plan"]),
        ("<p>{% if pl|", ["plan"], ["for"]),
        ("<p>|", [], ["plan", "flow", "profile", "p"]),
        ("<p>{{ plan }} pl|", [], ["plan", "flow"]),
    ],
)
def test_completion_in_a_template_file(shared, text, first, absent):
    shared.open("mails/thanks.html")
    labels = shared.completions("mails/thanks.html", text)
    assert [label for label in first if label not in labels] == []
    assert [label for label in absent if label in labels] == []


def test_completion_in_a_template_that_nothing_sends_yet(shared):
    shared.open("mails/new.html", "")
    labels = shared.completions("mails/new.html", "{{ |")
    assert "first_name" in labels
    assert "order" not in labels


def test_a_template_file_is_read_and_never_laid_out_anew(shared):
    shared.open("mails/thanks.html")
    assert "first_name" in _hover(shared, "mails/thanks.html", "{{ first_n|ame").contents.value
    params = lsp.DefinitionParams(**shared.at("mails/thanks.html", "{{ first_n|ame"))
    [found] = shared.run(shared.client.text_document_definition_async(params))
    assert (found.uri, found.range.start.line) == (shared.uri("shop.flow"), 1)
    params = lsp.DocumentFormattingParams(shared.document("mails/thanks.html"), lsp.FormattingOptions(4, insert_spaces=True))
    assert not shared.run(shared.client.text_document_formatting_async(params))


def test_renaming_a_field_changes_the_template_file(shared):
    place = shared.at("shop.flow", "first_n|ame")
    edit = shared.run(shared.client.text_document_rename_async(lsp.RenameParams(new_name="called", **place)))
    [change] = edit.changes[shared.uri("mails/thanks.html")]
    shared.texts["mails/thanks.html"] = MAIL
    assert shared.applied("mails/thanks.html", [change]) == MAIL.replace("first_name", "called")


def test_reserved_names_and_what_is_no_name_are_refused(shared):
    place = shared.at("shop.flow", "flow th|ank")
    for name in ("if", "monday", "two words", "1st", ""):
        with pytest.raises(JsonRpcException):
            shared.run(shared.client.text_document_rename_async(lsp.RenameParams(new_name=name, **place)))


def test_a_schedule_says_when_it_fires_next(editor):
    editor.type("shop.flow", SHOP.replace("start when order_completed as order", "start every monday at 9:00"))
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
    params = lsp.InlayHintParams(editor.document("shop.flow"), whole)
    found = editor.run(editor.client.text_document_inlay_hint_async(params))
    [hint] = [one for one in found if one.label.startswith("next ")]
    assert re.fullmatch(r"next Monday \d{4}-\d{2}-\d{2} 9:00", hint.label)
    assert "Europe/Paris" in hint.tooltip


# --- files ------------------------------------------------------------------------------------------------------------


def test_windows_line_ends_tabs_and_characters_of_two_units(shared):
    text = 'event e\r\n\ttotal\tnumber\t# 🎉🎉\r\n\r\nsegment s "🎉🎉"\r\n\tdid (e where totl > 3) ever\t# 🎉\r\n'
    shared.open("odd.flow", text)
    [found] = [one for one in shared.wait_for("odd.flow", lambda found: any(one.code == "TF102" for one in found)) if one.code == "TF102"]
    line = text.split("\r\n")[found.range.start.line]
    assert line[found.range.start.character : found.range.end.character] == "totl"
    params = lsp.DocumentFormattingParams(shared.document("odd.flow"), lsp.FormattingOptions(4, insert_spaces=True))
    shared.type("odd.flow", text.replace("totl", "total"))
    [edit] = shared.run(shared.client.text_document_formatting_async(params))
    assert "    did (e where total > 3) ever" in edit.new_text


def test_a_new_file_that_is_not_saved_yet(editor):
    editor.open("new.flow", "segment fresh\n    did order_complete ever\n")
    [found] = editor.wait_for("new.flow", bool)
    assert found.code == "TF101"
    untitled = lsp.TextDocumentItem("untitled:Untitled-1", "triggerfish", 1, "flow ")
    editor.client.text_document_did_open(lsp.DidOpenTextDocumentParams(untitled))
    place = {"text_document": lsp.TextDocumentIdentifier(untitled.uri), "position": lsp.Position(0, 5)}
    assert editor.run(editor.client.text_document_hover_async(lsp.HoverParams(**place))) is None
    assert editor.run(editor.client.text_document_completion_async(lsp.CompletionParams(**place))) is None
    _alive(editor)


def test_a_file_that_is_deleted_is_no_longer_spoken_of(editor, project):
    (project / "more.flow").write_text("segment s\n    did nothing_known ever\n", encoding="utf-8")
    _changed(editor, "more.flow", lsp.FileChangeType.Created)
    editor.wait_for("more.flow", bool)
    (project / "more.flow").unlink()
    _changed(editor, "more.flow", lsp.FileChangeType.Deleted)
    editor.wait_for("more.flow", lambda found: not found)
    (project / "mails" / "thanks.html").unlink()
    _changed(editor, "mails/thanks.html", lsp.FileChangeType.Deleted)
    found = editor.wait_for("shop.flow", bool)
    assert "thanks.html" in found[0].message


def test_a_file_from_outside_of_the_workspace(editor, tmp_path):
    other = tmp_path.resolve() / "elsewhere"
    other.mkdir()
    (other / "triggerfish.toml").write_text("", encoding="utf-8")
    editor.open("../elsewhere/a.flow", "segment s\n    did order_completed ever\n")
    path = "../elsewhere/a.flow"
    place = lsp.HoverParams(lsp.TextDocumentIdentifier(editor.uri(path)), lsp.Position(1, 10))
    assert editor.run(editor.client.text_document_hover_async(place)) is None, "it knows nothing of the shop's events"
    _alive(editor)


def test_two_projects_in_one_workspace_do_not_know_each_other(tmp_path):
    folder = tmp_path.resolve()
    for name, event in (("one", "apple_bought"), ("two", "pear_bought")):
        (folder / name).mkdir()
        (folder / name / "triggerfish.toml").write_text("", encoding="utf-8")
        (folder / name / "a.flow").write_text(f"event {event}\n", encoding="utf-8")
    editor = Editor(folder)
    try:
        editor.open("one/a.flow")
        editor.open("two/a.flow")
        editor.open("two/b.flow", "")
        labels = editor.completions("two/b.flow", "segment s\n    did |")
        assert "pear_bought" in labels
        assert "apple_bought" not in labels
        editor.type("two/b.flow", "segment s\n    did apple_bought ever\n")
        editor.wait_for("two/b.flow", lambda found: any(one.code == "TF101" for one in found))
        found = editor.run(editor.client.workspace_symbol_async(lsp.WorkspaceSymbolParams("bought")))
        assert {one.name for one in found} == {"apple_bought", "pear_bought"}
    finally:
        assert editor.stop() == 0


def test_a_huge_file(editor):
    flows = "".join(f"flow big_{n}\n    start when order_completed\n    about offers\n    send email thanks\n    wait 1 day\n\n" for n in range(700))
    editor.open("big.flow", flows + "segment final\n    did order_complete ever\n")
    [found] = [one for one in editor.wait_for("big.flow", lambda found: any(one.code == "TF101" for one in found)) if one.code == "TF101"]
    assert found.range.start.line == flows.count("\n") + 1
    editor.open("bytes.flow", "\x00\x01" * 50_000 + "é" * 50_000)
    editor.wait_for("bytes.flow", bool)
    _alive(editor)


# --- requests -----------------------------------------------------------------------------------------------------------


ODD = [
    b"{}",
    b"[]",
    b"not json at all",
    b'{"jsonrpc": "2.0", "id": 1}',
    b'{"jsonrpc": "2.0", "method": 7}',
    *(
        json.dumps({"jsonrpc": "2.0", "id": number + 10, "method": method, "params": params}).encode()
        for number, (method, params) in enumerate(
            [
                ("textDocument/hover", {}),
                ("textDocument/hover", {"textDocument": {"uri": 7}, "position": {"line": "x"}}),
                ("textDocument/definition", {"textDocument": {"uri": "http://shop.example"}, "position": {"line": 0, "character": 0}}),
                ("textDocument/hover", {"textDocument": {"uri": "file:///no/such/file.flow"}, "position": {"line": 9**9, "character": 9**9}}),
                ("textDocument/rename", {"textDocument": {"uri": "file:///a.flow"}, "position": {"line": 0, "character": 0}, "newName": "x"}),
                ("textDocument/nothingOfTheKind", {}),
                ("workspace/executeCommand", {"command": "rm"}),
            ]
        )
    ),
]


def _request(number, method, params):
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()


def _answer(stream):
    length = 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    assert line, "the server is gone"
    return json.loads(stream.read(length))


def test_odd_requests_and_what_is_no_request_at_all_do_not_end_the_server(project):
    server = subprocess.Popen(
        [sys.executable, "-m", "triggerfish.runtime.cli", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )

    def send(body):
        server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        server.stdin.flush()

    try:
        send(_request(98, "initialize", {"capabilities": {}, "processId": None, "rootUri": project.as_uri()}))
        send(b'{"jsonrpc": "2.0", "method": "initialized", "params": {}}')
        for body in ODD:
            send(body)
        place = {"textDocument": {"uri": (project / "shop.flow").as_uri()}, "position": {"line": 1, "character": 6}}
        send(_request(99, "textDocument/hover", place))
        while (answer := _answer(server.stdout)).get("id") != 99:
            assert "Traceback" not in json.dumps(answer.get("error", {}).get("message", ""))
        assert "first_name" in json.dumps(answer["result"])
    finally:
        server.kill()
        server.wait()
        server.stdin.close()
        server.stdout.close()
