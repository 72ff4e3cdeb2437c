"""The estimator speaks scikit-learn's protocol and gives the library's own answers."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from socialclass import TrainSettings, train
from socialclass.errors import CorpusError
from socialclass.sklearn import SocialClassifier
from tests.golden.__main__ import corpus

TEXTS = [example.text for example in corpus()]
LABELS = [example.label for example in corpus()]


@pytest.fixture(scope="module")
def fitted() -> SocialClassifier:
    return SocialClassifier(calibrate=False).fit(TEXTS, LABELS)


def test_it_is_the_librarys_own_model(fitted: SocialClassifier) -> None:
    """Probabilities are those of `train` with the same settings."""
    ours = train(TEXTS, LABELS, settings=TrainSettings(calibrate=False))
    np.testing.assert_array_equal(fitted.predict_proba(TEXTS), ours.predict_proba(TEXTS))
    assert fitted.classes_.tolist() == list(ours.classes)


@pytest.mark.parametrize("make", [list, np.array, pd.Series, tuple], ids=["list", "array", "Series", "tuple"])
def test_texts_may_come_in_any_iterable(fitted: SocialClassifier, make: type) -> None:
    """A list, a numpy array, a pandas Series."""
    np.testing.assert_array_equal(fitted.predict(make(TEXTS[:9])), fitted.predict(TEXTS[:9]))


def test_labels_may_be_numbers() -> None:
    """Classes keep their type and order."""
    numbers = [10 * (label == "social networking") for label in LABELS]
    model = SocialClassifier(calibrate=False).fit(TEXTS, pd.Series(numbers))
    assert model.classes_.tolist() == [0, 10]
    assert model.score(TEXTS, numbers) > 0.95


def test_it_clones_and_pickles(fitted: SocialClassifier) -> None:
    """Parameters survive a clone; a fitted model survives a pickle, as worker processes need."""
    assert clone(SocialClassifier(C=0.5, prefix=0)).get_params() == SocialClassifier(C=0.5, prefix=0).get_params()
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS))


def test_it_works_in_a_pipeline_and_in_searches() -> None:
    """Pipeline, GridSearchCV and cross_val_score need nothing special."""
    strip = FunctionTransformer(lambda texts: [text.strip() for text in texts])
    pipeline = Pipeline([("strip", strip), ("model", SocialClassifier(calibrate=False, contrast=0.0, entities=0))])
    search = GridSearchCV(pipeline, {"model__C": [0.3, 3.0]}, cv=3, error_score="raise").fit(TEXTS, LABELS)
    assert search.best_score_ > 0.5
    scores = cross_val_score(SocialClassifier(calibrate=False), TEXTS, LABELS, cv=3, error_score="raise")
    assert len(scores) == 3


def test_unfitted_it_says_so() -> None:
    """The message says what to do."""
    with pytest.raises(NotFittedError, match="call fit"):
        SocialClassifier().predict(["hey"])


def test_one_class_is_named_as_it_is() -> None:
    """Not by the number that training knows it by."""
    with pytest.raises(CorpusError, match="every text has the label chat"):
        SocialClassifier().fit(["hi mum", "call mum"], ["chat", "chat"])


def test_groups_may_be_numbers() -> None:
    """As scikit-learn's own are."""
    fitted = [
        SocialClassifier().fit(TEXTS, LABELS, groups=groups)
        for groups in (range(len(TEXTS)), map(str, range(len(TEXTS))))
    ]
    assert fitted[0].predict_proba(TEXTS).tolist() == fitted[1].predict_proba(TEXTS).tolist()
