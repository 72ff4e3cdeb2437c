"""One fit: counts of terms and labels in, weights out, uncalibrated."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from socialclass.corpus import Example
from socialclass.scoring import Weights
from socialclass.scoring.reference import floats
from socialclass.training.settings import TrainSettings
from socialclass.training.solver import TIGHT, Solution, solve
from socialclass.training.vectors import Weighting, count_examples, vectors, weigh

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix


class Fit(NamedTuple):
    """What one fit found: its vocabulary by column of the counts, and the coefficients of these."""

    weighting: Weighting
    solution: Solution
    damping: float

    def scores(self, counts: "csr_matrix") -> "np.ndarray[Any, np.dtype[np.float64]]":
        """Return the scores of texts whose terms were counted alike, shape (n_texts, n_rows)."""
        matrix = vectors(counts, self.weighting, self.damping)
        return matrix @ self.solution.coef.T + self.solution.intercept  # type: ignore[no-any-return]


def fit_counts(
    counts: "csr_matrix",
    targets: "np.ndarray[Any, Any]",
    classes: int,
    settings: TrainSettings,
    tolerance: float = TIGHT,
) -> Fit:
    """Fit on rows of counts (n_texts, n_terms) and their class numbers (n_texts,)."""
    weighting = weigh(counts, settings, targets)
    matrix = vectors(counts, weighting, settings.damping)
    solution = solve(matrix, targets, classes, settings.C, settings.class_weight, tolerance)
    return Fit(weighting, solution, settings.damping)


def fit(examples: Sequence[Example], classes: tuple[str, ...], settings: TrainSettings) -> Weights:
    """Return the weights of one fit, uncalibrated."""
    counts = count_examples(examples, settings.analyzer)
    fitted = fit_counts(counts.matrix, targets_of(examples, classes), len(classes), settings)
    return weights_of(fitted, counts.terms, settings)


def weights_of(fitted: Fit, terms: Sequence[str], settings: TrainSettings) -> Weights:
    """Return a fit as the weights of a classifier; terms: names of the columns that were fitted on."""
    known = fitted.weighting.known
    return Weights(
        terms=terms if len(known) == len(terms) else [terms[i] for i in known],
        idf=floats(fitted.weighting.idf.tolist()),
        coef=tuple(floats(row.tolist()) for row in fitted.solution.coef),
        intercept=tuple(float(value) for value in fitted.solution.intercept),
        damping=settings.damping,
        analyzer=settings.analyzer,
    )


def targets_of(examples: Sequence[Example], classes: Sequence[str]) -> "np.ndarray[Any, Any]":
    """Return each example's place in `classes`, shape (n_examples,)."""
    import numpy as np

    places = {label: place for place, label in enumerate(classes)}
    return np.array([places[example.label] for example in examples], dtype=np.int64)
