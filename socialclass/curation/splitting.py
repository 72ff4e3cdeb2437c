"""split_rows: a training and a test side that share no text, no near copy and no group. Standard library only."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from socialclass.curation.duplicates import NEAR, components, find_matches
from socialclass.curation.rows import Row
from socialclass.errors import CorpusError


def split_rows(
    rows: Sequence[Row], share: float = 0.2, seed: int = 0, near: float = NEAR
) -> tuple[list[Row], list[Row]]:
    """Return the rows of the training and of the test side, each in the order of the file.

    share: of each label's rows, how many go to the test side, above 0 and under 1, as nearly as groups allow. Rows of
    one group, equal texts and near copies (see `find_matches`) stay together. Equal rows and seed give an equal split.
    Raises `CorpusError` for an unusable row, or when a side would be without a label.
    """
    for row in rows:
        if row.error:
            raise CorpusError(row.error, place=row.place, remedy="mend or remove this record")
    blocks = _blocks(rows, near)
    random.Random(seed).shuffle(blocks)  # noqa: S311 - a split, not a secret
    blocks.sort(key=len, reverse=True)
    totals = Counter(row.example.label for row in rows)
    filled: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    sides: tuple[list[int], list[int]] = ([], [])
    for block in blocks:
        counts = Counter(rows[i].example.label for i in block)
        shares = (1.0 - share, share)
        rise = [_rise(filled[side], counts, totals, shares[side]) for side in (0, 1)]
        side = rise.index(min(rise))
        filled[side].update(counts)
        sides[side].extend(block)
    train, test = ([rows[i] for i in sorted(side)] for side in sides)
    _check(train, test, totals)
    return train, test


def _rise(filled: Counter[str], added: Counter[str], totals: Counter[str], share: float) -> float:
    """Return the rise of sum(filled² / wanted), which is least when each side has its share of each label.

    Labels count alike, whatever their number of rows.
    """
    parts = ((filled[label], count, totals[label]) for label, count in added.items())
    return sum(((before + count) ** 2 - before**2) / (share * total**2) for before, count, total in parts)


def _blocks(rows: Sequence[Row], near: float) -> list[list[int]]:
    """Return the indices of rows that must stay together."""
    links = [(match.row, match.earlier) for match in find_matches((row.example.text for row in rows), near)]
    first: dict[str, int] = {}
    for i, row in enumerate(rows):
        if row.example.group:
            links.append((first.setdefault(row.example.group, i), i))
    blocks: dict[int, list[int]] = defaultdict(list)
    for i, root in enumerate(components(len(rows), links)):
        blocks[root].append(i)
    return list(blocks.values())


def _check(train: Sequence[Row], test: Sequence[Row], totals: Counter[str]) -> None:
    for name, side in (("training", train), ("test", test)):
        missing = sorted(set(totals) - {row.example.label for row in side})
        if missing or not side:
            problem = f"no row of {missing[0]!r} is left for the {name} side" if missing else "there are no rows"
            raise CorpusError(problem, remedy="choose another --share, smaller groups, or label more of it")
