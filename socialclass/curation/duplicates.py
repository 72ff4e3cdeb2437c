"""Texts that are the same or nearly the same. Standard library only.

Near copies are an exact set-similarity join: two texts are near when the Jaccard similarity of their words and
neighbouring pairs of words is at least a threshold. Of each text only its rarest shingles are looked up and indexed
(the prefix filter of Chaudhuri et al., ICDE 2006, and Bayardo et al., WWW 2007): two texts that share none of them
cannot reach the threshold. So, unlike MinHash, it misses no pair by chance, and needs no seed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from socialclass.model.text import tokenize

NEAR = 0.7
FEWEST_WORDS = 4  # shorter texts are only compared as they stand: "thank you" is no copy of "thank you"
_ENOUGH = 5  # a text that has this many near copies before it is found through those, and not indexed itself


class Match(NamedTuple):
    """A row and an earlier row that it repeats, by index.

    similarity: up to 1, for equal words; exact: the texts are equal as they stand, but for space around them.
    """

    row: int
    earlier: int
    similarity: float
    exact: bool


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text as they are compared: case, URLs, mentions and punctuation gone, every digit 0.

    >>> words_of("@ana Sale: 20% off! https://t.co/x")
    ('sale', '00', 'off')
    """
    return tuple(token for token in tokenize(text) if token[0].isalnum() or token[0] == "<")


def shingles_of(words: Sequence[str]) -> frozenset[str]:
    """Return the words and the neighbouring pairs of words.

    >>> sorted(shingles_of(("call", "mum")))
    ['call', 'call mum', 'mum']
    """
    return frozenset([*words, *(f"{left} {right}" for left, right in pairwise(words))])


def find_matches(texts: Iterable[str], threshold: float = NEAR) -> list[Match]:
    """Return, for each text that repeats earlier ones, those it repeats: the first equal text, or near copies.

    texts: in order; blank ones match nothing. Of near copies at most five are named, the most similar first.

    >>> find_matches(["Free boots for all today", "free boots for all today!", "hi", "hi"])
    [Match(row=1, earlier=0, similarity=1.0, exact=False), Match(row=3, earlier=2, similarity=1.0, exact=True)]
    """
    matches: list[Match] = []
    as_written: dict[str, int] = {}
    first_of: dict[tuple[str, ...], int] = {}
    distinct: dict[int, frozenset[str]] = {}
    for row, text in enumerate(texts):
        text = text.strip()
        if not text:
            continue
        if (equal := as_written.setdefault(text, row)) != row:
            matches.append(Match(row, equal, 1.0, True))
            continue
        words = words_of(text)
        if len(words) < FEWEST_WORDS:
            continue
        if (equal := first_of.setdefault(words, row)) != row:
            matches.append(Match(row, equal, 1.0, False))
            continue
        distinct[row] = shingles_of(words)
    matches.extend(_join(distinct, threshold))
    return sorted(matches, key=lambda match: (match.row, -match.similarity, match.earlier))


def _join(sets: dict[int, frozenset[str]], threshold: float) -> Iterator[Match]:
    counts = Counter(shingle for shingles in sets.values() for shingle in shingles)
    index: dict[str, list[int]] = defaultdict(list)
    for row, shingles in sets.items():
        rarest = sorted(shingles, key=lambda shingle: (counts[shingle], shingle))
        # to reach the threshold two sets share at least one of their |x| - ceil(t |x|) + 1 rarest members
        prefix = rarest[: len(rarest) - ceil(threshold * len(rarest)) + 1]
        candidates = {earlier for shingle in prefix for earlier in index.get(shingle, ())}
        found = [
            Match(row, earlier, similarity, False)
            for earlier in candidates
            if (similarity := _jaccard(shingles, sets[earlier], threshold)) >= threshold
        ]
        found.sort(key=lambda match: (-match.similarity, match.earlier))
        yield from found[:_ENOUGH]
        if len(found) < _ENOUGH:
            for shingle in prefix:
                if counts[shingle] > 1:
                    index[shingle].append(row)


def _jaccard(left: frozenset[str], right: frozenset[str], least: float) -> float:
    if min(len(left), len(right)) < least * max(len(left), len(right)):
        return 0.0
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


def components(size: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each of `size` rows the first row that it is linked with, directly or through others.

    >>> components(4, [(1, 3), (0, 3)])
    [0, 0, 2, 0]
    """
    parents = list(range(size))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for left, right in links:
        first, second = sorted((root(left), root(right)))
        parents[second] = first
    return [root(row) for row in range(size)]
