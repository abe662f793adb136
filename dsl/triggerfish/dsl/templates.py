"""Liquid templates: what they name, what is wrong with them, and how they are filled in.

Importing this module is cheap; the template library is only loaded when a template is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

BUILT_IN = frozenset({"now", "unsubscribe_url"})
"""Names every template may use without anybody having declared them."""


@dataclass(frozen=True, slots=True)
class TemplateName:
    """A name that a template uses, and where: ``offset`` counts characters from the start of the source.

    ``path`` is dotted in the template: ``event.items[0].price`` is ``("event", "items", "price")``: places in a list are
    left out, and a path ends before a part that is only known later (``prices[plan]``). On texts and lists Liquid
    knows ``size``, ``first`` and ``last`` besides. ``local`` names were made by the template itself (``assign``, ``capture``,
    ``for``); ``stands_for`` is then the path behind the name, where there is one: ``item.price`` inside ``for item in
    event.items`` stands for ``("event", "items", "price")``.
    """

    path: tuple[str, ...]
    offset: int
    local: bool
    stands_for: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TemplateError:
    """Why a text is no template, in a marketer's words; ``offset`` as in ``TemplateName``."""

    message: str
    offset: int


class BadTemplate(ValueError):  # noqa: N818 - said of what happened
    """A text that is no template was to be filled in."""

    def __init__(self, error: TemplateError) -> None:
        super().__init__(error.message)
        self.error = error


class MissingValue(Exception):  # noqa: N818 - said of what happened
    """A value that was to appear in the text is unknown; ``name`` is how the template calls it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is unknown")
        self.name = name


class TemplateFailure(Exception):  # noqa: N818 - said of what happened
    """A template could not be filled in for another reason; the message is in a marketer's words."""


LINK_FILTERS = ("record_link", "confirm_link")
"""Filters that turn the name of an event or a topic into a link of the web service."""


@dataclass(frozen=True, slots=True)
class LinkArgument:
    """A field that a ``record_link`` gives: a value written out, or the path of one.

    ``named_at`` is where the name stands, ``offset`` where the value does.
    """

    name: str
    value: str | float | bool | None
    path: tuple[str, ...] | None
    named_at: int
    offset: int


@dataclass(frozen=True, slots=True)
class TemplateLink:
    """``{{ "nps_answered" | record_link: score: 9 }}``: ``filter`` is the filter, ``name`` what stands before it."""

    filter: str
    name: str
    arguments: tuple[LinkArgument, ...]
    offset: int


class Links(Protocol):
    """Makes the links of one message while its templates are filled in. Each method may raise ``TemplateFailure``."""

    def tracked(self, target: str) -> str:
        """A link that notes the click and leads to ``target``."""
        ...

    def recorded(self, event: str, fields: Mapping[str, Any]) -> str:
        """A link that records an event of the person with these fields."""
        ...

    def confirmed(self, topic: str) -> str:
        """A link by which the person confirms that they subscribe to a topic."""
        ...


class Template(Protocol):
    """A parsed template. It may be filled in from several threads at once."""

    def fill(self, values: Mapping[str, object], *, at: int, timezone: str, links: Links | None = None) -> str:
        """The text for these values at this moment (milliseconds since 1970 UTC), dates in that time zone.

        Without ``links`` tracked links are plain ones, and the others cannot be made.
        Raises ``MissingValue`` where an unknown value would have to appear, ``TemplateFailure`` where something else is
        wrong. An unknown value is fine behind ``default``, in ``if`` and as the list of a ``for``.
        """
        ...


def analyse(source: str) -> tuple[tuple[TemplateName, ...], tuple[TemplateError, ...]]:
    """The names a template uses, in the order they appear, and the errors in it.

    Where the ``date`` filter is used, the built-in field ``timezone`` is among the names, because moments are shown in
    the person's time zone. A template with errors has no names.
    """
    if "{{" not in source and "{%" not in source:
        return (), ()
    from triggerfish.dsl.template_analysis import analyse as look  # slow to import

    return look(source)


def links_of(source: str) -> tuple[TemplateLink, ...]:
    """The links that record or confirm something, in the order they appear; none of a template with errors."""
    if not any(name in source for name in LINK_FILTERS):
        return ()
    from triggerfish.dsl.template_analysis import links_of as look  # slow to import

    return look(source)


def parse_template(source: str, *, html: bool) -> Template:
    """Parse a template for filling in; in ``html`` values are escaped. Raises ``BadTemplate``."""
    from triggerfish.dsl.template_sandbox import parse  # slow to import

    return parse(source, html=html)
