"""The canonical layout of ``.flow`` files: one way to write each program, without options."""

from __future__ import annotations

from triggerfish.dsl.format.formatter import Formatted, UnfaithfulError, format_text

__all__ = ["Formatted", "UnfaithfulError", "format_text"]
