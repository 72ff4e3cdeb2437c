"""train: examples in, a calibrated Classifier out, with the facts of how it came about."""

import platform
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from socialclass.corpus import Example, check_corpus, fingerprint
from socialclass.evaluation import measure
from socialclass.model.classifier import Classifier, probabilities
from socialclass.training.calibration import calibrated, fit_calibration
from socialclass.training.fitting import fit_counts, targets_of, weights_of
from socialclass.training.folding import out_of_fold_scores, why_no_folds
from socialclass.training.settings import FOLDS, TrainSettings
from socialclass.training.tuning import search
from socialclass.training.vectors import count_examples

_MEASURES = ("accuracy", "macro_f1", "expected_calibration_error")
_RESAMPLES = 1000


def train(
    texts: Iterable[str],
    labels: Iterable[str],
    *,
    groups: Iterable[str] | None = None,
    settings: TrainSettings = TrainSettings(),
    seed: int = 0,
    budget: float | None = None,
) -> Classifier:
    """Fit a classifier.

    texts, labels, groups: of equal length; texts of one group stay on one side when scores are made out of fold.
    seed: of the division into folds; equal input and seed give an equal model.
    budget: seconds to `search` for settings that suit these texts, from `settings` on; None for `settings` as they are.
    Raises `CorpusError` for one class or no terms, `TypeError` for what is no str, `ValueError` for unequal lengths.

    >>> model = train(["free shoes", "sale on shoes", "hi mum", "call mum"], ["ad", "ad", "chat", "chat"])
    >>> [prediction.label for prediction in model.predict(["shoes", "mum"])]
    ['ad', 'chat']
    """
    texts, labels = list(texts), list(labels)
    named = list(groups) if groups is not None else [""] * len(texts)
    for name, values in (("texts", texts), ("labels", labels), ("groups", named)):
        _check_column(name, values, len(texts))
    examples = [Example(*row) for row in zip(texts, labels, named, strict=True)]
    if budget is None:
        return train_examples(examples, settings, seed)
    result = search(examples, settings, seed, budget)
    return train_examples(examples, result.settings, seed, {"search": result.as_facts()})


def _check_column(name: str, values: Sequence[object], size: int) -> None:
    if len(values) != size:
        raise ValueError(f"{size:,} texts, but {len(values):,} {name}")
    strange = next((i for i, value in enumerate(values) if not isinstance(value, str)), None)
    if strange is not None:
        raise TypeError(f"{name}[{strange}] is {type(values[strange]).__name__}, not str")


def train_examples(
    examples: Sequence[Example],
    settings: TrainSettings = TrainSettings(),
    seed: int = 0,
    more_facts: Mapping[str, Any] | None = None,
) -> Classifier:
    """Fit a classifier on a corpus; see `train`. more_facts: what the model file shall hold beside its own facts."""
    labels = check_corpus(examples)
    classes = tuple(sorted(labels))
    counts = count_examples(examples, settings.analyzer)
    targets = targets_of(examples, classes)
    fitted = fit_counts(counts.matrix, targets, settings)
    uncalibrated = weights_of(fitted, counts.terms, settings)
    facts: dict[str, Any] = {
        "settings": settings.as_facts(),
        "corpus": {"sha256": fingerprint(examples), "texts": len(examples), "labels": dict(sorted(labels.items()))},
        "seed": seed,
        "versions": _versions(),
        **(more_facts or {}),
    }
    why = why_no_folds(examples, min(labels.values())) if settings.calibrate else "off"
    if why:
        facts["calibration"] = {"method": "none", "why": why}
        return Classifier(classes, uncalibrated, facts)
    scores = out_of_fold_scores(examples, classes, settings, seed, counts)
    slope, offsets = fit_calibration(scores, targets)
    facts["calibration"] = {"method": "slope and offsets on out-of-fold scores", "slope": slope, "offsets": offsets}
    facts["cross_validation"] = {"folds": FOLDS, **_measures(scores * slope + offsets, targets, classes, seed)}
    return Classifier(classes, calibrated(uncalibrated, slope, offsets), facts)


def _measures(
    scores: np.ndarray[Any, Any], targets: np.ndarray[Any, Any], classes: Sequence[str], seed: int
) -> dict[str, Any]:
    shares = [probabilities(row) for row in scores.tolist()]
    predicted = [row.index(max(row)) for row in shares]
    measured = measure(
        [classes[i] for i in targets], [classes[i] for i in predicted], [max(row) for row in shares], classes
    )
    figures: dict[str, Any] = {name: round(getattr(measured, name), 4) for name in _MEASURES}
    return {**figures, "intervals": _intervals(targets, predicted, len(classes), seed)}


def _intervals(
    targets: np.ndarray[Any, Any], predicted: Sequence[int], classes: int, seed: int
) -> dict[str, list[float]]:
    """Return the 95% bootstrap intervals of accuracy and macro-F1.

    To draw texts with replacement is to draw the cells of the confusion matrix by their shares.
    """
    cells = np.bincount(targets * classes + np.asarray(predicted), minlength=classes * classes)
    draws = np.random.default_rng(seed).multinomial(len(targets), cells / len(targets), _RESAMPLES)
    tables = draws.reshape(-1, classes, classes)
    right = np.diagonal(tables, axis1=1, axis2=2)
    f1 = 2 * right / np.maximum(tables.sum(axis=1) + tables.sum(axis=2), 1)
    figures = {"accuracy": right.sum(axis=1) / len(targets), "macro_f1": f1.mean(axis=1)}
    return {
        name: [round(float(each), 4) for each in np.quantile(values, (0.025, 0.975))]
        for name, values in figures.items()
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    packages = ("scikit-learn", "scipy", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
