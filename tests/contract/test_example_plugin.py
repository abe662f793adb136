"""The example plugin installs by itself, is found, and passes its own tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin-webhook"
FIND = """
import json
from triggerfish.plugins.manager import load_plugins
plugins = load_plugins()
info = plugins.catalog().actions["webhook.call"]
print(json.dumps({
    "loaded": [[one.name, one.distribution, one.channels, one.actions] for one in plugins.loaded],
    "problems": list(map(str, plugins.problems)),
    "open": info.open,
    "arguments": [one.name for one in info.arguments],
}))
"""

CHECK = """
import json, sys
from pathlib import Path
from triggerfish.dsl.project import load
from triggerfish.plugins.manager import load_plugins
loaded = load(Path(sys.argv[1]), load_plugins().catalog())
print(json.dumps([f"{one.span.line}: {one.message}" for one in loaded.diagnostics]))
"""


def run(*command: str, path: Path | None = None, folder: Path | None = None) -> str:
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_installs_is_found_and_keeps_the_contract(tmp_path: Path) -> None:
    site, copy = tmp_path / "site", tmp_path / "plugin"
    # A wheel as an installer would lay it out; no build tool needs to be fetched for that.
    (site / "triggerfish_webhook").mkdir(parents=True)
    for source in (EXAMPLE / "src" / "triggerfish_webhook").glob("*.py"):
        (site / "triggerfish_webhook" / source.name).write_text(source.read_text())
    info = site / "triggerfish_webhook-0.1.0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: triggerfish-webhook\nVersion: 0.1.0\n")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    groups = project["entry-points"]
    info.joinpath("entry_points.txt").write_text(
        "".join(f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in groups.items())
    )
    found = json.loads(run("-c", FIND, path=site))
    assert found["problems"] == []
    assert ["webhook", "triggerfish-webhook 0.1.0", ["webhook"], ["webhook.call"]] in found["loaded"]
    assert found["open"] is True
    assert found["arguments"] == ["subject"]
    project_folder = tmp_path / "project"
    project_folder.mkdir()
    readme = (EXAMPLE / "README.md").read_text()
    (project_folder / "a.flow").write_text(readme.split("```flow\n", 1)[1].split("```", 1)[0])
    assert json.loads(run("-c", CHECK, str(project_folder), path=site)) == []
    copy.mkdir()
    tests = (EXAMPLE / "tests" / "test_webhook.py").read_text()
    (copy / "test_webhook.py").write_text(tests)
    said = run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(copy), path=site, folder=copy)
    assert " passed" in said
    assert "failed" not in said
