"""Completion in the shell: what it proposes, asked as bash, zsh and fish ask."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SHOP = """\
message cart_reminder "Cart reminder"
    sms "Hello"

message cart_discount
    sms "Hello"

flow cart_recovery "Cart recovery"
    start by hand

flow win_back
    start by hand

# flow in_a_comment
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "more").mkdir()
    (folder / ".hidden").mkdir()
    (folder / "shop.flow").write_text(SHOP, encoding="utf-8")
    (folder / "more" / "news.flow").write_text("flow newsletter\n    start by hand\n", encoding="utf-8")
    (folder / ".hidden" / "old.flow").write_text("flow old\n", encoding="utf-8")
    return folder


def _proposed(folder: Path, *words: str, shell: str = "bash") -> list[str]:
    """What the last word may become."""
    place = {"COMP_WORDS": " ".join(("triggerfish", *words)), "COMP_CWORD": str(len(words))}
    if shell == "fish":
        place = {"COMP_WORDS": " ".join(("triggerfish", *words)), "COMP_CWORD": words[-1]}
    program = "import sys; sys.argv = ['triggerfish']; from triggerfish.runtime.cli import main; main(prog_name='triggerfish')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, **place, "_TRIGGERFISH_COMPLETE": f"{shell}_complete"},
    )  # fmt: skip
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def test_names_of_flows(shop: Path) -> None:
    assert _proposed(shop, "graph", "") == ["plain,cart_recovery", "plain,newsletter", "plain,win_back"]
    assert _proposed(shop, "graph", "cart") == ["plain,cart_recovery"]
    assert _proposed(shop, "enter", "w") == ["plain,win_back"]


def test_names_of_messages(shop: Path) -> None:
    assert _proposed(shop, "preview", "") == ["plain,cart_discount", "plain,cart_reminder"]


def test_a_flow_or_a_folder(shop: Path) -> None:
    assert _proposed(shop, "describe", "n") == ["plain,newsletter", "dir,n"]


def test_zsh_and_fish_show_the_labels(shop: Path) -> None:
    assert _proposed(shop, "graph", "cart", shell="zsh") == ["plain", "cart_recovery", "Cart recovery"]
    assert _proposed(shop, "graph", "cart", shell="fish") == ["plain,cart_recovery\tCart recovery"]


def test_nothing_where_there_is_no_project(tmp_path: Path) -> None:
    assert _proposed(tmp_path, "graph", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_there(shell: str, tmp_path: Path) -> None:
    program = "import sys; sys.argv = ['triggerfish']; from triggerfish.runtime.cli import main; main(prog_name='triggerfish')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "_TRIGGERFISH_COMPLETE": f"{shell}_source"},
    )  # fmt: skip
    assert "_TRIGGERFISH_COMPLETE" in done.stdout
