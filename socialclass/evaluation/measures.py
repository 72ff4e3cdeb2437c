"""evaluate: measures of a classifier on labelled texts, with bootstrap intervals. No model is fitted here.

Every measure is a function of the texts' weights: all 1 for the measure itself, the number of times a text was drawn
for a bootstrap round. So there is one code for both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from socialclass.corpus import Example
from socialclass.evaluation.curves import Ranking, bin_numbers, binned_gap, confidence_ranking
from socialclass.evaluation.outcomes import Array, Outcomes, judge, outcomes_of_labels
from socialclass.model.classifier import UNCERTAIN, Classifier

ROUNDS = 1000  # of the bootstrap
FEWEST = 10  # groups: drawn from fewer, an interval would look surer than it is
_TINY = 1e-15  # least probability whose logarithm is taken


class Measure(NamedTuple):
    """A row of the table of measures: its name, what it is, and whether more of it is better."""

    name: str
    help: str
    more_is_better: bool = True


MEASURES = (
    Measure("accuracy", "share of right labels; 'uncertain' counts as wrong"),
    Measure("majority_baseline", "accuracy of always answering the corpus's most frequent label"),
    Measure("macro_f1", "mean F1 of the labels that are true or predicted for any text"),
    Measure("macro_precision", "their mean precision"),
    Measure("macro_recall", "their mean recall"),
    Measure("matthews", "Matthews correlation, -1 to 1; 0 is chance (Gorodkin 2004)"),
    Measure("coverage", "share of texts that got a label"),
    Measure("accuracy_of_labelled", "share of right labels among the texts that got one"),
    Measure("expected_calibration_error", "mean gap between probability and accuracy over ten equal bins", False),
    Measure("log_loss", "mean of -ln(probability of the true label)", False),
    Measure("brier_score", "half the mean squared distance of the probabilities from the truth, 0 to 1", False),
    Measure("risk_coverage_area", "mean error rate over all coverages, the surest texts first", False),
)
LABEL_MEASURES = (
    Measure("precision", "share of the texts given the label that have it; 0 if there are none"),
    Measure("recall", "share of the label's texts that were given it"),
    Measure("f1", "harmonic mean of both"),
    Measure("average_precision", "mean precision over all recalls, by the label's probability"),
)


@dataclass(frozen=True)
class LabelMeasures:
    """Measures of one label, each from 0 to 1 (see `LABEL_MEASURES`); support counts texts."""

    precision: float
    recall: float
    f1: float
    support: int
    average_precision: float | None = None


@dataclass(frozen=True)
class Evaluation:
    """All measures of one run; `MEASURES` says what each is. None: not measured, for want of all probabilities.

    confusion: texts, by true label (row) and predicted label (column; the last column is `uncertain`).
    intervals: 95% bootstrap interval (low, high) by the measure's name as `figure` takes it; empty without rounds, or
        with fewer than `FEWEST` groups.
    """

    accuracy: float
    macro_f1: float
    expected_calibration_error: float
    coverage: float
    texts: int
    labels: dict[str, LabelMeasures]
    confusion: dict[str, dict[str, int]]
    majority_baseline: float = 0.0
    macro_precision: float = 0.0
    macro_recall: float = 0.0
    matthews: float = 0.0
    accuracy_of_labelled: float = 0.0
    risk_coverage_area: float = 0.0
    log_loss: float | None = None
    brier_score: float | None = None
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)

    def figure(self, name: str) -> float:
        """Return a measure by name, such as ``macro_f1`` or ``recall:social networking``; raises `KeyError`."""
        if any(row.name == name for row in MEASURES):
            value = getattr(self, name)
        else:
            kind, _, label = name.partition(":")
            if not any(row.name == kind for row in LABEL_MEASURES):
                raise KeyError(name)
            value = getattr(self.labels[label], kind)
        if value is None:
            raise KeyError(name)
        return float(value)


def figure_names(classes: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all measures of a model of these classes, in order.

    >>> figure_names(["a"])[-4:]
    ('precision:a', 'recall:a', 'f1:a', 'average_precision:a')
    """
    return (*[row.name for row in MEASURES], *[f"{row.name}:{label}" for label in classes for row in LABEL_MEASURES])


def evaluate(
    classifier: Classifier,
    examples: Sequence[Example],
    min_confidence: float = 0.0,
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Evaluation:
    """Measure a classifier on a corpus; raises `CorpusError` for a label that it does not know.

    rounds: bootstrap draws, of whole groups where examples have groups; 0 for no intervals.
    """
    return evaluate_outcomes(judge(classifier, examples, min_confidence), rounds, seed)


def measure(
    truth: Sequence[str], predicted: Sequence[str], probability: Sequence[float | None], classes: Sequence[str]
) -> Evaluation:
    """Return the measures of predicted labels and their probabilities against the true labels, without intervals.

    >>> measured = measure(["a", "a", "b", "b"], ["a", "b", "b", "b"], [0.9, 0.6, 0.8, 0.7], ["a", "b"])
    >>> measured.accuracy, round(measured.macro_f1, 3), measured.labels["b"].recall
    (0.75, 0.733, 1.0)
    """
    return evaluate_outcomes(outcomes_of_labels(truth, predicted, probability, classes), 0)


def evaluate_by(
    outcomes: Outcomes, values: Sequence[str], rounds: int = ROUNDS, seed: int = 0
) -> dict[str, Evaluation]:
    """Return the measures for each value that the texts have (one a text), the most frequent first."""
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        rows.setdefault(value, []).append(row)
    ranked = sorted(rows, key=lambda value: (-len(rows[value]), value))
    return {value: evaluate_outcomes(outcomes.take(np.array(rows[value])), rounds, seed) for value in ranked}


def evaluate_outcomes(outcomes: Outcomes, rounds: int = ROUNDS, seed: int = 0) -> Evaluation:
    """Return the measures of outcomes, with intervals from `rounds` draws."""
    meter = Meter(outcomes)
    names = figure_names(outcomes.classes)
    values = dict(zip(names, meter.figures(np.ones(len(outcomes))), strict=True))
    drawn = [meter.figures(weights) for weights in draws(outcomes.groups, rounds, seed)]
    intervals: dict[str, tuple[float, float]] = {}
    if drawn:
        low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
        intervals = {
            name: (float(low[i]), float(high[i])) for i, name in enumerate(names) if not np.isnan(values[name])
        }
    known = {name: None if np.isnan(value) else float(value) for name, value in values.items()}
    table = meter.confusion(np.ones(len(outcomes)))
    counts = {
        label: {name: int(count) for name, count in zip([*outcomes.classes, UNCERTAIN], row, strict=True)}
        for label, row in zip(outcomes.classes, table, strict=True)
    }
    labels = {
        label: LabelMeasures(
            **{row.name: known[f"{row.name}:{label}"] for row in LABEL_MEASURES},  # type: ignore[arg-type]
            support=sum(counts[label].values()),
        )
        for label in outcomes.classes
    }
    overall = {row.name: known[row.name] for row in MEASURES}
    return Evaluation(**overall, texts=len(outcomes), labels=labels, confusion=counts, intervals=intervals)  # type: ignore[arg-type]


def draws(groups: Array, rounds: int, seed: int) -> Iterator[Array]:
    """Yield, for each round, how often each text was drawn when as many groups as there are were drawn with return."""
    size = int(groups.max()) + 1 if len(groups) else 0
    if size < FEWEST:
        return
    random = np.random.default_rng(seed)
    for _ in range(rounds):
        yield np.bincount(random.integers(size, size=size), minlength=size)[groups].astype(np.float64)


class Meter:
    """Prepares what does not depend on the weights; `figures` measures, in the order of `figure_names`."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._size = len(outcomes.classes)
        self._frequent = int(np.bincount(outcomes.truth, minlength=self._size).argmax())
        self._cells = outcomes.truth * (self._size + 1) + outcomes.predicted
        self._sure = np.flatnonzero((outcomes.predicted < self._size) & ~np.isnan(outcomes.confidence))
        confidence = outcomes.confidence[self._sure]
        self._bins, self._gaps = bin_numbers(confidence), confidence - outcomes.right[self._sure]
        self._known, self._risks = confidence_ranking(outcomes)
        shares = outcomes.shares
        self._losses = np.full((len(outcomes), 2), np.nan)
        self._rankings: list[Ranking] = []
        if shares is not None:
            rows = np.arange(len(outcomes))
            wanted = np.eye(self._size)[outcomes.truth]
            self._losses[:, 0] = -np.log(np.maximum(shares[rows, outcomes.truth], _TINY))
            self._losses[:, 1] = ((shares - wanted) ** 2).sum(axis=1) / 2
            self._rankings = [Ranking(shares[:, i], outcomes.truth == i) for i in range(self._size)]

    def confusion(self, weights: Array) -> Array:
        """Return the weight of the texts by true class (row) and prediction; the last column is `uncertain`."""
        size = self._size
        return np.bincount(self._cells, weights, size * (size + 1)).reshape(size, size + 1)

    def figures(self, weights: Array) -> list[float]:
        """Return all measures of the texts, each counted with its weight."""
        table = self.confusion(weights)
        total = float(weights.sum())
        right, support, chosen = np.diagonal(table), table.sum(axis=1), table.sum(axis=0)
        precision = _ratio(right, chosen[:-1])
        recall = _ratio(right, support)
        f1 = _ratio(2 * right, chosen[:-1] + support)
        met = chosen[:-1] + support > 0
        labelled, hits = float(chosen[:-1].sum()), float(right.sum())
        losses = weights @ self._losses / total
        overall = [
            hits / total, float(support[self._frequent]) / total,
            float(f1[met].mean()), float(precision[met].mean()), float(recall[met].mean()),
            _matthews(hits, total, support, chosen), labelled / total, hits / labelled if labelled else 0.0,
            binned_gap(self._bins, self._gaps, weights[self._sure]), float(losses[0]), float(losses[1]),
            self._risk_area(weights[self._known]),
        ]  # fmt: skip
        found = [_average_precision(ranking, weights) for ranking in self._rankings] or [np.nan] * self._size
        for row in zip(precision, recall, f1, found, strict=True):
            overall += row
        return overall

    def _risk_area(self, weights: Array) -> float:
        totals, wrong = self._risks.totals(weights)
        if not len(totals) or not totals[-1]:
            return 0.0
        return float(_ratio(wrong, totals) @ np.diff(totals, prepend=0.0) / totals[-1])


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _matthews(hits: float, total: float, support: Array, chosen: Array) -> float:
    covariance = hits * total - float(chosen[:-1] @ support)
    spread = (total * total - float(chosen @ chosen)) * (total * total - float(support @ support))
    return covariance / float(np.sqrt(spread)) if spread > 0 else 0.0


def _average_precision(ranking: Ranking, weights: Array) -> float:
    totals, hits = ranking.totals(weights)
    return float(_ratio(hits, totals) @ np.diff(hits, prepend=0.0) / hits[-1]) if hits[-1] else 0.0
