"""The section ``[retention]``."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

_SPAN = re.compile(r"(\d{1,5})\s+(day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
UTC = ZoneInfo("UTC")


class RetentionSettings(BaseModel):
    """How long what happened is kept. What the flows need of it is in each person's profile, and stays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    events: str | None = Field(None, description="How long events are kept, as in `400 days`; without it for ever")
    journal: str | None = Field(None, description="How long the journal and what was delivered are kept, as in `2 years`; without it for ever")

    @field_validator("events", "journal")
    @classmethod
    def _is_span(cls, value: str | None) -> str | None:
        if value is not None and (_SPAN.fullmatch(value) is None or value.startswith("0")):
            raise ValueError('write it in words, for instance "400 days" or "2 years"')
        return value

    def before(self, name: str, now: int) -> int | None:
        """The moment before which rows of ``events`` or ``journal`` go; None where they are kept for ever."""
        from triggerfish.runtime.machine import calendar  # slow to import

        found = _SPAN.fullmatch(getattr(self, name) or "")
        if found is None:
            return None
        number, unit = int(found[1]), found[2]
        span = (number * {"month": 1, "year": 12}[unit], 0, 0) if unit in ("month", "year") else (0, number * _DAYS[unit], 0)
        return calendar.step(now, span, UTC, -1)

    @property
    def events_days(self) -> int | None:
        """How many days events are kept at least."""
        found = _SPAN.fullmatch(self.events or "")
        return None if found is None else int(found[1]) * {**_DAYS, "month": 28, "year": 365}[found[2]]
