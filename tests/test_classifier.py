import math

import numpy as np
import pytest

from socialclass.model.classifier import UNCERTAIN, Classifier, probabilities
from socialclass.training import train


@pytest.mark.parametrize("text", ["", "  \n", "😶 🎂", "привет", "xyzzy", "http://a.b/c", "@ana", "Facebook"])
def test_no_evidence_is_uncertain_with_a_reason(small_model: Classifier, text: str) -> None:
    """Without a known term the answer is `uncertain`, never the prior of the corpus."""
    prediction = small_model.predict([text])[0]
    assert prediction.label == UNCERTAIN
    assert prediction.reason == ("no_known_terms" if text.strip() else "empty")
    assert prediction.probability is None


def test_min_confidence_makes_weak_labels_uncertain(small_model: Classifier) -> None:
    """Below the asked probability the label is `uncertain`, and the probability is still told."""
    sure = small_model.predict(["free shipping on boots"])[0]
    assert sure.probability is not None
    unsure = small_model.predict(["free shipping on boots"], min_confidence=math.nextafter(sure.probability, 1))[0]
    assert (unsure.label, unsure.reason, unsure.probability) == (UNCERTAIN, "low_confidence", sure.probability)


def test_probabilities_of_any_sequence_of_strings(small_model: Classifier) -> None:
    """Lists, tuples and numpy arrays give the same matrix; its rows sum to one."""
    texts = ["free boots", "hey mum", ""]
    shares = small_model.predict_proba(texts)
    assert shares.shape == (3, 2)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    np.testing.assert_array_equal(shares, small_model.predict_proba(np.array(texts)))
    np.testing.assert_array_equal(shares, small_model.predict_proba(tuple(texts)))
    assert small_model.predict_proba([]).shape == (0, 2)


def test_one_string_is_refused(small_model: Classifier) -> None:
    """A single str would be taken for a list of letters."""
    with pytest.raises(TypeError, match=r"predict\(\[text\]\)"):
        small_model.predict("free boots")
    with pytest.raises(TypeError, match=r"texts\[1\] is int"):
        small_model.predict(["free boots", 7])  # type: ignore[list-item]


@pytest.mark.parametrize("labels", [["a", "b"] * 6, ["a", "b", "c"] * 4])
def test_contributions_and_intercept_sum_to_the_logit(labels: list[str]) -> None:
    """What `explain` shows is the whole decision."""
    texts = [f"{word} {other}" for word in ("boots", "mum", "sale") for other in ("free", "call", "we", "you")]
    model = train(texts, labels)
    for text in texts:
        explanation = model.explain(text)
        total = explanation.intercept + sum(each.contribution for each in explanation.contributions)
        assert total == pytest.approx(explanation.logit, abs=1e-9)
        if len(model.classes) == 2:
            share = explanation.prediction.probability
            assert share is not None
            assert explanation.logit == pytest.approx(math.log(share / (1 - share)), abs=1e-9)


def test_probabilities_stay_in_range() -> None:
    """Scores of any size give finite shares."""
    assert probabilities([1000.0]) == (0.0, 1.0)
    assert probabilities([-1000.0]) == (1.0, 0.0)
    assert probabilities([1000.0, 0.0, -1000.0]) == (1.0, 0.0, 0.0)
