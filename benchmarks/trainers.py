"""The trainers that are compared: each learns from labelled texts within a budget, and then labels other texts.

Each is used as its own manual says, with words and pairs of words. Those that search (socialclass, fastText, SKLL) do
so on the training texts alone; Vowpal Wabbit and scikit-learn's pipeline take the settings below.
"""

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers import VW, VW_TAKEN, one_line, textbook
from socialclass import Example, load_model

Predict = Callable[[Sequence[str]], list[str]]
VALIDATION = 5  # fastText tunes on one text in this many
_MARKS = re.compile(r"([.!?,'/():;\"])")


class Trainer(NamedTuple):
    """train: texts, a budget in seconds and a folder of its own in, a function that labels texts out."""

    name: str
    settings: str
    train: Callable[[Sequence[Example], float, Path], Predict]


def socialclass(examples: Sequence[Example], budget: float, folder: Path) -> Predict:
    """Run `socialclass train`; a text without a known term gets the label of the intercept, as the peers' do."""
    corpus, model = folder / "corpus.jsonl", folder / "model.joblib"
    rows = [json.dumps({"text": each.text, "label": each.label}) for each in examples]
    corpus.write_text("\n".join(rows) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "socialclass", "train", str(corpus), "-o", str(model), "--force", "-q"]
    subprocess.run([*command, "--budget", f"{budget}s"], check=True)

    def predict(texts: Sequence[str]) -> list[str]:
        classifier = load_model(str(model))
        return [classifier.classes[place] for place in classifier.predict_proba(texts).argmax(axis=1)]

    return predict


def fasttext(examples: Sequence[Example], budget: float, folder: Path) -> Predict:
    """Run fastText's autotune, the text prepared as its tutorial does: lower case, marks apart."""
    program = shutil.which("fasttext", path=str(Path(sys.executable).parent)) or shutil.which("fasttext")
    if program is None:
        raise FileNotFoundError("the fasttext program")
    labels = sorted({each.label for each in examples})
    lines = [f"__label__{labels.index(each.label)} {_apart(each.text)}\n" for each in _shuffled(examples)]
    cut = len(lines) // VALIDATION
    (folder / "validation.ft").write_text("".join(lines[:cut]), encoding="utf-8")
    (folder / "train.ft").write_text("".join(lines[cut:]), encoding="utf-8")
    train = [program, "supervised", "-input", str(folder / "train.ft"), "-output", str(folder / "model")]
    tune = ["-autotune-validation", str(folder / "validation.ft"), "-autotune-duration", f"{budget:.0f}"]
    # fewer buckets than the two million that autotune would fill first, which costs a short search most of its time
    tune += ["-autotune-metric", "f1", "-bucket", "200000", "-thread", "1", "-verbose", "0"]
    subprocess.run([*train, *tune], check=True, stderr=subprocess.DEVNULL)

    def predict(texts: Sequence[str]) -> list[str]:
        (folder / "test.ft").write_text("".join(f"{_apart(text)}\n" for text in texts), encoding="utf-8")
        run = [program, "predict", str(folder / "model.bin"), str(folder / "test.ft")]
        found = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
        return [labels[int(line.removeprefix("__label__") or 0)] for line in found]

    return predict


def vowpal_wabbit(examples: Sequence[Example], budget: float, folder: Path) -> Predict:
    """Run Vowpal Wabbit over shuffled, lower-case texts; it stops early by the texts that it holds out."""
    labels = sorted({each.label for each in examples})
    table = str.maketrans(VW_TAKEN, "  ")

    def words(text: str) -> str:
        return _apart(text.translate(table))

    lines = [f"{labels.index(each.label) + 1} | {words(each.text)}\n" for each in _shuffled(examples)]
    (folder / "train.vw").write_text("".join(lines), encoding="utf-8")
    settings = ["--quiet", "--oaa", str(len(labels)), "--ngram", "2", "-b", "22", "--loss_function", "logistic"]
    passes = ["--l2", "1e-7", "--passes", "20", "-c", "-k", "-d", str(folder / "train.vw")]
    subprocess.run([*VW, *settings, *passes, "-f", str(folder / "model.vw")], check=True)

    def predict(texts: Sequence[str]) -> list[str]:
        (folder / "test.vw").write_text("".join(f"| {words(text)}\n" for text in texts), encoding="utf-8")
        run = ["--quiet", "-t", "-i", str(folder / "model.vw"), "-d", str(folder / "test.vw")]
        subprocess.run([*VW, *run, "-p", str(folder / "labels.txt")], check=True)
        return [labels[round(float(line)) - 1] for line in (folder / "labels.txt").read_text().split()]

    return predict


def skll(examples: Sequence[Example], budget: float, folder: Path) -> Predict:
    """Train SKLL's LogisticRegression with its own grid (C of 0.01 to 100) on scikit-learn's TF-IDF vectors."""
    from skll.data import FeatureSet
    from skll.learner import Learner

    labels = [each.label for each in examples]
    terms = textbook([each.text for each in examples], labels)[0]
    names = terms.get_feature_names_out()

    def features(texts: Sequence[str], labels: Sequence[str] | None) -> Any:
        rows = [
            {str(names[place]): float(value) for place, value in zip(row.indices, row.data, strict=True)}
            for row in terms.transform(texts)
        ]
        return FeatureSet("texts", [str(place) for place in range(len(texts))], labels=labels, features=rows)

    learner = Learner("LogisticRegression")
    learner.train(
        features([each.text for each in examples], labels), grid_objective="f1_score_macro", grid_jobs=1, shuffle=True
    )
    return lambda texts: [str(label) for label in learner.predict(features(texts, None))]


def scikit_learn(examples: Sequence[Example], budget: float, folder: Path) -> Predict:
    """Fit scikit-learn's pipeline as one would write it."""
    pipeline = textbook([each.text for each in examples], [each.label for each in examples])
    return lambda texts: [str(label) for label in pipeline.predict(texts)]


def _shuffled(examples: Sequence[Example]) -> list[Example]:
    return random.Random(0).sample(list(examples), len(examples))


def _apart(text: str) -> str:
    return one_line(_MARKS.sub(r" \1 ", text.lower()))


OURS = Trainer("socialclass", "`socialclass train --budget …`", socialclass)
PEERS = (
    Trainer("fastText", f"autotune within the same time, on one text in {VALIDATION}", fasttext),
    Trainer("Vowpal Wabbit", "logistic loss, `--ngram 2 --l2 1e-7 --passes 20`", vowpal_wabbit),
    Trainer("SKLL", "LogisticRegression, its own grid of C, TF-IDF of words and pairs", skll),
    Trainer("scikit-learn", "TF-IDF of words and pairs, LogisticRegression", scikit_learn),
)
