"""Where in a text its terms stand: contributions of terms become weights of stretches of the original text.

The analyser folds, opens hashtags and drops what is no evidence, so a term's place is looked for in the original; what
is not found there, as with facts, is left over and named beside the text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from socialclass.model.classifier import Contribution
from socialclass.model.text import START, URL, AnalyzerSettings, addressees, tokenize
from socialclass.report.page import Html, escape

_CHUNK = re.compile(r"\S+")
_HANDLE = re.compile(r"@\w+")
_DIGITS = str.maketrans("123456789", "000000000")
_LEVELS = ((0.6, 3), (0.3, 2), (0.08, 1))  # least share of the strongest weight, and how strongly it is marked
_LONGEST = 700  # characters of a text that a page shows


class Stretch(NamedTuple):
    """A part of a text, from `start` to `end`, and what its terms add to the logit."""

    start: int
    end: int
    weight: float


class _Token(NamedTuple):
    token: str
    start: int
    end: int


def weigh(
    text: str, contributions: Sequence[Contribution], settings: AnalyzerSettings
) -> tuple[list[Stretch], list[Contribution]]:
    """Return the stretches of a text that terms stand in, in order, and the contributions of terms found nowhere.

    A term that stands in several places is divided among them, a pair between its two words. All weights and what is
    left over sum to all contributions.

    >>> found, rest = weigh("Sale! SALE", [Contribution("sale", 1.0), Contribution("<Like>", 0.5)], AnalyzerSettings())
    >>> [tuple(each) for each in found], [each.term for each in rest]
    ([(0, 4, 0.5), (6, 10, 0.5)], ['<Like>'])
    """
    spans, owners = _owners(text, settings)
    weights: dict[tuple[int, int], float] = dict.fromkeys(spans, 0.0)
    left = []
    for each in contributions:
        places = owners.get(each.term)
        if not places:
            left.append(each)
            continue
        for place in places:
            for number in place:
                weights[spans[number]] += each.contribution / len(places) / len(place)
    return _disjoint(Stretch(*span, weight) for span, weight in sorted(weights.items()) if weight), left


def _owners(text: str, settings: AnalyzerSettings) -> tuple[list[tuple[int, int]], dict[str, list[tuple[int, ...]]]]:
    """Return stretches, and for each term the stretches (by number) of each place where it stands."""
    tokens = list(_tokens(text, settings.entities))
    spans = [(each.start, each.end) for each in tokens]
    owners: dict[str, list[tuple[int, ...]]] = {}
    for number, each in enumerate(tokens):
        owners.setdefault(each.token, []).append((number,))
        if settings.prefix and len(each.token) > settings.prefix and each.token != URL:
            owners.setdefault(f"{each.token[: settings.prefix]}*", []).append((number,))
        left, place = (tokens[number - 1].token, (number - 1, number)) if number else (START, (number,))
        owners.setdefault(f"{left} {each.token}", []).append(place)
    for chunk in _CHUNK.finditer(text):
        for handle in _HANDLE.finditer(chunk[0]):
            for term in addressees(chunk[0]) if "@" in chunk[0] else ():
                owners.setdefault(term, []).append((len(spans),))
            spans.append((chunk.start() + handle.start(), chunk.start() + handle.end()))
    return spans, owners


def _tokens(text: str, entities: int) -> Iterator[_Token]:
    """Yield the analyser's tokens with their places; no token reaches over white space."""
    for chunk in _CHUNK.finditer(text):
        plain = chunk[0].lower().translate(_DIGITS)
        position = 0
        for token in tokenize(chunk[0], entities):
            found = plain.find(token, position) if len(plain) == len(chunk[0]) else -1
            if found < 0:  # folded or replaced: the whole of it
                yield _Token(token, chunk.start(), chunk.end())
            else:
                position = found + len(token)
                yield _Token(token, chunk.start() + found, chunk.start() + position)


def _disjoint(stretches: Iterator[Stretch]) -> list[Stretch]:
    """Join stretches that overlap, which come in order."""
    joined: list[Stretch] = []
    for each in stretches:
        if joined and each.start < joined[-1].end:
            last = joined.pop()
            each = Stretch(last.start, max(last.end, each.end), last.weight + each.weight)
        joined.append(each)
    return joined


def marked(text: str, stretches: Sequence[Stretch]) -> Html:
    """Return a text as HTML with its stretches marked, by sign and in three strengths; the value is in the title.

    >>> marked("a sale", [Stretch(2, 6, 1.25)])
    'a <mark class="for l3" title="+1.250">sale</mark>'
    """
    top = max((abs(each.weight) for each in stretches), default=0.0) or 1.0
    parts: list[str] = []
    position = 0
    for each in stretches:
        level = next((level for least, level in _LEVELS if abs(each.weight) >= least * top), 0)
        if not level or each.end > _LONGEST:
            continue
        side = "for" if each.weight > 0 else "against"
        parts.append(escape(text[position : each.start]))
        word = escape(text[each.start : each.end])
        parts.append(f'<mark class="{side} l{level}" title="{each.weight:+.3f}">{word}</mark>')
        position = each.end
    rest = text[position : max(position, _LONGEST)]
    parts.append(escape(rest) + ("…" if len(text) > max(position, _LONGEST) else ""))
    return Html("".join(parts))
