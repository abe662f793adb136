"""The section ``[runtime]``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class RuntimeSettings(BaseModel):
    """How `triggerfish run` goes about its work."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deploy: Literal["automatic", "explicit"] = Field(
        "automatic",
        description="automatic: run puts the folder's program in force when it starts, until somebody uses deploy; explicit: only deploy does",
    )
