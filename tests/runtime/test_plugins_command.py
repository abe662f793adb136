"""``triggerfish plugins list``."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest
from click.testing import CliRunner

from triggerfish.plugins import manager
from triggerfish.runtime.cli import main


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_plugin_that_does_not_work_is_told_of_and_ends_with_one(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    command = ["plugins", "list", "--format", form]
    assert CliRunner().invoke(main, command).exit_code == 0
    broken = manager.load_plugins([EntryPoint("letters", "no_such_module:plugin", "triggerfish")])
    monkeypatch.setattr(manager, "load_plugins", lambda: broken)
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    assert "no_such_module" in done.stdout
