"""The columns of fields: within a block, all types begin below each other."""

from __future__ import annotations

from collections.abc import Sequence

from triggerfish.dsl.format.sentences import Sentence

_GAP = 2


def columns(sentences: Sequence[Sentence]) -> list[int]:
    """For every sentence where its type begins, counted from its name; 0 for what is no field with a type."""
    found = [0] * len(sentences)
    blocks: list[list[int]] = []
    for index, sentence in enumerate(sentences):
        fields = sentence.depth > 0 and sentence.declaration in ("PROFILE", "EVENT")
        depth = sentence.depth if fields else 0
        while len(blocks) > depth:
            _align(blocks.pop(), sentences, found)
        if fields:
            while len(blocks) < depth:
                blocks.append([])
            if len(sentence.words) > 1:
                blocks[-1].append(index)
    while blocks:
        _align(blocks.pop(), sentences, found)
    return found


def _align(block: Sequence[int], sentences: Sequence[Sentence], found: list[int]) -> None:
    names = [len(sentences[index].words[0].value) for index in block]
    for index in block:
        found[index] = max(names) + _GAP
