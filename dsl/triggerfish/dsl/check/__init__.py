"""The checker: syntax trees in, a resolved program and diagnostics out."""

from __future__ import annotations

from triggerfish.dsl.check.program import Checked, check

__all__ = ["Checked", "check"]
