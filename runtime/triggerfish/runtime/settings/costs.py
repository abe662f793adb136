"""The section ``[costs]``: what a message costs, by channel."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Cost = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CostSettings(BaseModel):
    """What one message costs, under the name of its channel: ``email = 0.001``."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Cost]

    currency: str = Field(default="", description="What is written behind amounts, as in EUR")

    @property
    def each(self) -> dict[str, float]:
        """The costs of one message by channel."""
        return dict(self.__pydantic_extra__)
