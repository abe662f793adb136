"""The lines of a policy."""

from __future__ import annotations

from triggerfish.dsl.builder.lists import Children, amount, items, name, names, nothing_below, period, span, whole
from triggerfish.dsl.tree import declarations as d

_PERIODS = ("day", "week", "month")


class Policies:
    @staticmethod
    def policy(c: Children) -> d.Policy:
        nothing_below(c[0], c[1], "`policy`", "its rules, such as `at most 1 email per day`")
        return d.Policy(c[1].good, c[0].doc, span(c))

    @staticmethod
    def policy_timezone(c: Children) -> d.PolicyTimezone:
        return d.PolicyTimezone(c[1], span(c))

    @staticmethod
    def quiet_hours(c: Children) -> d.QuietHours:
        return d.QuietHours(c[2], c[4], names(c[5]), span(c))

    @staticmethod
    def cap(c: Children) -> d.Cap:
        return d.Cap(items(c[2]), False, span(c))

    @staticmethod
    def cap_else_wait(c: Children) -> d.Cap:
        return d.Cap(items(c[2]), True, span(c))

    @staticmethod
    def cap_per(c: Children) -> d.CapTerm:
        unit = period(c[3], _PERIODS)
        return d.CapTerm(whole(c[0], "a number of messages", 0), name(c[1]), unit, None, span(c))  # type: ignore[arg-type]

    @staticmethod
    def cap_rolling(c: Children) -> d.CapTerm:
        return d.CapTerm(whole(c[0], "a number of messages", 0), name(c[1]), None, c[4], span(c))

    @staticmethod
    def never_send(c: Children) -> d.NeverSend:
        return d.NeverSend(name(c[4]), span(c))

    @staticmethod
    def sender(c: Children) -> d.Sender:
        return d.Sender(c[1], span(c))

    @staticmethod
    def postal_address(c: Children) -> d.PostalAddress:
        return d.PostalAddress(c[2], span(c))

    @staticmethod
    def utm(c: Children) -> d.Utm:
        return d.Utm(items(c[1]), span(c))

    @staticmethod
    def utm_parameter(c: Children) -> tuple[object, ...]:
        return (name(c[0]), c[1])

    @staticmethod
    def policy_holdout(c: Children) -> d.PolicyHoldout:
        return d.PolicyHoldout(amount(c[1]), span(c))

    @staticmethod
    def conversion_window(c: Children) -> d.ConversionWindow:
        return d.ConversionWindow(c[2], span(c))

    @staticmethod
    def attribution(c: Children) -> d.Attribution:
        return d.Attribution(" ".join(token.value for token in items(c[1])), span(c))

    @staticmethod
    def word(c: Children) -> object:
        return c[0]
