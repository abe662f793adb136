"""What the tests of the documents share."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for page_blocks, page_runners and quotes
