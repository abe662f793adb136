"""Random programs that the parser accepts, made from the rules of the grammar itself.

``Maker`` derives the words of declarations rule by rule, so a construct that is added to the grammar is made without
being mentioned here; what the tree builders refuse (said twice, no whole number, in the wrong place) is avoided by the
tables below, or thrown away by the caller. ``Scribbler`` writes the words down as untidily as the language allows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from triggerfish.dsl.grammar import grammar

Words = list[tuple[str, str]]
"""Terminals with their text; NEWLINE, INDENT and DEDENT without."""

NAMES = (
    "plan total order_completed cart email sms x y first_name score_1 welcome spring_sale a_rather_long_name".split()
)
SOFT = "list time days month start level path text event_1 sender count am pm up one exit people times share".split()
TEXTS = ['"a"', '""', '"x \\"y\\" z"', "“curly “", '“say "hi"”', '"back\\\\slash\\\\"', '"C:\\dir"', '"…{{ total | round: 2 }}"',
         '"a text that is long enough to make the line that it stands on break"', "“ends with \\\\”", '"""short"""']  # fmt: skip
LONG = ['"""\n{i}Hello\n{i}  you\n\n{i}end\n{i}"""', '"""first\n{i}second"""', '"""\n{i}a\\"b\n{i}  c"""', '"""\n\n"""', '"""\n{i}\ttab\n{i}x  \n"""']  # fmt: skip
CLOCKS = [*"9:00 09:30 9am 12pm 12am 21:30 0:00 23:59".split(), "9 am", "11:15 pm"]
TYPES = "text number boolean date datetime duration timezone email phone url".split()
FIXED = {"CONFIRMS": "confirms", "EXPECT_MESSAGE": "expect", "EXPECTED_ACTION": "action"}
CHOICES = {
    ("urgency", 0): "batch low normal high immediate".split(), ("status", 0): "active paused testing disabled".split(),
    ("exclusive", 1): "skip wait replace".split(), ("when_late", 0): "skip run exit".split(), ("plain_type", 0): TYPES,
}  # fmt: skip
ONCE = frozenset("score_start score_bounds fade only_if retrain measure decide variant_otherwise otherwise".split())
OPTIONAL_BLOCKS = frozenset({"steps_below", "path_below", "variant_points_below", "fields_below"})
WHOLE = frozenset({"number", "negative_number", "positive_number", "duration"})


@dataclass
class Maker:
    """Makes the words of declarations; ``used`` gathers the rules that took part."""

    chance: random.Random
    used: set[str] = field(default_factory=set)
    depth: int = 0

    def __post_init__(self) -> None:
        self.rules: dict[str, list[tuple[str, list[str]]]] = {}
        for rule in grammar().lark.rules:
            expansion = [symbol.name for symbol in rule.expansion]
            refused = rule.alias == "end_after_with" or (rule.alias == "none_yet" and rule.origin.name == "topic_items")
            if "BAD_LINE" not in expansion and not refused:
                self.rules.setdefault(rule.origin.name, []).append((rule.alias or rule.origin.name, expansion))
        self.heights = _heights(self.rules)
        self.special: dict[str, Callable[[], Words]] = {
            "steps": lambda: self._steps(0), "flow_lines": self._flow, "path_items": self._path, "start_events": self._chain,
            "model_lines": self._model, "goal_options": lambda: self._options("goal_options", {"WITHIN"}),
            "measure_options": lambda: self._options("measure_options", {"WITHIN"}), "collect_options": self._collect,
            "moment_line": self._moment,
        }  # fmt: skip

    def declaration(self, kind: str | None = None) -> Words:
        """The words of one declaration, ended by NEWLINE or DEDENT."""
        self.depth = 0
        if kind is None:
            kind = self.chance.choice(self.rules["start"])[1][0]
        return self.make(kind)

    def make(self, symbol: str, within: str = "") -> Words:
        if symbol not in self.rules:
            return [(symbol, self._terminal(symbol, within))]
        if symbol in self.special:
            return self.special[symbol]()
        alternatives = self.rules[symbol]
        aliases = {alias for alias, _ in alternatives}
        if "option" in aliases and "none_yet" in aliases:
            return self._options(symbol)
        if symbol.endswith("_below") and "below" in aliases:
            return self._block(symbol, within)
        if {"first", "more"} <= aliases:
            return self._lines(symbol)
        limit = 4 if symbol in ("expression", "sum", "atom", "comparison") else 12
        if self.depth > limit * 2:
            height = min(self.heights[alias, tuple(expansion)] for alias, expansion in alternatives)
            alternatives = [one for one in alternatives if self.heights[one[0], tuple(one[1])] == height]
        if symbol == "word":
            return [("NAME", self.chance.choice(NAMES if self.chance.random() < 0.93 else SOFT))]
        alias, expansion = self.chance.choice(alternatives)
        return self._expand(alias, expansion)

    def _expand(self, alias: str, expansion: Iterable[str]) -> Words:
        self.used.add(alias)
        self.depth += 1
        made: Words = []
        count = 0
        for symbol in expansion:
            if symbol == "word" and (alias, count) in CHOICES:
                made.append(("NAME", self.chance.choice(CHOICES[alias, count])))
            elif symbol == "unit" and alias in ("cap_per", "limit", "option"):
                made.append(("DAY", self.chance.choice(["day", "days", "week", "month"])))
            else:
                made += self.make(symbol, alias)
            count += symbol == "word"
        self.depth -= 1
        return made

    def _terminal(self, kind: str, within: str) -> str:
        chance = self.chance
        match kind:
            case "NAME":
                return chance.choice(NAMES)
            case "DOTTED":
                return chance.choice(["profile.plan", "salesforce.update_lead", "event.total", "order_completed.total"])
            case "TEXT":
                return chance.choice(TEXTS) if chance.random() < 0.9 else chance.choice(LONG)
            case "NUMBER":
                if within in WHOLE and chance.random() < 0.2:
                    return chance.choice(["0.5", "1.0", "2.50"])
                return chance.choice(["1", "2", "3", "10", "24"])
            case "PERCENT":
                return chance.choice(["50%", "5 %", "2.5%"])
            case "CLOCK":
                return chance.choice(CLOCKS)
            case "DATE":
                return "2026-12-24"
            case "NEWLINE" | "INDENT" | "DEDENT":
                return ""
        return FIXED.get(kind) or grammar().written[kind]

    # --- lists, blocks, options ----------------------------------------------------------------------

    def _block(self, symbol: str, within: str) -> Words:
        block = next(expansion for alias, expansion in self.rules[symbol] if alias == "below")
        must = within in ("profile", "bare_field", "repeat", "repeat_up_to", "for_each")
        optional = symbol in OPTIONAL_BLOCKS and not must
        if optional and self.chance.random() < (0.3 if self.depth < 12 else 1):
            return [("NEWLINE", "")]
        return self._expand("below", block)

    def _lines(self, symbol: str) -> Words:
        item = next(expansion[0] for alias, expansion in self.rules[symbol] if alias == "first")
        found: dict[object, Words] = {}
        last: Words = []
        for number in range(self.chance.choice([1, 1, 2, 3])):
            alias, expansion = self.chance.choice(self.rules[item])
            inner = expansion[0] if alias in ("only", item) and len(expansion) == 1 else alias
            line = self._expand(alias, expansion)
            if inner == "otherwise":
                last = line
            else:
                found[inner if inner in ONCE else number] = line
        lines = list(found.values())
        if not lines and last and symbol not in ("branches", "variants"):
            return self._lines(symbol)
        return [word for line in (*lines, last) for word in line]

    def _options(
        self, symbol: str, must: frozenset[str] | set[str] = frozenset(), without: set[str] | None = None
    ) -> Words:
        by_first: dict[str, tuple[str, list[str]]] = {}
        for alias, expansion in self.rules[symbol]:
            if expansion and (expansion[1] not in by_first or self.chance.random() < 0.5):
                by_first[expansion[1]] = (alias, expansion[1:])
        keys = [
            key for key in by_first if key not in (without or set()) and (key in must or self.chance.random() < 0.3)
        ]
        self.chance.shuffle(keys)
        return [word for key in keys for word in self._expand(*by_first[key])]

    # --- what only certain combinations of make sense -------------------------------------------------

    def _steps(self, least: int) -> Words:
        made: Words = []
        for _ in range(self.chance.choice([1, 1, 2, 3]) if least == 0 else least):
            alias, expansion = self.chance.choice(
                [one for one in self.rules["step"] if one[0] not in ("else_if_line", "else_line")]
            )
            made += self._expand(alias, expansion)
            if alias == "if_line":
                others = {one: rule for one, rule in self.rules["step"] if one in ("else_if_line", "else_line")}
                for one in ("else_if_line", "else_line"):
                    if self.chance.random() < 0.5:
                        made += self._expand(one, others[one])
        return made

    def _flow(self) -> Words:
        made: Words = []
        for _ in range(self.chance.choice([0, 1, 2, 3])):
            made += self._expand(*self.chance.choice(self.rules["header"]))
        return made + self._steps(0)

    def _path(self) -> Words:
        points = [self.make("points") for _ in range(self.chance.choice([0, 1, 2]))]
        return [word for line in points for word in line] + self._steps(self.chance.choice([1, 2]))

    def _chain(self) -> Words:
        alias, expansion = next(one for one in self.rules["start_events"] if one[0] == "first_stage")
        made = self._expand(alias, expansion[:-1]) + self._options("stage_options", without={"WITHIN"})
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            alias, expansion = self.chance.choice([one for one in self.rules["start_events"] if one[0] == "next_stage"])
            must = {"WITHIN"} if "NO" in expansion else set()
            made += self._expand(alias, expansion[1:-1])
            made += self._options("stage_options", must, {"NUMBER", "WITH", "FOR"})
        return made

    def _model(self) -> Words:
        rules = self.rules["model_line"]
        prediction = self.chance.choice([one for one in rules if one[0] in ("predict", "predict_no")])
        chosen = [prediction, *(one for one in rules if one[0] in ("features", "using"))]
        chosen += [one for one in rules if one[0] in ("only_if", "retrain") and self.chance.random() < 0.5]
        self.chance.shuffle(chosen)
        return [word for one in chosen for word in self._expand(*one)]

    def _collect(self) -> Words:
        kept, dropped = self.chance.choice([("FOR", "UNTIL"), ("UNTIL", "FOR")])
        return self._options("collect_options", {"AS", kept}, {dropped})

    def _moment(self) -> Words:
        alias, expansion = self.chance.choice(self.rules["moment_line"])
        clock = alias in ("moment_days", "moment_range")
        return self._expand(alias, ["CLOCK" if symbol == "sum" and clock else symbol for symbol in expansion])


def _heights(rules: dict[str, list[tuple[str, list[str]]]]) -> dict[tuple[str, tuple[str, ...]], int]:
    """How deep a derivation must at least go, by alternative."""
    found: dict[str, int] = {}
    height = 0
    while len(found) < len(rules):
        height += 1
        ready = {
            name for name, alternatives in rules.items() if name not in found
            for _, expansion in alternatives if all(one not in rules or one in found for one in expansion)
        }  # fmt: skip
        found.update(dict.fromkeys(ready, height))
    return {
        (alias, tuple(expansion)): 1 + max((found[one] for one in expansion if one in rules), default=0)
        for alternatives in rules.values()
        for alias, expansion in alternatives
    }


# --- writing it down -----------------------------------------------------------------------------------

REMARKS = [
    "# note",
    "#note",
    "# allow TF612: why",
    "#",
    "##",
    "#  two",
    "#-- x",
    '# "quote',
    "# – ünï  ",
    "#\ttab",
    "# x # y",
    "#!",
]


@dataclass
class Scribbler:
    """Writes words down; ``remarks`` is how likely a comment is where one may stand, ``loose`` an odd space or line break."""

    chance: random.Random
    remarks: float = 0.0
    loose: float = 0.0
    blanks: float = 0.0

    def program(self, declarations: Iterable[Words]) -> str:
        end = self.chance.choice(["\n", "\n", "\r\n"]) if self.loose else "\n"
        lines: list[str] = []
        for declaration in declarations:
            if lines and not self.blanks:
                lines.append("")
            lines += self._declaration(declaration)
        lines += self._between("")
        text = "\n".join(lines) + ("\n" if not self.loose or self.chance.random() < 0.8 else "")
        return text.replace("\n", end)

    def _declaration(self, words: Words) -> list[str]:
        unit = self.chance.choice(["  ", "    ", "   ", "\t"]) if self.loose else "    "
        margins = [""]
        lines: list[str] = []
        sentence: Words = []
        for kind, text in words:
            if kind == "INDENT":
                margins.append(margins[-1] + unit)
            elif kind == "DEDENT":
                margins.pop()
            elif kind == "NEWLINE":
                lines += self._between(self.chance.choice(margins))
                lines += self._sentence(sentence, margins[-1], unit)
                sentence = []
            else:
                sentence.append((kind, text))
        return lines

    def _between(self, margin: str) -> list[str]:
        lines = []
        for _ in range(2):
            if self.chance.random() < self.blanks:
                lines.append(self.chance.choice(["", "", "   "]))
            if self.chance.random() < self.remarks:
                lines.append(margin + self.chance.choice(REMARKS))
        return lines

    def _sentence(self, words: Words, margin: str, unit: str) -> list[str]:
        made = margin
        depth = 0
        for index, (kind, text) in enumerate(words):
            before = words[index - 1] if index else ("", "")
            depth -= kind in ("CLOSE", "CLOSE_LIST")
            if index:
                may_break = depth > 0 or kind in ("CLOSE", "CLOSE_LIST") or text in ("and", "or", "then", "where")
                made += self._gap(before, (kind, text), margin, unit, may_break=may_break)
            depth += kind in ("OPEN", "OPEN_LIST")
            made += text.format(i=margin + unit) if "{i}" in text else text
        if self.chance.random() < self.remarks:
            made += "  " + self.chance.choice(REMARKS)
        return made.split("\n")

    def _gap(self, before: tuple[str, str], after: tuple[str, str], margin: str, unit: str, *, may_break: bool) -> str:
        phrase = (before[1], after[1]) in grammar().phrases
        if may_break and not phrase and self.chance.random() < self.loose / 2:
            deeper = margin + unit * self.chance.choice([1, 2])
            remark = "  " + self.chance.choice(REMARKS) if self.chance.random() < self.remarks else ""
            own = [deeper + self.chance.choice(REMARKS)] if self.chance.random() < self.remarks else []
            blank = [""] if self.chance.random() < self.blanks else []
            return "\n".join([remark, *blank, *own, deeper])
        if before[0] == "NUMBER" and after[1] in ("am", "pm"):
            return "  "
        tight = after[0] in ("COMMA", "COLON", "CLOSE", "CLOSE_LIST") or before[0] in ("OPEN", "OPEN_LIST", "COMMA")
        if tight and self.chance.random() < max(self.loose, 0.5):
            return ""
        return " " * self.chance.choice([1, 2, 3]) if self.chance.random() < self.loose else " "
