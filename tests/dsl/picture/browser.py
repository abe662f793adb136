"""The browser that looks at pictures in tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str:
    """Where Chromium is. Without one the test is skipped; with TRIGGERFISH_BROWSER=required it fails."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is not None:
        return found
    if os.environ.get("TRIGGERFISH_BROWSER") == "required":
        pytest.fail("there is no Chromium, and TRIGGERFISH_BROWSER=required")
    pytest.skip("THERE IS NO CHROMIUM: the pictures were not looked at in a browser")


def shown(browser: str, page: Path, profile: Path) -> str:
    """The page as it stands once its scripts have run."""
    options = "--headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run".split()
    command = [browser, *options, f"--user-data-dir={profile}", "--window-size=1400,900", "--dump-dom", page.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=90).stdout
