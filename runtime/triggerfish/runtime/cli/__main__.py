"""``python -m triggerfish.runtime.cli``."""

from triggerfish.runtime.cli import main

main(prog_name="triggerfish")
