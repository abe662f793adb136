"""The command that editors start."""

from __future__ import annotations

import subprocess
import sys

from click.testing import CliRunner

from triggerfish.runtime.cli import main


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("pygls", "triggerfish.dsl.server.server", "triggerfish.dsl.server.desk"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    answer = CliRunner().invoke(main, ["lsp"])
    assert answer.exit_code == 2
    assert 'pip install "triggerfish[lsp]"' in answer.stderr


def test_the_server_imports_nothing_of_the_runtime():
    code = (
        "import sys, triggerfish.dsl.server.server as s; "
        "print([n for n in sys.modules if n.startswith(('triggerfish.runtime', 'triggerfish.plugins', 'sqlalchemy'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_it_ends_when_its_editor_is_gone():
    server = subprocess.Popen([sys.executable, "-m", "triggerfish.runtime.cli", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    server.stdin.close()
    try:
        assert server.wait(20) is not None
    finally:
        server.kill()
        server.stdout.close()
