"""One action: its arguments filled in and checked, and run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from triggerfish.dsl.templates import BadTemplate, MissingValue, Template, TemplateFailure, parse_template
from triggerfish.plugins.action import AnyAction, Call, OutcomeUnknown, Refused, TryLater
from triggerfish.plugins.channel import Setup
from triggerfish.plugins.manager import Plugins, in_one_line
from triggerfish.plugins.outcome import Failed, Later, Sent, Unknown
from triggerfish.runtime.delivery.arguments import filled
from triggerfish.runtime.delivery.contract import Claimed
from triggerfish.runtime.observation.remark import Remark, parts_of

TEMPLATES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an action; ``fields`` are those of its result."""

    outcome: Sent | Failed | Later | Unknown
    fields: dict[str, Any]


class Acting:
    """Runs the actions of plugins."""

    def __init__(
        self,
        plugins: Plugins,
        settings: Mapping[str, BaseModel],
        setup: Setup,
        timezone: str,
        notice: Callable[[str], None],
    ) -> None:
        self.plugins = plugins
        self.settings = settings
        self.setup = setup
        self.timezone = timezone
        self.notice = notice
        self.parsed: Callable[[str], Template] = lru_cache(TEMPLATES_KEPT)(lambda source: parse_template(source, html=False))

    def repeatable(self, name: str) -> bool:
        """Whether an action may be run again under its key."""
        action = self.plugins.actions.get(name)
        return action is not None and bool(action.repeatable)

    def run(self, claimed: Claimed) -> Done:
        """Run one action. Never raises because of a plugin or an argument."""
        delivery = claimed.delivery
        action = self.plugins.actions.get(delivery.target)
        if action is None:
            return Done(Later(f"no plugin brings the action {delivery.target}", unreachable=True), {})
        try:
            arguments = self._arguments(action, claimed)
        except (MissingValue, TemplateFailure, BadTemplate) as problem:
            return Done(Failed(f"{delivery.target}: {problem}"), {})
        except ValidationError as problem:
            first = problem.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "arguments"
            return Done(Failed(f"{delivery.target}: {where}: {first['msg']}"), {})
        try:
            section = delivery.target.split(".")[0]
            settings = self.settings.get(section)
            call = Call(
                delivery.key, claimed.person, delivery.flow, delivery.step, delivery.at,
                settings if settings is not None else action.Settings(), self.setup,
            )
            result = action.run(arguments, call)
            return Done(Sent(), result.model_dump(mode="json", by_alias=True))
        except Refused as problem:
            return Done(Failed(problem.reason), problem.fields)
        except TryLater as problem:
            return Done(Later(problem.reason, problem.after, deferred=problem.deferred), {})
        except OutcomeUnknown as problem:
            return Done(Unknown(problem.reason), {})
        except Exception as problem:  # noqa: BLE001 - a plugin's bug is contained
            owner = self.plugins.owners.get(f"action {delivery.target}", delivery.target)
            reason = f"plugin {owner} raised {in_one_line(problem)}"
            said = "{key}: plugin {plugin} raised {error}{detail}{place}"
            self.notice(Remark("plugin_raised", said, level="error", key=delivery.key, plugin=owner, **parts_of(problem)))
            return Done(Later(reason) if action.repeatable else Unknown(reason), {})

    def _arguments(self, action: AnyAction, claimed: Claimed) -> BaseModel:
        delivery = claimed.delivery
        given = delivery.data.get("arguments") or {}
        values = filled(given, delivery.context, at=delivery.at, timezone=self.timezone, parse=self.parsed)
        arguments: BaseModel = action.Arguments.model_validate(values)
        return arguments
