"""Reads the self-description of channels, actions and functions into the checker's catalog.

Each ``describe_…`` raises ``BadDescription`` with all that is wrong, for the plugin's author to read.
"""

from __future__ import annotations

import datetime as dt
import inspect
import re
import types
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import AnyUrl, BaseModel
from pydantic.fields import FieldInfo

from triggerfish.dsl.catalog import ActionField, ActionInfo, ChannelInfo, ContentField, FunctionInfo
from triggerfish.dsl.ir.types import BOOLEAN, DATE, DATETIME, DURATION, NUMBER, TEXT, Field, Type
from triggerfish.plugins.action import Action, AnyAction
from triggerfish.plugins.channel import AnyChannel, Channel, FromFile, Markup
from triggerfish.plugins.function import Function

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SIMPLE: dict[Any, Type] = {
    str: TEXT, int: NUMBER, float: NUMBER, bool: BOOLEAN, dt.date: DATE, dt.datetime: DATETIME, dt.timedelta: DURATION,
}
RESULT_NAMES = ("ok", "error")
"""What every action's result has anyway."""


class BadDescription(ValueError):  # noqa: N818 - said of what happened
    """What a plugin offers cannot be used; ``problems`` has one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def describe_channel(channel: AnyChannel) -> ChannelInfo:
    """A channel as the checker sees it."""
    if not isinstance(channel, Channel):
        raise BadDescription([f"{channel!r} is no Channel"])
    problems = _missing(channel, ("name", "plural", "address", "Content", "Settings"))
    if problems:
        raise BadDescription(problems)
    for what in ("name", "plural", "address"):
        problems += _bad_name(what, getattr(channel, what))
    problems += _bad_model("Content", channel.Content) + _bad_model("Settings", channel.Settings)
    if problems:
        raise BadDescription(problems)
    fields = tuple(_content_field(name, info, channel, problems) for name, info in channel.Content.model_fields.items())
    if not fields:
        problems.append("Content has no fields: a message would be empty")
    if channel.short is not None and channel.short not in channel.Content.model_fields:
        problems.append(f"short is {channel.short!r}, which is no field of Content")
    if problems:
        raise BadDescription(problems)
    return ChannelInfo(
        channel.name, channel.plural, channel.address, Type(channel.address_type), fields, channel.short, _doc(channel)
    )


def markup_of(info: FieldInfo) -> Markup | None:
    """The ``Markup`` mark of a content field, if it has one."""
    return next((mark for mark in info.metadata if isinstance(mark, Markup)), None)


def _content_field(name: str, info: FieldInfo, channel: AnyChannel, problems: list[str]) -> ContentField:
    problems += _bad_name("content field", name)
    if _without_none(info.annotation) is not str:
        problems.append(f"the content field {name!r} must be str, or str | None where it may be left out")
    if not info.description:
        problems.append(f"the content field {name!r} needs a description")
    mark = markup_of(info)
    for other in (mark.text, mark.preview) if mark else ():
        if other is not None and other not in channel.Content.model_fields:
            problems.append(f"the content field {name!r} refers to {other!r}, which is no field of Content")
    from_file = mark is not None or any(isinstance(one, FromFile) for one in info.metadata)
    return ContentField(name, info.is_required(), from_file, info.description or "")


def describe_action(action: AnyAction) -> ActionInfo:
    """An action as the checker sees it."""
    if not isinstance(action, Action):
        raise BadDescription([f"{action!r} is no Action"])
    problems = _missing(action, ("name", "Arguments", "Result"))
    if problems:
        raise BadDescription(problems)
    parts = str(action.name).split(".")
    if len(parts) != 2:
        problems.append(f"name is {action.name!r}, but must be of the form plugin.action")
    for part in parts:
        problems += _bad_name("name", part)
    problems += _bad_model("Arguments", action.Arguments) + _bad_model("Result", action.Result)
    problems += _bad_model("Settings", action.Settings)
    if problems:
        raise BadDescription(problems)
    arguments = tuple(_action_field("argument", *item, problems) for item in _fields(action.Arguments))
    results = tuple(_action_field("result", *item, problems) for item in _fields(action.Result))
    problems += [f"the result field {one.name!r} is one every result has" for one in results if one.name in RESULT_NAMES]
    if problems:
        raise BadDescription(problems)
    is_open = action.Arguments.model_config.get("extra") == "allow"
    return ActionInfo(action.name, arguments, results, is_open, _doc(action))


def _action_field(what: str, name: str, info: FieldInfo, problems: list[str]) -> ActionField:
    name = info.alias or name  # a field called json, say, which a pydantic model cannot have
    problems += _bad_name(f"{what} field", name)
    if not info.description:
        problems.append(f"the {what} field {name!r} needs a description")
    try:
        type_ = flow_type(info.annotation)
    except BadDescription as problem:
        problems += [f"the {what} field {name!r}: {text}" for text in problem.problems]
        type_ = None
    return ActionField(name, type_, info.is_required(), info.description or "")


def _fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return list(model.model_fields.items())


def describe_function(function: Function) -> FunctionInfo:
    """A function as the checker sees it."""
    if not isinstance(function, Function):
        raise BadDescription([f"{function!r} is no Function"])
    problems = _bad_name("name", function.name)
    if not function.doc:
        problems.append("doc is empty")
    if not callable(function.call):
        problems.append("call cannot be called")
    if not 0 <= function.optional <= len(function.arguments):
        problems.append(f"{function.optional} of {len(function.arguments)} arguments cannot be optional")
    if problems:
        raise BadDescription(problems)
    return FunctionInfo(function.name, function.arguments, function.optional, function.returns, function.doc)


def flow_type(annotation: Any) -> Type | None:
    """The language's type for a Python type; None for one that takes anything. Raises ``BadDescription``."""
    annotation = _without_none(annotation)
    if annotation in (Any, object):
        return None
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    origin, parameters = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return Type("one of", options=parameters)
    if annotation is list or origin in (list, tuple):
        return Type("list", item=flow_type(parameters[0]) if parameters else None)
    if annotation is dict or origin is dict:
        return None
    if origin in (Union, types.UnionType):
        members = {flow_type(one) for one in parameters}
        return members.pop() if len(members) == 1 else None
    if inspect.isclass(annotation) and issubclass(annotation, AnyUrl):
        return Type("url")
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return Type("record", fields=tuple(Field(name, flow_type(one.annotation) or TEXT) for name, one in fields))
    raise BadDescription([f"flows have no type for {annotation!r}"])


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = tuple(one for one in get_args(annotation) if one is not type(None))
        return rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007 (built at run time)
    return annotation


def _missing(thing: object, names: tuple[str, ...]) -> list[str]:
    return [f"{name} is not set" for name in names if not hasattr(thing, name)]


def _bad_name(what: str, name: object) -> list[str]:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return []
    return [f"{what} {name!r} is no name: small letters, digits and _ only, a letter first"]


def _bad_model(what: str, model: object) -> list[str]:
    return [] if inspect.isclass(model) and issubclass(model, BaseModel) else [f"{what} must be a pydantic model class"]


def _doc(thing: object) -> str:
    own = type(thing).__doc__ if "__doc__" in vars(type(thing)) else None
    return inspect.cleandoc(own).split("\n\n", 1)[0].replace("\n", " ") if own else ""
