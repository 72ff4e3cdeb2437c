"""compare: which texts two models label differently, and whether the new one is better."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import comb, erfc, sqrt
from typing import NamedTuple

import numpy as np

from socialclass.corpus import field_of, group_of, label_of
from socialclass.errors import CorpusError, ModelError
from socialclass.evaluation.measures import ROUNDS, draws
from socialclass.evaluation.outcomes import numbered
from socialclass.model.classifier import UNCERTAIN, Classifier, Prediction
from socialclass.reading import Record

_EXACT = 1000  # discordant texts up to which the test is exact; beyond, the approximation errs by under 0.001


class Change(NamedTuple):
    """A text that the models label differently.

    position: its number in the input, from 0; label: the true one, or empty.
    shift: how far the probability moved towards the new label (0 to 1); for a new `uncertain`, away from the old.
    """

    position: int
    text: str
    label: str
    old: Prediction
    new: Prediction
    shift: float

    @property
    def effect(self) -> str:
        """What the change does to a labelled text: ``gain``, ``loss`` or ``neither``; empty without a label."""
        if not self.label:
            return ""
        if self.label == self.new.label:
            return "gain"
        return "loss" if self.label == self.old.label else "neither"


@dataclass(frozen=True)
class Comparison:
    """How a new model differs from an old one on the same texts.

    mean_shift: mean distance of the two models' probabilities over all texts (total variation, 0 to 1).
    labelled: texts with a true label, on which the rest is measured; None where there are none.
    difference: new accuracy less old accuracy; interval: its 95% bootstrap interval, paired.
    p_value: of McNemar's test, two-sided: how likely gains and losses are so uneven if the models were equally good.
    changes: the largest shift first.
    """

    texts: int
    flips: int
    mean_shift: float
    labelled: int = 0
    gains: int = 0
    losses: int = 0
    old_accuracy: float | None = None
    new_accuracy: float | None = None
    difference: float | None = None
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    moves: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @property
    def flip_rate(self) -> float:
        """Share of the texts that change label."""
        return self.flips / self.texts if self.texts else 0.0


def compare(
    old: Classifier,
    new: Classifier,
    texts: Sequence[str],
    labels: Sequence[str] | None = None,
    *,
    facts: Sequence[Sequence[str]] | None = None,
    groups: Sequence[int] | None = None,
    min_confidence: float = 0.0,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Comparison:
    """Compare two models of the same classes on the same texts.

    labels: the true label of each text, empty where it is not known; facts, groups: one a text, as in a corpus.
    Raises `ModelError` where the classes differ.

    >>> from socialclass import train
    >>> old = train(["sale now", "hi mum"], ["ad", "chat"])
    >>> new = train(["sale now", "hi mum", "mum sale"], ["ad", "chat", "chat"])
    >>> compare(old, new, ["sale", "hi mum"]).texts
    2
    """
    check_classes(old, new)
    facts = facts if facts is not None and any(facts) else None
    before, after = (model.predict(texts, min_confidence, facts) for model in (old, new))
    named = list(labels) if labels is not None else [""] * len(texts)
    changes = [
        Change(i, texts[i], named[i], left, right, _shift(left, right, old.classes))
        for i, (left, right) in enumerate(zip(before, after, strict=True))
        if left.label != right.label
    ]
    changes.sort(key=lambda each: (-each.shift, each.position))
    distances = [
        sum(abs(a - b) for a, b in zip(left.probabilities, right.probabilities, strict=True)) / 2
        for left, right in zip(before, after, strict=True)
    ]
    whole = Comparison(
        texts=len(texts),
        flips=len(changes),
        mean_shift=float(np.mean(distances)) if distances else 0.0,
        moves=_moves(changes, old.classes),
        changes=tuple(changes),
    )
    rows = [i for i, label in enumerate(named) if label]
    if not rows:
        return whole
    right_before = np.array([before[i].label == named[i] for i in rows])
    right_after = np.array([after[i].label == named[i] for i in rows])
    drawn_together = np.unique([groups[i] for i in rows], return_inverse=True)[1] if groups else np.arange(len(rows))
    return _measured(whole, right_before, right_after, drawn_together, rounds, seed)


def check_classes(old: Classifier, new: Classifier) -> None:
    """Raise `ModelError` where two models have different labels."""
    only = [sorted(set(a.classes) - set(b.classes)) for a, b in ((old, new), (new, old))]
    if any(only) or old.classes != new.classes:
        parts = [f"only {name} has {', '.join(each)}" for name, each in zip(("OLD", "NEW"), only, strict=True) if each]
        raise ModelError(f"the models have different labels: {'; '.join(parts)}", remedy="compare models of one kind")


def _measured(
    whole: Comparison, before: np.ndarray[tuple[int], np.dtype[np.bool_]],
    after: np.ndarray[tuple[int], np.dtype[np.bool_]], groups: np.ndarray[tuple[int], np.dtype[np.intp]],
    rounds: int, seed: int,
) -> Comparison:  # fmt: skip
    gains, losses = int((after & ~before).sum()), int((before & ~after).sum())
    steps = after.astype(np.float64) - before
    drawn = [float(weights @ steps / weights.sum()) for weights in draws(groups, rounds, seed)]
    low_high = np.percentile(drawn, [2.5, 97.5]).tolist() if drawn else None
    return replace(
        whole, labelled=len(steps), gains=gains, losses=losses,
        old_accuracy=float(before.mean()), new_accuracy=float(after.mean()), difference=float(steps.mean()),
        interval=(low_high[0], low_high[1]) if low_high else None, p_value=mcnemar(gains, losses),
    )  # fmt: skip


def _shift(old: Prediction, new: Prediction, classes: Sequence[str]) -> float:
    if new.label != UNCERTAIN:
        number = classes.index(new.label)
        return new.probabilities[number] - old.probabilities[number]
    number = classes.index(old.label)
    return old.probabilities[number] - new.probabilities[number]


def _moves(changes: Sequence[Change], classes: Sequence[str]) -> dict[str, dict[str, int]]:
    names = [*classes, UNCERTAIN]
    counts = {name: dict.fromkeys(names, 0) for name in names}
    for each in changes:
        counts[each.old.label][each.new.label] += 1
    return counts


def mcnemar(gains: int, losses: int) -> float:
    """Return the two-sided p-value of McNemar's test: exact (binomial), for many by the corrected chi-square.

    >>> mcnemar(9, 1), mcnemar(3, 3)
    (0.021484375, 1.0)
    """
    total, fewer = gains + losses, min(gains, losses)
    if total <= _EXACT:
        return min(1.0, float(2 * sum(comb(total, k) for k in range(fewer + 1)) / (1 << total)))
    return float(erfc(max(0.0, abs(gains - losses) - 1) / sqrt(2 * total)))


def compare_records(
    old: Classifier,
    new: Classifier,
    records: Sequence[Record],
    label_field: str | None = None,
    group_field: str | None = None,
    min_confidence: float = 0.0,
) -> Comparison:
    """Compare two models on the records of a file.

    label_field: None for ``label`` where a record has it; empty for none. Raises `UnknownFieldError` for a field that
    they do not have, and `CorpusError` for a label that the models do not know.
    """
    check_classes(old, new)
    labels = [_label_of(record, label_field) for record in records]
    unknown = sorted(set(labels) - {*old.classes, ""})
    if unknown:
        known = ", ".join(old.classes)
        remedy = f"their labels are: {known}; --label-field '' leaves the labels out"
        place = str(records[labels.index(unknown[0])].place)
        raise CorpusError(f"the models do not know the label {unknown[0]!r}", place=place, remedy=remedy)
    named = [group_of(record, group_field) for record in records]
    groups = numbered([name or (row,) for row, name in enumerate(named)]).tolist()
    texts, facts = [record.text for record in records], [record.facts for record in records]
    return compare(old, new, texts, labels, facts=facts, groups=groups, min_confidence=min_confidence)


def _label_of(record: Record, name: str | None) -> str:
    if name == "" or (name is None and "label" not in record.names):
        return ""
    name = name or "label"
    field_of(record, name, "--label-field")  # raises where there is none
    return label_of(dict(zip(record.names, record.values, strict=False))[name])
