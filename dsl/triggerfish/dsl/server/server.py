"""The server: which request of the protocol is answered by which module."""

from __future__ import annotations

import asyncio
from importlib import metadata

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from triggerfish.dsl.server import completion as completing
from triggerfish.dsl.server import findings, formatting, hints, navigation, outline, rename, tokens
from triggerfish.dsl.server import folding as blocks
from triggerfish.dsl.server import hover as hovering
from triggerfish.dsl.server.desk import Desk
from triggerfish.dsl.server.outside import Outside

PAUSE = 0.02
"""Seconds without a further change before a project is checked; keystrokes that come faster are checked together."""
BREATH = 0.005
"""Seconds between two bits of a long check, in which requests are answered."""
REST = 0.4
"""Seconds without a further change before the linter's advice is worked out."""
REFUSED = lsp.LSPErrorCodes.RequestFailed


class FlowServer(LanguageServer):
    """A language server for ``.flow`` files. Whole texts are exchanged, so that no two ways of counting lines can differ."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(
            "triggerfish", metadata.version("triggerfish"), text_document_sync_kind=lsp.TextDocumentSyncKind.Full
        )
        self.desk = Desk(outside)
        self._waiting: asyncio.TimerHandle | None = None

    def changed(self) -> None:
        """Something is different: what is to be said about it is said soon."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(PAUSE, self.checked)

    def checked(self) -> None:
        """The project is checked now, bit by bit where it takes long, and reviewed when nothing more is typed."""
        more = self.desk.carry_on()
        self.publish()
        later = asyncio.get_running_loop().call_later
        self._waiting = later(BREATH, self.checked) if more else later(REST, self.reviewed)

    def reviewed(self) -> None:
        """The linter has its say."""
        self._waiting = None
        self.desk.review()
        self.publish()

    def publish(self) -> None:
        """Tell the editor of all diagnostics that it does not know of."""
        for document in self.desk.news():
            to_uri = self.desk.to_uri(document)
            found = findings.diagnostics(document, to_uri)
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(to_uri(document.path), found))


def make(outside: Outside) -> FlowServer:
    """A server, not yet started; ``outside`` knows the plugins and the time."""
    server = FlowServer(outside)
    _files(server)
    _reading(server)
    _finding(server)
    _changing(server)
    return server


def serve(outside: Outside) -> None:
    """Serve one editor over standard input and output until it says goodbye."""
    make(outside).start_io()


# --- what is open --------------------------------------------------------------------------------------


def _files(server: FlowServer) -> None:
    desk = server.desk

    @server.feature(lsp.INITIALIZED)
    def initialized(_: lsp.InitializedParams) -> None:
        encoding = server.workspace.position_encoding
        units = encoding.value if isinstance(encoding, lsp.PositionEncodingKind) else str(encoding or desk.encoding)
        roots = list(server.workspace.folders) or [server.workspace.root_uri or ""]
        desk.begin(roots, units)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        desk.edit(params.text_document.uri, params.text_document.text)
        server.changed()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        document = server.workspace.get_text_document(params.text_document.uri)
        desk.edit(params.text_document.uri, document.source)
        server.changed()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        desk.edit(params.text_document.uri, None)
        server.changed()

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: lsp.DidSaveTextDocumentParams) -> None:
        desk.look_again()
        server.changed()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def on_disk(_: lsp.DidChangeWatchedFilesParams) -> None:
        desk.look_again()
        server.changed()


# --- what is shown --------------------------------------------------------------------------------------


def _reading(server: FlowServer) -> None:
    desk = server.desk

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        document = desk.document(params.text_document.uri)
        return hovering.hover(document, params.position) if document is not None else None

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[".", " ", '"', "{", "|", ":", "("])
    )
    def completion(params: lsp.CompletionParams) -> lsp.CompletionList | None:
        document = desk.document(params.text_document.uri)
        return completing.completion(document, params.position) if document is not None else None

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol] | None:
        document = desk.document(params.text_document.uri)
        return outline.outline(document) if document is not None else None

    @server.feature(lsp.WORKSPACE_SYMBOL)
    def search(params: lsp.WorkspaceSymbolParams) -> list[lsp.WorkspaceSymbol]:
        found = desk.documents()
        return [one for document in found for one in outline.search(document, params.query, desk.to_uri(document))]

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    def folding(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange] | None:
        document = desk.document(params.text_document.uri)
        return blocks.folding(document) if document is not None else None

    @server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, tokens.LEGEND)
    def semantic(params: lsp.SemanticTokensParams) -> lsp.SemanticTokens | None:
        document = desk.document(params.text_document.uri)
        return tokens.tokens(document) if document is not None else None

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    def hint(params: lsp.InlayHintParams) -> list[lsp.InlayHint] | None:
        document = desk.document(params.text_document.uri)
        return hints.hints(document, params.range, desk.outside) if document is not None else None


# --- where things are ------------------------------------------------------------------------------------


def _finding(server: FlowServer) -> None:
    desk = server.desk

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(params: lsp.DefinitionParams) -> list[lsp.Location] | None:
        document = desk.document(params.text_document.uri)
        return navigation.definition(document, params.position, desk.to_uri(document)) if document is not None else None

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(params: lsp.ReferenceParams) -> list[lsp.Location] | None:
        document = desk.document(params.text_document.uri)
        if document is None:
            return None
        declaration = params.context.include_declaration
        return navigation.references(document, params.position, desk.to_uri(document), declaration=declaration)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlight(params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight] | None:
        document = desk.document(params.text_document.uri)
        return navigation.highlights(document, params.position) if document is not None else None


# --- what is changed ---------------------------------------------------------------------------------------


def _changing(server: FlowServer) -> None:
    desk = server.desk

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        document = desk.document(params.text_document.uri)
        found = rename.prepare(document, params.position) if document is not None else None
        if document is None or found is None:
            return None
        span, symbol = found
        return lsp.PrepareRenamePlaceholder(document.text.range(span), symbol.word)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def renamed(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        uri = params.text_document.uri
        document = desk.document(uri)
        if document is None:
            return None
        try:
            return rename.rename(document, params.position, params.new_name, desk.project(uri), desk.to_uri(document))
        except rename.RenameRefusedError as refused:
            raise JsonRpcException(str(refused), REFUSED) from refused

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatted(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
        document = desk.document(params.text_document.uri)
        return formatting.formatting(document) if document is not None else None

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, findings.FIX_ALL]),
    )
    def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction] | None:
        document = desk.document(params.text_document.uri)
        return findings.code_actions(document, params, desk.to_uri(document)) if document is not None else None

