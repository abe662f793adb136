"""Values in words: ``their plan``, ``the number of orders …``, ``the time since …``."""

from __future__ import annotations

from collections.abc import Callable

from triggerfish.dsl.describe.names import happening, profile_field, spoken
from triggerfish.dsl.describe.quantities import clock, constant, date, duration, last, listed
from triggerfish.dsl.ir import expressions as x

_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_OVER = {"sum": "the sum of the", "average": "the average", "smallest": "the smallest", "largest": "the largest"}


class Values:
    """Speaks of values; ``where`` puts the narrowing of an event into words."""

    def __init__(self, where: Callable[[x.Expr], str]) -> None:
        self._where = where

    def say(self, value: x.Expr) -> str:
        """A value as a noun."""
        match value:
            case x.Constant():
                return constant(value.value, value.type)
            case x.LocalMoment():
                return f"{date(value.date)} at {clock(value.hour * 60 + value.minute)}"
            case x.ProfileField(path=path):
                return profile_field(path)
            case x.EventField(path=path):
                return f"its {spoken('.'.join(path))}" if path else "its moment"
            case x.Variable():
                return self._variable(value)
            case x.Entered():
                return "they entered"
            case x.Now():
                return "now"
            case x.ValueOf(name=name):
                return f"the value “{spoken(name)}”"
            case x.ScoreOf(name=name):
                return f"their {spoken(name)}"
            case x.LevelOf(name=name):
                return f"the level of their {spoken(name)}"
            case x.ModelOf(name=name, part=part):
                return f"their {spoken(name)}" if part == "prediction" else f"the confidence in their {spoken(name)}"
            case x.MomentOf(date=inner) | x.DateOf(moment=inner):
                return self.say(inner)
            case x.Located(condition=inner):
                return self.say(inner)
            case x.Did() | x.Aggregate() | x.Pick() | x.TimeSince():
                return self._history(value)
            case _:
                return self._made(value)

    @staticmethod
    def _moved(moment: str, duration: str, *, later: bool) -> str:
        """``3 days before their renewal date``, ``2 days from now``."""
        if moment == "now":
            return f"{duration} from now" if later else f"{duration} ago"
        return f"{duration} {'after' if later else 'before'} {moment.removeprefix('the moment ')}"

    def _variable(self, value: x.Variable) -> str:
        path = spoken(".".join(value.path))
        if not value.path:
            return spoken(value.name)
        if value.name == "event":
            return f"the {path} they came in with"
        return f"the {path} of “{spoken(value.name)}”"

    def _made(self, value: x.Expr) -> str:
        match value:
            case x.Negate(operand=operand):
                return f"minus {self.say(operand)}"
            case x.Arithmetic(operator="+" | "-" as operator, left=left, left_type="date" | "datetime", right_type="duration"):
                return self._moved(self.say(left), self._inner(value.right), later=operator == "+")
            case x.Arithmetic(operator=operator, left=left, right=right):
                return f"{self._inner(left)} {_SIGNS[operator]} {self._inner(right)}"
            case x.Call(function=function, arguments=arguments):
                return f"{spoken(function)} of {listed([self.say(each) for each in arguments])}"
            case x.Template(source=source):
                return f"“{source}”"
            case x.ListOf(items=items):
                return listed([self.say(item) for item in items])
            case _:
                return "what is written there"

    def _inner(self, value: x.Expr) -> str:
        said = self.say(value)
        return f"({said})" if isinstance(value, x.Arithmetic) else said

    # --- history ----------------------------------------------------------------------------------

    def _history(self, value: x.Did | x.Aggregate | x.Pick | x.TimeSince) -> str:
        match value:
            case x.Aggregate(function="count"):
                return f"how often {self.occurred(value.event, value.where)} {self.window(value.window)}".rstrip()
            case x.Aggregate():
                field = spoken(".".join(value.field))
                of = f"events {self._each(value.event, value.where)}"
                return f"{_OVER[value.function]} {field} over all {of} {self.window(value.window)}".rstrip()
            case x.Pick(which=which, field=field):
                what = f"the {spoken('.'.join(field))} of" if field else "the moment of"
                return f"{what} the {which} {self._each(value.event, value.where)}"
            case x.TimeSince(moment=moment):
                return f"the time since {self.say(moment).removeprefix('the moment of ')}"
            case x.Did():
                return self.occurred(value.event, value.where)

    def _each(self, event: str, where: x.Expr | None) -> str:
        narrowed = f" {self._where(where)}" if where is not None else ""
        return f"“{happening(event).thing()}”{narrowed}"

    def occurred(self, event: str, where: x.Expr | None, *, positive: bool = True) -> str:
        """``an order was completed with a total of more than 10``."""
        narrowed = f" {self._where(where)}" if where is not None else ""
        return happening(event).before(positive=positive) + narrowed

    def window(self, window: x.Window) -> str:
        """``in the last 30 days``, ``since they entered``; nothing for ever."""
        match window:
            case x.InLast(duration=length):
                return last(length)
            case x.Since(moment=moment):
                return f"since {self.say(moment)}"
            case x.Ever():
                return ""

    def length(self, value: x.Expr) -> str:
        """A duration, written out or calculated."""
        if isinstance(value, x.Constant) and value.type == "duration":
            return duration(x.Duration(*value.value))
        return self.say(value)
