"""The peers: each trained on the bundled corpus with words and pairs of words, then run as its users run it."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from benchmarks.texts import corpus
from socialclass import Classifier, analyze

PANDAS_SCRIPT = """
import sys, joblib, pandas
pipeline = joblib.load(sys.argv[1])
name, out = sys.argv[2:]
table = pandas.read_csv(name) if name.endswith("csv") else pandas.read_json(name, lines=True)
shares = pipeline.predict_proba(table["text"].astype(str))
table["predicted_label"] = pipeline.classes_[shares.argmax(1)]
table["probability"] = shares.max(1)
table.to_csv(out, index=False) if name.endswith("csv") else table.to_json(out, orient="records", lines=True)
"""
VW = [sys.executable, "-m", "vowpalwabbit"]  # the command line of the wheel: C++ under a Python that only starts it
VW_TAKEN = ":|"  # characters that its format takes for itself


def same_features(model: Classifier) -> Pipeline:
    """Return scikit-learn's pipeline with the model's own analyser, vocabulary and weights: the same probabilities."""
    weights = model.weights

    def normalized(matrix):  # type: ignore[no-untyped-def]  # scipy's matrices have no types
        length = np.sqrt(matrix.multiply(matrix).sum(axis=1).A1 + weights.damping**2)
        matrix.data /= np.repeat(np.maximum(length, 1e-300), np.diff(matrix.indptr))
        return matrix

    vectorizer = TfidfVectorizer(
        analyzer=lambda text: analyze(text, weights.analyzer),
        vocabulary=list(weights.terms),
        sublinear_tf=True,
        norm=None,
    )
    vectorizer.idf_ = np.array(weights.idf)
    regression = LogisticRegression()
    regression.coef_, regression.intercept_ = np.array(weights.coef), np.array(weights.intercept)
    regression.classes_ = np.array(model.classes)
    return make_pipeline(vectorizer, FunctionTransformer(normalized, accept_sparse=True), regression)


def textbook(texts: Sequence[str], labels: Sequence[str]) -> Pipeline:
    """Return scikit-learn's pipeline as one would write it, trained."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    return make_pipeline(vectorizer, LogisticRegression(max_iter=1000)).fit(texts, labels)


def pandas_script(folder: Path) -> list[str]:
    """Return the command of a pandas and scikit-learn script; the input and the output are to be added."""
    pipeline = textbook([each.text for each in corpus()], [each.label for each in corpus()])
    joblib.dump(pipeline, folder / "stock.joblib")
    return [sys.executable, "-c", PANDAS_SCRIPT, str(folder / "stock.joblib")]


def vowpal_wabbit(folder: Path) -> list[str]:
    """Train Vowpal Wabbit; return its command, to which input (-d) and output (-p) are to be added."""
    table = str.maketrans(VW_TAKEN, "  ")
    labels = sorted({each.label for each in corpus()})
    lines = [f"{2 * labels.index(each.label) - 1} | {one_line(each.text.translate(table))}\n" for each in corpus()]
    (folder / "train.vw").write_text("".join(lines), encoding="utf-8")
    model, data = str(folder / "model.vw"), str(folder / "train.vw")
    settings = ["--quiet", "--ngram", "2", "-b", "18", "--loss_function", "logistic"]
    subprocess.run([*VW, *settings, "-f", model, "-d", data, "--passes", "5", "-c", "-k"], check=True)
    return [*VW, "--quiet", "-t", "-i", model, "--link", "logistic"]


def fasttext(folder: Path) -> list[str]:
    """Train fastText; return its command, to which the input is to be added; empty where it was not built."""
    program = shutil.which("fasttext", path=str(Path(sys.executable).parent)) or shutil.which("fasttext")
    if program is None:
        return []
    lines = [f"__label__{each.label.replace(' ', '-')} {one_line(each.text)}\n" for each in corpus()]
    (folder / "train.ft").write_text("".join(lines), encoding="utf-8")
    train = ["-input", str(folder / "train.ft"), "-output", str(folder / "model"), "-wordNgrams", "2", "-dim", "10"]
    subprocess.run([program, "supervised", *train, "-bucket", "200000", "-verbose", "0"], check=True)
    return [program, "predict-prob", str(folder / "model.bin")]


def one_line(text: str) -> str:
    """Return the text on one line."""
    return " ".join(text.split())
