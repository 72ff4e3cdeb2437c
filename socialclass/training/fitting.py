"""One fit: counts of terms and labels in, scikit-learn's LogisticRegression, weights out, uncalibrated."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from socialclass.corpus import Example
from socialclass.model.scoring import Weights
from socialclass.model.scoring.reference import floats
from socialclass.training.settings import TrainSettings
from socialclass.training.vectors import Weighting, count_examples, vectors, weigh

Array = np.ndarray[Any, np.dtype[np.float64]]

# largest entry of the mean loss's gradient at which the fit ends: at TIGHT no probability is off by 1e-6, at LOOSE a
# trial ranks as it would at the optimum
TIGHT, LOOSE = 1e-8, 1e-4
_STEPS = 1000


class Fit(NamedTuple):
    """What one fit found: its vocabulary by column of the counts, and the regression on these."""

    weighting: Weighting
    regression: LogisticRegression
    damping: float

    def scores(self, counts: csr_matrix) -> Array:
        """Return the scores of texts whose terms were counted alike, shape (n_texts, n_rows)."""
        found: Array = self.regression.decision_function(vectors(counts, self.weighting, self.damping))
        return found.reshape(counts.shape[0], -1)


def fit_counts(
    counts: csr_matrix, targets: np.ndarray[Any, Any], settings: TrainSettings, tolerance: float = TIGHT
) -> Fit:
    """Fit on rows of counts (n_texts, n_terms) and their class numbers (n_texts,)."""
    weighting = weigh(counts, settings, targets)
    regression = LogisticRegression(
        C=settings.C, class_weight=settings.class_weight, solver="newton-cg", tol=tolerance, max_iter=_STEPS
    )
    regression.fit(vectors(counts, weighting, settings.damping), targets)
    return Fit(weighting, regression, settings.damping)


def fit(examples: Sequence[Example], classes: tuple[str, ...], settings: TrainSettings) -> Weights:
    """Return the weights of one fit, uncalibrated."""
    counts = count_examples(examples, settings.analyzer)
    return weights_of(fit_counts(counts.matrix, targets_of(examples, classes), settings), counts.terms, settings)


def weights_of(fitted: Fit, terms: Sequence[str], settings: TrainSettings) -> Weights:
    """Return a fit as the weights of a classifier; terms: names of the columns that were fitted on."""
    known = fitted.weighting.known
    return Weights(
        terms=terms if len(known) == len(terms) else [terms[i] for i in known],
        idf=floats(fitted.weighting.idf.tolist()),
        coef=tuple(floats(row.tolist()) for row in fitted.regression.coef_),
        intercept=tuple(float(value) for value in fitted.regression.intercept_),
        damping=settings.damping,
        analyzer=settings.analyzer,
    )


def targets_of(examples: Sequence[Example], classes: Sequence[str]) -> np.ndarray[Any, Any]:
    """Return each example's place in `classes`, shape (n_examples,)."""
    places = {label: place for place, label in enumerate(classes)}
    return np.array([places[example.label] for example in examples], dtype=np.int64)
