"""The win-back mails of the demo, counted without triggerfish: straight from the table of purchases."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path


def quiet_spells(purchases: Path, days: int) -> int:
    """How often ``days`` days went by after a purchase without another one, up to the last day of the table."""
    bought: dict[str, set[date]] = defaultdict(set)
    with gzip.open(purchases, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            bought[row["customer_id"]].add(date.fromisoformat(row["date"]))
    last = max(max(one) for one in bought.values())
    return sum((later - earlier).days >= days for one in bought.values() for earlier, later in pairwise([*sorted(one), last]))
