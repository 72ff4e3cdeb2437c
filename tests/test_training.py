"""Training equals scikit-learn's own; the search, and what is said of a corpus."""

import json
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from socialclass import AnalyzerSettings, Classifier, Example, TrainSettings, analyze, read_corpus, search, train
from socialclass.errors import CorpusError
from socialclass.model.scoring import count_terms, reference
from socialclass.training import Progress, fit, folding, folds, out_of_fold_scores, remarks, train_examples
from socialclass.training.fitting import fit_counts, weights_of
from socialclass.training.trials import Trial
from socialclass.training.tuning import STRENGTHS, WEIGHTINGS, _chosen
from socialclass.training.vectors import count_examples, vectors
from tests.conftest import ROOT

WORDS = [
    "boots",
    "discounted",
    "mum",
    "free",
    "20%",
    "#BlackFriday",
    "café",
    "😂",
    "don't",
    "@AnaSupport",
    "Facebook",
    "é",
]
text = st.text() | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
analyzers = st.sampled_from([AnalyzerSettings(*each) for each in ((1, 0), (1, 3), (2, 0), (2, 5), (2, 4, 1))])


SITTING = re.compile(r"(w|texts-w)\d+-\d+")  # of a writer: so many texts that a few would be all


def bundled(size: int, flipped: float = 0.0, skip: int = 0) -> list[Example]:
    """Return some of the bundled corpus's situations, and a share of the labels flipped."""
    corpus = [each for each in read_corpus(str(ROOT / "data/train.jsonl")) if not SITTING.fullmatch(each.group)]
    chance = np.random.default_rng(0)
    names = sorted({each.group for each in corpus})
    rank = dict(zip(names, chance.permutation(len(names)), strict=True))
    chosen = sorted(corpus, key=lambda each: rank[each.group])[skip : skip + size]
    other = dict(zip(*[sorted({each.label for each in corpus})[::step] for step in (1, -1)], strict=True))
    flips = chance.random(size) < flipped
    return [each._replace(label=other[each.label]) if flip else each for each, flip in zip(chosen, flips, strict=True)]


def rows_of(counts: reference.Counts) -> list[list[tuple[int, int]]]:
    """Return each text's (term, count) pairs in order."""
    ends = list(counts.ends)
    return [
        sorted(zip(counts.indices[start:end], counts.counts[start:end], strict=True)) for start, end in pairwise(ends)
    ]


@given(st.lists(text, max_size=8), analyzers)
@settings(deadline=None, max_examples=60)
def test_counts_equal_the_references(texts: list[str], analyzer: AnalyzerSettings) -> None:
    """The core finds the terms that `analyze` finds, counts them alike, and sorts them alike."""
    ours, theirs = count_terms(texts, analyzer), reference.count_terms(texts, analyzer)
    assert list(ours.terms) == list(theirs.terms)
    assert rows_of(ours) == rows_of(theirs)


def test_counts_equal_scikit_learns() -> None:
    """Vocabulary and matrix of the bundled corpus are those of CountVectorizer, prefixes and handles in them."""
    corpus = read_corpus(str(ROOT / "data/test.jsonl"))
    vectorizer = CountVectorizer(analyzer=lambda each: [*analyze(each.text), *each.facts])
    theirs = vectorizer.fit_transform(corpus)
    ours = count_examples(corpus, AnalyzerSettings())
    assert list(ours.terms) == list(vectorizer.get_feature_names_out())
    assert (ours.matrix != theirs).nnz == 0


def test_facts_are_terms_beside_the_words() -> None:
    """A fact is counted like a word, also one that is spelt like a word or stands twice."""
    corpus = [Example("hi mum", "a", facts=("<reply>", "mum")), Example("<reply>", "b", facts=("<reply>", "<reply>"))]
    counts = count_examples(corpus, AnalyzerSettings(1, 0))
    expected = CountVectorizer(analyzer=lambda each: [*analyze(each.text, AnalyzerSettings(1, 0)), *each.facts])
    assert counts.matrix.toarray().tolist() == expected.fit_transform(corpus).toarray().tolist()
    assert list(counts.terms) == list(expected.get_feature_names_out())


@pytest.mark.parametrize("class_weight", [None, "balanced"])
@pytest.mark.parametrize("labels", [2, 4])
@pytest.mark.parametrize(("damping", "power", "C"), [(0.0, 1, 1.0), (100.0, 2, 3.0), (40.0, 1.5, 3.0), (0.0, 0, 50.0)])
def test_the_model_is_what_logistic_regression_says(
    class_weight: str | None, labels: int, damping: float, power: float, C: float
) -> None:
    """The coefficients are those of the estimator; another solver agrees to 1e-4."""
    corpus = bundled(100)
    targets = np.array(
        [(each.label > "social n") + (2 * len(each.text) // 150 if labels > 2 else 0) for each in corpus]
    )
    targets = np.unique(np.minimum(targets, labels - 1), return_inverse=True)[1]
    counts = count_examples(corpus, AnalyzerSettings(2, 5))
    chosen = TrainSettings(idf_power=power, damping=damping, C=C, class_weight=class_weight)
    fitted = fit_counts(counts.matrix, targets, chosen)
    weights = weights_of(fitted, counts.terms, chosen)
    np.testing.assert_array_equal(np.array(weights.coef), fitted.regression.coef_)
    other = LogisticRegression(C=C, class_weight=class_weight, solver="lbfgs", tol=1e-8, max_iter=10_000)
    other.fit(vectors(counts.matrix, fitted.weighting, damping), targets)
    np.testing.assert_allclose(np.array(weights.coef), other.coef_, rtol=0, atol=1e-4)
    np.testing.assert_allclose(weights.intercept, other.intercept_, rtol=0, atol=1e-4)


@pytest.mark.parametrize("min_df", [1, 2])
def test_a_fold_knows_its_own_texts_only(min_df: int) -> None:
    """Scores out of fold are those of models fitted on the other folds' texts, vocabulary and idf included."""
    corpus = [*bundled(120)[:119], Example("only here", "social networking", facts=("<reply>",))]
    classes, chosen = ("social media marketing", "social networking"), TrainSettings(min_df=min_df)
    scores = out_of_fold_scores(corpus, classes, chosen, seed=3)
    for train_rows, test_rows in folds(corpus, 3):
        model = Classifier(classes, fit([corpus[i] for i in train_rows], classes, chosen))
        held = [corpus[i] for i in test_rows]
        expected = model.scorer.score([each.text for each in held], [each.facts for each in held])
        np.testing.assert_allclose(scores[test_rows], [each.scores for each in expected], rtol=0, atol=1e-9)


@pytest.mark.parametrize("many", [1, 20_000])
def test_no_group_is_divided(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row is tested once, groups and repeated texts are on one side, and each fold has its share of each label."""
    monkeypatch.setattr(folding, "MANY_GROUPS", many)
    chance = np.random.default_rng(0)
    rows = [Example(f"text {chance.integers(400)}", "aaab"[int(chance.integers(4))]) for _ in range(600)]
    rows += [Example(f"own {i}", "ab"[i % 4 == 0], f"group {i % 70}") for i in range(300)]
    parts = folds(rows, 3)
    assert sorted(np.concatenate([test_rows for _, test_rows in parts]).tolist()) == list(range(len(rows)))
    for train_rows, test_rows in parts:
        trained, tested = ({rows[i].group or rows[i].text for i in part} for part in (train_rows, test_rows))
        assert not trained & tested
        assert len(train_rows) + len(test_rows) == len(rows)
        assert abs(np.mean([rows[i].label == "b" for i in test_rows]) - 0.25) < 0.08


PLAIN = TrainSettings(AnalyzerSettings(entities=0), contrast=0.0)


def test_entities_are_chosen_where_they_tell() -> None:
    """Links and mentions that decide the label become terms; where they are chance, or not to be tried, they do not."""
    chance = np.random.default_rng(0)
    words = "boots mum free call order bus tea rain".split()
    texts = [" ".join(chance.choice(words, 6)) for _ in range(120)]
    telling = [Example(f"{text} {('https://t.co/x', '@ana')[i % 2]}", "ab"[i % 2]) for i, text in enumerate(texts)]
    idle = [Example(f"{text} https://t.co/x @ana", "ab"[i % 2]) for i, text in enumerate(texts)]
    none = [Example(text, "ab"[i % 2]) for i, text in enumerate(texts)]
    chosen = [search(corpus, budget=600).settings.analyzer.entities for corpus in (telling, idle)]
    assert chosen == [1, 0]
    tried = [search(none, budget=600), search(telling, PLAIN, budget=600, try_entities=False)]
    assert not any(trial.settings.analyzer.entities for found in tried for trial in found.trials)
    model = train_examples(telling, TrainSettings(AnalyzerSettings(entities=1)))
    assert [each.label for each in model.predict(["tea @bob", "tea www.shop.example"])] == ["b", "a"]


def test_a_search_finds_the_same_again() -> None:
    """Equal corpus and seed, equal trials, and of each something to tell."""
    corpus = bundled(200)
    seen: list[Progress] = []
    first, again = (search(corpus, seed=1, budget=600, watch=seen.append) for _ in range(2))
    assert first == again
    assert first.ended == "complete"
    assert len(seen) == 2 * len(first.trials)
    assert len(first.trials) > len(STRENGTHS) * len(WEIGHTINGS)
    assert json.loads(json.dumps(first.as_facts()))["tried"] == len(first.trials)


@pytest.mark.parametrize(("gain", "chosen"), [(0.01, "first"), (0.03, "best")])
def test_a_gain_within_the_error_changes_nothing(gain: float, chosen: str) -> None:
    """The settings that were tried first stay unless another's macro-F1 is higher by its standard error (here 0.02)."""
    trials = {"first": Trial(TrainSettings(), 5, 0.8 - gain, 0.5), "best": Trial(TrainSettings(C=9.0), 5, 0.8, 0.5)}
    assert _chosen(trials["first"], trials["best"], error=0.02) == trials[chosen].settings


def test_an_ended_search_has_the_best_so_far() -> None:
    """Without time one trial is made; Ctrl-C keeps what was found, but before the first trial it ends the program."""
    corpus = bundled(60)

    def stop(progress: Progress) -> None:
        if progress.trials == 3:
            raise KeyboardInterrupt

    assert (search(corpus, budget=0.0).ended, len(search(corpus, budget=0.0).trials)) == ("budget", 1)
    stopped = search(corpus, budget=600, watch=stop)
    assert (stopped.ended, len(stopped.trials)) == ("interrupted", 3)


def test_few_texts_are_not_searched() -> None:
    """Under five texts of a label the settings stay as they were, and the reason is told and recorded."""
    texts, labels = ["free shoes", "hi mum"] * 4, ["ad", "chat"] * 4
    model = train(texts, labels, budget=5)
    assert model.facts["search"]["why"] == "under 5 texts of a label"
    assert model.facts["calibration"] == {"method": "none", "why": "under 5 texts of a label"}
    assert model.weights == train(texts, labels).weights


def test_uneven_labels_are_tried_weighed() -> None:
    """`balanced` is tried where labels are of unequal size, unless the user has decided."""
    corpus = [each for i, each in enumerate(bundled(200)) if "network" in each.label or i % 4 == 0]
    tried = [{each.settings.class_weight for each in search(corpus, budget=600, weigh_labels=weigh).trials}
             for weigh in (True, False)]  # fmt: skip
    assert tried == [{None, "balanced"}, {None}]


def test_scores_have_intervals() -> None:
    """The bootstrap intervals hold the scores, and more texts make them narrower."""
    widths = []
    for size in (80, 320):
        measured = train_examples(bundled(size)).facts["cross_validation"]
        low, high = measured["intervals"]["macro_f1"]
        assert low <= measured["macro_f1"] <= high
        widths.append(high - low)
    assert widths[1] < widths[0]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("hi", "a", ""), ("ho", "b", "")] * 5, "8 texts repeat another of its label"),
        ([("hi", "a", ""), ("hi", "b", "")], "1 text stands under two labels or more: texts 1 and 2"),
        ([("hi", "a", ""), ("ho", "b", "")], "under 5 texts of a label: no cross-validation, no calibration"),
        ([(f"hi {i}", "ab"[i % 2], "g" if i % 2 else str(i)) for i in range(20)], "all 10 texts of the label 'b'"),
    ],
)  # fmt: skip
def test_remarks(rows: Sequence[tuple[str, str, str]], told: str) -> None:
    """What is odd is told with counts and places."""
    assert any(line.startswith(told) for line in remarks([Example(*row) for row in rows]))


@pytest.mark.parametrize(
    ("texts", "labels", "told"),
    [
        (["a", "b"], ["x"], "2 texts, but 1 labels"),
        (["a", float("nan")], ["x", "y"], r"texts\[1\] is float, not str"),
        (["a", "b"], ["x", None], r"labels\[1\] is NoneType, not str"),
        (["a", "b"], [0, 1], r"labels\[0\] is int, not str"),
    ],
)
def test_columns_that_are_none_are_told(texts: list[str], labels: list[str], told: str) -> None:
    """Gaps of a data frame and numbers as labels are named by their place."""
    with pytest.raises((TypeError, ValueError), match=told):
        train(texts, labels)


def test_a_label_in_one_group_is_an_error() -> None:
    """A fold without a label cannot be learnt from; the message names the label."""
    corpus = [Example(f"hi {i} mum", "ab"[i % 2], "g" if i % 2 else str(i)) for i in range(20)]
    with pytest.raises(CorpusError, match="the label 'b' is in one group only"):
        train_examples(corpus)


@pytest.mark.slow
def test_noise_costs_little() -> None:
    """With one label in ten flipped, macro-F1 on texts of other situations falls by at most 0.05."""
    from socialclass.evaluation import evaluate

    held, scores = bundled(4000, skip=3000), []
    for flipped in (0.0, 0.1):
        corpus = bundled(3000, flipped)
        scores.append(evaluate(train_examples(corpus, search(corpus, budget=600).settings), held).macro_f1)
    assert scores[0] - scores[1] <= 0.05


@pytest.mark.parametrize("labels", [2, 3])
def test_contrast_multiplies_the_idf(labels: int) -> None:
    """A term that one label alone uses gains on one that all use; the model says that it was so trained."""
    texts = [f"the {word} here" for word in ("shoes", "mum", "tram")[:labels] for _ in range(6)]
    names = [name for name in "abc"[:labels] for _ in range(6)]
    plain, contrasted = (train(texts, names, settings=TrainSettings(contrast=power)) for power in (0.0, 0.5))
    gain = {
        term: after / before
        for term, before, after in zip(plain.weights.terms, plain.weights.idf, contrasted.weights.idf, strict=True)
    }
    assert gain["shoes"] > 1 > gain["the"]
    assert "contrast" not in plain.facts["settings"]
    assert TrainSettings.from_facts(contrasted.facts["settings"]).contrast == 0.5


def test_a_short_search_has_tried_the_likeliest_on_all_folds() -> None:
    """Of the first four trials none is on some folds only: a budget that ends there has something to choose from."""
    found = search(bundled(100), PLAIN, budget=600, try_entities=False)
    assert [trial.folds for trial in found.trials[:4]] == [5, 5, 5, 5]
    assert [trial.settings.contrast for trial in found.trials[:4]] == [0.0, 0.5, 1.0, 0.5]
