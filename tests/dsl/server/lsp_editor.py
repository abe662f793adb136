"""An editor for tests: a real client of the protocol that talks to ``triggerfish lsp`` over its standard streams."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient


class Editor:
    """One editor with one folder open. Positions are given as ``"text|text"``: the cursor is at the bar."""

    def __init__(self, folder: Path, encodings=None) -> None:
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.client = LanguageClient("test-editor", "1")
        self.published: dict[str, list[lsp.Diagnostic]] = {}
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self._news = asyncio.Event()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = list(params.diagnostics)
            self._news.set()

        self.capabilities = self.run(self._start(encodings))

    def run(self, what):
        return self.loop.run_until_complete(asyncio.wait_for(what, 30))

    async def _start(self, encodings):
        await self.client.start_io(sys.executable, "-m", "triggerfish.runtime.cli", "lsp", "--stdio")
        general = lsp.GeneralClientCapabilities(position_encodings=encodings) if encodings else None
        uri = self.folder.as_uri()
        answer = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(
                    general=general,
                    text_document=lsp.TextDocumentClientCapabilities(
                        rename=lsp.RenameClientCapabilities(prepare_support=True)
                    ),
                ),
                root_uri=uri,
                workspace_folders=[lsp.WorkspaceFolder(uri, "project")],
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return answer.capabilities

    def stop(self) -> int | None:
        async def stop():
            await self.client.shutdown_async(None)
            self.client.exit(None)
            process = self.client._server
            await asyncio.wait_for(process.wait(), 10)
            await self.client.stop()
            return process.returncode

        code = self.run(stop())
        self.loop.close()
        return code

    # --- files -------------------------------------------------------------------------------------

    def uri(self, path: str) -> str:
        return (self.folder / path).as_uri()

    def open(self, path: str, text: str | None = None) -> None:
        text = (self.folder / path).read_text(encoding="utf-8") if text is None else text
        self.texts[path], self.versions[path] = text, 1
        item = lsp.TextDocumentItem(self.uri(path), "triggerfish", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def type(self, path: str, text: str) -> None:
        self.texts[path] = text
        self.versions[path] += 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(self.versions[path], self.uri(path)),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def wait_for(self, path: str, condition) -> list[lsp.Diagnostic]:
        """The next diagnostics of a file for which something holds."""

        async def wait():
            while not condition(self.published.get(self.uri(path), [])):
                self._news.clear()
                await self._news.wait()

        self.run(wait())
        return self.published.get(self.uri(path), [])

    # --- places ------------------------------------------------------------------------------------------

    def at(self, path: str, marked: str, occurrence: int = 0) -> dict:
        """A file and a position in it, for any request."""
        before, _, after = marked.partition("|")
        start = -1
        for _ in range(occurrence + 1):
            start = self.texts[path].index(before + after, start + 1)
        head = self.texts[path][: start + len(before)]
        line = head.rpartition("\n")[2]
        units = len(line.encode("utf-16-le")) // 2
        return {
            "text_document": lsp.TextDocumentIdentifier(self.uri(path)),
            "position": lsp.Position(head.count("\n"), units),
        }

    def document(self, path: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(path))

    def shown(self, path: str, place: lsp.Range) -> str:
        """The text of a range on one line, in UTF-16."""
        line = self.texts[path].split("\n")[place.start.line].encode("utf-16-le")
        return line[place.start.character * 2 : place.end.character * 2].decode("utf-16-le")

    def applied(self, path: str, edits) -> str:
        """The text after edits."""
        lines = [line.encode("utf-16-le") for line in self.texts[path].split("\n")]
        for edit in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
            start, end = edit.range.start, edit.range.end
            head = lines[start.line][: start.character * 2]
            tail = lines[end.line][end.character * 2 :] if end.line < len(lines) else b""
            lines[start.line : end.line + 1] = [head + edit.new_text.encode("utf-16-le") + tail]
        return "\n".join(line.decode("utf-16-le") for line in lines)

    def completions(self, path: str, text: str) -> list[str]:
        """What is proposed at the broken bar in a text, or at its last bar; best first."""
        place = text.index("¦") if "¦" in text else text.rindex("|")
        self.type(path, text[:place] + text[place + 1 :])
        head = text[:place]
        position = lsp.Position(head.count("\n"), len(head.rpartition("\n")[2]))
        answer = self.run(self.client.text_document_completion_async(lsp.CompletionParams(self.document(path), position)))
        return [item.label for item in sorted(answer.items, key=lambda item: item.sort_text)]
