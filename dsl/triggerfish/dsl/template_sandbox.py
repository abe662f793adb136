"""The sandbox templates run in: no files, no clock, limits on loops and size, and no silent gaps.

An unknown value travels through filters unharmed (``unknown | upcase`` is unknown) until ``default`` replaces it; where it
would have to be written, filling in stops with ``MissingValue``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TextIO, cast
from zoneinfo import ZoneInfo

import liquid
from liquid import Markup, escape
from liquid.ast import Node
from liquid.builtin.expressions import Filter, FilteredExpression, Path
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.assign_tag import AssignNode, AssignTag
from liquid.builtin.tags.cycle_tag import CycleNode, CycleTag
from liquid.builtin.tags.echo_tag import EchoTag
from liquid.context import RenderContext
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.expression import Expression
from liquid.filter import liquid_filter, with_context, with_environment
from liquid.stream import TokenStream
from liquid.template import BoundTemplate
from liquid.token import Token
from liquid.undefined import UNDEFINED, Undefined
from liquid.utils import ReadOnlyChainMap

from triggerfish.dsl.template_errors import in_words
from triggerfish.dsl.templates import BadTemplate, Links, MissingValue, Template, TemplateFailure

FORBIDDEN_TAGS = ("include", "render")
LOOP_LIMIT = 10_000
OUTPUT_LIMIT = 2_000_000
LOCALS_LIMIT = 1_000_000
FAR_PAST, FAR_FUTURE = dt.datetime(1, 1, 2, tzinfo=dt.UTC), dt.datetime(9999, 12, 30, tzinfo=dt.UTC)


class Missing(Undefined):
    """An unknown value: false in conditions, empty in loops, and never written."""

    __slots__ = ()


def is_missing(value: object) -> bool:
    """Whether a value is unknown."""
    return value is None or isinstance(value, Undefined)


class Careful(FilteredExpression):
    """A value with its filters, which hands an unknown on until a ``default`` stops it."""

    __slots__ = ("careful_filters",)

    def __init__(self, token: Token, left: Expression, filters: list[Filter] | None) -> None:
        super().__init__(token, left, filters)
        self.careful_filters = [
            (one, [argument.value for argument in one.args if isinstance(argument.value, Path)]) for one in filters or ()
        ]

    def evaluate(self, context: RenderContext) -> object:  # noqa: D102 - the library's
        value = self.left.evaluate(context)
        for one, paths in self.careful_filters:
            if one.name != "default":
                if is_missing(value):
                    continue
                for path in paths:
                    argument = path.evaluate(context)
                    if is_missing(argument):
                        value = argument
                        break
                else:
                    value = one.evaluate(value, context)
            else:
                value = one.evaluate(value, context)
            if value is None:
                value = Missing(str(self), token=self.token)
        return value


class Required(Expression):
    """A value that is written out and hence must be known."""

    __slots__ = ("inner",)

    def __init__(self, inner: Expression) -> None:
        super().__init__(inner.token)
        self.inner = inner

    def __str__(self) -> str:
        return str(self.inner)

    def evaluate(self, context: RenderContext) -> object:  # noqa: D102 - the library's
        value = self.inner.evaluate(context)
        if is_missing(value):
            raise MissingValue(value.name if isinstance(value, Missing) else str(self.inner))
        if isinstance(value, Mapping):
            raise TemplateFailure(f"“{self.inner}” is a group of fields, not a text: name one of its fields")
        if isinstance(value, (list, tuple)) and any(is_missing(item) for item in value):
            raise MissingValue(str(self.inner))
        return value

    def children(self) -> list[Expression]:  # noqa: D102 - the library's
        return [self.inner]


def careful(expression: Expression) -> Expression:
    """The expression with filters that hand an unknown on."""
    if isinstance(expression, FilteredExpression):
        return Careful(expression.token, expression.left, expression.filters)
    return expression


def written(value: object) -> object:
    """Whole numbers are written without a fraction, yes and no in lower case, lists item after item."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, (list, tuple)):
        if any(isinstance(item, Mapping) for item in value):
            raise TemplateFailure("a list of groups of fields cannot be written as a text: use “for”")
        return Markup("").join(str(written(item)) for item in value) if _all_safe(value) else "".join(
            str(written(item)) for item in value
        )
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    return value


def _all_safe(items: list[Any] | tuple[Any, ...]) -> bool:
    return bool(items) and all(hasattr(item, "__html__") for item in items)


class WrittenNode(OutputNode):
    """``{{ … }}`` and ``{% echo … %}``: writes a value, which must be known."""

    __slots__ = ()

    def __init__(self, token: Token, expression: Expression) -> None:
        super().__init__(token, Required(careful(expression)))

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:  # noqa: D102 - the library's
        value = self.expression.evaluate(context)
        if not isinstance(value, str):
            value = written(value)
        return buffer.write(str(escape(value)) if context.autoescape else str(value))


class WrittenOutput(Output):
    """``{{ … }}``."""

    node_class = WrittenNode


class WrittenEcho(EchoTag):
    """``{% echo … %}``."""

    def parse(self, stream: TokenStream) -> Node:  # noqa: D102 - the library's
        node = super().parse(stream)
        return WrittenNode(node.token, node.expression) if isinstance(node, OutputNode) else node


class CarefulAssign(AssignNode):
    """An assignment; of an unknown, the name is unknown too."""

    __slots__ = ()

    def __init__(self, token: Token, *, name: Any, expression: Expression) -> None:
        super().__init__(token, name=name, expression=careful(expression))


class CarefulAssignTag(AssignTag):
    """``{% assign … %}``."""

    node_class = CarefulAssign


class RequiredCycle(CycleNode):
    """Writes one value after the other; each must be known."""

    __slots__ = ()

    def __init__(self, token: Token, group: Expression | None, args: list[Expression]) -> None:
        super().__init__(token, group, [Required(argument) for argument in args])


class RequiredCycleTag(CycleTag):
    """``{% cycle … %}``."""

    node_class = RequiredCycle


class Context(RenderContext):
    """Knows the moment and the time zone from outside, and no clock."""

    __slots__ = ("links", "moment", "zone")

    def __init__(
        self, template: BoundTemplate, *, moment: int = 0, zone: str = "UTC", links: Links | None = None, **options: Any
    ) -> None:
        super().__init__(template, **options)
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.moment = moment
        self.zone = zone
        self.links = links

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        """The value of a path; nothing and None are the same unknown."""
        value = super().get(path, token=token, default=None)
        if value is None:
            return Missing(".".join(str(part) for part in path), token=token) if default is UNDEFINED else default
        return value


class SafeTemplate(BoundTemplate):
    """A parsed template; see ``templates.Template``."""

    context_class = Context

    def fill(self, values: Mapping[str, object], *, at: int, timezone: str, links: Links | None = None) -> str:
        """See ``templates.Template``."""
        context = Context(self, globals={"now": at, **values}, moment=at, zone=timezone, links=links)
        buffer = self._get_buffer()
        try:
            self.render_with_context(context, buffer)
        except (MissingValue, TemplateFailure):
            raise
        except ResourceLimitError as problem:
            raise TemplateFailure("the text grows too long: a loop runs too often") from problem
        except LiquidError as problem:
            raise TemplateFailure(in_words(str(problem.message))) from problem
        except (ArithmeticError, ValueError, TypeError, LookupError, RecursionError) as problem:
            raise TemplateFailure(f"a value does not fit its filter ({problem})") from problem
        return buffer.getvalue()


class Sandbox(liquid.Environment):
    """The library's environment with limits."""

    loop_iteration_limit = LOOP_LIMIT
    output_stream_limit = OUTPUT_LIMIT
    local_namespace_limit = LOCALS_LIMIT
    template_class = SafeTemplate


def parse(source: str, *, html: bool) -> Template:
    """Parse a template; values are escaped in ``html``. Raises ``BadTemplate``."""
    from triggerfish.dsl.template_analysis import errors_of  # it imports this module

    errors = errors_of(source)
    if errors:
        raise BadTemplate(errors[0])
    return cast("SafeTemplate", sandbox(html).from_string(source))


@cache
def sandbox(html: bool) -> Sandbox:  # noqa: FBT001 - the cache counts names apart
    """The environment for HTML, or for plain texts. It is never changed once made."""
    made = Sandbox(autoescape=html, undefined=Missing)
    for tag in FORBIDDEN_TAGS:
        del made.tags[tag]
    for tag_class in (WrittenOutput, WrittenEcho, CarefulAssignTag, RequiredCycleTag):
        made.add_tag(tag_class)
    made.add_filter("date", date)
    made.add_filter("track", track)
    made.add_filter("record_link", record_link)
    made.add_filter("confirm_link", confirm_link)
    made.add_filter("join", _join(made.filters["join"]))
    return made


# --- filters ------------------------------------------------------------------------------------


@with_context
@liquid_filter
def date(value: object, pattern: str, *, context: Context) -> str:
    """A date (``"2026-12-24"``), a moment (milliseconds since 1970 UTC) or ``"now"``, written by a strftime pattern.

    Moments are shown in the time zone the template is filled in for.
    """
    moment = _moment(value, context)
    if not FAR_PAST <= moment.replace(tzinfo=dt.UTC) <= FAR_FUTURE:
        raise TemplateFailure(f"{value} is no date that can be written")
    return moment.strftime(str(pattern))


def _moment(value: object, context: Context) -> dt.datetime:
    zone = ZoneInfo(context.zone)
    if value in ("now", "today"):
        value = context.moment
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=value)).astimezone(zone)
        except OverflowError as problem:
            raise TemplateFailure(f"{value} is no moment") from problem
    if isinstance(value, str):
        try:
            read = dt.datetime.fromisoformat(value)
        except ValueError as problem:
            raise TemplateFailure(f"“{value}” is no date") from problem
        return read.astimezone(zone) if read.tzinfo else read
    raise TemplateFailure(f"“{value}” is no date")


@with_context
@liquid_filter
def track(link: object, *, context: Context) -> object:
    """A link that notes the click; the link itself where nobody answers links."""
    return context.links.tracked(str(link)) if context.links is not None else link


@with_context
@liquid_filter
def record_link(event: object, *, context: Context, **fields: object) -> str:
    """A link that records an event with these fields."""
    return _answered(context, "record_link").recorded(str(event), {name: _plain(value) for name, value in fields.items()})


@with_context
@liquid_filter
def confirm_link(topic: object, *, context: Context) -> str:
    """A link by which a person confirms that they subscribe to a topic."""
    return _answered(context, "confirm_link").confirmed(str(topic))


def _answered(context: Context, word: str) -> Links:
    if context.links is None:
        raise TemplateFailure(f"“{word}” has no meaning outside a message")
    return context.links


def _plain(value: object) -> object:
    """Marked-up text is a text like any other in a field."""
    return str(value) if isinstance(value, str) else value


def _join(join: Callable[..., str]) -> Callable[..., object]:
    @with_environment
    @liquid_filter
    def joined(items: Any, separator: object = " ", *, environment: liquid.Environment) -> object:
        if isinstance(items, (list, tuple)):
            if any(is_missing(item) for item in items):
                return None
            items = [written(item) for item in items]
        return join(items, separator, environment=environment)

    return joined

