"""Conditions, pasts and people made at random, from a seed."""

from __future__ import annotations

import random
from typing import Any

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.program import Event, Program, Value
from triggerfish.dsl.ir.types import Field, Type

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_774_400_000_000  # 2026-03-25, days before daylight saving begins in Paris
ZONES = ["Europe/Paris", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
TEXTS = ["", "a", "ab", "b", "abc", "a*c", "[a]"]
DATES = ["2026-03-26", "2026-03-29", "2026-03-31", "2026-04-02", "2024-02-29", "2026-05-31"]
SPANS = [(0, 0, 5 * MINUTE), (0, 0, 2 * HOUR), (0, 1, 0), (0, 3, 0), (0, 7, 0), (1, 0, 0), (2, 0, 0), (12, 0, 0)]
PROFILE = ("n1", "n2", "t1", "t2", "d1", "m1", "b1", "l1", "n0")


def duration(span: tuple[int, int, int]) -> x.Duration:
    return x.Duration(*span)


class Made:
    """One generator. With ``watched`` time-dependent values stand alone, as the checker wants it."""

    def __init__(self, seed: int, *, watched: bool = False) -> None:
        self.r = random.Random(seed)
        self.watched = watched
        self.inside = False

    def pick(self, *options: Any) -> Any:
        return self.r.choice(options)

    # --- values

    def number(self, depth: int) -> x.Expr:
        r = self.r
        if depth <= 0 or r.random() < 0.3:
            options = [x.Constant(self.pick(0, 1, 2, 5, 10, 2.5, -1), "number"), self.field(self.pick("n1", "n2", "n0"))]
            if self.inside:
                options += [x.EventField(("n",))] * 4
            elif not self.watched:
                options.append(x.Variable("event", ("n",)))
            return self.pick(*options)
        kinds = ["arithmetic", "arithmetic", "negate", "call"]
        if not self.inside:
            kinds += ["aggregate", "pick", "value"] if not self.watched else ["pick"]
        match r.choice(kinds):
            case "arithmetic":
                return x.Arithmetic(self.pick("+", "-", "*", "/"), self.number(depth - 1), self.number(depth - 1), "number", "number")
            case "negate":
                return x.Negate(self.number(depth - 1))
            case "call":
                if r.random() < 0.3:
                    return x.Call("length", (self.field("l1"),))
                return x.Call(self.pick("abs", "floor"), (self.number(depth - 1),))
            case "aggregate":
                return self.aggregate(depth)
            case "pick":
                return x.Pick(self.pick("first", "last"), self.pick("e", "f"), ("n",), self.where(depth))
            case _:
                return x.ValueOf(self.pick("v1", "v2"))

    def aggregate(self, depth: int) -> x.Aggregate:
        function = self.pick("count", "sum", "average", "smallest", "largest")
        field = () if function == "count" else self.pick(("n",), ("r", "m"))
        return x.Aggregate(function, self.pick("e", "f"), field, self.where(depth), self.window(depth))

    def field(self, name: str) -> x.ProfileField:
        return x.ProfileField((name,), 3 if name == "n0" else None)

    def text(self) -> x.Expr:
        options = [x.Constant(self.r.choice(TEXTS), "text"), self.field(self.pick("t1", "t2"))]
        if self.inside:
            options += [x.EventField(("t",))] * 2
        else:
            options += [x.Pick(self.pick("first", "last"), "e", ("t",), None), x.Call("lower", (self.field("t1"),))]
        return self.pick(*options)

    def date(self) -> x.Expr:
        made: x.Expr = self.pick(x.Constant(self.r.choice(DATES), "date"), self.field("d1"), self.field("d1"))
        if self.r.random() < 0.3:
            span = x.Constant(list(self.pick((0, 1, 0), (1, 0, 0), (0, 10, 0))), "duration")
            made = x.Arithmetic(self.pick("+", "-"), made, span, "date", "duration")
        return made

    def moment(self) -> x.Expr:
        """A moment that does not move by itself."""
        options: list[x.Expr] = [self.field("m1"), x.MomentOf(self.date()), x.LocalMoment("2026-03-29", 2, 30)]
        if not self.inside:
            options += [x.Pick(self.pick("first", "last"), self.pick("e", "f"), (), None)] * 2
            if not self.watched:
                options.append(x.Entered())
        else:
            options.append(x.EventField(()))
        made = self.pick(*options)
        if self.r.random() < 0.3:
            made = x.Arithmetic(self.pick("+", "-"), made, self.span(), "datetime", "duration")
        return made

    def span(self) -> x.Constant:
        return x.Constant(list(self.r.choice(SPANS)), "duration")

    # --- history

    def window(self, depth: int) -> Any:
        match self.pick("last", "last", "last", "ever", "since"):
            case "last":
                return x.InLast(duration(self.r.choice(SPANS)))
            case "ever":
                return x.Ever()
            case _:
                return x.Since(self.moment())

    def where(self, depth: int) -> x.Expr | None:
        if self.inside or self.r.random() < 0.5:
            return None
        self.inside = True
        made = self.condition(min(depth - 1, 1))
        self.inside = False
        return made

    def did(self, depth: int) -> x.Did:
        comparison = self.pick("at least", "at least", "at most", "exactly")
        count = self.pick(1, 1, 2, 3)
        return x.Did(self.pick("e", "f"), self.where(depth), comparison, count, self.window(depth), negated=self.flip())

    def flip(self) -> bool:
        return self.r.random() < 0.4

    # --- conditions

    def condition(self, depth: int) -> x.Expr:
        if depth > 0 and self.r.random() < 0.4:
            match self.pick("and", "or", "not"):
                case "and":
                    return x.And(tuple(self.condition(depth - 1) for _ in range(self.pick(2, 3))))
                case "or":
                    return x.Or(tuple(self.condition(depth - 1) for _ in range(2)))
                case _:
                    return x.Not(self.condition(depth - 1))
        made = self.single(depth)
        return x.Located(made, "…", "a.flow", 1) if self.r.random() < 0.5 else made

    def single(self, depth: int) -> x.Expr:
        kinds = ["numbers", "numbers", "texts", "between", "one of", "known", "truth", "list", "dates"]
        if not self.inside:
            kinds += ["did", "did", "did", "segment"]
            kinds += ["within", "within", "since", "since", "now", "between since", "counted"]
        elif not self.watched:
            kinds += ["within", "now"]
        match self.r.choice(kinds):
            case "numbers":
                operator = self.pick("is", "<", "<=", ">", ">=")
                return x.Compare(operator, self.number(depth), self.number(depth), self.flip(), "number")
            case "texts":
                operator = self.pick("is", "contains", "starts with", "ends with", "like", "<")
                return x.Compare(operator, self.text(), self.text(), self.flip(), "text")
            case "between":
                return x.Between(self.number(depth), self.number(0), self.number(0), self.flip(), "number")
            case "one of":
                items = tuple(self.pick(x.Constant(t, "text"), self.field("t2")) for t in self.r.sample(TEXTS, 3))
                options = self.pick(x.ListOf(items), x.Constant(TEXTS[:3], "list"), self.field("l1"))
                return x.OneOf(self.text(), options, self.flip())
            case "known":
                return x.Known(self.pick(self.number(depth), self.text(), self.date()), self.flip())
            case "truth":
                return x.Truth(self.field("b1"))
            case "list":
                return x.Compare("contains", self.field("l1"), self.text(), self.flip(), "list")
            case "dates":
                return x.Compare(self.pick("is", "<", ">="), self.date(), self.date(), self.flip(), "date")
            case "did":
                return self.did(depth)
            case "segment":
                return x.InSegment(self.pick("s1", "s2"), self.flip())
            case "within":
                span, direction = duration(self.r.choice(SPANS)), self.pick("last", "next")
                if self.r.random() < 0.5:
                    day = duration(self.pick((0, 1, 0), (0, 7, 0), (1, 0, 0)))
                    return x.Within(self.date(), direction, day, self.flip(), "date")
                return x.Within(self.moment(), direction, span, self.flip(), "datetime")
            case "now":
                operator, sides = self.pick("<", "<=", ">", ">="), [x.Now(), self.moment()]
                if self.flip():
                    sides.reverse()
                return x.Compare(operator, sides[0], sides[1], self.flip(), "datetime")
            case "since":
                sides = [self.pick(x.TimeSince(self.moment()), x.ValueOf("v3")), self.span()]
                if self.flip():
                    sides.reverse()
                return x.Compare(self.pick("<", "<=", ">", ">=", "is"), sides[0], sides[1], self.flip(), "duration")
            case "between since":
                return x.Between(x.TimeSince(self.moment()), self.span(), self.span(), self.flip(), "duration")
            case _:
                other = x.Constant(self.pick(0, 1, 2, 3, 10), "number")
                counted = self.pick(self.aggregate(depth), self.aggregate(depth), x.ValueOf("v1"))
                return x.Compare(self.pick("is", "<", ">="), counted, other, self.flip(), "number")

    # --- people and pasts

    def person(self) -> dict[str, Any]:
        r = self.r
        made = {
            "n1": r.choice([0, 1, 5, 10, 2.5]), "n2": r.choice([0, 2, -1]), "n0": r.choice([3, 7]), "t1": r.choice(TEXTS),
            "t2": r.choice(TEXTS), "d1": r.choice(DATES), "m1": START + r.randrange(-10 * DAY, 20 * DAY, HOUR),
            "b1": r.choice([True, False]), "l1": r.sample(TEXTS, r.randrange(4)),
        }
        return {name: value for name, value in made.items() if r.random() < 0.75}

    def past(self, most: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Events in order of arrival; some come late, some at one moment."""
        r = self.r
        arrival, made = START, []
        for _ in range(r.randrange(most)):
            arrival += r.choice([0, 1, MINUTE, 5 * MINUTE, HOUR, 2 * HOUR, DAY, 3 * DAY])
            at = arrival - r.choice([0, 0, 0, 0, 2 * HOUR, DAY])
            fields = {"n": r.choice([0, 1, 2, 10, 2.5]), "t": r.choice(TEXTS), "r": {"m": r.choice([1, 4])}}
            made.append((at, r.choice("ef"), {name: each for name, each in fields.items() if r.random() < 0.8}, arrival))
        return [(at, name, fields) for at, name, fields, _ in made]


V1 = x.Aggregate("count", "e", (), None, x.InLast(x.Duration(days=3)))
V2 = x.Arithmetic("+", x.ProfileField(("n1",)), x.Constant(1, "number"), "number", "number")
V3 = x.TimeSince(x.Pick("last", "e", (), None))
VALUES = {"v1": V1, "v2": V2, "v3": V3}


def program() -> Program:
    number = Type("number")
    fields = (Field("n", number), Field("t", Type("text")), Field("r", Type("record", fields=(Field("m", number),))))
    return Program(
        profile=(Field("n0", number, default=3),),
        events=tuple(Event(name, None, everyone=False, fields=fields) for name in "ef"),
        values=tuple(Value(name, node, number, name, 1) for name, node in VALUES.items()),
    )
