"""``check`` as a linter: what compiles and is hardly meant. One module for each rule."""

from __future__ import annotations
