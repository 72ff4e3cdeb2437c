"""Calibration: the slope and offsets that make out-of-fold scores honest probabilities."""

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np
from scipy.optimize import minimize

from socialclass.model.scoring import Weights
from socialclass.model.scoring.reference import floats

FEW_TEXTS = 50  # of a label: too few to fit offsets


def fit_calibration(
    scores: np.ndarray[Any, np.dtype[np.float64]], targets: np.ndarray[Any, Any]
) -> tuple[float, list[float]]:
    """Return the slope and the offsets (one a row of scores) that make the scores' probabilities likeliest.

    For two classes this is Platt's scaling (1999), with his smoothed targets, so that a perfect separation does not
    become certainty; for more, temperature scaling with a bias for each class (Alexandari et al., ICML 2020) and the
    same targets. Both are monotone in each score, and linear, so they fold into the coefficients. Few texts say nothing
    of offsets (a fold without a text leans against its label), so below FEW_TEXTS of a label these are 0.
    """
    size = max(2, scores.shape[1])
    counts = np.bincount(targets, minlength=size)[targets]
    wanted = np.repeat((1.0 / (counts + 2.0) / (size - 1))[:, None], size, axis=1)
    wanted[np.arange(len(targets)), targets] = (counts + 1.0) / (counts + 2.0)

    def loss(parameters: np.ndarray[Any, Any]) -> float:
        logits = scores * np.exp(parameters[0]) + parameters[1:]
        if logits.shape[1] == 1:
            logits = np.hstack([np.zeros_like(logits), logits])
        return float((np.logaddexp.reduce(logits, axis=1) - (wanted * logits).sum(axis=1)).mean())

    few = np.bincount(targets, minlength=size).min() < FEW_TEXTS
    bounds = [(log(0.25), log(20.0)), *[(0.0, 0.0) if few else (-5.0, 5.0)] * scores.shape[1]]
    best = minimize(loss, np.zeros(len(bounds)), method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12}).x
    return round(float(np.exp(best[0])), 6), [round(float(value), 6) for value in best[1:]]


def calibrated(weights: Weights, slope: float, offsets: Sequence[float]) -> Weights:
    """Return the weights with slope and offsets (one a row) folded into them."""
    coef = tuple(floats(slope * value for value in row) for row in weights.coef)
    intercept = tuple(slope * value + offset for value, offset in zip(weights.intercept, offsets, strict=True))
    return weights._replace(coef=coef, intercept=intercept)
