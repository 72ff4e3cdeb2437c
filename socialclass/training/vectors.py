"""Texts to matrices: counts of terms once for a corpus, TF-IDF vectors of any of its rows from them."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from socialclass.corpus import Example
from socialclass.errors import CorpusError
from socialclass.model.scoring import count_terms
from socialclass.model.text import AnalyzerSettings
from socialclass.training.settings import TrainSettings

_FLAT = 0.2  # added to a contrast, so that a term that the labels use equally often keeps some weight


class TermCounts(NamedTuple):
    """How often each term stands in each text: ``matrix`` has shape (n_texts, n_terms), ``terms`` are sorted."""

    terms: Sequence[str]
    matrix: csr_matrix


def count_examples(examples: Sequence[Example], analyzer: AnalyzerSettings) -> TermCounts:
    """Count the terms of all texts, and the facts beside them.

    >>> corpus = [Example("hi mum", "a", facts=("<reply>",)), Example("hi", "b")]
    >>> counts = count_examples(corpus, AnalyzerSettings(1, 0))
    >>> list(counts.terms), counts.matrix.toarray().tolist()
    (['<reply>', 'hi', 'mum'], [[1.0, 1.0, 1.0], [0.0, 1.0, 0.0]])
    """
    counted = count_terms([example.text for example in examples], analyzer)
    data = np.frombuffer(counted.counts, np.int32).astype(np.float64)
    indices = np.frombuffer(counted.indices, np.int32).copy()
    ends = np.frombuffer(counted.ends, np.int64).astype(np.int32 if len(data) < 2**31 else np.int64)
    matrix = csr_matrix((data, indices, ends), shape=(len(examples), len(counted.terms)))
    matrix.sort_indices()
    if any(example.facts for example in examples):
        return _with_facts(counted.terms, matrix, examples)
    return TermCounts(counted.terms, matrix)


def _with_facts(terms: Sequence[str], matrix: csr_matrix, examples: Sequence[Example]) -> TermCounts:
    names = sorted({fact for example in examples for fact in example.facts})
    terms = list(terms)
    before = {name: bisect_left(terms, name) for name in names}
    new = [name for name, place in before.items() if place == len(terms) or terms[place] != name]
    both = sorted([*terms, *new])  # two runs that are sorted each, which Python merges
    moved = np.arange(len(terms), dtype=np.int32)
    moved += np.searchsorted([before[name] for name in new], moved, side="right").astype(np.int32)
    places = {name: bisect_left(both, name) for name in names}
    size = (len(examples), len(both))
    words = csr_matrix((matrix.data, moved[matrix.indices] if len(moved) else matrix.indices, matrix.indptr), size)
    rows = [row for row, example in enumerate(examples) for _ in example.facts]
    columns = [places[fact] for example in examples for fact in example.facts]
    total = (words + csr_matrix((np.ones(len(rows)), (rows, columns)), size)).tocsr()  # repeated facts add up
    total.sort_indices()
    return TermCounts(both, total)


class Weighting(NamedTuple):
    """Which terms a fit knows, and how much each counts: both of shape (n_known_terms,).

    known: columns of the counted matrix; idf: already raised to the power of the settings, and times the contrast.
    """

    known: np.ndarray[Any, Any]
    idf: np.ndarray[Any, np.dtype[np.float64]]


def weigh(counts: csr_matrix, settings: TrainSettings, targets: "np.ndarray[Any, Any] | None" = None) -> Weighting:
    """Return the vocabulary and the smoothed idf of the rows of counts: ``1 + ln((1 + n) / (1 + df))``.

    targets: the rows' class numbers, which the contrast of the settings needs.
    Raises `CorpusError` where no term is left.
    """
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    known = np.flatnonzero(frequency >= settings.least_texts(counts.shape[0]))
    if not len(known):
        raise CorpusError("the texts hold no terms to learn from", remedy="give it longer texts or a smaller min_df")
    idf = np.log((1.0 + counts.shape[0]) / (1.0 + frequency[known])) + 1.0
    weights = np.power(idf, settings.idf_power)
    if settings.contrast:
        assert targets is not None
        weights *= (_FLAT + contrasts(counts, targets)[known]) ** settings.contrast
    return Weighting(known, weights)


def contrasts(counts: csr_matrix, targets: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return how unequally often the labels use each term, shape (n_terms,): 0 for equally.

    This is the largest log ratio, over the labels, of the share of its texts that hold the term to that of all other
    texts; one text is added on each side.

    >>> from scipy.sparse import csr_matrix
    >>> import numpy as np
    >>> contrasts(csr_matrix([[1.0, 2.0], [1.0, 0.0]]), np.array([0, 1])).round(2).tolist()
    [0.0, 0.69]
    """
    with_term = np.array(
        [np.bincount(counts[targets == each].indices, minlength=counts.shape[1]) for each in range(targets.max() + 1)]
    )
    texts = np.bincount(targets)[:, None]
    shares = (with_term + 1.0) / (texts + 2.0)
    others = (with_term.sum(axis=0) - with_term + 1.0) / (len(targets) - texts + 2.0)
    found: np.ndarray[Any, np.dtype[np.float64]] = np.abs(np.log(shares / others)).max(axis=0)
    return found


def vectors(counts: csr_matrix, weighting: Weighting, damping: float) -> csr_matrix:
    """Return the vectors of the rows of counts, shape (n_texts, n_known_terms), each divided by its length."""
    places = np.full(counts.shape[1], -1, dtype=np.int32)
    places[weighting.known] = np.arange(len(weighting.known), dtype=np.int32)
    columns = places[counts.indices]
    kept = columns >= 0
    columns = columns[kept]
    values = counts.data[kept]
    more = values > 1.0
    values[more] = 1.0 + np.log(values[more])
    values *= weighting.idf[columns]
    ends = np.concatenate([[0], np.cumsum(kept)])[counts.indptr].astype(counts.indptr.dtype)
    return damped(csr_matrix((values, columns, ends), (counts.shape[0], len(weighting.known))), damping)


def damped(matrix: csr_matrix, damping: float) -> csr_matrix:
    """Divide each row (n_texts, n_terms) by its length with the constant entry counted in."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    squares = np.bincount(rows, matrix.data * matrix.data, matrix.shape[0])
    lengths = np.sqrt(squares + damping * damping)
    lengths[lengths == 0.0] = 1.0
    return csr_matrix((matrix.data / lengths[rows], matrix.indices, matrix.indptr), matrix.shape)
