"""Division into folds, and scores by models that have not seen a text."""

from collections.abc import Iterable, Sequence
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
    """Return (training rows, test rows) of each fold: stratified by label, no group or repeated text divided.

    The division is that of scikit-learn's ``StratifiedGroupKFold(size, shuffle=True, random_state=seed)`` since 1.8,
    whose own code takes a millisecond a group: the groups, those of the most uneven labels first and else in random
    order, each go where the shares of the labels then differ least between the folds, and of equals into the smallest
    fold.
    """
    import numpy as np

    groups = _numbers(map(_group, examples))
    targets = _numbers(example.label for example in examples)
    held = np.zeros((max(groups) + 1, max(targets) + 1))
    np.add.at(held, (groups, targets), 1.0)
    shuffled = np.arange(len(held))
    np.random.RandomState(seed).shuffle(shuffled)
    placed, sums = np.zeros(len(held), dtype=np.int64), np.zeros((size, held.shape[1]))
    totals, each = held.sum(axis=0), np.eye(size)[:, :, None]
    for group in shuffled[np.argsort(-np.std(held[shuffled], axis=1), kind="stable")]:
        shares = (sums + each * held[group]) / totals  # axis 0: where the group would go
        shares -= shares.sum(axis=1, keepdims=True) / size
        spread = np.sqrt((shares * shares).sum(axis=1) / size).sum(axis=1) / len(totals)
        placed[group] = _least(spread.tolist(), sums.sum(axis=1).tolist())
        sums[placed[group]] += held[group]
    fold = placed[groups]
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(size)]


def _least(spread: Sequence[float], texts: Sequence[float]) -> int:
    """Return the fold of the least spread; of those within scikit-learn's tolerance, that of the fewest texts."""
    best = 0
    for fold in range(1, len(spread)):
        near = abs(spread[fold] - spread[best]) <= 1e-8 + 1e-5 * spread[best]
        if spread[fold] < spread[best] or (near and texts[fold] < texts[best]):
            best = fold
    return best


def _numbers(names: Iterable[str]) -> list[int]:
    """Return each name's place among the sorted different ones."""
    names = list(names)
    places = {name: place for place, name in enumerate(sorted(set(names)))}
    return [places[name] for name in names]


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
