"""suggest: which unlabelled texts to label next: uncertain, and different from each other. No model is fitted here."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from socialclass.model.classifier import Classifier

ALIKE = 0.5  # cosine of two texts' vectors from which the second adds little
Vector = Mapping[int, float]


class Suggestion(NamedTuple):
    """A text by index and why it is suggested.

    label, probability: what the model says. score: 1 - margin, 0 to 1: the higher, the less sure.
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

    Margin sampling (Scheffer, Decomain and Wrobel, IDA 2001): the smallest margin between the two likeliest labels
    comes first. Each predicted label has its turn, so that what is labelled stays balanced, and a text that is like
    one chosen before waits until there are no others. A weighted sum of margin and difference (Brinker, ICML 2003) was
    tried and learnt more slowly; `benchmarks.suggest` draws the curve.
    """
    predictions = classifier.predict(texts, facts=facts)
    margins = {row: _margin(each.probabilities) for row, each in enumerate(predictions) if not each.reason}
    chosen: list[Suggestion] = []
    late: list[Suggestion] = []
    vectors: list[Vector] = []
    for row in _in_turn(margins, [each.label for each in predictions]):
        if len(chosen) == number:
            break
        vector = _unit(classifier.scorer.vector(texts[row], facts[row] if facts else ()))
        likeness = max((_cosine(vector, other) for other in vectors), default=0.0)
        prediction, margin = predictions[row], margins[row]
        reason = f"margin {margin:.2f}, likeness {likeness:.2f}"
        found = Suggestion(row, prediction.label, prediction.probability or 0.0, 1.0 - margin, reason)
        (chosen if likeness < ALIKE else late).append(found)
        if likeness < ALIKE:
            vectors.append(vector)
    return [*chosen, *late][:number]


def _in_turn(margins: Mapping[int, float], labels: Sequence[str]) -> Iterator[int]:
    """Yield the rows, the smallest margin of each label, then the next of each."""
    queues: dict[str, list[int]] = {}
    for row in sorted(margins, key=lambda row: (margins[row], row)):
        queues.setdefault(labels[row], []).append(row)
    for turn in zip_longest(*queues.values()):
        yield from (row for row in turn if row is not None)


def _margin(shares: Sequence[float]) -> float:
    first, second = sorted(shares, reverse=True)[:2]
    return first - second


def _unit(vector: Vector) -> Vector:
    length = sum(value * value for value in vector.values()) ** 0.5
    return {i: value / length for i, value in vector.items()} if length else vector


def _cosine(left: Vector, right: Vector) -> float:
    small, large = sorted((left, right), key=len)
    return sum(value * large.get(i, 0.0) for i, value in small.items())
