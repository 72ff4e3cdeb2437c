"""Likely label errors: rows whose label a model of the other rows contradicts."""

from collections.abc import Sequence
from typing import NamedTuple

from socialclass.classifier import probabilities
from socialclass.corpus import Example


class Suspect(NamedTuple):
    """A row by index, the label that is likelier, and the probabilities of its own label and of that one."""

    row: int
    label: str
    own: float
    other: float


def find_suspects(examples: Sequence[Example], seed: int = 0) -> list[Suspect]:
    """Return the likely label errors, the likeliest first; none where there are too few rows to tell.

    Confident learning (Northcutt, Jiang and Chuang, JAIR 70, 2021): probabilities come from models that have not seen
    the row, its group or its copies; a row is suspect when another label's probability is at least what that label has
    on average among its own rows, and is the row's highest. Ranked by self-confidence: the probability of the row's
    own label.
    """
    import numpy as np

    from socialclass.training import FOLDS, TrainSettings, fit_calibration, out_of_fold_scores

    classes = tuple(sorted({example.label for example in examples}))
    counts = [sum(example.label == label for example in examples) for label in classes]
    if len(classes) < 2 or min(counts) < FOLDS:
        return []
    targets = np.array([classes.index(example.label) for example in examples])
    scores = out_of_fold_scores(examples, classes, TrainSettings(), seed)
    slope, offsets = fit_calibration(scores, targets)
    shares = np.array([probabilities(row) for row in (scores * slope + offsets).tolist()])
    average = np.array([shares[targets == label, label].mean() for label in range(len(classes))])
    likeliest = np.where(shares >= average, shares, -1.0).argmax(axis=1)
    found = [
        Suspect(row, classes[label], float(shares[row, targets[row]]), float(shares[row, label]))
        for row, label in enumerate(likeliest.tolist())
        if label != targets[row] and shares[row, label] >= average[label] and shares[row].argmax() == label
    ]
    return sorted(found, key=lambda suspect: (suspect.own, suspect.row))
