"""The scoring and the training equal scikit-learn's own pipeline."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer

from socialclass.corpus import Example
from socialclass.model.classifier import Classifier
from socialclass.model.text import AnalyzerSettings, analyze
from socialclass.training import TrainSettings, fit

WORDS = "boots mum free you we our call 20% #BlackFriday café 😂 don't @ana 12 t.co/x".split()
text = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


def scikit_learn_pipeline(train: TrainSettings):  # type: ignore[no-untyped-def]
    """The same model of stock parts: a constant column is normalised along and then dropped."""
    constant = FunctionTransformer(lambda x: hstack([x, csr_matrix(np.full((x.shape[0], 1), train.damping))]).tocsr())
    drop = FunctionTransformer(lambda x: x[:, :-1])
    return make_pipeline(
        TfidfVectorizer(analyzer=lambda each: analyze(each, train.analyzer), sublinear_tf=True, norm=None),
        TfidfTransformer(norm=None) if train.idf_power == 2 else "passthrough",
        constant,
        Normalizer(),
        drop,
        LogisticRegression(C=train.C, tol=1e-6, max_iter=2000),
    )


@pytest.mark.parametrize("labels", [("a", "b"), ("a", "b", "c")])
@pytest.mark.parametrize(("damping", "idf_power", "entities"), [(0.0, 1, 1), (7.5, 1, 0), (20.0, 2, 0)])
@given(corpus=st.lists(text, min_size=6, max_size=20), unseen=st.lists(st.text() | text, max_size=10))
@settings(max_examples=25, deadline=None)
def test_probabilities_equal_scikit_learns(
    labels: tuple[str, ...], damping: float, idf_power: int, entities: int, corpus: list[str], unseen: list[str]
) -> None:
    """Trained on any corpus, the weights are scikit-learn's to its solver's tolerance.

    With equal weights the probabilities of any text differ from scikit-learn's by at most 1e-9.
    """
    corpus = [*corpus, "free boots"]
    truth = [labels[i % len(labels)] for i in range(len(corpus))]
    train = TrainSettings(AnalyzerSettings(2, 4, entities), damping=damping, idf_power=idf_power, C=2.0, contrast=0)
    ours = Classifier(labels, fit([Example(*row) for row in zip(corpus, truth, strict=True)], labels, train))
    theirs = scikit_learn_pipeline(train).fit(corpus, truth)
    texts, last = corpus + unseen, theirs[-1]
    np.testing.assert_allclose(ours.weights.coef, last.coef_, rtol=0, atol=1e-4)
    np.testing.assert_allclose(ours.weights.intercept, last.intercept_, rtol=0, atol=1e-4)
    last.coef_, last.intercept_ = np.array(ours.weights.coef), np.array(ours.weights.intercept)
    np.testing.assert_allclose(ours.predict_proba(texts), theirs.predict_proba(texts), rtol=0, atol=1e-9)


@given(st.lists(st.text() | text, max_size=8))
@settings(deadline=None)
def test_many_at_once_equals_one_by_one(texts: list[str]) -> None:
    """A text's scores do not depend on its neighbours."""
    corpus = [Example("free boots", "a"), Example("call mum 😂", "b")]
    scorer = Classifier(("a", "b"), fit(corpus, ("a", "b"), TrainSettings())).scorer
    assert scorer.score(texts) == [scorer.score([each])[0] for each in texts]
