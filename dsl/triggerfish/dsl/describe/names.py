"""How names are spoken: events as something that happens, fields and labels as words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triggerfish.dsl.describe.quantities import listed
from triggerfish.dsl.ir.program import Program

_IRREGULAR = frozenset(
    "begun bought brought built chosen done drawn driven found given gone gotten grown held hidden kept left lent lost "
    "made met paid put read run seen sent set shown sold spent spoken taken told thrown unsubscribed won written".split()
)
_ED_NOUNS = frozenset("feed speed seed need breed deed reed weed bed red shed".split())
_VOWELS = frozenset("aeiou")
_SPELT_AN = frozenset("fhlmnrsx")
_CHANNELS = {"sms": "text message", "push": "push message"}
_BUILT_IN = {"created_at": "the moment they were created", "id": "their id"}


def spoken(name: str) -> str:
    """``order_completed`` as ``order completed``."""
    return name.replace("_", " ").replace(".", " ")


def article(noun: str) -> str:
    """The noun with ``a`` or ``an`` before it; a word without vowels (``nps``) is spelt out when spoken."""
    first = noun.lower().split()[0] if noun.strip() else ""
    spelt = len(first) > 1 and not set(first) & set("aeiouy")
    return f"{'an' if first[:1] in (_SPELT_AN if spelt else _VOWELS) and first else 'a'} {noun}"


def is_participle(word: str) -> bool:
    """Whether a word says that something was done."""
    return word in _IRREGULAR or (word.endswith("ed") and len(word) > 3 and word not in _ED_NOUNS)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as a clause. ``noun`` is what it happens to, empty where the person does it (``signed up``)."""

    noun: str
    verb: str

    def now(self, *, positive: bool = True) -> str:
        """``an order is completed``, ``no order is completed``, ``they have signed up``."""
        if not self.noun:
            return f"they have {'' if positive else 'not '}{self.verb}"
        noun = article(self.noun) if positive else f"no {self.noun}"
        return f"{noun} is {self.verb}" if self.verb else f"{noun} happens"

    def before(self, *, positive: bool = True) -> str:
        """``an order was completed``, ``no order was completed``, ``they have signed up``."""
        if not self.noun:
            return self.now(positive=positive)
        noun = article(self.noun) if positive else f"no {self.noun}"
        return f"{noun} was {self.verb}" if self.verb else f"{noun} happened"

    def thing(self) -> str:
        """As a noun: ``order completed``, ``signed up``."""
        return f"{self.noun} {self.verb}".strip()


def happening(event: str) -> Happening:
    """How an event of that name is spoken of, guessed from the grammar of its words."""
    words = event.split("_")
    first = _CHANNELS.get(words[0], words[0])
    if len(words) > 1 and is_participle(words[-1]) and not is_participle(words[0]):
        return Happening(" ".join([first, *words[1:-1]]), words[-1])
    if is_participle(words[0]) and len(words) > 1:
        return Happening("", " ".join(words))
    if is_participle(words[0]):
        return Happening("", words[0])
    return Happening(" ".join(words), "")


def any_of(events: Sequence[str]) -> str:
    """``an order is completed or a cart is cleared``."""
    return listed([happening(event).now() for event in events], "or")


def none_of(events: Sequence[str]) -> str:
    """``no order is completed and no cart is cleared``."""
    return listed([happening(event).now(positive=False) for event in events])


def profile_field(path: Sequence[str]) -> str:
    """``their plan``."""
    name = ".".join(path)
    return _BUILT_IN.get(name, f"their {spoken(name)}")


def channels(names: Sequence[str], last: str = "and") -> str:
    """``email and text message``."""
    return listed([_CHANNELS.get(name, spoken(name)) for name in names], last)


def _quoted(label: str, name: str) -> str:
    return f"“{label if label and label != name else spoken(name)}”"


class Labels:
    """What the declarations of a program are called, for people."""

    def __init__(self, program: Program) -> None:
        self._flows = {each.name: each.label for each in program.flows}
        self._segments = {each.name: each.label for each in program.segments}
        self._messages = {each.name: each.label for each in program.messages}
        self._topics = {each.name: each.label for each in program.topics}

    def flow(self, name: str) -> str:
        """In quotation marks; the name where there is no label."""
        return _quoted(self._flows.get(name, ""), name)

    def segment(self, name: str) -> str:
        """In quotation marks."""
        return _quoted(self._segments.get(name, ""), name)

    def message(self, name: str) -> str:
        """In quotation marks."""
        return _quoted(self._messages.get(name, ""), name)

    def topic(self, name: str) -> str:
        """In quotation marks."""
        return _quoted(self._topics.get(name, ""), name)
