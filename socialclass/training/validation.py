"""Refit to measure: cross-validation and the learning curve of settings, and all that `evaluate` was asked for.

Nothing is measured here; `evaluation` does that with the outcomes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from socialclass.corpus import Example, check_corpus, fingerprint
from socialclass.errors import CorpusError
from socialclass.evaluation import Evaluation, Outcomes, evaluate_by, evaluate_outcomes, judge
from socialclass.evaluation.measures import ROUNDS
from socialclass.evaluation.outcomes import Array, group_numbers
from socialclass.model.classifier import Classifier, Explanation
from socialclass.training import TrainSettings, folds, train_examples

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)  # of a fold's training texts, for the learning curve
CURVE_FOLDS = 5
Tick = Callable[[str], None]


class FoldScore(NamedTuple):
    """What the model of one fold scored on the texts that it has not seen."""

    texts: int
    accuracy: float
    macro_f1: float


class CurvePoint(NamedTuple):
    """Scores of models fitted on so many texts: mean, least and most over the folds, on unseen and on own texts."""

    texts: int
    macro_f1: float
    low: float
    high: float
    on_own_texts: float


class CrossValidation(NamedTuple):
    """Outcomes of all texts, each by the model (one a fold) that has not seen its group.

    fold: the number of each text's model, shape (n,).
    """

    outcomes: Outcomes
    models: tuple[Classifier, ...]
    fold: Array


@dataclass(frozen=True)
class Assessment:
    """Everything that one run of `evaluate` found; the page and the tables are made from it.

    by: for each value of the field that was asked for, the measures of its texts.
    """

    evaluation: Evaluation
    outcomes: Outcomes
    examples: Sequence[Example]
    models: tuple[Classifier, ...]
    fold: Array
    by: Mapping[str, Evaluation]
    fold_scores: tuple[FoldScore, ...] = ()
    learning_curve: tuple[CurvePoint, ...] = ()

    def explain(self, row: int) -> Explanation:
        """Return why a text got its label, by the model that labelled it."""
        example = self.examples[row]
        return self.models[int(self.fold[row])].explain(example.text, example.facts)


class Plan(NamedTuple):
    """What to find out.

    min_confidence: below this probability the label is `uncertain`; rounds, seed: of the bootstrap and the folds.
    cv: folds of a cross-validation of the model's settings instead of the model itself; 0 for none.
    by: a value for each text, or None.
    """

    min_confidence: float = 0.0
    rounds: int = ROUNDS
    seed: int = 0
    cv: int = 0
    learning_curve: bool = False
    by: Sequence[str] | None = None


def assess(classifier: Classifier, examples: Sequence[Example], plan: Plan, tick: Tick | None = None) -> Assessment:
    """Measure a classifier, or by refitting its settings, on a corpus; `tick` is told what is being fitted."""
    settings = settings_of(classifier)
    tick = tick or (lambda _: None)
    scores: tuple[FoldScore, ...] = ()
    if plan.cv:
        outcomes, models, fold = cross_validate(examples, settings, plan.cv, plan.seed, plan.min_confidence, tick)
        scores = tuple(_fold_score(outcomes.take(np.flatnonzero(fold == i))) for i in range(len(models)))
    else:
        outcomes, models = judge(classifier, examples, plan.min_confidence), (classifier,)
        fold = np.zeros(len(examples), dtype=np.intp)
    evaluation = evaluate_outcomes(outcomes, plan.rounds, plan.seed)
    by = evaluate_by(outcomes, plan.by, plan.rounds, plan.seed) if plan.by is not None else {}
    curve = learning_curve(examples, settings, plan.seed, tick) if plan.learning_curve else ()
    return Assessment(evaluation, outcomes, examples, models, fold, by, scores, curve)


def is_own_corpus(classifier: Classifier, examples: Sequence[Example]) -> bool:
    """Say whether the classifier was fitted on these very examples, so that its scores on them say little."""
    corpus: Any = classifier.facts.get("corpus") or {}
    return bool(corpus.get("sha256") == fingerprint(examples))


def settings_of(classifier: Classifier) -> TrainSettings:
    """Return the settings that a model was trained with; what its file does not say is the default.

    >>> settings_of(Classifier(("a", "b"), None, {"settings": {"C": 2.0}})).C  # type: ignore[arg-type]
    2.0
    """
    return TrainSettings.from_facts(classifier.facts.get("settings") or {})


def cross_validate(
    examples: Sequence[Example],
    settings: TrainSettings = TrainSettings(),
    size: int = 5,
    seed: int = 0,
    min_confidence: float = 0.0,
    tick: Tick | None = None,
) -> CrossValidation:
    """Fit `size` models, each without a part of the corpus, and predict that part; no group is divided.

    Raises `CorpusError` where the corpus cannot be divided so.
    """
    classes = tuple(sorted(check_corpus(examples)))
    parts = _divided(examples, seed, size)
    models: list[Classifier] = []
    found: list[Outcomes] = []
    for number, (train_rows, test_rows) in enumerate(parts, 1):
        if tick is not None:
            tick(f"cross-validation, fold {number} of {size}")
        model = _fitted([examples[i] for i in train_rows], classes, settings, seed)
        models.append(model)
        found.append(judge(model, [examples[i] for i in test_rows], min_confidence))
    order = np.argsort(np.concatenate([test_rows for _, test_rows in parts]), kind="stable")
    fold = np.concatenate([np.full(len(test_rows), i) for i, (_, test_rows) in enumerate(parts)])[order]
    shares = np.concatenate([each.shares for each in found if each.shares is not None])[order]
    truth, predicted, confidence = (
        np.concatenate([getattr(each, name) for each in found])[order] for name in ("truth", "predicted", "confidence")
    )
    outcomes = Outcomes(classes, truth, predicted, confidence, shares, group_numbers(examples))
    return CrossValidation(outcomes, tuple(models), fold)


def learning_curve(
    examples: Sequence[Example], settings: TrainSettings = TrainSettings(), seed: int = 0, tick: Tick | None = None
) -> tuple[CurvePoint, ...]:
    """Return the scores of models fitted on growing shares of the corpus, each on the same unseen fifths.

    A larger share holds the smaller ones, groups are taken whole, and nothing is calibrated: F1 asks only for labels.
    """
    classes = tuple(sorted(check_corpus(examples)))
    plain = replace(settings, calibrate=False)
    scores: dict[float, list[tuple[int, float, float]]] = {}
    for number, (train_rows, test_rows) in enumerate(_divided(examples, seed, CURVE_FOLDS), 1):
        unseen = [examples[i] for i in test_rows]
        growing = _shuffled([examples[i] for i in train_rows], seed + number)
        for share in SHARES:
            part = growing[: round(share * len(growing))]
            if {example.label for example in part} != set(classes):
                continue  # too few texts to hold every label
            if tick is not None:
                tick(f"learning curve, fold {number} of {CURVE_FOLDS}, {len(part):,} texts")
            model = train_examples(part, plain, seed)
            own, new = (evaluate_outcomes(judge(model, each), 0).macro_f1 for each in (part, unseen))
            scores.setdefault(share, []).append((len(part), new, own))
    return tuple(_point(scores[share]) for share in SHARES if share in scores)


def _point(scores: Sequence[tuple[int, float, float]]) -> CurvePoint:
    sizes, new, own = (np.array(column) for column in zip(*scores, strict=True))
    return CurvePoint(
        round(float(sizes.mean())), float(new.mean()), float(new.min()), float(new.max()), float(own.mean())
    )


def _fold_score(outcomes: Outcomes) -> FoldScore:
    measured = evaluate_outcomes(outcomes, 0)
    return FoldScore(measured.texts, measured.accuracy, measured.macro_f1)


def _divided(examples: Sequence[Example], seed: int, size: int) -> list[tuple[Array, Array]]:
    groups = len(set(group_numbers(examples).tolist()))
    if groups < size:
        raise CorpusError(
            f"{groups} groups cannot be divided into {size}", remedy="give it more, or ask for fewer folds"
        )
    parts = folds(examples, seed, size)
    if any(not len(test_rows) for _, test_rows in parts):
        raise CorpusError(f"the groups are too large to divide into {size}", remedy="ask for fewer folds")
    return parts


def _fitted(part: Sequence[Example], classes: tuple[str, ...], settings: TrainSettings, seed: int) -> Classifier:
    if {example.label for example in part} != set(classes):
        raise CorpusError("a label is in one group only", remedy="use smaller groups, or no --group-field")
    return train_examples(part, settings, seed)


def _shuffled(examples: Sequence[Example], seed: int) -> list[Example]:
    """Return the examples in random order of their groups."""
    groups = group_numbers(examples)
    place = np.random.default_rng(seed).permutation(int(groups.max()) + 1)
    return [examples[i] for i in np.argsort(place[groups], kind="stable")]
