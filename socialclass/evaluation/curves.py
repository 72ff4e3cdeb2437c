"""Curves and bins: reliability, precision and recall, risk and coverage. They are drawn elsewhere."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from socialclass.evaluation.outcomes import Array, Outcomes

BINS = 10
_POINTS = 200  # of a curve that is drawn
_Z = 1.959964  # of 95%


class Ranking:
    """Texts by falling score, in blocks of equal scores: a threshold never divides a block.

    hits: for each text, whether it counts.
    """

    def __init__(self, scores: Array, hits: Array) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ranked = scores[self._order]
        self._ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1) if len(ranked) else self._order
        self._hits = hits[self._order]

    def totals(self, weights: Array) -> tuple[Array, Array]:
        """Return the weight of all texts, and of those that count, down to the end of each block."""
        ranked = weights[self._order]
        return np.cumsum(ranked)[self._ends], np.cumsum(ranked * self._hits)[self._ends]


class Bin(NamedTuple):
    """Texts of about one probability: its mean, the share of right labels with a 95% interval (Wilson), how many."""

    probability: float
    right: float
    low: float
    high: float
    texts: int


def confidence_ranking(outcomes: Outcomes) -> tuple[Array, Ranking]:
    """Return the rows of the texts that give evidence, and their ranking by confidence, in which errors count."""
    rows = np.flatnonzero(~np.isnan(outcomes.confidence))
    return rows, Ranking(outcomes.confidence[rows], (outcomes.likeliest != outcomes.truth)[rows])


def risk_coverage_curve(outcomes: Outcomes) -> tuple[list[float], list[float]]:
    """Return coverages and error rates when the least confidence falls from the surest text's to 0."""
    rows, ranking = confidence_ranking(outcomes)
    totals, wrong = ranking.totals(np.ones(len(rows)))
    return _thinned(totals / max(1, len(outcomes)), wrong / np.maximum(totals, 1))


def precision_recall_curve(outcomes: Outcomes, number: int) -> tuple[list[float], list[float]]:
    """Return recalls and precisions of a class (by number) when the threshold on its probability falls."""
    assert outcomes.shares is not None
    hits = outcomes.truth == number
    totals, right = Ranking(outcomes.shares[:, number], hits).totals(np.ones(len(outcomes)))
    return _thinned(right / max(1, int(hits.sum())), right / np.maximum(totals, 1))


def _thinned(x: Array, y: Array) -> tuple[list[float], list[float]]:
    kept = np.unique(np.linspace(0, len(x) - 1, min(_POINTS, len(x))).round().astype(int))
    return x[kept].tolist(), y[kept].tolist()


def reliability(outcomes: Outcomes) -> list[Bin]:
    """Return the bins of the labelled texts' probability that hold any, from the least probability."""
    sure = outcomes.predicted < len(outcomes.classes)
    confidence, right = outcomes.confidence[sure], outcomes.right[sure]
    numbers = bin_numbers(confidence)
    found = []
    for number in np.unique(numbers):
        inside = numbers == number
        low, high = wilson(int(right[inside].sum()), int(inside.sum()))
        found.append(Bin(float(confidence[inside].mean()), float(right[inside].mean()), low, high, int(inside.sum())))
    return found


def bin_numbers(shares: Array) -> Array:
    """Return the bin of each probability, from 0 to 9."""
    return np.minimum((shares * BINS).astype(np.intp), BINS - 1)


def wilson(hits: int, texts: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share.

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not texts:
        return 0.0, 1.0
    share, square = hits / texts, _Z * _Z / texts
    half = _Z * sqrt(share * (1 - share) / texts + square / texts / 4)
    middle, scale = share + square / 2, 1 + square
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def calibration_error(outcomes: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error of (probability, right) outcomes, 0 to 1.

    >>> round(calibration_error([(0.9, True), (0.9, False)]), 3)
    0.4
    """
    if not outcomes:
        return 0.0
    shares, right = np.array(outcomes, dtype=np.float64).T
    return binned_gap(bin_numbers(shares), shares - right, np.ones(len(shares)))


def binned_gap(numbers: Array, gaps: Array, weights: Array) -> float:
    """Return the mean over texts of their bin's gap between probability and right answers."""
    total = weights.sum()
    return float(np.abs(np.bincount(numbers, gaps * weights, BINS)).sum() / total) if total else 0.0


def risk_coverage(
    outcomes: Sequence[tuple[float, bool]], coverages: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Return (coverage, least probability, error rate) when only the surest share of texts is labelled.

    >>> risk_coverage([(0.9, True), (0.8, True), (0.6, False), (0.7, True)], [1.0, 0.75])
    [(1.0, 0.6, 0.25), (0.75, 0.7, 0.0)]
    """
    ranked = sorted(outcomes, reverse=True)
    points = []
    for coverage in coverages:
        kept = ranked[: max(1, round(coverage * len(ranked)))]
        points.append((coverage, kept[-1][0], sum(not right for _, right in kept) / len(kept)))
    return points
