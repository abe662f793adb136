"""The makers of programs are modules of their own, which benchmarks import too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
