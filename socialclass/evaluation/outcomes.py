"""Outcomes: what was true, what was predicted and how surely, as arrays. Nothing is measured here."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from socialclass.corpus import Example
from socialclass.errors import CorpusError
from socialclass.model.classifier import UNCERTAIN, Classifier, Prediction

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Outcomes:
    """The predictions of n texts beside their true labels; labels are numbers, by the order of `classes`.

    truth: shape (n,); predicted: shape (n,), ``len(classes)`` where the label is `uncertain`.
    confidence: shape (n,): probability of the likeliest class; nan where a text gives no evidence.
    shares: probabilities, shape (n, n_classes), or None where only the likeliest is known.
    groups: shape (n,): numbers from 0; texts of one group are drawn together.
    """

    classes: tuple[str, ...]
    truth: Array
    predicted: Array
    confidence: Array
    shares: Array | None
    groups: Array

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def likeliest(self) -> Array:
        """The likeliest class of each text, shape (n,), whatever the least confidence that was asked for."""
        return self.predicted if self.shares is None else self.shares.argmax(axis=1)

    @property
    def right(self) -> Array:
        """Whether each text got its true label, shape (n,)."""
        return np.asarray(self.predicted == self.truth)

    def take(self, rows: Array) -> "Outcomes":
        """Return the outcomes of some texts, by index."""
        shares = None if self.shares is None else self.shares[rows]
        groups = numbered(self.groups[rows].tolist())
        return Outcomes(self.classes, self.truth[rows], self.predicted[rows], self.confidence[rows], shares, groups)


def numbered(values: Sequence[Hashable]) -> Array:
    """Return a number for each value, from 0 in order of appearance; equal values have equal numbers.

    >>> numbered(["b", "a", "b"]).tolist()
    [0, 1, 0]
    """
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.intp)


def group_numbers(examples: Sequence[Example]) -> Array:
    """Return the number of each example's group; an example without a group is its own."""
    return numbered([example.group or (row,) for row, example in enumerate(examples)])


def judge(classifier: Classifier, examples: Sequence[Example], min_confidence: float = 0.0) -> Outcomes:
    """Return what a classifier makes of a corpus; raises `CorpusError` for a label that it does not know."""
    check_labels(classifier, examples)
    facts = [example.facts for example in examples]
    texts = [example.text for example in examples]
    predictions = classifier.predict(texts, min_confidence, facts if any(facts) else None)
    labels = [example.label for example in examples]
    return outcomes_of(classifier.classes, labels, predictions, group_numbers(examples))


def outcomes_of(
    classes: tuple[str, ...], labels: Sequence[str], predictions: Sequence[Prediction], groups: Array
) -> Outcomes:
    """Return predictions beside true labels as arrays; all sequences are of one length."""
    return Outcomes(
        classes,
        _numbers(labels, classes),
        _numbers([each.label for each in predictions], classes),
        np.array([np.nan if each.probability is None else each.probability for each in predictions], dtype=np.float64),
        np.array([each.probabilities for each in predictions], dtype=np.float64).reshape(len(labels), len(classes)),
        groups,
    )


def check_labels(classifier: Classifier, examples: Sequence[Example]) -> None:
    """Raise `CorpusError` for an empty corpus or a label that the classifier does not know."""
    if not examples:
        raise CorpusError("there is nothing to evaluate on", remedy="give it labelled texts")
    unknown = sorted({example.label for example in examples} - set(classifier.classes))
    if unknown:
        known = ", ".join(classifier.classes)
        raise CorpusError(f"the model does not know the label {unknown[0]!r}", remedy=f"its labels are: {known}")


def outcomes_of_labels(
    truth: Sequence[str], predicted: Sequence[str], probability: Sequence[float | None], classes: Sequence[str]
) -> Outcomes:
    """Return outcomes of which only the predicted labels' probabilities are known; all of one length."""
    confidence = [np.nan if share is None else share for share in probability]
    return Outcomes(
        tuple(classes),
        _numbers(truth, classes),
        _numbers(predicted, classes),
        np.array(confidence, dtype=np.float64),
        None,
        np.arange(len(truth)),
    )


def _numbers(labels: Sequence[str], classes: Sequence[str]) -> Array:
    number = {label: i for i, label in enumerate([*classes, UNCERTAIN])}
    return np.array([number[label] for label in labels], dtype=np.intp)
