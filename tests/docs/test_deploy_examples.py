"""The examples for running it as a service name commands, options and figures that exist."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from completeness import ROOT, commands

DEPLOY = ROOT / "examples" / "deploy"
HADOLINT = shutil.which("hadolint", path=Path(sys.executable).parent) or shutil.which("hadolint")
UNITS = sorted(DEPLOY.glob("*.service"))


def accepted(words: list[str]) -> None:
    """The command line is one that triggerfish understands."""
    known = dict(commands())
    name = words[0] if words[0] in known and not isinstance(known[words[0]], click.Group) else " ".join(words[:2])
    rest = words[len(name.split()):]
    context = click.Context(known[name], resilient_parsing=True)
    _, _, order = known[name].make_parser(context).parse_args(list(rest))
    assert order


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_for_systemd(unit: Path) -> None:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit.read_text())
    accepted(shlex.split(parser["Service"]["ExecStart"])[1:])
    assert (parser["Service"]["Type"], parser["Service"]["Restart"]) == ("notify", "on-failure")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_them(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if unit.name in line and "is not executable" not in line] == []


def test_the_image_runs_what_exists() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    accepted(yaml.safe_load(re.search(r"^CMD (\[.*\])$", text, re.MULTILINE)[1]))  # type: ignore[index]
    assert re.search(r"^USER \d+$", text, re.MULTILINE)
    assert text.count("\nFROM ") == 2
    assert "HEALTHCHECK" in text


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed here")
def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([str(HADOLINT), str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_runs_what_exists() -> None:
    read = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    for name, service in read["services"].items():
        if name != "database":
            accepted(service["command"])
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in read["volumes"]
        assert service.get("depends_on", {}).keys() <= read["services"].keys()


def test_alert_rules_ask_for_figures_that_exist() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text()
    documented = set(re.findall(r"^\| `(triggerfish_\w+)[`{]", page, re.MULTILINE))
    rules: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
    for rule in rules:
        assert set(re.findall(r"triggerfish_\w+", rule["expr"])) <= documented, rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
    assert len({rule["alert"] for rule in rules}) == len(rules)
