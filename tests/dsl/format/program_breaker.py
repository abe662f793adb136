"""Texts that are almost programs: real ones with something taken out, put in, doubled or swapped."""

from __future__ import annotations

import random
from collections.abc import Sequence

from triggerfish.dsl.grammar import grammar

PIECES = [*sorted(grammar().words), '"a"', "“a”", "9am", "50 %", "3", "x", "\n", "\n    ", "\n\t", "\r\n", "#", "# c\n", '"', '"""', "(", ")",
          "[", "]", ",", "\\", "\x00", "\ufeff", "\u2028", "é", "\f"]  # fmt: skip


def broken(text: str, others: Sequence[str], chance: random.Random) -> str:
    """``text`` after one to four accidents; ``others`` lend lines to it."""
    for _ in range(chance.choice([1, 1, 2, 4])):
        place = chance.randrange(len(text) + 1)
        end = min(len(text), place + chance.choice([1, 1, 3, 20]))
        lines = text.split("\n")
        row = chance.randrange(len(lines))
        match chance.randrange(9):
            case 0:
                text = text[:place] + text[end:]
            case 1:
                text = text[:place] + chance.choice(PIECES) + text[place:]
            case 2:
                text = text[:place] + " " + chance.choice(PIECES) + " " + text[place:]
            case 3:
                text = text[:place] + text[place:end] + text[place:]
            case 4:
                text = "\n".join([*lines[:row], *lines[row + 1 :]])
            case 5:
                text = "\n".join([*lines[:row], lines[row], *lines[row:]])
            case 6:
                text = "\n".join([*lines[:row], chance.choice(chance.choice(others).split("\n")), *lines[row:]])
            case 7:
                margin = chance.choice(["", "  ", "    ", "        ", "\t"])
                text = "\n".join([*lines[:row], margin + lines[row].lstrip(), *lines[row + 1 :]])
            case 8:
                words = lines[row].split(" ")
                chance.shuffle(words)
                text = "\n".join([*lines[:row], " ".join(words), *lines[row + 1 :]])
    return text
