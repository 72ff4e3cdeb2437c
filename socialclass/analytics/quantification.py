"""Quantification: how many of many texts are marketing, corrected for what the classifier gets wrong.

Counting labels says how often the classifier said *marketing*; at an error rate of 20% it says so of a fifth of the
texts even where none is. Here the share is the one under which the classifier's scores are likeliest: the scores of
a group of texts, counted in bins, are a mixture of two histograms, that of true marketing and that of true
networking texts, known from a labelled sample; expectation-maximisation finds the mixture's share. It is the
maximum-likelihood form of adjusted counting (Forman, Data Min. Knowl. Disc. 17, 2008: ACC, and the mixture model of
scores MM), with the iteration of Saerens, Latinne and Decaestecker (Neural Computation 14, 2002). Measured against
adjusted count, probabilistic adjusted count (Bella et al., ICDM 2010) and Saerens' own on calibrated
probabilities by ``python -m benchmarks.mix``.

The interval covers both, the chance in the texts that were counted and in the labelled sample: the shares of highest
density (95%) under the likelihood of each share, over many draws of the two histograms from what the sample leaves
open (Dirichlet distributions). An interval between equal tails would never hold 0 or 1, and so miss every small group
that is all of one side. It holds where the labelled sample is like the texts, label by label. What is `uncertain` has
no score and is left out: the corrected share is that of the texts with a label.

Near an even mix the errors of plain counting cancel, and the correction, which rests on a sample, errs more than
counting does; nobody knows beforehand that a mix is even.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from socialclass.analytics.estimates import Estimate, missing
from socialclass.analytics.ledger import FEWEST_INTERACTIONS
from socialclass.errors import CorpusError

if TYPE_CHECKING:
    from socialclass.analytics.ledger import Labels
    from socialclass.corpus import Example
    from socialclass.model.classifier import Classifier

Array = np.ndarray[Any, np.dtype[Any]]

BINS = 10  # equal bins of the probability of marketing
FEWEST = 25  # labelled texts of each label below which error rates are not known well enough
_PRIOR = 0.5  # Jeffreys: what every bin counts before anything was seen
_STEPS = 500
_DRAWS = 100
_GRID = 401


@dataclass(frozen=True)
class ErrorRates:
    """How a classifier's scores fall on texts whose label is known.

    marketing, networking: texts of this true label in each of `BINS` bins of the probability of marketing; those
    that are `uncertain` are left out. source: what they were measured on.
    """

    marketing: tuple[int, ...]
    networking: tuple[int, ...]
    source: str

    @property
    def right(self) -> tuple[float, float]:
        """The recall of marketing and of networking, at one half."""
        half = BINS // 2
        return (
            sum(self.marketing[half:]) / sum(self.marketing),
            sum(self.networking[:half]) / sum(self.networking),
        )


class Corrected(NamedTuple):
    """Corrected shares of marketing, a group a place: the figure, and its 95% interval."""

    value: Array
    low: Array
    high: Array


def bins_of(share: Array) -> Array:
    """Return the bin of each probability of marketing; NaN is not allowed."""
    found: Array = np.minimum(share * BINS, BINS - 1).astype(np.int64)
    return found


def error_rates(
    classifier: "Classifier", examples: "Iterable[Example]", labels: "Labels", source: str, min_confidence: float = 0.0
) -> ErrorRates:
    """Measure how the classifier's scores fall on labelled texts; raises `CorpusError` for too few of a label."""
    chosen = [example for example in examples if example.label in labels]
    texts = [example.text for example in chosen]
    facts = [example.facts for example in chosen]
    predicted = classifier.predict(texts, min_confidence, facts if any(facts) else None)
    place = classifier.classes.index(labels.marketing)
    share = np.array([float("nan") if each.reason else each.probabilities[place] for each in predicted])
    truth = np.array([example.label == labels.marketing for example in chosen], dtype=bool)
    share, truth = share[~np.isnan(share)], truth[~np.isnan(share)]
    for name, found in zip(labels, (int(truth.sum()), int((~truth).sum())), strict=True):
        if found < FEWEST:
            raise CorpusError(
                f"{found} texts are labelled {name!r}", place=source, remedy=f"label at least {FEWEST} of each"
            )
    counts = [np.bincount(bins_of(share[side]), minlength=BINS).tolist() for side in (truth, ~truth)]
    return ErrorRates(tuple(counts[0]), tuple(counts[1]), source)


def corrected_shares(histograms: Array, rates: ErrorRates, seed: int = 0) -> Corrected:
    """Return the corrected share of marketing of each group of texts, with intervals.

    histograms: shape (groups, BINS), how many texts of a group fall in each bin.

    >>> import numpy as np
    >>> rates = ErrorRates((1,) * 5 + (19,) * 5, (19,) * 5 + (1,) * 5, "a sample")
    >>> found = corrected_shares(np.array([[19] * 5 + [1] * 5, [10] * 10]), rates)
    >>> [round(float(each), 1) for each in found.value]
    [0.0, 0.5]
    """
    sides = [np.asarray(side, float) + _PRIOR for side in (rates.marketing, rates.networking)]
    value = _mixture(histograms.astype(float), *[side / side.sum() for side in sides])
    grid = np.linspace(0, 1, _GRID)
    random = np.random.default_rng(seed)
    drawn = [random.dirichlet(side, _DRAWS)[:, None, :] for side in sides]
    likelihood = np.log(grid[:, None] * drawn[0] + (1 - grid[:, None]) * drawn[1] + 1e-300).reshape(-1, BINS)
    low, high = np.empty(len(value)), np.empty(len(value))
    for group, counts in enumerate(histograms):
        scores = (likelihood @ counts).reshape(_DRAWS, _GRID)
        weights = np.exp(scores - scores.max(1, keepdims=True))
        low[group], high[group] = _densest(grid, (weights / weights.sum(1, keepdims=True)).mean(0))
    return Corrected(value, np.minimum(low, value), np.maximum(high, value))


def _densest(grid: Array, density: Array) -> Array:
    """Return the ends of the shortest interval that holds 95% (of one peak; of several, from first to last)."""
    order = np.argsort(-density, kind="stable")
    inside = order[: int(np.searchsorted(np.cumsum(density[order]), 0.95)) + 1]
    half = (grid[1] - grid[0]) / 2
    ends: Array = np.clip([grid[inside.min()] - half, grid[inside.max()] + half], 0, 1)
    return ends


def _mixture(counts: Array, marketing: Array, networking: Array) -> Array:
    """Return each group's share under which its counts are likeliest; counts: shape (groups, bins)."""
    share: Array = np.full(len(counts), 0.5)
    total = np.maximum(counts.sum(1), 1)
    for _ in range(_STEPS):
        mine = share[:, None] * marketing
        step: Array = (counts * (mine / (mine + (1 - share[:, None]) * networking))).sum(1) / total
        if np.abs(step - share).max(initial=0.0) < 1e-6:
            return step
        share = step
    return share


def as_estimates(found: Corrected, of: Sequence[int]) -> list[Estimate]:
    """Return corrected shares as figures; none of fewer than `FEWEST_INTERACTIONS` texts, which say next to nothing."""
    rows = zip(found.value, found.low, found.high, of, strict=True)
    few = f"fewer than {FEWEST_INTERACTIONS} activities here have a label with a probability"
    return [
        Estimate(float(value), float(low), float(high), count) if count >= FEWEST_INTERACTIONS else missing(few)
        for value, low, high, count in rows
    ]
