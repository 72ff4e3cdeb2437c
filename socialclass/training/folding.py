"""Division into folds by scikit-learn's splitters, and scores by models that have not seen a text."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from socialclass.corpus import Example
from socialclass.errors import CorpusError
from socialclass.training.fitting import TIGHT, Array, fit_counts, targets_of
from socialclass.training.settings import FOLDS, TrainSettings
from socialclass.training.vectors import TermCounts, count_examples

Fold = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]

MANY_GROUPS = 20_000  # from here on StratifiedGroupKFold, which weighs each group against all folds, takes seconds


def why_no_folds(examples: Sequence[Example], fewest: int) -> str:
    """Return why a corpus cannot be divided, or nothing; fewest: texts of the rarest label."""
    if fewest < FOLDS:
        return f"under {FOLDS} texts of a label"
    if len(set(map(_group, examples))) < FOLDS:
        return f"under {FOLDS} groups"
    return ""


def _group(example: Example) -> str:
    return example.group or " ".join(["text", example.text, *example.facts])


def folds(examples: Sequence[Example], seed: int, size: int = FOLDS) -> list[Fold]:
    """Return (training rows, test rows) of each fold: stratified by label, no group or repeated text divided."""
    _, first, groups = np.unique([_group(example) for example in examples], return_index=True, return_inverse=True)
    targets = np.unique([example.label for example in examples], return_inverse=True)[1]
    if len(first) < MANY_GROUPS:
        splitter = StratifiedGroupKFold(size, shuffle=True, random_state=seed)
        return list(splitter.split(groups, targets, groups))
    by_group = StratifiedKFold(size, shuffle=True, random_state=seed).split(first, targets[first])
    held = [np.isin(groups, test_groups) for _, test_groups in by_group]
    return [(np.flatnonzero(~rows), np.flatnonzero(rows)) for rows in held]


def out_of_fold_scores(
    examples: Sequence[Example],
    classes: tuple[str, ...],
    settings: TrainSettings,
    seed: int,
    counts: TermCounts | None = None,
) -> Array:
    """Return each example's scores by a model that has not seen its group, shape (n_examples, n_rows).

    A fold's vocabulary and idf are those of its own texts. counts: of all examples, where they are at hand.
    """
    counts = counts or count_examples(examples, settings.analyzer)
    targets = targets_of(examples, classes)
    scores = np.zeros((len(examples), 1 if len(classes) == 2 else len(classes)))
    parts = folds(examples, seed)
    found = side_by_side(delayed(fold_scores)(counts, targets, fold, classes, settings) for fold in parts)
    for (_, test_rows), fold_found in zip(parts, found, strict=True):
        scores[test_rows] = fold_found
    return scores


def side_by_side(calls: Iterable[Any]) -> Iterator[Any]:
    """Return the results of `joblib.delayed` calls, in order; a fit leaves Python's lock to others."""
    results: Iterator[Any] = Parallel(n_jobs=-1, backend="threading", return_as="generator")(calls)
    return results


def fold_scores(
    counts: TermCounts,
    targets: np.ndarray[Any, Any],
    fold: Fold,
    classes: tuple[str, ...],
    settings: TrainSettings,
    tolerance: float = TIGHT,
) -> Array:
    """Return the scores of a fold's test rows, shape (n_test_rows, n_rows)."""
    train_rows, test_rows = fold
    missing = np.flatnonzero(np.bincount(targets[train_rows], minlength=len(classes)) == 0)
    if len(missing):
        problem = f"the label {classes[missing[0]]!r} is in one group only"
        raise CorpusError(problem, remedy="use smaller groups, or no --group-field")
    fitted = fit_counts(counts.matrix[train_rows], targets[train_rows], settings, tolerance)
    return fitted.scores(counts.matrix[test_rows])
