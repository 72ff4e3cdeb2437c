"""How fast it is, against what else is at hand: each figure is a ratio of medians of rounds that take turns.

    python -m benchmarks.speed [--lines 1000000] [--rounds 5]

Texts are made from a seed: posts of 148 bytes with the corpus's words as often as there, and the same in Cyrillic
letters with emoji. The rows against pandas are left out where it is not installed, those against Vowpal Wabbit where
there is no `vw`.
"""

import argparse
import csv
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from socialclass import Classifier, analyze, load_model, read_corpus
from socialclass.resources import find_resource
from socialclass.scoring import reference

SIZE = 148  # bytes a post
COMMAND = [sys.executable, "-m", "socialclass", "classify"]
CYRILLIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "абцдефгхийклмнопярстувшхыз")
EMOJI = ["😂", "❤️", "👍🏽", "🎉", "“так”", "…"]
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

Row = tuple[str, str, str, float]


def posts(words: Sequence[str], count: int, seed: int = 0, other: bool = False) -> Iterator[str]:
    """Yield posts of `SIZE` bytes, in Cyrillic letters if `other`."""
    chance = random.Random(seed)
    for _ in range(count):
        text = ""
        while len(text.encode()) < SIZE:
            word = chance.choice(words)
            text += (chance.choice(EMOJI) if other and chance.random() < 0.1 else word) + " "
        text = text.lower().translate(CYRILLIC) if other else text
        yield text.encode()[:SIZE].decode(errors="ignore")


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return the median time of each work; they take turns, so that a busy moment meets all."""
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    return [median(column) for column in zip(*times, strict=True)]


def same_features(model: Classifier) -> Pipeline:
    """Return scikit-learn's pipeline with the model's own analyser, vocabulary and weights."""
    weights = model.weights
    vectorizer = TfidfVectorizer(
        analyzer=lambda text: analyze(text, weights.analyzer), vocabulary=list(weights.terms), sublinear_tf=True
    )
    vectorizer.idf_ = np.array(weights.idf)
    regression = LogisticRegression()
    regression.coef_, regression.intercept_ = np.array(weights.coef), np.array(weights.intercept)
    regression.classes_ = np.array(model.classes)
    return Pipeline([("tfidf", vectorizer), ("regression", regression)])


def stock_pipeline() -> Pipeline:
    """Return scikit-learn's pipeline as one would write it, trained on the corpus."""
    corpus = list(read_corpus(str(find_resource("data", "train.jsonl"))))
    pipeline = Pipeline(
        [
            ("tfidf", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)),
            ("regression", LogisticRegression(max_iter=1000)),
        ]
    )
    return pipeline.fit([each.text for each in corpus], [each.label for each in corpus])


def scoring(model: Classifier, words: Sequence[str], rounds: int) -> Iterator[Row]:
    """Score the same texts in one process, on one thread."""
    same, stock, plain = same_features(model), stock_pipeline(), reference.Scorer(model.weights)
    for kind, other in (("English", False), ("Cyrillic and emoji", True)):
        texts = list(posts(words, 5000, 1, other))
        gap = np.abs(same.predict_proba(texts) - model.predict_proba(texts)).max() if not model.weights.damping else 0
        assert gap < 1e-9, gap
        core, slow, theirs, usual = in_turns(
            rounds,
            lambda texts=texts: model.scorer.score(texts),  # type: ignore[misc]
            lambda texts=texts: plain.score(texts),  # type: ignore[misc]
            lambda texts=texts: same.decision_function(texts),  # type: ignore[misc]
            lambda texts=texts: stock.decision_function(texts),  # type: ignore[misc]
        )
        name = f"scoring {kind} posts, {model.scorer.name}"
        yield name, f"{len(texts) / core:,.0f} a second", "scikit-learn, the same features", theirs / core
        yield name, f"{len(texts) / core:,.0f} a second", "scikit-learn, its own analyser, words 1-2", usual / core
        yield (
            f"scoring {kind} posts, Python",
            f"{len(texts) / slow:,.0f} a second",
            "scikit-learn, the same features",
            (theirs / slow),
        )


def process(command: Sequence[str], stdout: int = subprocess.DEVNULL) -> None:
    """Run a whole process."""
    subprocess.run(command, stdout=stdout, check=True)


def peak_memory(command: Sequence[str]) -> float:
    """Return the peak resident memory of a process, in MiB.

    A small process starts it: what a large one forks has the parent's size at first, which would count as its peak.
    """
    watch = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", watch, *command], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def whole_files(words: Sequence[str], folder: Path, lines: int, rounds: int) -> Iterator[Row]:
    """Label a file of lines, whole process, and look at the memory it takes."""
    some = "\n".join(posts(words, min(lines, 100_000)))
    path, long = folder / "posts.txt", folder / "long.txt"
    for name, times in ((path, max(1, lines // 100_000)), (long, 10 * max(1, lines // 100_000))):
        with open(name, "w", encoding="utf-8") as file:
            for _ in range(times):
                file.write(some + "\n")
    works = [lambda: process([*COMMAND, str(path)]), lambda: process(["wc", "-w", str(path)])]
    ours, wc = in_turns(rounds, *works)
    speed = f"{lines / ours:,.0f} lines a second"
    yield f"classify {lines:,} lines, whole process, {os.cpu_count()} processors", speed, "wc -w", wc / ours
    one, wc = in_turns(rounds, lambda: process([*COMMAND, "--jobs", "1", str(path)]), works[1])
    yield f"classify {lines:,} lines, whole process, --jobs 1", f"{lines / one:,.0f} lines a second", "wc -w", wc / one
    if shutil.which("vw"):
        model = folder / "vw.model"
        process(["sh", "-c", f"sed 's/[:|]/ /g; s/^/1 | /' {path} > {path}.vw"])
        train = ["vw", "--quiet", "--ngram", "2", "-b", "18", "-f", str(model), "--loss_function", "logistic"]
        process([*train, f"{path}.vw"])
        test = ["vw", "--quiet", "-t", "-i", str(model), "-p", "/dev/null", f"{path}.vw"]
        ours, theirs = in_turns(rounds, works[0], lambda: process(test))
        yield f"classify {lines:,} lines, whole process", f"{lines / ours:,.0f} lines a second", "vw -t", theirs / ours
    for name, times in ((path, lines), (long, 10 * lines)):
        peak = peak_memory([*COMMAND, str(name)])
        yield f"memory for {times:,} lines", f"{peak:.0f} MiB", "64 MiB", 64 / peak


def tables(words: Sequence[str], folder: Path, rounds: int, count: int = 100_000) -> Iterator[Row]:
    """Label CSV and JSONL, whole process, against a script of pandas and scikit-learn."""
    if not importlib.util.find_spec("pandas"):
        return
    import joblib

    joblib.dump(stock_pipeline(), folder / "stock.joblib")
    rows = [{"id": str(number), "text": text} for number, text in enumerate(posts(words, count, 2))]
    with open(folder / "t.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)
    (folder / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for suffix in ("csv", "jsonl"):
        path = str(folder / f"t.{suffix}")
        script = [sys.executable, "-c", PANDAS_SCRIPT, str(folder / "stock.joblib"), path, str(folder / "out")]
        ours, theirs = in_turns(rounds, lambda: process([*COMMAND, path]), lambda: process(script))  # noqa: B023
        speed = f"{count / ours:,.0f} rows a second"
        yield f"classify {count:,} rows of {suffix}, whole process", speed, "pandas and scikit-learn", theirs / ours


def cold_start(folder: Path, rounds: int) -> Iterator[Row]:
    """Label one line in a fresh process."""
    (folder / "one.txt").write_text("call mum\n")
    command = [sys.executable, "-c", "import numpy"]
    ours, theirs = in_turns(4 * rounds, lambda: process([*COMMAND, str(folder / "one.txt")]), lambda: process(command))
    yield "one line, cold start", f"{ours:.3f} s", "python -c 'import numpy'", theirs / ours


def measure(lines: int, rounds: int) -> Iterator[Row]:
    """Yield all rows."""
    model: Any = load_model()
    words = " ".join(each.text for each in read_corpus(str(find_resource("data", "train.jsonl")))).split()
    words = [word for word in words if word.isascii()]
    with tempfile.TemporaryDirectory() as name:
        yield from cold_start(Path(name), rounds)
        yield from scoring(model, words, rounds)
        yield from whole_files(words, Path(name), lines, rounds)
        yield from tables(words, Path(name), rounds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("| what | here | against | times as good |\n|---|---|---|---|")
    for what, here, against, ratio in measure(options.lines, options.rounds):
        print(f"| {what} | {here} | {against} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
