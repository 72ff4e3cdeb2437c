"""Compare settings of analyser and model, and draw the learning curve, for the model card.

    python -m benchmarks.experiments [FOLDER] [--record]

Each variant is trained on data/train.jsonl and measured by 5-fold cross-validation (no situation divided), and, where
FOLDER holds real posts (see `benchmarks.real_posts`), by source-macro recall and AUC on each half of their sources: a
gain on one half that the other does not show is chance. Nothing of FOLDER is learnt from.
"""

import argparse
import json
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.real_posts import MARKETING, NETWORKING, Post, area, halves, masked, read_posts, recalls, source_macro
from socialclass import AnalyzerSettings, Example, TrainSettings, analyze, read_corpus
from socialclass.model.text import START, fold_compatibility, normalize, tokenize
from socialclass.training import folds
from socialclass.training.vectors import vectors, weigh

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "models" / "experiments.json"
SIZES = (2000, 4000, 8000, 16000)
ENTITIES = AnalyzerSettings().entities
Analyzer = Callable[[str], list[str]]
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")


def characters(text: str, low: int = 3, high: int = 5) -> list[str]:
    """Words and pairs, and the character n-grams inside each word."""
    terms = analyze(text, AnalyzerSettings(2, 0))
    for word in normalize(text, ENTITIES).split():
        padded = f" {word} "
        terms += [f"~{padded[i : i + n]}" for n in range(low, high + 1) for i in range(len(padded) - n + 1)]
    return terms


def triples(text: str) -> list[str]:
    """All terms, and runs of three tokens."""
    tokens = [START, *tokenize(text, ENTITIES)]
    return analyze(text) + [" ".join(run) for run in zip(tokens, tokens[1:], tokens[2:], strict=False)]


def with_end(text: str) -> list[str]:
    """All terms, and a pair of the last token and the end."""
    return analyze(text) + [f"{token} <end>" for token in tokenize(text, ENTITIES)[-1:]]


def words_only(text: str) -> list[str]:
    """Lower-case words as scikit-learn's own analyser would find them, alone and in pairs: no placeholder, no mark."""
    words = re.findall(r"\b\w\w+\b", unicodedata.normalize("NFKC", text).lower())
    return words + [" ".join(pair) for pair in pairwise(words)]


def with_marks(text: str) -> list[str]:
    """All terms, and every punctuation mark alone as well."""
    return analyze(text) + [f"mark {token}" for token in tokenize(text, ENTITIES) if not token[0].isalnum()]


def with_emoji(text: str) -> list[str]:
    """All terms, and each emoji."""
    return analyze(text) + _EMOJI.findall(text)


def with_capitals(text: str) -> list[str]:
    """All terms, and each word with a capital that is not the first."""
    words = re.findall(r"[^\W\d_]+", fold_compatibility(text))[1:]
    return analyze(text) + [f"^{word.lower()}" for word in words if word[0].isupper()]


def without_handles(text: str) -> list[str]:
    """All terms, but those made of handles."""
    return [term for term in analyze(text) if not term.startswith("@")]


BUNDLED = TrainSettings()


@dataclass(frozen=True)
class Variant:
    """A row of the table; the defaults are the bundled model's settings.

    constant: the constant entry has a coefficient of its own, so that short texts may lean to a label.
    """

    name: str
    analyzer: Analyzer = analyze
    settings: TrainSettings = BUNDLED
    constant: bool = False


def _with(name: str, **changes: Any) -> Variant:
    return Variant(name, settings=replace(TrainSettings(), **changes))


def _analysed(name: str, *settings: int) -> Variant:
    return Variant(name, partial(analyze, settings=AnalyzerSettings(*settings)))


PLAIN = TrainSettings(idf_power=1, C=1.0, contrast=0.0, damping=0.0)
VARIANTS = (
    Variant("**the bundled settings**"),
    Variant("plain words and pairs, idf once, C 1 (scikit-learn's habits)", words_only, PLAIN),
    _analysed("no links, mentions and hashtags", 2, 5, 0),
    _analysed("no pairs", 1, 5, ENTITIES),
    Variant("pairs and triples", triples),
    Variant("pairs with the end of the text", with_end),
    _analysed("no prefixes", 2, 0, ENTITIES),
    _analysed("prefixes of 4", 2, 4, ENTITIES),
    _analysed("prefixes of 6", 2, 6, ENTITIES),
    Variant("character 3-5-grams instead of prefixes", characters),
    Variant("every mark alone is a term", with_marks),
    Variant("each emoji is a term", with_emoji),
    Variant("words with a capital are terms", with_capitals),
    Variant("no parts of handles", without_handles),
    _with("no weighting by how unequally labels use a term (contrast 0)", contrast=0.0),
    _with("contrast 1", contrast=1.0),
    _with("idf once", idf_power=1, damping=15.0),
    _with("idf to the power 1.5", idf_power=1.5, damping=40.0),
    _with("idf to the power 2.5", idf_power=2.5, damping=250.0),
    Variant("the constant entry has a coefficient", constant=True),
    _with("no constant entry (damping 0)", damping=0.0),
    _with("constant entry of 300 (damping)", damping=300.0),
    _with("terms of one text, too", min_df=1),
    _with("C 0.3", C=0.3),
    _with("C 3", C=3.0),
    _with("C 10", C=10.0),
)


class Fitted:
    """A variant fitted on counts (n_texts, n_terms) and whether each text is marketing."""

    def __init__(self, variant: Variant, counts: csr_matrix, targets: "np.ndarray[Any, Any]") -> None:
        self._variant = variant
        self._weighting = weigh(counts, variant.settings, targets)
        self._model = LogisticRegression(C=variant.settings.C, solver="newton-cg", tol=1e-6, max_iter=1000)
        self._model.fit(self._vectors(counts), targets)

    @property
    def terms(self) -> int:
        """How many terms are known."""
        return len(self._weighting.known)

    def scores(self, counts: csr_matrix) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """Return the scores of marketing."""
        found: np.ndarray[Any, np.dtype[np.float64]] = self._model.decision_function(self._vectors(counts))
        return found

    def _vectors(self, counts: csr_matrix) -> csr_matrix:
        matrix = vectors(counts, self._weighting, self._variant.settings.damping)
        if not self._variant.constant:
            return matrix
        rest = 1.0 - np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()  # the square of the constant entry
        return hstack([matrix, csr_matrix(np.sqrt(np.maximum(rest, 0.0))[:, None])]).tocsr()


@dataclass(frozen=True)
class Setting:
    """What all variants are measured on: a corpus, and real posts as they are and masked, or none."""

    examples: Sequence[Example]
    posts: Sequence[Post]

    @cached_property
    def targets(self) -> "np.ndarray[Any, Any]":
        """Whether each example is marketing, as 0 or 1."""
        return np.array([example.label == MARKETING for example in self.examples], dtype=np.int64)

    @cached_property
    def views(self) -> "dict[str, list[Post]]":
        """Return the posts as they are and masked."""
        return {"as_is": list(self.posts), "masked": masked(self.posts)}


def score(posts: Sequence[Post], scores: "np.ndarray[Any, Any]") -> dict[str, Any]:
    """Return recall and AUC on all sources, and on each half of them."""
    keys = [(post["label"], post["source"]) for post in posts]
    figures = {}
    for name, part in zip(("all", "half", "other half"), (set(keys), *halves(keys)), strict=True):
        rows = [i for i, key in enumerate(keys) if key in part]
        these, own = [posts[i] for i in rows], scores[rows]
        labels = [MARKETING if each > 0 else NETWORKING for each in own]
        recall = source_macro(recalls(these, labels))
        figures[name] = {"recall": round(recall, 4), "auc": round(area(these, own.tolist()), 4)}
    return figures


def measured(variant: Variant, setting: Setting) -> dict[str, Any]:
    """Return a row of figures."""
    vectorizer = CountVectorizer(analyzer=variant.analyzer, dtype=np.float64)
    counts = vectorizer.fit_transform([example.text for example in setting.examples])
    targets = setting.targets
    right = []
    for train_rows, test_rows in folds(setting.examples, 0):
        fold = Fitted(variant, counts[train_rows], targets[train_rows])
        right += ((fold.scores(counts[test_rows]) > 0) == targets[test_rows]).tolist()
    fitted = Fitted(variant, counts, targets)
    row = {"name": variant.name, "terms": fitted.terms, "cross_validated": round(mean(right), 4)}
    if setting.posts:
        for name, posts in setting.views.items():
            row[name] = score(posts, fitted.scores(vectorizer.transform([post["text"] for post in posts])))
    print(json.dumps(row), flush=True)
    return row


def learning_curve(setting: Setting, draws: int = 3) -> list[dict[str, Any]]:
    """Return the figures on real posts by corpus size: whole situations drawn at random, the mean of three draws."""
    curve, variant, views = [], VARIANTS[0], setting.views
    groups = sorted({example.group for example in setting.examples})
    sizes = [size for size in SIZES if size < len(setting.examples)]
    for size in (*sizes, len(setting.examples)):
        found = []
        for seed in range(draws if size < len(setting.examples) else 1):
            order = random.Random(seed).sample(groups, len(groups))
            rank = {group: place for place, group in enumerate(order)}
            chosen = Setting(sorted(setting.examples, key=lambda example: rank[example.group])[:size], setting.posts)
            vectorizer = CountVectorizer(analyzer=variant.analyzer, dtype=np.float64)
            fitted = Fitted(variant, vectorizer.fit_transform([each.text for each in chosen.examples]), chosen.targets)
            found.append({
                name: score(posts, fitted.scores(vectorizer.transform([post["text"] for post in posts])))
                for name, posts in views.items()
            })  # fmt: skip
        curve.append({"texts": size, **{name: _mean([each[name] for each in found]) for name in views}})
        print(json.dumps(curve[-1]), flush=True)
    return curve


def _mean(figures: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    return {
        part: {name: round(mean(each[part][name] for each in figures), 4) for name in values}
        for part, values in figures[0].items()
    }


def main() -> None:
    """Print all figures, and record them if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--record", action="store_true", help=f"write models/{RECORD.name}")
    options = parser.parse_args()
    corpus = read_corpus(str(ROOT / "data" / "train.jsonl"))
    examples = [example for example in corpus if not example.facts]  # the variants are ways to see words
    setting = Setting(examples, read_posts(options.folder) if options.folder else [])
    curve = learning_curve(setting) if setting.posts else []
    result = {"curve": curve, "variants": [measured(variant, setting) for variant in VARIANTS]}
    if options.record:
        RECORD.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
