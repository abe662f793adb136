"""Every feature of the language server, driven by a client over standard input and output."""

from __future__ import annotations

import pytest
from lsp_editor import Editor
from lsp_project import FLOWS, SHOP
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

FLOW, DATA, DRAFT = "flows.flow", "shop.flow", "draft.flow"


def test_what_it_can_do_is_announced(editor):
    can = editor.capabilities
    assert can.position_encoding == "utf-16"
    for name in (
        "hover_provider", "completion_provider", "definition_provider", "references_provider", "document_symbol_provider",
        "document_formatting_provider", "rename_provider", "code_action_provider", "folding_range_provider",
        "semantic_tokens_provider", "inlay_hint_provider", "workspace_symbol_provider", "document_highlight_provider",
    ):  # fmt: skip
        assert getattr(can, name), name
    assert can.rename_provider.prepare_provider
    assert can.text_document_sync.change == lsp.TextDocumentSyncKind.Full


# --- diagnostics --------------------------------------------------------------------------------------


def test_a_slip_is_told_of_while_typing_and_taken_back(shop):
    shop.type(FLOW, FLOWS.replace("stop when signed_up", "stop when signed_upp"))
    [found] = shop.wait_for(FLOW, lambda found: any(one.code == "TF101" for one in found))
    assert found.severity == lsp.DiagnosticSeverity.Error
    assert found.source == "triggerfish"
    assert found.message == "there is no event called `signed_upp`\ndid you mean signed_up?"
    assert shop.shown(FLOW, found.range) == "signed_upp"
    shop.type(FLOW, FLOWS)
    assert shop.wait_for(FLOW, lambda found: not found) == []


def test_a_change_in_one_file_is_told_of_in_another(shop):
    shop.type(DATA, SHOP.replace("    total  number", "    amount  number"))
    found = shop.wait_for(FLOW, bool)
    assert {shop.shown(FLOW, one.range) for one in found} >= {"total"}
    shop.type(DATA, SHOP)
    shop.wait_for(FLOW, lambda found: not found)


def test_columns_are_counted_in_utf_16(shop):
    shop.type(FLOW, FLOWS.replace("🎉 Hello {{ first_name }}", "🎉 Hello {{ first_nam }}"))
    [found] = shop.wait_for(FLOW, lambda found: any(one.code == "TF405" for one in found))
    line = FLOWS.split("\n")[found.range.start.line]
    assert found.range.start.character == line.index("first_name") + 1
    assert shop.shown(FLOW, found.range) == "first_nam"
    shop.type(FLOW, FLOWS)
    shop.wait_for(FLOW, lambda found: not found)


def test_related_places_are_linked(shop):
    shop.type(DATA, SHOP + "\nevent signed_up\n")
    [found] = shop.wait_for(DATA, lambda found: any(one.code == "TF112" for one in found))
    [related] = found.related_information
    assert related.message == "first declared here"
    assert shop.shown(DATA, related.location.range) == "signed_up"
    shop.type(DATA, SHOP)
    shop.wait_for(DATA, lambda found: not found)


def test_the_linter_has_its_say_when_typing_rests(shop):
    shop.type(FLOW, FLOWS + '\nmessage forgotten\n    sms "Hello?"\n')
    [found] = shop.wait_for(FLOW, bool)
    assert "forgotten" in found.message
    assert found.severity != lsp.DiagnosticSeverity.Error
    shop.type(FLOW, FLOWS)
    shop.wait_for(FLOW, lambda found: not found)


# --- fixes ------------------------------------------------------------------------------------------------


def test_a_fix_is_offered_and_right(shop):
    shop.type(FLOW, FLOWS.replace("stop when signed_up", "stop when signed_upp"))
    [found] = shop.wait_for(FLOW, lambda found: any(one.code == "TF101" for one in found))
    context = lsp.CodeActionContext([found])
    params = lsp.CodeActionParams(shop.document(FLOW), found.range, context)
    [action] = shop.run(shop.client.text_document_code_action_async(params))
    assert action.title == "Write signed_up"
    assert action.kind == lsp.CodeActionKind.QuickFix
    assert shop.applied(FLOW, action.edit.changes[shop.uri(FLOW)]) == FLOWS
    elsewhere = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    params = lsp.CodeActionParams(shop.document(FLOW), elsewhere, context)
    assert not shop.run(shop.client.text_document_code_action_async(params))
    shop.type(FLOW, FLOWS)
    shop.wait_for(FLOW, lambda found: not found)


def test_formatting(shop):
    shop.type(FLOW, FLOWS.replace("    about offers\n", "\t\tabout   offers\n\n\n\n", 1).replace("expire  after", "expire after"))
    shop.type(FLOW, FLOWS.replace("wait 1 day", "wait   1    day  # 🎉 pause"))
    params = lsp.DocumentFormattingParams(shop.document(FLOW), lsp.FormattingOptions(4, insert_spaces=True))
    edits = shop.run(shop.client.text_document_formatting_async(params))
    after = shop.applied(FLOW, edits)
    assert "    wait 1 day" in after
    assert "# 🎉 pause" in after
    shop.type(FLOW, after)
    assert not shop.run(shop.client.text_document_formatting_async(params))


# --- hover -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "place", "texts"),
    [
        (FLOW, "only if pl|an", ['plan  one of "free", "pro", "team"  = "free"', "What they pay for."]),
        (FLOW, "where to|tal", ["event order_completed  total  number", "The sum, taxes included."]),
        (FLOW, "order.to|tal", ["event order_completed  total  number"]),
        (FLOW, "start when order_comp|leted", ['event order_completed "Order Completed"', "Somebody bought something."]),
        (FLOW, "send email wel|come", ['message welcome "Welcome"', "Hello to everybody new."]),
        (FLOW, "do log.wr|ite", ["do log.write"]),
        (FLOW, "send em|ail", ["channel email", "subject"]),
        (FLOW, "about off|ers", ['topic offers "Offers"']),
        (FLOW, "expi|re after", ["whoever is still inside then leaves"]),
        (FLOW, "hello.ope|ned", ["privacy proxies do not count"]),
        (FLOW, "{{ pl|an }}", ["What they pay for."]),
        (FLOW, "for gree|ting", ["flow greeting", "start when order_completed"]),
        (DATA, "tax_num|ber", ["tax_number  text  sensitive"]),
        (DATA, "lead_sc|ore", ["score lead_score"]),
    ],
)
def test_hover(shop, path, place, texts):
    answer = shop.run(shop.client.text_document_hover_async(lsp.HoverParams(**shop.at(path, place))))
    for text in texts:
        assert text in answer.contents.value


def test_hover_over_nothing(shop):
    assert shop.run(shop.client.text_document_hover_async(lsp.HoverParams(**shop.at(FLOW, '"Ana|"')))) is None


# --- completion ----------------------------------------------------------------------------------------------

FLOW_HEAD = "flow f\n    start when order_completed as order\n    about offers\n"


LINKS = """\
event rated
    points  number
    why     text

topic weekly confirmed opt-in for email

"""


@pytest.mark.parametrize(
    ("text", "first", "absent"),
    [
        ("|", ["event", "flow", "message", "policy", "profile"], ["send"]),
        ("flow f\n    start when |", ["order_completed", "signed_up", "email_clicked"], ["offers", "plan"]),
        ("flow f\n    start when order_completed where |", ["total", "items"], ["greeting"]),
        ("flow f\n    start |", ["when", "every", "on", "by"], ["send"]),
        (FLOW_HEAD + "    |", ["send", "wait", "only", "goal"], ["profile"]),
        (FLOW_HEAD + "    send |", ["email", "sms"], ["welcome"]),
        (FLOW_HEAD + "    send email |", ["welcome", "by"], ["plan"]),
        (FLOW_HEAD + "    send email welcome |", ["about", "as", "transactional", "with"], ["welcome"]),
        (FLOW_HEAD + "    if order.|", ["total", "items"], ["plan"]),
        (FLOW_HEAD + "    if event.to|", ["total"], ["plan"]),
        (FLOW_HEAD + "    if profile.address.|", ["city"], ["plan"]),
        (FLOW_HEAD + "    if pl|\n        exit", ["plan", "first_name", "order", "lead_score", "event"], ["offers"]),
        (FLOW_HEAD + "    if in segment |\n        exit", ["engaged"], ["plan"]),
        (FLOW_HEAD + "    if did |\n        exit", ["order_completed"], ["plan"]),
        (FLOW_HEAD + "    if did (order_completed where |\n        exit", ["total"], []),
        (FLOW_HEAD + "    if count of |\n        exit", ["order_completed"], ["plan"]),
        (FLOW_HEAD + '    if plan is "|', ["free", "pro", "team"], ["plan"]),
        (FLOW_HEAD + '    set plan to "|"\n', ["free", "pro", "team"], ["plan"]),
        (FLOW_HEAD + "    do |", ["log.write", "http.request"], ["plan"]),
        (FLOW_HEAD + "    do log.|", ["log.write"], ["plan"]),
        (FLOW_HEAD + "    do log.write with |", ["message"], ["plan"]),
        (FLOW_HEAD + "    record order_completed with total: 3, |", ["items"], ["total"]),
        (FLOW_HEAD + "    enter flow |", ["greeting", "launch"], ["plan"]),
        (FLOW_HEAD + "    enter flow launch with |", ["product"], ["plan"]),
        (FLOW_HEAD + "    wait 2 |", ["days", "hours"], ["day"]),
        (FLOW_HEAD + "    wait 1 |", ["day", "hour"], ["days"]),
        (FLOW_HEAD + "    wait up to 1 day for |", ["signed_up"], ["plan"]),
        (FLOW_HEAD + "    status |", ["active", "paused"], ["plan"]),
        ('test "t" for |', ["greeting", "launch"], ["plan"]),
        ('test "t"\n    given |', ["first_name", "plan"], []),
        ('test "t"\n    order_completed happens with |', ["total"], ["plan"]),
        ('test "t"\n    expect |', ["email", "no"], []),
        ("message m\n    |", ["email", "sms", "push"], ["plan"]),
        ("message m\n    email\n        |", ["subject", "body"], ["plan"]),
        ('message m\n    sms "Hi {{ |', ["plan", "first_name"], ["offers"]),
        ('message m\n    sms "Hi {{ first_name | |', ["upcase", "default"], ["plan"]),
        ('message m\n    sms "Hi {% |', ["if", "for", "assign"], ["plan"]),
        ('message m\n    sms "Hi {% if |', ["plan", "first_name"], ["for"]),
        ('message m\n    sms """\n    Hi\n    {{ first_n|', ["first_name"], ["offers"]),
        ("flow f\n    enter at most |", [], ["plan"]),
        (FLOW_HEAD + "    send sms welcome about |", ["offers"], ["plan"]),
        (FLOW_HEAD + "    subscribe to |", ["offers"], ["plan"]),
        (FLOW_HEAD + "    if subscribed to |\n        exit", ["offers"], ["plan"]),
        (FLOW_HEAD + "    set |", ["plan", "first_name"], ["offers", "order", "lead_score", "round"]),
        (FLOW_HEAD + "    set pl|", ["plan"], ["offers"]),
        (FLOW_HEAD + "    set address.|", ["city"], ["plan"]),
        (FLOW_HEAD + "    clear |", ["plan", "first_name"], ["order", "lead_score"]),
        (FLOW_HEAD + "    add 10 to |", ["lead_score", "plan"], ["order", "round"]),
        (FLOW_HEAD + "    if lead_score.|\n        exit", ["level"], ["plan"]),
        (FLOW_HEAD + "    if in flow |\n        exit", ["greeting", "launch"], ["plan"]),
        ("flow f\n    stop when |", ["signed_up", "order_completed"], ["plan"]),
        ("flow f\n    goal |", ["order_completed"], ["plan"]),
        ("flow f\n    about |", ["offers"], ["plan"]),
        ("flow f\n    start when enters segment |", ["engaged"], ["plan"]),
        ("flow f\n    start on |", [], ["offers"]),
        ("policy\n    |", ["timezone", "quiet", "sender"], ["plan"]),
        ("value spent is sum of |", ["order_completed"], ["plan"]),
        ('message m\n    sms "Hi {{ address.|', ["city"], ["plan"]),
        (LINKS + "message m\n    sms \"{{ '¦' | record_link }}\"", ["rated", "signed_up"], ["plan", "weekly", "offers"]),
        (LINKS + "message m\n    sms \"{{ 'we¦' | confirm_link }}\"", ["weekly"], ["rated", "offers"]),
        (LINKS + "message m\n    sms \"{{ '|", ["rated", "weekly"], ["plan", "offers"]),
        (LINKS + "message m\n    sms \"{{ 'rated' | record_link: |", ["points", "why"], ["plan"]),
        (LINKS + "message m\n    sms \"{{ 'rated' | record_link: points: 9, |", ["why"], ["plan", "points"]),
        (LINKS + "message m\n    sms \"{{ 'rated' | record_link: points: lead|", ["lead_score", "plan"], ["points"]),
        ("profile\n    age |", ["number", "text", "one of"], ["plan"]),
        ("segment s\n    plan |", ["is", "in"], ["plan"]),
        ("segment s\n    plan is |", ["known", "not"], []),
        ("topic t for |", ["email", "sms"], ["plan"]),
        ("flow f\n    # about |", [], ["offers", "about"]),
    ],
)  # fmt: skip
def test_completion(shop, text, first, absent):
    labels = shop.completions(DRAFT, text)
    assert [label for label in first if label not in labels] == []
    assert [label for label in absent if label in labels] == []


def test_what_is_typed_already_is_replaced(shop):
    shop.type(DRAFT, FLOW_HEAD + "    do log.wr")
    place = lsp.Position(3, 13)
    answer = shop.run(
        shop.client.text_document_completion_async(lsp.CompletionParams(shop.document(DRAFT), place))
    )
    [item] = [item for item in answer.items if item.label == "log.write"]
    assert item.text_edit.range == lsp.Range(lsp.Position(3, 7), place)
    assert "do log.write" in item.documentation.value


# --- where things are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "path", "line"),
    [
        ("only if pl|an", DATA, '    plan        one of "free", "pro", "team" = "free"'),
        ("when order_|completed", DATA, 'event order_completed "Order Completed"'),
        ("order.to|tal", DATA, "    total  number"),
        ("{{ event.tot|al", DATA, "    total  number"),
        ("send sms wel|come", FLOW, 'message welcome "Welcome"'),
        ("about of|fers", DATA, 'topic offers "Offers" for email, opt-in for sms'),
        ("if hel|lo", FLOW, "    send email welcome as hello"),
        ("for greet|ing", FLOW, 'flow greeting "Greeting"'),
    ],
)
def test_definition(shop, place, path, line):
    [found] = shop.run(shop.client.text_document_definition_async(lsp.DefinitionParams(**shop.at(FLOW, place))))
    assert found.uri == shop.uri(path)
    assert shop.texts[path].split("\n")[found.range.start.line] == line


def test_references_in_all_files(shop):
    place = shop.at(DATA, "event order_comp|leted")
    params = lsp.ReferenceParams(lsp.ReferenceContext(include_declaration=True), **place)
    found = shop.run(shop.client.text_document_references_async(params))
    lines = {(one.uri.rpartition("/")[2], one.range.start.line + 1) for one in found}
    assert lines == {(DATA, 11), (DATA, 22), (DATA, 26), (FLOW, 9), (FLOW, 31)}
    params = lsp.ReferenceParams(lsp.ReferenceContext(include_declaration=False), **place)
    assert len(shop.run(shop.client.text_document_references_async(params))) == 4


LINKED = LINKS + """\
message ask
    email
        subject "How was it?"
        body file "ask.html"
    sms "{{ 'rated' | record_link: points: 9 }} {{ 'weekly' | confirm_link }}"
"""


def test_what_links_in_templates_name_is_found_in_texts_and_files(shop):
    (shop.folder / "ask.html").write_text("<a href=\"{{ 'rated' | record_link: points: 1, why: 'bad' }}\">Bad</a>\n", encoding="utf-8")
    shop.type(DRAFT, LINKED)
    shop.open("ask.html")
    for place, times in (("{{ 'rat|ed'", 3), ("link: poi|nts", 3), ("{{ 'week|ly'", 2)):
        params = lsp.ReferenceParams(lsp.ReferenceContext(include_declaration=True), **shop.at(DRAFT, place))
        found = shop.run(shop.client.text_document_references_async(params))
        assert len(found) == times
        word = place.split(" ")[-1].replace("|", "").strip("'")
        assert {shop.shown(one.uri.rpartition("/")[2], one.range) for one in found} == {word}
    [found] = shop.run(shop.client.text_document_definition_async(lsp.DefinitionParams(**shop.at("ask.html", "wh|y:"))))
    assert shop.texts[DRAFT].split("\n")[found.range.start.line] == "    why     text"
    shown = shop.run(shop.client.text_document_hover_async(lsp.HoverParams(**shop.at("ask.html", "{{ 'ra|ted"))))
    assert "event rated" in shown.contents.value
    edit = shop.run(shop.client.text_document_rename_async(lsp.RenameParams(new_name="stars", **shop.at("ask.html", "poi|nts"))))
    assert "record_link: stars: 1, why: 'bad'" in shop.applied("ask.html", edit.changes[shop.uri("ask.html")])
    assert "record_link: stars: 9" in shop.applied(DRAFT, edit.changes[shop.uri(DRAFT)])


def test_highlights(shop):
    params = lsp.DocumentHighlightParams(**shop.at(FLOW, "as hel|lo"))
    found = shop.run(shop.client.text_document_document_highlight_async(params))
    assert [shop.shown(FLOW, one.range) for one in found] == ["hello", "hello"]
    assert found[0].kind == lsp.DocumentHighlightKind.Write


def test_rename_in_all_files(shop):
    place = shop.at(FLOW, "only if pl|an")
    prepared = shop.run(shop.client.text_document_prepare_rename_async(lsp.PrepareRenameParams(**place)))
    assert prepared.placeholder == "plan"
    edit = shop.run(shop.client.text_document_rename_async(lsp.RenameParams(new_name="tier", **place)))
    after = {path: shop.applied(path, edit.changes[shop.uri(path)]) for path in (FLOW, DATA)}
    assert "    tier        one of" in after[DATA]
    assert "{{ tier }}" in after[FLOW]
    assert "only if tier is" in after[FLOW]
    assert "set tier to" in after[FLOW]
    for path, text in after.items():
        shop.type(path, text)
    shop.type(FLOW, after[FLOW].replace("about offers", "about offerz", 1))
    found = shop.wait_for(FLOW, bool)
    assert [one.code for one in found] == ["TF103"]


def test_a_rename_that_would_break_something_is_refused_with_the_reason(shop):
    place = shop.at(FLOW, "only if pl|an")
    with pytest.raises(JsonRpcException, match="would be wrong"):
        shop.run(shop.client.text_document_rename_async(lsp.RenameParams(new_name="order", **place)))
    nothing = lsp.PrepareRenameParams(**shop.at(FLOW, "expi|re"))
    assert shop.run(shop.client.text_document_prepare_rename_async(nothing)) is None


# --- the whole file ------------------------------------------------------------------------------------------------


def test_document_symbols(shop):
    found = shop.run(shop.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(shop.document(FLOW))))
    assert [one.name for one in found] == ["welcome", "greeting", "launch", "somebody is greeted"]
    greeting = found[1]
    assert greeting.detail == "flow “Greeting”"
    assert [one.name for one in greeting.children] == ["send email welcome as hello", "if hello.opened and order.total > 50"]
    assert [one.name for one in greeting.children[1].children] == [
        'do log.write with message: "{{ first_name }} opened"',
        "send sms welcome",
    ]
    for one in found:
        assert one.range.start.line <= one.selection_range.start.line <= one.range.end.line


def test_workspace_symbols(shop):
    found = shop.run(shop.client.workspace_symbol_async(lsp.WorkspaceSymbolParams("ordcom")))
    assert [one.name for one in found] == ["order_completed"]


def test_folding(shop):
    found = shop.run(shop.client.text_document_folding_range_async(lsp.FoldingRangeParams(shop.document(FLOW))))
    lines = shop.texts[FLOW].split("\n")
    assert ("flow greeting", "send sms welcome") in {
        (lines[one.start_line].partition(' "')[0], lines[one.end_line].strip()) for one in found
    }
    assert all(one.end_line > one.start_line for one in found)


def test_semantic_tokens(shop):
    legend = shop.capabilities.semantic_tokens_provider.legend.token_types
    answer = shop.run(
        shop.client.text_document_semantic_tokens_full_async(lsp.SemanticTokensParams(shop.document(FLOW)))
    )
    found = set()
    line = column = 0
    for index in range(0, len(answer.data), 5):
        down, right, length, kind, _ = answer.data[index : index + 5]
        line, column = line + down, right + (0 if down else column)
        place = lsp.Range(lsp.Position(line, column), lsp.Position(line, column + length))
        found.add((shop.shown(FLOW, place), legend[kind]))
    assert found >= {
        ("flow", "keyword"), ("greeting", "function"), ("order_completed", "event"), ("total", "property"),
        ("hello", "variable"), ("offers", "namespace"), ("welcome", "class"), ("log.write", "method"), ("36", "number"),
        ("plan", "property"), ("first_name", "property"), ("# Hello to everybody new.", "comment"), (">=", "operator"),
        ('"🎉 Hello {{ ', "string"), ("opened", "property"), ("message", "parameter"),
    }  # fmt: skip


def test_inlay_hints(shop):
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
    params = lsp.InlayHintParams(shop.document(FLOW), whole)
    found = {one.label: one.position.line for one in shop.run(shop.client.text_document_inlay_hint_async(params))}
    assert found["= 1 day 12 hours"] == 10
    assert found["“🎉 Hello {{ first_name }}”"] == 14
    assert found["Monday"] == 29


# --- the protocol itself ----------------------------------------------------------------------------------------------


def test_a_client_that_counts_bytes(tmp_path):
    (tmp_path / "a.flow").write_text('message m\n    sms "é🎉 {{ nobody }}"\n\nflow f\n    start by hand\n    send sms m\n')
    editor = Editor(tmp_path.resolve(), ["utf-8"])
    try:
        assert editor.capabilities.position_encoding == "utf-8"
        editor.open("a.flow")
        found = editor.wait_for("a.flow", lambda found: any(one.code == "TF405" for one in found))
        [place] = [one.range for one in found if one.code == "TF405"]
        assert place.start == lsp.Position(1, len('    sms "é🎉 {{ '.encode()))
    finally:
        assert editor.stop() == 0


def test_diagnostics_of_files_that_are_not_open(tmp_path):
    (tmp_path / "a.flow").write_text("event e\n")
    (tmp_path / "b.flow").write_text("segment s\n    did f ever\n")
    editor = Editor(tmp_path.resolve())
    try:
        editor.open("a.flow")
        [found] = editor.wait_for("b.flow", lambda found: any(one.code == "TF101" for one in found))
        assert found.range.start.line == 1
        (tmp_path / "b.flow").write_text("segment s\n    did e ever\n")
        changed = lsp.FileEvent(editor.uri("b.flow"), lsp.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([changed]))
        editor.wait_for("b.flow", lambda found: not any(one.code == "TF101" for one in found))
    finally:
        assert editor.stop() == 0
