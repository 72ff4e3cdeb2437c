"""suggest: which unlabelled texts to label next: uncertain, and different from each other. No model is fitted here."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from socialclass.classifier import Classifier

POOL = 10  # candidates for each text that is asked for
WEIGHT = 0.5  # of difference against uncertainty
Vector = Mapping[int, float]


class Suggestion(NamedTuple):
    """A text by index and why it is suggested.

    label, probability: what the model says. score: 0 to 1, the higher the more is to be learnt.
    reason: in words, with the margin between the two likeliest labels and the likeness to what was chosen before.
    """

    row: int
    label: str
    probability: float
    score: float
    reason: str


def suggest(
    classifier: Classifier, texts: Sequence[str], number: int = 50, facts: Sequence[Sequence[str]] | None = None
) -> list[Suggestion]:
    """Return the texts to label next, in order of choice; texts without terms are never chosen.

    Brinker (Incorporating Diversity in Active Learning with Support Vector Machines, ICML 2003): among the texts with
    the smallest margin between their two likeliest labels, take one at a time that which scores highest in a weighted
    sum of uncertainty and of difference (1 - cosine of the TF-IDF vectors) from the nearest text taken before.
    """
    predictions = classifier.predict(texts, facts=facts)
    margins = {row: _margin(each.probabilities) for row, each in enumerate(predictions) if not each.reason}
    pool = sorted(margins, key=lambda row: (margins[row], row))[: POOL * number]
    vectors = {row: _unit(classifier.scorer.vector(texts[row], facts[row] if facts else ())) for row in pool}
    nearest = dict.fromkeys(pool, 0.0)
    chosen: list[Suggestion] = []
    while nearest and len(chosen) < number:
        best = max(nearest, key=lambda row: (_score(margins[row], nearest[row]), -row))
        likeness = nearest.pop(best)
        prediction = predictions[best]
        reason = f"margin {margins[best]:.2f}, likeness {likeness:.2f}"
        share = prediction.probability or 0.0
        chosen.append(Suggestion(best, prediction.label, share, _score(margins[best], likeness), reason))
        for row, likeness in nearest.items():
            nearest[row] = max(likeness, _cosine(vectors[best], vectors[row]))
    return chosen


def _score(margin: float, likeness: float) -> float:
    return (1.0 - WEIGHT) * (1.0 - margin) + WEIGHT * (1.0 - likeness)


def _margin(shares: Sequence[float]) -> float:
    first, second = sorted(shares, reverse=True)[:2]
    return first - second


def _unit(vector: Vector) -> Vector:
    length = sum(value * value for value in vector.values()) ** 0.5
    return {i: value / length for i, value in vector.items()} if length else vector


def _cosine(left: Vector, right: Vector) -> float:
    small, large = sorted((left, right), key=len)
    return sum(value * large.get(i, 0.0) for i, value in small.items())
