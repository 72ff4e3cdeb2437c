"""Compare settings of analyser and model, and draw the learning curve, for the model card.

    python -m benchmarks.experiments [FOLDER] [--record]

Each variant is trained on data/train.jsonl and measured by 5-fold cross-validation (no situation divided), and, where
FOLDER holds real posts (see `benchmarks.real_posts`), by source-macro recall on them. Nothing of FOLDER is learnt from.
"""

import argparse
import json
import random
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.real_posts import Post, masked, read_posts, recalls, source_macro
from socialclass import AnalyzerSettings, Example, analyze, read_corpus
from socialclass.text import START, normalize, tokenize
from socialclass.training import damped, folds

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "models" / "experiments.json"
SIZES = (500, 1000, 2000, 4000, 8000)
Analyzer = Callable[[str], list[str]]


def characters(text: str, low: int = 3, high: int = 5) -> list[str]:
    """Words and pairs, and the character n-grams inside each word."""
    terms = analyze(text, AnalyzerSettings(2, 0))
    for word in normalize(text).split():
        padded = f" {word} "
        terms += [f"~{padded[i : i + n]}" for n in range(low, high + 1) for i in range(len(padded) - n + 1)]
    return terms


def triples(text: str) -> list[str]:
    """All terms, and runs of three tokens."""
    tokens = [START, *tokenize(text)]
    return analyze(text) + [" ".join(run) for run in zip(tokens, tokens[1:], tokens[2:], strict=False)]


def words_only(text: str) -> list[str]:
    """Lower-case words as scikit-learn's own analyser would find them, alone and in pairs: no placeholder, no mark."""
    words = re.findall(r"\b\w\w+\b", unicodedata.normalize("NFKC", text).lower())
    return words + [" ".join(pair) for pair in pairwise(words)]


def with_marks(text: str) -> list[str]:
    """All terms, and every punctuation mark alone as well."""
    return analyze(text) + [f"mark {token}" for token in tokenize(text) if not token[0].isalnum()]


def without_handles(text: str) -> list[str]:
    """All terms, but those made of handles."""
    return [term for term in analyze(text) if not term.startswith("@")]


def unopened(text: str) -> list[str]:
    """All terms, of a text whose hashtags are left out instead of being opened."""
    return analyze(re.sub(r"#\w+", " ", text))


def with_mentions(text: str) -> list[str]:
    """All terms, and one more where the text mentions somebody or holds a URL."""
    found = [("<mention>", "@"), ("<url>", "http")]
    return analyze(text) + [term for term, sign in found if sign in text]


@dataclass(frozen=True)
class Variant:
    """A row of the table; the defaults are the bundled model's settings."""

    name: str
    analyzer: Analyzer = analyze
    idf_power: float = 2
    damping: float = 100.0
    min_df: int = 1
    sublinear: bool = True
    C: float = 3.0
    class_weight: str | None = None


VARIANTS = (
    Variant("**the bundled settings**"),
    Variant("plain words and pairs, idf once, C 1 (scikit-learn's habits)", words_only, idf_power=1, C=1),
    Variant("no pairs", partial(analyze, settings=AnalyzerSettings(1, 5))),
    Variant("pairs and triples", triples),
    Variant("no prefixes", partial(analyze, settings=AnalyzerSettings(2, 0))),
    Variant("prefixes of 4", partial(analyze, settings=AnalyzerSettings(2, 4))),
    Variant("prefixes of 6", partial(analyze, settings=AnalyzerSettings(2, 6))),
    Variant("character 3-5-grams instead of prefixes", characters),
    Variant("every mark alone is a term", with_marks),
    Variant("a term for a mention, one for a URL", with_mentions),
    Variant("hashtags left out", unopened),
    Variant("no parts of handles", without_handles),
    Variant("no idf", idf_power=0),
    Variant("idf once", idf_power=1, C=10),
    Variant("idf to the power 2.5", idf_power=2.5),
    Variant("no constant entry (damping 0)", damping=0),
    Variant("constant entry of 300 (damping)", damping=300),
    Variant("tf not sublinear", sublinear=False),
    Variant("terms of two texts or more", min_df=2),
    Variant("C 1", C=1),
    Variant("C 10", C=10),
)


class Fitted:
    """A variant fitted on examples."""

    def __init__(self, variant: Variant, examples: Sequence[Example]) -> None:
        self.variant = variant
        self.vectorizer = TfidfVectorizer(
            analyzer=variant.analyzer, sublinear_tf=variant.sublinear, norm=None, min_df=variant.min_df
        )
        counts = self.vectorizer.fit_transform([example.text for example in examples])
        self.scale = self.vectorizer.idf_ ** (variant.idf_power - 1)
        self.model = LogisticRegression(C=variant.C, class_weight=variant.class_weight, max_iter=1000)
        self.model.fit(self._vectors(counts), [example.label for example in examples])

    def _vectors(self, matrix: Any) -> Any:
        return damped(matrix.multiply(self.scale).tocsr(), self.variant.damping)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Return the labels; a text without a known term gets none."""
        matrix = self.vectorizer.transform(texts)
        labels = self.model.predict(self._vectors(matrix))
        known = np.diff(matrix.indptr) > 0
        return [str(label) if some else "" for label, some in zip(labels, known, strict=True)]


def score(fitted: Fitted, posts: Sequence[Post]) -> float:
    """Return source-macro recall on real posts."""
    return source_macro(recalls(posts, fitted.predict([post["text"] for post in posts])))


def cross_validated(variant: Variant, examples: Sequence[Example]) -> float:
    """Return the accuracy out of fold."""
    right = []
    for train_rows, test_rows in folds(examples, 0):
        fitted = Fitted(variant, [examples[i] for i in train_rows])
        found = fitted.predict([examples[i].text for i in test_rows])
        right += [label == examples[i].label for label, i in zip(found, test_rows, strict=True)]
    return float(np.mean(right))


def compare(examples: Sequence[Example], posts: Sequence[Post]) -> list[dict[str, Any]]:
    """Return a row of figures a variant."""
    rows = []
    without = masked(posts)
    for variant in VARIANTS:
        fitted = Fitted(variant, examples)
        began = time.perf_counter()
        fitted.vectorizer.transform([example.text for example in examples])
        seconds = time.perf_counter() - began
        row = {
            "name": variant.name,
            "terms": len(fitted.vectorizer.vocabulary_),
            "cross_validated": round(cross_validated(variant, examples), 4),
            "as_is": round(score(fitted, posts), 4) if posts else None,
            "masked": round(score(fitted, without), 4) if posts else None,
            "seconds": round(seconds, 2),
        }
        print(json.dumps(row), flush=True)
        rows.append(row)
    return rows


def learning_curve(examples: Sequence[Example], posts: Sequence[Post]) -> list[dict[str, Any]]:
    """Return source-macro recall by corpus size: whole situations drawn at random, the mean of three draws."""
    curve = []
    groups = sorted({example.group for example in examples})
    for size in (*SIZES, len(examples)):
        scores = []
        for seed in range(3 if size < len(examples) else 1):
            order = random.Random(seed).sample(groups, len(groups))
            rank = {group: place for place, group in enumerate(order)}
            chosen = sorted(examples, key=lambda example: rank[example.group])[:size]
            scores.append(score(Fitted(VARIANTS[0], chosen), posts))
        curve.append({"texts": size, "as_is": round(mean(scores), 4)})
        print(json.dumps(curve[-1]), flush=True)
    return curve


def main() -> None:
    """Print all figures, and record them if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--record", action="store_true", help=f"write models/{RECORD.name}")
    options = parser.parse_args()
    corpus = read_corpus(str(ROOT / "data" / "train.jsonl"))
    examples = [example for example in corpus if not example.facts]  # the variants are ways to see words
    posts = read_posts(options.folder) if options.folder else []
    result = {"variants": compare(examples, posts), "curve": learning_curve(examples, posts) if posts else []}
    if options.record:
        RECORD.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
