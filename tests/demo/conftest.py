from __future__ import annotations

import csv
import gzip
import shutil
from pathlib import Path

import pytest

CDNOW = Path(__file__).parents[2] / "examples" / "cdnow"
CUSTOMERS = 200


@pytest.fixture
def small_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's project with a few customers, the one it explains among them."""
    from triggerfish.runtime.demo import project
    from triggerfish.runtime.demo.tour import CUSTOMER

    folder = tmp_path / "small"
    shutil.copytree(CDNOW, folder)
    for name in (project.CUSTOMERS, project.PURCHASES):
        with gzip.open(folder / name, "rt", newline="") as file:
            header, *rows = list(csv.reader(file))
        with gzip.open(folder / name, "wt", newline="") as file:
            kept = [row for row in rows if int(row[0]) <= CUSTOMERS or row[0] == CUSTOMER]
            csv.writer(file).writerows([header, *kept])
    monkeypatch.setattr(project, "source", lambda: folder)
    return folder
