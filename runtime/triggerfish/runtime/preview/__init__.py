"""A message as it will look: filled in, made ready as for sending, looked over, and put on a page."""

from __future__ import annotations
