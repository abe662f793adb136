"""``python -m triggerfish.runtime.cli``."""

from __future__ import annotations

from triggerfish.runtime.cli import main

if __name__ == "__main__":
    main(prog_name="triggerfish")
