"""The section ``[alerts]``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class AlertSettings(BaseModel):
    """From where on `triggerfish status` says that something is wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    events_lag: int = Field(300, ge=1, description="Seconds that an event may wait to be handled")
    due_lag: int = Field(300, ge=1, description="Seconds that a person may be due")
    outbox_lag: int = Field(900, ge=1, description="Seconds that a message may be overdue")
    failed_a_day: int = Field(100, ge=0, description="Messages and actions that may fail within 24 hours")
    unknown_a_day: int = Field(10, ge=0, description="Messages and actions of unknown fate within 24 hours that are borne")
    set_aside_a_day: int = Field(100, ge=0, description="Inputs that may be set aside within 24 hours")
