"""evaluate: measures of a classifier on labelled texts. Plain counting; no model is fitted here."""

from collections.abc import Sequence
from dataclasses import dataclass

from socialclass.classifier import UNCERTAIN, Classifier
from socialclass.corpus import Example
from socialclass.errors import CorpusError

BINS = 10


@dataclass(frozen=True)
class LabelMeasures:
    """Measures of one label, each from 0 to 1; support counts texts. What was never predicted has precision 0."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Evaluation:
    """All measures of one run.

    accuracy: share of right labels; an `uncertain` text counts as wrong.
    macro_f1: mean of the labels' F1.
    expected_calibration_error: mean gap between probability and accuracy over ten equal bins of the probability,
        weighted by their texts (Naeini et al., AAAI 2015); texts without a probability are left out.
    coverage: share of texts that got a label.
    confusion: texts, by true label (row) and predicted label (column; the last column is `uncertain`).
    """

    accuracy: float
    macro_f1: float
    expected_calibration_error: float
    coverage: float
    texts: int
    labels: dict[str, LabelMeasures]
    confusion: dict[str, dict[str, int]]

    def figure(self, name: str) -> float:
        """Return a measure by name, such as ``macro_f1`` or ``recall:social networking``; raises `KeyError`."""
        if name in GATES:
            return float(getattr(self, name))
        kind, _, label = name.partition(":")
        if kind not in ("precision", "recall", "f1"):
            raise KeyError(name)
        return float(getattr(self.labels[label], kind))


GATES = ("accuracy", "macro_f1", "expected_calibration_error", "coverage")


def evaluate(classifier: Classifier, examples: Sequence[Example], min_confidence: float = 0.0) -> Evaluation:
    """Measure a classifier on a corpus; raises `CorpusError` for a label that it does not know."""
    if not examples:
        raise CorpusError("there is nothing to evaluate on", remedy="give it labelled texts")
    unknown = sorted({example.label for example in examples} - set(classifier.classes))
    if unknown:
        known = ", ".join(classifier.classes)
        raise CorpusError(f"the model does not know the label {unknown[0]!r}", remedy=f"its labels are: {known}")
    facts = [example.facts for example in examples]
    texts = [example.text for example in examples]
    predictions = classifier.predict(texts, min_confidence, facts if any(facts) else None)
    return measure(
        [example.label for example in examples],
        [prediction.label for prediction in predictions],
        [prediction.probability for prediction in predictions],
        classifier.classes,
    )


def measure(
    truth: Sequence[str], predicted: Sequence[str], probability: Sequence[float | None], classes: Sequence[str]
) -> Evaluation:
    """Return the measures of predicted labels and their probabilities against the true labels.

    >>> measured = measure(["a", "a", "b", "b"], ["a", "b", "b", "b"], [0.9, 0.6, 0.8, 0.7], ["a", "b"])
    >>> measured.accuracy, round(measured.macro_f1, 3), measured.labels["b"].recall
    (0.75, 0.733, 1.0)
    """
    confusion = {label: dict.fromkeys([*classes, UNCERTAIN], 0) for label in classes}
    for true, label in zip(truth, predicted, strict=True):
        confusion[true][label] += 1
    labels = {label: _label_measures(label, confusion) for label in classes}
    right = sum(confusion[label][label] for label in classes)
    sure = [
        (share, true == label)
        for true, label, share in zip(truth, predicted, probability, strict=True)
        if share is not None and label != UNCERTAIN
    ]
    return Evaluation(
        accuracy=right / len(truth),
        macro_f1=sum(each.f1 for each in labels.values()) / len(classes),
        expected_calibration_error=calibration_error(sure),
        coverage=sum(label != UNCERTAIN for label in predicted) / len(truth),
        texts=len(truth),
        labels=labels,
        confusion=confusion,
    )


def _label_measures(label: str, confusion: dict[str, dict[str, int]]) -> LabelMeasures:
    right = confusion[label][label]
    support = sum(confusion[label].values())
    chosen = sum(row[label] for row in confusion.values())
    precision = right / chosen if chosen else 0.0
    recall = right / support if support else 0.0
    f1 = 2 * right / (chosen + support) if chosen + support else 0.0
    return LabelMeasures(precision, recall, f1, support)


def calibration_error(outcomes: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error of (probability, right) outcomes, 0 to 1.

    >>> round(calibration_error([(0.9, True), (0.9, False)]), 3)
    0.4
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for share, right in outcomes:
        bins.setdefault(min(int(share * BINS), BINS - 1), []).append((share, right))
    gaps = [abs(sum(share for share, _ in each) - sum(right for _, right in each)) for each in bins.values()]
    return sum(gaps) / len(outcomes) if outcomes else 0.0


def risk_coverage(
    outcomes: Sequence[tuple[float, bool]], coverages: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Return (coverage, least probability, error rate) when only the surest share of texts is labelled.

    >>> risk_coverage([(0.9, True), (0.8, True), (0.6, False), (0.7, True)], [1.0, 0.75])
    [(1.0, 0.6, 0.25), (0.75, 0.7, 0.0)]
    """
    ranked = sorted(outcomes, reverse=True)
    points = []
    for coverage in coverages:
        kept = ranked[: max(1, round(coverage * len(ranked)))]
        points.append((coverage, kept[-1][0], sum(not right for _, right in kept) / len(kept)))
    return points
