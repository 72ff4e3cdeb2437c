"""Classifier: frozen weights and classes; texts in, predictions out. It neither learns nor reads files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import exp
from typing import TYPE_CHECKING, Any, NamedTuple

from socialclass.model.scoring import Scorer, Scores, Weights
from socialclass.model.text import LONGEST_TEXT, beginning

if TYPE_CHECKING:
    import numpy as np

UNCERTAIN = "uncertain"
TRUNCATED = "truncated"


class Prediction(NamedTuple):
    """A label, its calibrated probability, and why the label is `uncertain`, if it is.

    probability: of `label`; of the likeliest class where the reason is `low_confidence`; None without evidence.
    reason: empty, or `empty`, `no_known_terms`, `low_confidence`; `truncated` where a long text's beginning was judged.
    probabilities: of every class, in the order of `Classifier.classes`; equal shares where there is no evidence.
    """

    label: str
    probability: float | None
    reason: str
    probabilities: tuple[float, ...]


class Contribution(NamedTuple):
    """What one term adds to the score of the predicted label (in logits)."""

    term: str
    contribution: float


class Explanation(NamedTuple):
    """A prediction and its reasons: ``intercept`` and all ``contributions`` sum to ``logit``.

    logit: for two classes ln(p / (1 - p)) of the predicted label; for more, the label's score before the softmax.
    contributions: every known term of the text, the strongest (by absolute value) first.
    """

    prediction: Prediction
    logit: float
    intercept: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True)
class Classifier:
    """A trained model: TF-IDF and logistic regression, calibrated.

    >>> from socialclass.model.text import AnalyzerSettings
    >>> weights = Weights(("free", "mum"), [1.0, 1.0], ([-2.0, 2.0],), (0.0,), 0.0, AnalyzerSettings(1, 0))
    >>> Classifier(("marketing", "networking"), weights).predict(["hi mum"])[0].label
    'networking'
    """

    classes: tuple[str, ...]
    weights: Weights
    facts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def scorer(self) -> Scorer:
        """What turns texts into scores, made on first use."""
        return Scorer(self.weights)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle holds: all but the scorer, which is made again where it is needed."""
        return {name: value for name, value in self.__dict__.items() if name != "scorer"}

    def predict(
        self, texts: Iterable[str], min_confidence: float = 0.0, facts: Iterable[Sequence[str]] | None = None
    ) -> list[Prediction]:
        """Return a `Prediction` for each text, in order.

        texts: any iterable of str: a list, a numpy array, a pandas Series.
        min_confidence: below this probability (0 to 1) the label is `uncertain`.
        facts: for each text, terms beside its words, as `activity.facts` makes them.
        """
        texts = _strings(texts)
        judged = _beginnings(texts)
        scored = self.scorer.score(judged, facts)
        decided = [self._decide(text, scores, min_confidence) for text, scores in zip(judged, scored, strict=True)]
        if judged is texts:
            return decided
        return [
            each if part is text else each._replace(reason=TRUNCATED)
            for each, part, text in zip(decided, judged, texts, strict=True)
        ]

    def predict_proba(self, texts: Iterable[str]) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """Return calibrated probabilities, shape (n_texts, n_classes), columns in the order of `classes`.

        A text without a known term gets the intercepts' probabilities, as from scikit-learn.
        """
        import numpy as np

        rows = [probabilities(scores.scores) for scores in self.scorer.score(_beginnings(_strings(texts)))]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.classes))

    def explain(self, text: str, facts: Sequence[str] = ()) -> Explanation:
        """Return which terms decided, with their contributions to the predicted label's logit."""
        text = beginning(text)
        scored = self.scorer.score([text], [facts] if facts else None)[0]
        prediction = self._decide(text, scored, 0.0)
        shares = probabilities(scored.scores)
        best = shares.index(max(shares))
        row, sign = (best, 1.0) if len(scored.scores) > 1 else (0, 1.0 if best else -1.0)
        coef, terms = self.weights.coef[row], self.weights.terms
        found = [
            Contribution(terms[i], sign * value * coef[i])
            for i, value in self.scorer.vector(text, facts).items()
            if coef[i]
        ]
        found.sort(key=lambda each: (-abs(each.contribution), each.term))
        return Explanation(prediction, sign * scored.scores[row], sign * self.weights.intercept[row], tuple(found))

    def strongest_terms(self, number: int) -> dict[str, list[Contribution]]:
        """Return, for each class, the terms that speak most for it, with their coefficients toward it.

        >>> from socialclass.model.text import AnalyzerSettings
        >>> weights = Weights(("free", "mum"), [1.0, 1.0], ([-2.0, 2.0],), (0.0,), 0.0, AnalyzerSettings(1, 0))
        >>> Classifier(("marketing", "networking"), weights).strongest_terms(1)["marketing"]
        [Contribution(term='free', contribution=2.0)]
        """
        from heapq import nlargest

        rows = (
            self.weights.coef
            if len(self.weights.coef) > 1
            else ([-c for c in self.weights.coef[0]], *self.weights.coef)
        )
        found = {}
        for label, coef in zip(self.classes, rows, strict=True):
            best = nlargest(number, range(len(coef)), key=coef.__getitem__)
            found[label] = [Contribution(self.weights.terms[i], coef[i]) for i in best]
        return found

    def _decide(self, text: str, scored: Scores, min_confidence: float) -> Prediction:
        if not scored.known:
            even = (1.0 / len(self.classes),) * len(self.classes)
            return Prediction(UNCERTAIN, None, "no_known_terms" if text.strip() else "empty", even)
        shares = probabilities(scored.scores)
        best = max(shares)
        if best < min_confidence:
            return Prediction(UNCERTAIN, best, "low_confidence", shares)
        return Prediction(self.classes[shares.index(best)], best, "", shares)


def probabilities(scores: Sequence[float]) -> tuple[float, ...]:
    """Return the classes' probabilities: the logistic function of one score, the softmax of several.

    >>> probabilities([0.0])
    (0.5, 0.5)
    """
    if len(scores) == 1:
        odds = exp(-abs(scores[0]))
        likelier, other = 1.0 / (1.0 + odds), odds / (1.0 + odds)
        return (other, likelier) if scores[0] > 0 else (likelier, other)
    top = max(scores)
    weights = [exp(score - top) for score in scores]
    total = sum(weights)
    return tuple([weight / total for weight in weights])


def _strings(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise TypeError("texts must be an iterable of str, not one str; write predict([text])")
    texts = list(texts)
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts[{position}] is {type(text).__name__}, not str")
    return texts


def _beginnings(texts: list[str]) -> list[str]:
    """Return what is judged of each text; the same list where no text is long."""
    if max(map(len, texts), default=0) <= LONGEST_TEXT // 4:
        return texts
    return [beginning(text) for text in texts]
