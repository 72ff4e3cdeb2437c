"""The bundled model is what `make model` makes of the bundled corpus."""

import numpy as np
import pytest

from socialclass import load_model, read_corpus
from socialclass.model.classifier import Classifier
from socialclass.training import train_examples
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def model() -> Classifier:
    return load_model()


def test_it_is_current(model: Classifier) -> None:
    """Retraining from data/ gives the same model, to the solver's tolerance where the arithmetic library differs.

    The calibration's slope is divided out: how scikit-learn shuffles folds has changed between versions.
    """
    again = train_examples(read_corpus(str(ROOT / "data/train.jsonl")))
    assert again.weights.terms == model.weights.terms
    assert again.facts["corpus"] == model.facts["corpus"]
    assert again.facts["settings"] == model.facts["settings"]
    slopes = [each.facts["calibration"]["slope"] for each in (again, model)]
    assert slopes[0] == pytest.approx(slopes[1], rel=0.02)
    for ours, theirs in zip(again.weights.coef, model.weights.coef, strict=True):
        np.testing.assert_allclose(np.divide(ours, slopes[0]), np.divide(theirs, slopes[1]), rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Join us Friday: 20% off all boots, code BOOTS20", "social media marketing"),
        ("hey mum, landed safely, call you tonight", "social networking"),
    ],
)
def test_what_the_readme_shows(model: Classifier, text: str, label: str) -> None:
    """The first examples a reader tries."""
    assert model.predict([text])[0].label == label
