"""Likely label errors: rows whose label a model of the other rows contradicts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from socialclass.corpus import Example
from socialclass.model.classifier import probabilities


class Suspect(NamedTuple):
    """A row by index, the label that is likelier, and the probabilities of its own label and of that one."""

    row: int
    label: str
    own: float
    other: float


def find_suspects(examples: Sequence[Example], seed: int = 0) -> list[Suspect]:
    """Return the likely label errors, the likeliest first; none where there are too few rows to tell.

    Probabilities come from models that have not seen the row, its group or its copies. A row whose own label is not the
    likeliest is suspect, and they are ranked by self-confidence: the probability of the row's own label (Northcutt,
    Jiang and Chuang, JAIR 70, 2021). Their thresholds a class are left out: of the seeded errors that the tests know,
    they lost more than they spared.
    """
    from socialclass.training import FOLDS, TrainSettings, fit_calibration, out_of_fold_scores

    classes = tuple(sorted({example.label for example in examples}))
    counts = [sum(example.label == label for example in examples) for label in classes]
    if len(classes) < 2 or min(counts) < FOLDS:
        return []
    targets = np.array([classes.index(example.label) for example in examples])
    scores = out_of_fold_scores(examples, classes, TrainSettings(), seed)
    slope, offsets = fit_calibration(scores, targets)
    shares = np.array([probabilities(row) for row in (scores * slope + offsets).tolist()])
    found = [
        Suspect(row, classes[label], float(shares[row, targets[row]]), float(shares[row, label]))
        for row, label in enumerate(shares.argmax(axis=1).tolist())
        if label != targets[row]
    ]
    return sorted(found, key=lambda suspect: (suspect.own, suspect.row))
