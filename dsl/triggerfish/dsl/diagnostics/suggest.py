"""Which known word did somebody most probably mean?"""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that ``word`` is most probably a slip of, or None if none is near enough.

    Words that differ only in case, in ``_``, ``-`` or spaces, or in a plural ``s`` are nearest. Beyond that a letter
    missed, added, replaced or swapped with its neighbour counts one, and about one slip in three letters is forgiven.
    Ties go to the candidate with the same first letter, then to the one nearest as it is written, then to the
    alphabetically first.
    """
    plain = _plain(word)
    best: tuple[int, bool, int, str] | None = None
    for candidate in candidates:
        if candidate == word:
            continue
        known = _plain(candidate)
        limit = _allowed(plain, known)
        if best is not None:
            limit = min(limit, best[0])
        slips = _slips(plain, known, limit)
        if slips is None:
            continue
        rank = (slips, known[:1] != plain[:1], _slips(word, candidate, 9) or 0, candidate)
        if best is None or rank < best:
            best = rank
    return best[3] if best is not None else None


def _plain(word: str) -> str:
    folded = "".join(letter for letter in word.casefold() if letter not in "_- ")
    return folded[:-1] if len(folded) > 3 and folded.endswith("s") and not folded.endswith("ss") else folded


def _allowed(word: str, known: str) -> int:
    longer = max(len(word), len(known))
    if longer <= 2:
        return 1 if longer == 2 and sorted(word) == sorted(known) else 0
    return min(3, max(1, longer // 3))


def _slips(left: str, right: str, limit: int) -> int | None:
    """The optimal string alignment distance, or None if it exceeds ``limit``."""
    if left == right:
        return 0
    if limit <= 0 or abs(len(left) - len(right)) > limit:
        return None
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        beyond, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, beyond[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(before) > limit:
            return None
    return row[-1] if row[-1] <= limit else None
