"""Marks that alone decide a label: handles, hashtags, domains of URLs, sign-offs. Standard library only.

A label learnt from such a mark is learnt from who wrote, not from what was written. The bundled analyser leaves URLs
and bare mentions out, but parts of handles and hashtags it reads, and so does any other model.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import exp, lgamma
from typing import NamedTuple

FEWEST_TEXTS = 8
PURE = 0.95
FALSE_SHARE = 0.1  # of what is found, at most and on average: a mark is to be looked at, and one missed is not

_HANDLE = re.compile(r"(?<![\w.+-])@\w[\w.]*\w")
_HASHTAG = re.compile(r"(?<!\w)#\w+")
_DOMAIN = re.compile(r"(?:https?://|\bwww\.)(?:www\.)?([\w-]+(?:\.[\w-]+)+)", re.I)
_SIGNED = re.compile(r"(?:^|\s)(?:[\^~–—-] ?)([^\W\d_]\w{0,19})[.!]?\s*$")
_LAST_LINE = 40  # characters of a line of its own that may be a sign-off


class TellTale(NamedTuple):
    """A mark, the label that it gives away, its texts, those of the label, the first row, and the adjusted p."""

    mark: str
    label: str
    texts: int
    of_label: int
    first: int
    p: float


def marks_of(text: str) -> set[str]:
    """Return the handles, hashtags, domains and the sign-off of a text, in lower case.

    >>> sorted(marks_of("@TernAir see https://www.tern.example/a #Fly ^Ana"))
    ['#fly', '@ternair', 'sign-off ana', 'tern.example']
    """
    marks = {*_HANDLE.findall(text), *_HASHTAG.findall(text), *_DOMAIN.findall(text)}
    if signed := _SIGNED.search(text):
        marks.add(f"sign-off {signed[1]}")
    first, _, last = text.strip().rpartition("\n")
    if first and 0 < len(last.strip()) <= _LAST_LINE:
        marks.add(f"last line {last.strip()}")
    return {mark.lower() for mark in marks}


def find_telltales(
    texts: Sequence[str], labels: Sequence[str], fewest: int = FEWEST_TEXTS, pure: float = PURE
) -> list[TellTale]:
    """Return the marks of at least `fewest` texts of which at least the share `pure` has one label, surest first.

    Tested against drawing the same number of texts at random from the corpus (hypergeometric, one-sided), and
    adjusted for the number of marks that were tested: of those found, a tenth may be chance (Benjamini and Hochberg,
    1995).
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        for mark in marks_of(text):
            rows[mark].append(row)
    counts = Counter(labels)
    tested: list[TellTale] = []
    for mark, where in rows.items():
        if len(where) < fewest:
            continue
        label, most = Counter(labels[row] for row in where).most_common(1)[0]
        p = _tail(len(labels), counts[label], len(where), most)
        tested.append(TellTale(mark, label, len(where), most, where[0], p))
    found = [each for each in _adjusted(tested) if each.p <= FALSE_SHARE and each.of_label >= pure * each.texts]
    return found[::-1]


def _adjusted(tested: list[TellTale]) -> Iterator[TellTale]:
    """Yield the marks with the share of false ones among them and all surer ones, the surest last."""
    lowest, ranked = 1.0, sorted(tested, key=lambda each: (each.p, each.mark))
    for rank in range(len(ranked), 0, -1):
        lowest = min(lowest, ranked[rank - 1].p * len(ranked) / rank)
        yield ranked[rank - 1]._replace(p=lowest)


def _tail(population: int, marked: int, drawn: int, least: int) -> float:
    """Return the chance that at least `least` of `drawn` rows are among the `marked` of a population."""
    whole = _log_choose(population, drawn)
    return min(
        1.0,
        sum(
            exp(_log_choose(marked, k) + _log_choose(population - marked, drawn - k) - whole)
            for k in range(max(least, drawn - population + marked), min(drawn, marked) + 1)
        ),
    )


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def strength(p: float) -> str:
    """Return a p value as it is shown.

    >>> strength(1e-9), strength(0.004)
    ('p < 0.0001', 'p = 0.0040')
    """
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.4f}"
