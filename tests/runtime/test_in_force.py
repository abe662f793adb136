"""What answers requests and what counts people: they follow the program in force, wake who is to be woken, and stay small."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from triggerfish.runtime.cli import distinct, main
from triggerfish.runtime.cli.distinct import Distinct
from triggerfish.runtime.cli.in_force import Following
from triggerfish.runtime.cli.workspace import Workspace

PING = "event ping\n"


def invoke(*arguments: object) -> None:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output


def test_the_program_in_force_is_followed_and_the_folder_only_until_there_is_one(tmp_path: Path) -> None:
    flow = tmp_path / "a.flow"
    flow.write_text(PING)
    workspace = Workspace(tmp_path)
    with workspace.store() as store:
        following = Following(workspace, store)
        assert (following.version, "ping" in {each.name for each in following.program.events}) == (0, True)
        assert following.newer() is None
        flow.write_text(PING + "event pong\n")
        invoke("deploy", tmp_path, "--yes")
        newer = following.newer()
        assert newer is not None
        assert "pong" in {each.name for each in newer.events}
        assert following.newer() is None
        flow.write_text("flow")  # mistakes of the folder are nobody's concern then
        assert Following(Workspace(tmp_path), store).version == 1


@pytest.mark.parametrize("people", [0, 90, 101, 20_000])
def test_different_people_are_counted_in_bounded_memory(people: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "EXACT", 100)
    counting = Distinct()
    for _ in range(2):
        for begin in range(0, people, 1_000):
            counting.update(f"person-{number}" for number in range(begin, min(begin + 1_000, people)))
    assert len(counting) == (people if people <= 100 else pytest.approx(people, rel=0.01))
