"""The readable scoring: TF-IDF, damped L2 norm, linear scores. Standard library only; no probabilities here.

A text's vector has one entry a known term, ``(1 + ln tf) * idf``, and one constant entry, `damping`; it is divided by
its Euclidean length. The constant (its coefficient is fixed at zero) keeps a text with little evidence near the
middle: without it one known word would weigh as much as twenty. Apart from the constant this is what
scikit-learn's ``TfidfVectorizer(sublinear_tf=True)`` and ``LogisticRegression.decision_function`` compute, and
the tests hold it equal to them.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import log, sqrt
from operator import mul
from typing import NamedTuple, overload

from socialclass.model.text import AnalyzerSettings, analyze

# sign and upper exponent of doubles up to 2^257, or 2e77
_MODERATE = bytes([*range(0x50), *range(0x80, 0xD0)])


class Terms(Sequence[str]):
    """A vocabulary as it stands in a model file, UTF-8 joined by line feeds; split when a term is first asked for.

    size: how many terms there are, if that is known.

    >>> Terms(b"free\\nmum") == ("free", "mum"), len(Terms(b"a b")), Terms(b"free\\nmum")[1]
    (True, 1, 'mum')
    """

    def __init__(self, joined: bytes, size: int | None = None) -> None:
        self.joined = joined
        self._size = line_feeds(joined) + 1 if size is None else size

    @cached_property
    def _split(self) -> tuple[str, ...]:
        return tuple(self.joined.decode("utf-8", "surrogatepass").split("\n"))

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._split[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._split)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Terms):
            return self.joined == other.joined
        return isinstance(other, list | tuple) and self._split == tuple(other)

    def __hash__(self) -> int:
        return hash(self._split)


class Weights(NamedTuple):
    """All numbers of a linear text model.

    terms: the vocabulary, sorted; n_terms strings.
    idf: array of n_terms floats, already raised to the power that training chose.
    coef: a row of n_terms floats for each class; a single row, of the second class, when there are two.
    intercept: a float for each row of `coef`.
    damping: the constant entry of every vector, in units of tf * idf.
    """

    terms: Sequence[str]
    idf: Sequence[float]
    coef: tuple[Sequence[float], ...]
    intercept: tuple[float, ...]
    damping: float
    analyzer: AnalyzerSettings


class Scores(NamedTuple):
    """One text's outcome: how many of its distinct terms are known, and a score for each row of `coef`."""

    known: int
    scores: tuple[float, ...]


class Counts(NamedTuple):
    """How often each term of a corpus stands in each text: a matrix in compressed sparse rows.

    terms: the vocabulary, sorted; columns follow it.
    ends: n_texts + 1 64-bit integers: the entries of text i stand in ``indices`` and ``counts`` from ends[i] to
        ends[i + 1], in no set order; both hold 32-bit integers.
    """

    terms: Sequence[str]
    ends: "array[int] | memoryview"
    indices: "array[int] | memoryview"
    counts: "array[int] | memoryview"


def count_terms(texts: Iterable[str], settings: AnalyzerSettings) -> Counts:
    """Return the terms of the texts and their counts.

    >>> counts = count_terms(["hi mum hi", "hi"], AnalyzerSettings(1, 0))
    >>> list(counts.terms), list(counts.ends), list(counts.indices), list(counts.counts)
    (['hi', 'mum'], [0, 2, 3], [0, 1, 0], [2, 1, 1])
    """
    vocabulary: dict[str, int] = {}
    ends, indices, counts = array("q", [0]), array("i"), array("i")
    for text in texts:
        found = Counter(analyze(text, settings))
        indices.extend(vocabulary.setdefault(term, len(vocabulary)) for term in found)
        counts.extend(found.values())
        ends.append(len(indices))
    terms = sorted(vocabulary)
    places = {vocabulary[term]: place for place, term in enumerate(terms)}
    return Counts(terms, ends, array("i", map(places.__getitem__, indices)), counts)


class Scorer:
    """Scores texts with fixed weights.

    >>> weights = Weights(("free", "mum"), [1.0, 1.0], ([-2.0, 2.0],), (0.0,), 0.0, AnalyzerSettings(1, 0))
    >>> Scorer(weights).score(["hi mum", "???"])
    [Scores(known=1, scores=(2.0,)), Scores(known=0, scores=(0.0,))]
    """

    name = "Python"

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @cached_property
    def _index(self) -> dict[str, int]:
        return {term: i for i, term in enumerate(self._weights.terms)}

    @cached_property
    def _squares(self) -> "array[float]":
        """What each term adds to the square of a vector's length, where it stands once."""
        return array("d", map(mul, self._weights.idf, self._weights.idf))

    @cached_property
    def _shares(self) -> "list[array[float]]":
        """What each term adds to each score before that is divided by the length, where it stands once."""
        return [array("d", map(mul, self._weights.idf, coef)) for coef in self._weights.coef]

    def vector(self, text: str, facts: Sequence[str] = ()) -> dict[int, float]:
        """Return the entries of the normalised vector of a text and its facts, by index of the term.

        The constant is left out.
        """
        idf, damping = self._weights.idf, self._weights.damping
        values = {i: (1.0 + log(n)) * idf[i] for i, n in Counter(self._find(text, facts)).items()}
        length = sqrt(sum(value * value for value in values.values()) + damping * damping) or 1.0
        return {i: value / length for i, value in values.items()}

    def score(self, texts: Iterable[str], facts: Iterable[Sequence[str]] | None = None) -> list[Scores]:
        """Return the scores of each text, in order; facts: for each text, terms beside its own."""
        squares, shares, intercept = self._squares, self._shares, self._weights.intercept
        damping = self._weights.damping**2
        results = []
        pairs = zip(texts, facts, strict=True) if facts is not None else ((text, ()) for text in texts)
        for text, beside in pairs:
            found = self._find(text, beside)
            known: dict[int, None] = {}
            again = {i for i in found if i in known or known.setdefault(i)}
            square = sum(map(squares.__getitem__, known), damping)
            totals = [sum(map(share.__getitem__, known)) for share in shares]
            for i in again:  # a term that stands n times has not 1 but 1 + ln n times its weight
                more = log(found.count(i))
                square += more * (more + 2.0) * squares[i]
                totals = [total + more * share[i] for total, share in zip(totals, shares, strict=True)]
            length = sqrt(square) or 1.0
            scores = [start + total / length for start, total in zip(intercept, totals, strict=True)]
            results.append(Scores(len(known), tuple(scores)))
        return results

    def _find(self, text: str, facts: Sequence[str]) -> list[int]:
        """Return the known terms of a text and its facts, by index, with repetitions."""
        terms = analyze(text, self._weights.analyzer)
        return [i for i in map(self._index.get, [*terms, *facts] if facts else terms) if i is not None]


def line_feeds(data: bytes | memoryview) -> int:
    """Return how many of the bytes are line feeds.

    >>> line_feeds(b"free\\nmum\\n")
    2
    """
    return bytes(data).count(b"\n")


def all_moderate(data: bytes | memoryview) -> bool:
    """Say whether all doubles in the bytes, little end first, are finite, and such that products of three of them are.

    >>> from struct import pack
    >>> all_moderate(pack("<2d", 1.5, -2e77)), all_moderate(pack("<d", 1e100)), all_moderate(pack("<d", float("-inf")))
    (True, False, False)
    """
    return not bytes(data[7::8]).translate(None, _MODERATE)


def floats(values: Iterable[float]) -> "array[float]":
    """Return the values as a compact array of doubles."""
    return array("d", values)
