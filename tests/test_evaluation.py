"""Measures, intervals, curves and comparisons: equal to scikit-learn's and to what is counted by hand."""

from dataclasses import asdict
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from socialclass.corpus import Example
from socialclass.errors import CorpusError, ModelError
from socialclass.evaluation import Gate, Outcomes, check_gates, compare, evaluate, evaluate_by, evaluate_outcomes, judge
from socialclass.evaluation.comparison import mcnemar
from socialclass.evaluation.curves import precision_recall_curve, reliability, risk_coverage_curve
from socialclass.evaluation.gates import UnknownMeasureError
from socialclass.evaluation.measures import LABEL_MEASURES, MEASURES, draws, figure_names
from socialclass.model.classifier import UNCERTAIN, Classifier
from socialclass.model.text import AnalyzerSettings
from socialclass.training import TrainSettings, train
from socialclass.training.validation import cross_validate, is_own_corpus, learning_curve, settings_of
from tests.conftest import LABELS, TEXTS

CLASSES = ("a", "b", "c")


def outcomes(size: int = 200, seed: int = 0, classes: tuple[str, ...] = CLASSES, per_group: int = 1) -> Outcomes:
    """Return random outcomes in which the truth is likelier than the rest, and many probabilities are equal."""
    random = np.random.default_rng(seed)
    truth = random.integers(len(classes), size=size)
    shares = random.integers(1, 5, size=(size, len(classes))).astype(float)
    shares[np.arange(size), truth] += 2
    shares /= shares.sum(axis=1, keepdims=True)
    groups = np.arange(size) // per_group
    return Outcomes(classes, truth, shares.argmax(axis=1), shares.max(axis=1), shares, groups)


@pytest.mark.parametrize("classes", [("a", "b"), CLASSES])
def test_measures_are_those_of_scikit_learn(classes: tuple[str, ...]) -> None:
    """Each measure that scikit-learn also has is equal to its own, ties in the probabilities included."""
    drawn = outcomes(classes=classes)
    assert drawn.shares is not None
    measured = evaluate_outcomes(drawn, 0)
    truth, predicted, shares = drawn.truth, drawn.predicted, drawn.shares
    expected = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "macro_f1": metrics.f1_score(truth, predicted, average="macro"),
        "macro_precision": metrics.precision_score(truth, predicted, average="macro"),
        "macro_recall": metrics.recall_score(truth, predicted, average="macro"),
        "matthews": metrics.matthews_corrcoef(truth, predicted),
        "log_loss": metrics.log_loss(truth, shares),
    }
    for name, value in expected.items():
        assert measured.figure(name) == pytest.approx(value), name
    if len(classes) == 2:
        assert measured.brier_score == pytest.approx(metrics.brier_score_loss(truth, shares[:, 1]))
    for number, label in enumerate(classes):
        value = metrics.average_precision_score(truth == number, shares[:, number])
        assert measured.figure(f"average_precision:{label}") == pytest.approx(value)
    assert measured.intervals == {}


@given(st.integers(0, 10_000), st.integers(2, 60))
@settings(max_examples=40, deadline=None)
def test_weights_are_repetitions(seed: int, size: int) -> None:
    """A text that is drawn twice counts as two texts, in every measure: the bootstrap measures what it claims to."""
    from socialclass.evaluation.measures import Meter

    drawn = outcomes(size, seed)
    times = np.random.default_rng(seed).integers(0, 3, size=size)
    if not times.sum():
        times[0] = 1
    repeated = drawn.take(np.repeat(np.arange(size), times))
    weighted = dict(zip(figure_names(CLASSES), Meter(drawn).figures(times.astype(float)), strict=True))
    alone = dict(zip(figure_names(CLASSES), Meter(repeated).figures(np.ones(len(repeated))), strict=True))
    for name in set(weighted) - {"majority_baseline"}:  # which label is the most frequent is the corpus's, not a draw's
        assert weighted[name] == pytest.approx(alone[name]), name


def test_intervals_hold_their_measure_and_follow_the_seed() -> None:
    """95% of a draw's measures; equal seeds give equal ends, and grouped texts wider ones."""
    first, again = evaluate_outcomes(outcomes(), 300), evaluate_outcomes(outcomes(), 300)
    assert first == again
    assert first != evaluate_outcomes(outcomes(), 300, seed=1)
    low, high = first.intervals["accuracy"]
    assert low < first.accuracy < high
    assert set(first.intervals) == set(figure_names(CLASSES))
    one = outcomes()
    rows = np.repeat(np.arange(50), 4)  # four copies of each of fifty texts say no more than fifty texts
    copies = one.take(rows)
    single = evaluate_outcomes(one.take(np.arange(50)), 300).intervals["accuracy"]
    grouped = evaluate_outcomes(copies, 300).intervals["accuracy"]
    assert grouped == pytest.approx(single)


def test_an_interval_covers_the_truth() -> None:
    """Of 200 samples of texts with a true accuracy of 0.8, at least 180 give an interval that holds it."""
    random, held = np.random.default_rng(7), 0
    for seed in range(200):
        right = random.random(150) < 0.8
        drawn = [float(weights @ right / weights.sum()) for weights in draws(np.arange(150), 200, seed)]
        low, high = np.percentile(drawn, [2.5, 97.5])
        held += int(low <= 0.8 <= high)
    assert held >= 180


def test_groups_are_drawn_whole_and_few_groups_give_no_interval() -> None:
    """Texts of one group always have one weight; nine groups are too few to say anything."""
    groups = np.repeat(np.arange(20), 3)
    for weights in draws(groups, 20, 0):
        assert np.ptp(weights.reshape(20, 3), axis=1).max() == 0
        assert weights.sum() == 60
    assert list(draws(np.arange(9), 20, 0)) == []


def test_uncertain_counts_as_wrong_and_leaves_the_label_measures_alone() -> None:
    """A text without a label lowers accuracy, recall and coverage, not precision."""
    drawn = outcomes(100)
    unsure = Outcomes(CLASSES, drawn.truth, np.where(np.arange(100) < 20, 3, drawn.predicted), drawn.confidence,
                      drawn.shares, drawn.groups)  # fmt: skip
    measured = evaluate_outcomes(unsure, 0)
    assert measured.coverage == 0.8
    assert measured.accuracy == pytest.approx(0.8 * measured.accuracy_of_labelled)
    assert sum(row[UNCERTAIN] for row in measured.confusion.values()) == 20


def test_a_label_that_the_corpus_lacks_does_not_lower_the_mean() -> None:
    """Macro means go over the labels that are true or predicted, as scikit-learn's do."""
    drawn = outcomes(60, classes=("a", "b"))
    assert drawn.shares is not None
    shares = np.hstack([drawn.shares, np.zeros((60, 1))])
    wider = Outcomes(CLASSES, drawn.truth, drawn.predicted, drawn.confidence, shares, drawn.groups)
    assert evaluate_outcomes(wider, 0).macro_f1 == evaluate_outcomes(drawn, 0).macro_f1


def test_by_divides_the_texts() -> None:
    """Each value's texts are measured alone, the most frequent value first."""
    drawn = outcomes(90)
    found = evaluate_by(drawn, ["x"] * 30 + ["y"] * 60, 0)
    assert list(found) == ["y", "x"]
    assert [each.texts for each in found.values()] == [60, 30]
    right = sum(each.accuracy * each.texts for each in found.values())
    assert right == pytest.approx(evaluate_outcomes(drawn, 0).accuracy * 90)


def test_curves() -> None:
    """The curves end where they must: all texts labelled, all found; the bins hold every labelled text."""
    drawn = outcomes(300)
    coverage, risk = risk_coverage_curve(drawn)
    assert coverage[-1] == 1.0
    assert risk[-1] == pytest.approx(1 - evaluate_outcomes(drawn, 0).accuracy)
    recall, precision = precision_recall_curve(drawn, 0)
    assert recall[-1] == 1.0
    assert precision[-1] == pytest.approx((drawn.truth == 0).mean())
    assert sum(each.texts for each in reliability(drawn)) == 300


@pytest.mark.parametrize("row", [*MEASURES, *LABEL_MEASURES], ids=lambda row: row.name)
def test_a_gate_takes_every_measure(row: object) -> None:
    """Every row of the table can be a gate; where less is better the bound is the most it may be."""
    measured = evaluate_outcomes(outcomes(), 0)
    name = row.name if row in MEASURES else f"{row.name}:b"  # type: ignore[attr-defined]
    value = measured.figure(name)
    better, worse = (0.01, -0.01) if row.more_is_better else (-0.01, 0.01)  # type: ignore[attr-defined]
    assert [each.passed for each in check_gates([Gate(name, value - better), Gate(name, value - worse)], measured)] == [
        True,
        False,
    ]


def test_an_unknown_gate_lists_what_there_is() -> None:
    """The message names every measure of this model."""
    with pytest.raises(UnknownMeasureError, match=r"no measure 'f2'; choose one of: accuracy, .*average_precision:c"):
        check_gates([Gate("f2", 1)], evaluate_outcomes(outcomes(), 0))


def corpus(copies: int = 5) -> list[Example]:
    return [
        Example(f"{text} {i}x", label, str(i)) for i in range(copies) for text, label in zip(TEXTS, LABELS, strict=True)
    ]


def test_cross_validation_never_sees_the_text_it_labels() -> None:
    """A word that stands in one group only is unknown to the model that labels that group."""
    examples = corpus()
    found = cross_validate(examples, TrainSettings(), 5)
    assert len(found.models) == 5
    assert found.outcomes.truth.tolist() == [sorted(set(LABELS)).index(each.label) for each in examples]
    for row, example in enumerate(examples):
        model = found.models[found.fold[row]]
        seen = {examples[i].group for i in range(len(examples)) if found.fold[i] != found.fold[row]}
        assert example.group not in seen
        again = judge(Classifier(model.classes, model.weights), [example])
        assert again.predicted[0] == found.outcomes.predicted[row]


def test_cross_validation_says_when_it_cannot_divide() -> None:
    """Too few groups for the folds: one line with the numbers."""
    with pytest.raises(CorpusError, match="2 groups cannot be divided into 5"):
        cross_validate(corpus(2), TrainSettings(), 5)


def test_a_learning_curve_grows() -> None:
    """Sizes rise to four fifths of the corpus, and scores are shares."""
    curve = learning_curve(corpus(10), TrainSettings())
    sizes = [each.texts for each in curve]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 96
    assert all(0 <= each.low <= each.macro_f1 <= each.high <= 1 for each in curve)


def test_settings_come_back_from_the_model() -> None:
    """What was set when training is what cross-validation refits with."""
    wanted = TrainSettings(AnalyzerSettings(1, 0), min_df=1, C=2.0, damping=10.0)
    model = train(TEXTS, LABELS, settings=wanted)
    assert settings_of(model) == wanted
    assert is_own_corpus(model, [Example(*row) for row in zip(TEXTS, LABELS, strict=True)])
    assert not is_own_corpus(model, corpus())


def test_evaluate_of_a_model_has_everything(small_model: Classifier) -> None:
    """The public function gives all measures and intervals."""
    measured = evaluate(small_model, [Example(*row) for row in zip(TEXTS, LABELS, strict=True)], rounds=50)
    assert set(measured.intervals) == set(figure_names(small_model.classes))
    assert asdict(measured)["labels"]["marketing"]["average_precision"] == 1.0


@pytest.mark.parametrize(("gains", "losses"), [(0, 0), (1, 0), (9, 1), (3, 3), (40, 20), (300, 250)])
def test_mcnemar_is_the_binomial_test(gains: int, losses: int) -> None:
    """Exact up to a thousand texts: twice the smaller tail of a fair coin."""
    from scipy.stats import binomtest

    expected = binomtest(gains, gains + losses).pvalue if gains + losses else 1.0
    assert mcnemar(gains, losses) == pytest.approx(expected)


def test_mcnemar_of_many_is_near_the_exact_one() -> None:
    """Beyond a thousand texts the corrected chi-square errs by under 0.001."""
    for gains in (520, 560, 600):
        losses = 1100 - gains
        exact = min(1.0, 2 * sum(comb(1100, k) for k in range(min(gains, losses) + 1)) / 2**1100)
        assert mcnemar(gains, losses) == pytest.approx(exact, abs=1e-3)


def test_compare_counts_gains_and_losses(small_model: Classifier) -> None:
    """A model against one with swapped labels: every text flips, and each right answer is lost."""
    swapped = train(TEXTS, LABELS[::-1])
    found = compare(small_model, swapped, TEXTS, LABELS, rounds=50)
    assert (found.flips, found.gains, found.losses, found.labelled) == (12, 0, 12, 12)
    assert (found.old_accuracy, found.new_accuracy, found.difference) == (1.0, 0.0, -1.0)
    assert found.p_value == pytest.approx(2 / 2**12)
    assert [each.shift for each in found.changes] == sorted((each.shift for each in found.changes), reverse=True)
    assert {each.effect for each in found.changes} == {"loss"}
    same = compare(small_model, small_model, TEXTS)
    assert (same.flips, same.mean_shift, same.labelled, same.p_value) == (0, 0.0, 0, None)


def test_compare_of_unlike_models_is_refused(small_model: Classifier) -> None:
    """The message says which labels only one of them has."""
    other = train(["free boots", "hey mum"], ["ads", "networking"])
    with pytest.raises(ModelError, match="only OLD has marketing; only NEW has ads"):
        compare(small_model, other, TEXTS)
