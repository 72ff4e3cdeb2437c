"""How fast training is, against scikit-learn's vectoriser and LogisticRegression with the same analyser.

    python -m benchmarks.training [--texts 200000] [--rounds 1] [--tight]

Texts are made from a seed, with the words of the corpus's two labels as often as there; one in ten has the other label.
Both count the same terms, weigh them alike (sublinear TF-IDF, L2 norm, C 1) and fit two classes. scikit-learn stops at
its own tolerance (1e-4), where its coefficients are not yet those of the optimum; --tight has it go on to 1e-9, which
is what the differences of coefficients are measured against.
"""

import argparse
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from socialclass import AnalyzerSettings, Example, TrainSettings, analyze, read_corpus
from socialclass.resources import find_resource
from socialclass.training import fit

SETTINGS = TrainSettings(AnalyzerSettings(2, 0), damping=0.0, idf_power=1, C=1.0)
NOISE = 0.1
WORDS = 25  # a text


def made(count: int, seed: int = 0) -> list[Example]:
    """Return texts with the words of one label each, and labels of which one in ten is wrong."""
    corpus = read_corpus(str(find_resource("data", "train.jsonl")))
    labels = sorted({each.label for each in corpus})
    words = [[word for each in corpus if each.label == label for word in each.text.split()] for label in labels]
    chance = random.Random(seed)
    examples = []
    for _ in range(count):
        kind = chance.randrange(2)
        text = " ".join(chance.choices(words[kind], k=WORDS))
        examples.append(Example(text, labels[kind if chance.random() > NOISE else 1 - kind]))
    return examples


def scikit_learn(examples: list[Example], tolerance: float) -> tuple[list[str], "np.ndarray[Any, Any]"]:
    """Return scikit-learn's terms and coefficients."""
    analyzer = partial(analyze, settings=SETTINGS.analyzer)
    vectorizer = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True)
    matrix = vectorizer.fit_transform([each.text for each in examples])
    model = LogisticRegression(C=SETTINGS.C, tol=tolerance, max_iter=5000)
    model.fit(matrix, [each.label for each in examples])
    return list(vectorizer.get_feature_names_out()), model.coef_[0]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result and the seconds it took."""
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def main() -> None:
    """Time both in turns; print the ratio of medians and the largest difference of coefficients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tight", action="store_true")
    options = parser.parse_args()
    examples = made(options.texts)
    classes = tuple(sorted({each.label for each in examples}))
    times = []
    for _ in range(options.rounds):
        ours, our_seconds = timed(lambda: fit(examples, classes, SETTINGS))
        (terms, coef), their_seconds = timed(lambda: scikit_learn(examples, 1e-9 if options.tight else 1e-4))
        times.append((our_seconds, their_seconds))
        print(f"ours {our_seconds:.1f} s, scikit-learn's {their_seconds:.1f} s", flush=True)
    assert list(ours.terms) == terms
    ratio = np.median([theirs for _, theirs in times]) / np.median([mine for mine, _ in times])
    gap = np.abs(np.asarray(ours.coef[0]) - coef).max()
    print(f"{options.texts:,} texts, {len(terms):,} terms: {ratio:.1f}x; largest difference of coefficients {gap:.1e}")


if __name__ == "__main__":
    main()
