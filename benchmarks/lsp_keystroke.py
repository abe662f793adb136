"""How long an editor waits for diagnostics after one keystroke in a large project.

    python benchmarks/lsp_keystroke.py [--lines 10000] [--rounds 20]

The project is the template with abandoned carts, over and over under other names: flows, messages, tests. Two ways are measured:
the server's own work, and the whole way from the keystroke to the diagnostics in another process over the protocol.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from triggerfish.dsl.server.project import Project
from triggerfish.plugins.manager import load_plugins

TEMPLATE = Path(__file__).parents[1] / "runtime" / "triggerfish" / "runtime" / "templates" / "cart"
NAMES = re.compile(r"^(?:flow|message|segment|value|score) (\w+)", re.MULTILINE)
EDITED = "cart_7.flow"


def write_project(folder: Path, lines: int) -> int:
    """A project of at least so many lines; how many there are."""
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    flow = (folder / "cart.flow").read_text(encoding="utf-8")
    tests = (folder / "cart.tests.flow").read_text(encoding="utf-8")
    (folder / "cart.flow").unlink()
    (folder / "cart.tests.flow").unlink()
    written = (folder / "shop.flow").read_text(encoding="utf-8").count("\n")
    number = 0
    words = re.compile(rf"(?<!/)\b({'|'.join(NAMES.findall(flow))})\b")
    while written < lines:
        number += 1
        for kind, text in (("flow", flow), ("tests.flow", tests)):
            renamed = words.sub(rf"\1_{number}", text)
            (folder / f"cart_{number}.{kind}").write_text(renamed, encoding="utf-8")
            written += renamed.count("\n")
    return written


def keystrokes(folder: Path) -> dict[str, tuple[str, str, str]]:
    """What is typed: a file, its text before and after, by what it is about."""
    flow = (folder / EDITED).read_text(encoding="utf-8")
    shop = (folder / "shop.flow").read_text(encoding="utf-8")
    return {
        "in a step": (EDITED, flow, flow.replace("wait 1 day", "wait 1 da")),
        "in a message": (EDITED, flow, flow.replace("10% off", "1% off")),
        "a new line": (EDITED, flow, f"\n{flow}"),
        "in a field that everything uses": ("shop.flow", shop, shop.replace("cart_value", "cart_valu")),
    }


def own_work(folder: Path, rounds: int) -> None:
    project = Project(folder, load_plugins().catalog())
    started = time.perf_counter()
    project.state()
    print(f"reading the project for the first time: {(time.perf_counter() - started) * 1000:.0f} ms")
    for name, (path, before, after) in keystrokes(folder).items():
        times, whole = [], []
        for _ in range(rounds):
            project.edit(path, before)
            assert not [one for found in project.complete().diagnostics.values() for one in found if one.severity == "error"]
            started = time.perf_counter()
            project.edit(path, after)
            found = project.state().diagnostics
            times.append(time.perf_counter() - started)
            while project.waiting:
                found = project.carry_on().diagnostics
            whole.append(time.perf_counter() - started)
        project.edit(path, before)
        print(f"{name}: {_shown(times)}, with everything that follows {_shown(whole)}; {sum(map(len, found.values()))} diagnostics")
    project.complete()
    started = time.perf_counter()
    project.review()
    print(f"the linter, when typing rests: {(time.perf_counter() - started) * 1000:.0f} ms")


async def whole_way(folder: Path, rounds: int) -> None:
    client = LanguageClient("benchmark", "1")
    news = asyncio.Event()
    shown: dict[str, int] = {}

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: lsp.PublishDiagnosticsParams) -> None:
        shown[params.uri] = len([one for one in params.diagnostics if one.severity == lsp.DiagnosticSeverity.Error])
        news.set()

    await client.start_io(sys.executable, "-m", "triggerfish.runtime.cli", "lsp")
    root = lsp.WorkspaceFolder(folder.as_uri(), "project")
    await client.initialize_async(
        lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=root.uri, workspace_folders=[root])
    )
    client.initialized(lsp.InitializedParams())
    path, before, after = keystrokes(folder)["in a step"]
    uri = (folder / path).as_uri()
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "triggerfish", 1, before)))
    times = []
    for round_ in range(rounds * 2):
        text, wanted = (after, True) if round_ % 2 == 0 else (before, False)
        started = time.perf_counter()
        client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(round_ + 2, uri), [lsp.TextDocumentContentChangeWholeDocument(text)]
            )
        )
        while bool(shown.get(uri)) != wanted:
            news.clear()
            await asyncio.wait_for(news.wait(), 30)
        if round_ > 1:
            times.append(time.perf_counter() - started)
        await asyncio.sleep(0.05)
    print(f"from keystroke to diagnostics in another process, the pause of 20 ms included: {_shown(times)}")
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()


def _shown(times: list[float]) -> str:
    return f"median {statistics.median(times) * 1000:.0f} ms ({min(times) * 1000:.0f} to {max(times) * 1000:.0f})"


def main(options: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    chosen = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        lines = write_project(folder, chosen.lines)
        print(f"{lines:,} lines in {len(list(folder.glob('*.flow')))} files")
        own_work(folder, chosen.rounds)
        asyncio.run(whole_way(folder, chosen.rounds))


if __name__ == "__main__":
    main()
