"""Division into folds, and scores by models that have not seen a text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from socialclass.corpus import Example
from socialclass.errors import CorpusError
from socialclass.training.fitting import fit_counts, targets_of
from socialclass.training.settings import FOLDS, TrainSettings
from socialclass.training.solver import TIGHT
from socialclass.training.vectors import TermCounts, count_examples

if TYPE_CHECKING:
    import numpy as np

    Fold = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def why_no_folds(examples: Sequence[Example], fewest: int) -> str:
    """Return why a corpus cannot be divided, or nothing; fewest: texts of the rarest label."""
    if fewest < FOLDS:
        return f"under {FOLDS} texts of a label"
    if len(set(map(_group, examples))) < FOLDS:
        return f"under {FOLDS} groups"
    return ""


def _group(example: Example) -> str:
    return example.group or " ".join(["text", example.text, *example.facts])


def folds(examples: Sequence[Example], seed: int, size: int = FOLDS) -> "list[Fold]":
    """Return (training rows, test rows) of each fold: stratified by label, no group or repeated text divided."""
    from sklearn.model_selection import StratifiedGroupKFold

    labels = [example.label for example in examples]
    groups = [_group(example) for example in examples]
    splitter = StratifiedGroupKFold(size, shuffle=True, random_state=seed)
    return list(splitter.split(labels, labels, groups))


def out_of_fold_scores(
    examples: Sequence[Example],
    classes: tuple[str, ...],
    settings: TrainSettings,
    seed: int,
    counts: TermCounts | None = None,
) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return each example's scores by a model that has not seen its group, shape (n_examples, n_rows).

    A fold's vocabulary and idf are those of its own texts. counts: of all examples, where they are at hand.
    """
    import numpy as np

    counts = counts or count_examples(examples, settings.analyzer)
    targets = targets_of(examples, classes)
    scores: np.ndarray[Any, np.dtype[np.float64]] = np.zeros((len(examples), 1 if len(classes) == 2 else len(classes)))
    for fold in folds(examples, seed):
        scores[fold[1]] = fold_scores(counts, targets, fold, classes, settings)
    return scores


def fold_scores(
    counts: TermCounts,
    targets: "np.ndarray[Any, Any]",
    fold: "Fold",
    classes: tuple[str, ...],
    settings: TrainSettings,
    tolerance: float = TIGHT,
) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return the scores of a fold's test rows, shape (n_test_rows, n_rows)."""
    import numpy as np

    train_rows, test_rows = fold
    missing = np.flatnonzero(np.bincount(targets[train_rows], minlength=len(classes)) == 0)
    if len(missing):
        raise CorpusError(
            f"the label {classes[missing[0]]!r} is in one group only", remedy="use smaller groups, or no --group-field"
        )
    fitted = fit_counts(counts.matrix[train_rows], targets[train_rows], len(classes), settings, tolerance)
    return fitted.scores(counts.matrix[test_rows])
