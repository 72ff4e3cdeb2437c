"""train: examples to a Classifier, through scikit-learn; the only importer of it.

TF-IDF (sublinear, smoothed idf, a constant entry before L2 normalising), logistic regression (L2 penalty, lbfgs),
then a calibration on out-of-fold scores that folds into the coefficients, so that it costs nothing when scoring.
"""

import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from math import log
from typing import TYPE_CHECKING, Any

from socialclass.classifier import Classifier
from socialclass.corpus import Example, check_corpus, fingerprint
from socialclass.errors import CorpusError
from socialclass.scoring import Weights
from socialclass.scoring.reference import floats
from socialclass.text import AnalyzerSettings, analyze

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

FOLDS = 5
FEW_TEXTS = 50  # of a label: too few to fit offsets


@dataclass(frozen=True)
class TrainSettings:
    """What training does; the defaults are those of the bundled model.

    analyzer: what is a term.
    min_df: terms in fewer texts than this are dropped.
    damping: the constant entry of every vector before L2 normalising, in units of tf * idf; 0 for none.
    idf_power: 1 for TF-IDF as it is mostly used; 2 applies the idf twice, as when it weighs both document and query
        (SMART's ``ltc.ltc``): rare words count for more, habits of style for less.
    C: inverse strength of the L2 penalty, as in scikit-learn.
    class_weight: ``balanced`` or None, as in scikit-learn.
    calibrate: fit slope and offsets of the scores on out-of-fold scores.
    """

    analyzer: AnalyzerSettings = AnalyzerSettings()
    min_df: int = 1
    damping: float = 100.0
    idf_power: int = 2
    C: float = 3.0
    class_weight: str | None = None
    calibrate: bool = True


def train(
    texts: Iterable[str],
    labels: Iterable[str],
    *,
    groups: Iterable[str] | None = None,
    settings: TrainSettings = TrainSettings(),
    seed: int = 0,
) -> Classifier:
    """Fit a classifier.

    texts, labels, groups: of equal length; texts of one group stay on one side when scores are made out of fold.
    seed: of the division into folds; equal input and seed give an equal model.
    Raises `CorpusError` for one class or no terms.

    >>> model = train(["free shoes", "sale on shoes", "hi mum", "call mum"], ["ad", "ad", "chat", "chat"])
    >>> [prediction.label for prediction in model.predict(["shoes", "mum"])]
    ['ad', 'chat']
    """
    texts, labels = list(texts), list(labels)
    named = list(groups) if groups is not None else [""] * len(texts)
    examples = [Example(*row) for row in zip(texts, labels, named, strict=True)]
    return train_examples(examples, settings, seed)


def train_examples(examples: Sequence[Example], settings: TrainSettings = TrainSettings(), seed: int = 0) -> Classifier:
    """Fit a classifier on a corpus; see `train`."""
    counts = check_corpus(examples)
    classes = tuple(sorted(counts))
    uncalibrated = fit(examples, classes, settings)
    facts: dict[str, Any] = {
        "settings": {**asdict(settings), "analyzer": settings.analyzer._asdict()},
        "corpus": {"sha256": fingerprint(examples), "texts": len(examples), "labels": dict(sorted(counts.items()))},
        "seed": seed,
        "versions": _versions(),
    }
    if why := _why_not_calibrated(examples, settings, min(counts.values())):
        facts["calibration"] = {"method": "none", "why": why}
        return Classifier(classes, uncalibrated, facts)
    import numpy as np

    targets = np.array([classes.index(example.label) for example in examples])
    scores = out_of_fold_scores(examples, classes, settings, seed)
    slope, offsets = fit_calibration(scores, targets)
    facts["calibration"] = {"method": "slope and offsets on out-of-fold scores", "slope": slope, "offsets": offsets}
    facts["cross_validation"] = {"folds": FOLDS, **_measures(scores * slope + offsets, targets, classes)}
    return Classifier(classes, _calibrated(uncalibrated, slope, offsets), facts)


def _why_not_calibrated(examples: Sequence[Example], settings: TrainSettings, fewest: int) -> str:
    if not settings.calibrate:
        return "off"
    if fewest < FOLDS:
        return f"under {FOLDS} texts of a label"
    if len(set(map(_group, examples))) < FOLDS:
        return f"under {FOLDS} groups"
    return ""


def _group(example: Example) -> str:
    return example.group or " ".join(["text", example.text, *example.facts])


def fit(examples: Sequence[Example], classes: tuple[str, ...], settings: TrainSettings) -> Weights:
    """Return the weights of one fit, uncalibrated."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(
        analyzer=partial(_terms, settings=settings.analyzer), sublinear_tf=True, norm=None, min_df=settings.min_df
    )
    try:
        matrix = vectorizer.fit_transform(examples)
    except ValueError as error:
        remedy = "give it longer texts or a smaller min_df"
        raise CorpusError("the texts hold no terms to learn from", remedy=remedy) from error
    idf = np.power(vectorizer.idf_, settings.idf_power)
    matrix = matrix.multiply(idf / vectorizer.idf_).tocsr()
    model = LogisticRegression(C=settings.C, class_weight=settings.class_weight, tol=1e-6, max_iter=2000)
    model.fit(damped(matrix, settings.damping), [classes.index(example.label) for example in examples])
    return Weights(
        terms=tuple(vectorizer.get_feature_names_out()),
        idf=floats(idf),
        coef=tuple(floats(row) for row in model.coef_),
        intercept=tuple(float(value) for value in model.intercept_),
        damping=settings.damping,
        analyzer=settings.analyzer,
    )


def _terms(example: Example, settings: AnalyzerSettings) -> list[str]:
    return [*analyze(example.text, settings), *example.facts]


def damped(matrix: "csr_matrix", damping: float) -> "csr_matrix":
    """Divide each row (n_texts, n_terms) by its length with the constant entry counted in."""
    import numpy as np
    from scipy.sparse import diags

    lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1).A1 + damping * damping)
    lengths[lengths == 0.0] = 1.0
    return diags(1.0 / lengths) @ matrix


def out_of_fold_scores(
    examples: Sequence[Example], classes: tuple[str, ...], settings: TrainSettings, seed: int
) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return each example's scores by a model that has not seen its group, shape (n_examples, n_rows)."""
    import numpy as np

    scores: np.ndarray[Any, np.dtype[np.float64]] = np.zeros((len(examples), 1 if len(classes) == 2 else len(classes)))
    for train_rows, test_rows in folds(examples, seed):
        part = [examples[i] for i in train_rows]
        if len({example.label for example in part}) < len(classes):
            raise CorpusError("a label is in one group only", remedy="use smaller groups, or no --group-field")
        model = Classifier(classes, fit(part, classes, settings))
        held_out = [examples[i] for i in test_rows]
        facts = [example.facts for example in held_out]
        scored = model.scorer.score([example.text for example in held_out], facts if any(facts) else None)
        scores[test_rows] = [row.scores for row in scored]
    return scores


def folds(
    examples: Sequence[Example], seed: int, size: int = FOLDS
) -> list[tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]]:
    """Return (training rows, test rows) of each fold: stratified by label, no group or repeated text divided."""
    from sklearn.model_selection import StratifiedGroupKFold

    labels = [example.label for example in examples]
    groups = [_group(example) for example in examples]
    splitter = StratifiedGroupKFold(size, shuffle=True, random_state=seed)
    return list(splitter.split(labels, labels, groups))


def fit_calibration(
    scores: "np.ndarray[Any, np.dtype[np.float64]]", targets: "np.ndarray[Any, Any]"
) -> tuple[float, list[float]]:
    """Return the slope and the offsets (one a row of scores) that make the scores' probabilities likeliest.

    For two classes this is Platt's scaling (1999), with his smoothed targets, so that a perfect separation does not
    become certainty; for more, temperature scaling with a bias for each class (Alexandari et al., ICML 2020) and the
    same targets. Both are monotone in each score, and linear, so they fold into the coefficients. Few texts say nothing
    of offsets (a fold without a text leans against its label), so below FEW_TEXTS of a label these are 0.
    """
    import numpy as np
    from scipy.optimize import minimize

    size = max(2, scores.shape[1])
    counts = np.bincount(targets, minlength=size)[targets]
    wanted = np.repeat((1.0 / (counts + 2.0) / (size - 1))[:, None], size, axis=1)
    wanted[np.arange(len(targets)), targets] = (counts + 1.0) / (counts + 2.0)

    def loss(parameters: "np.ndarray[Any, Any]") -> float:
        logits = scores * np.exp(parameters[0]) + parameters[1:]
        if logits.shape[1] == 1:
            logits = np.hstack([np.zeros_like(logits), logits])
        return float((np.logaddexp.reduce(logits, axis=1) - (wanted * logits).sum(axis=1)).mean())

    few = np.bincount(targets, minlength=size).min() < FEW_TEXTS
    bounds = [(log(0.25), log(20.0)), *[(0.0, 0.0) if few else (-5.0, 5.0)] * scores.shape[1]]
    best = minimize(loss, np.zeros(len(bounds)), method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12}).x
    return round(float(np.exp(best[0])), 6), [round(float(value), 6) for value in best[1:]]


def _calibrated(weights: Weights, slope: float, offsets: Sequence[float]) -> Weights:
    coef = tuple(floats(slope * value for value in row) for row in weights.coef)
    intercept = tuple(slope * value + offset for value, offset in zip(weights.intercept, offsets, strict=True))
    return weights._replace(coef=coef, intercept=intercept)


def _measures(
    scores: "np.ndarray[Any, Any]", targets: "np.ndarray[Any, Any]", classes: Sequence[str]
) -> dict[str, Any]:
    from socialclass.classifier import probabilities
    from socialclass.evaluation import measure

    shares = [probabilities(row) for row in scores.tolist()]
    predicted = [classes[row.index(max(row))] for row in shares]
    measured = measure([classes[i] for i in targets], predicted, [max(row) for row in shares], classes)
    names = ("accuracy", "macro_f1", "expected_calibration_error")
    return {name: round(getattr(measured, name), 4) for name in names}


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    packages = ("scikit-learn", "scipy", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
