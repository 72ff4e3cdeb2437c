"""SocialClassifier: the same training and model as a scikit-learn estimator, for pipelines, searches and scores.

It adds nothing to what `training.train` does; it only speaks scikit-learn's protocol.
"""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError

from socialclass.errors import CorpusError
from socialclass.model.classifier import Classifier
from socialclass.model.text import AnalyzerSettings
from socialclass.training import TrainSettings, train

Labels = NDArray[Any]


class SocialClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A text classifier: TF-IDF and logistic regression, calibrated; see `training.TrainSettings` for the parameters.

    X is any iterable of n_texts str: a list, a numpy array, a pandas Series. Unlike `Classifier.predict`, `predict`
    always answers with a class: a text without a known term gets the likeliest by the intercepts.

    >>> model = SocialClassifier(calibrate=False)
    >>> model = model.fit(["free shoes", "shoe sale", "hi mum", "call mum"], ["ad", "ad", "chat", "chat"])
    >>> model.predict(["shoes", "mum"]).tolist(), model.classes_.tolist()
    (['ad', 'chat'], ['ad', 'chat'])
    """

    def __init__(
        self,
        *,
        ngrams: int = AnalyzerSettings().ngrams,
        prefix: int = AnalyzerSettings().prefix,
        entities: int = AnalyzerSettings().entities,
        min_df: int = TrainSettings().min_df,
        damping: float = TrainSettings().damping,
        idf_power: float = TrainSettings().idf_power,
        contrast: float = TrainSettings().contrast,
        C: float = TrainSettings().C,
        class_weight: str | None = TrainSettings().class_weight,
        calibrate: bool = TrainSettings().calibrate,
        random_state: int = 0,
    ) -> None:
        self.ngrams = ngrams
        self.prefix = prefix
        self.entities = entities
        self.min_df = min_df
        self.damping = damping
        self.idf_power = idf_power
        self.contrast = contrast
        self.C = C
        self.class_weight = class_weight
        self.calibrate = calibrate
        self.random_state = random_state

    def fit(self, X: Iterable[str], y: Iterable[Any], groups: Iterable[Any] | None = None) -> Self:
        """Fit on n_texts texts and their labels, which may be of any type that sorts.

        groups: texts of one group stay on one side when the calibration's scores are made. Raises `CorpusError` for one
        class or no terms.
        """
        labels = np.asarray(list(y))
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) == 1:  # here, since training knows the classes by their numbers
            raise CorpusError(f"every text has the label {labels[0]!s}", remedy="give it texts of two labels")
        width = len(str(len(self.classes_)))  # so that the names sort as the classes do
        names = [f"{code:0{width}d}" for code in codes.ravel()]
        settings = TrainSettings(
            analyzer=AnalyzerSettings(self.ngrams, self.prefix, self.entities),
            min_df=self.min_df,
            damping=self.damping,
            idf_power=self.idf_power,
            contrast=self.contrast,
            C=self.C,
            class_weight=self.class_weight,
            calibrate=self.calibrate,
        )
        self.classifier_ = train(
            X, names, groups=None if groups is None else map(str, groups), settings=settings, seed=self.random_state
        )
        return self

    def predict_proba(self, X: Iterable[str]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_texts, n_classes), columns in the order of `classes_`."""
        return self._fitted().predict_proba(X)

    def predict(self, X: Iterable[str]) -> Labels:
        """Return the likeliest class of each text, shape (n_texts,)."""
        shares = self.predict_proba(X)
        likeliest: Labels = self.classes_[shares.argmax(axis=1)]
        return likeliest

    def _fitted(self) -> Classifier:
        if not hasattr(self, "classifier_"):
            raise NotFittedError("this SocialClassifier is not fitted; call fit(texts, labels) first")
        return self.classifier_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        return tags
