"""A researcher's corpus: macro-F1 of `socialclass train` against what others would train, by 5-fold cross-validation.

    python -m benchmarks.environment researchers FOLDER [--budget 10] [--save]

FOLDER holds JSON Lines files of labelled posts (`text`, `label`, `source`), `tw_*` those of Twitter. Each table of
`benchmarks.labelled` is learnt as it is, and with 10% of its labels changed, by each trainer on the same folds (no
repeated text divided); labels out of fold are scored against the unchanged ones. Nothing of FOLDER is kept.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from benchmarks.comparison import RESULTS, markdown
from benchmarks.labelled import noisy, tables
from benchmarks.results import machine
from benchmarks.trainers import OURS, PEERS, Trainer
from socialclass import Example
from socialclass.training import folds

NOISE, SEED, RESAMPLES = 0.1, 0, 2000
PACKAGES = ("scikit-learn", "skll", "vowpalwabbit")
Places = np.ndarray[Any, np.dtype[np.int64]]


class Outcome(NamedTuple):
    """Labels out of fold, as places in the sorted labels, and the seconds that each fold's training took."""

    found: Places
    seconds: list[float]


def out_of_fold(trainer: Trainer, true: Sequence[Example], learnt: Sequence[Example], budget: float) -> Outcome:
    """Return what a trainer says of each text, having learnt the labels of `learnt` in the other folds."""
    labels = sorted({each.label for each in true})
    found, seconds = np.zeros(len(true), dtype=np.int64), []
    for train_rows, test_rows in folds(true, SEED):
        with TemporaryDirectory() as name:
            began = time.perf_counter()
            predict = trainer.train([learnt[i] for i in train_rows], budget, Path(name))
            seconds.append(time.perf_counter() - began)
            found[test_rows] = [labels.index(label) for label in predict([true[i].text for i in test_rows])]
    return Outcome(found, seconds)


def macro_f1(true: Places, found: Places) -> float:
    """Return the mean F1 of the labels.

    >>> macro_f1(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
    0.7333333333333334
    """
    size = int(max(true.max(), found.max())) + 1
    cells = np.bincount(true * size + found, minlength=size * size).reshape(size, size)
    return float((2 * np.diagonal(cells) / np.maximum(cells.sum(axis=0) + cells.sum(axis=1), 1)).mean())


def resampled(true: Places, found: Sequence[Places]) -> "np.ndarray[Any, Any]":
    """Return macro-F1 of each on the same resamples of the texts, shape (RESAMPLES, len(found))."""
    chance = np.random.default_rng(SEED)
    draws = (chance.integers(0, len(true), len(true)) for _ in range(RESAMPLES))
    return np.array([[macro_f1(true[rows], each[rows]) for each in found] for rows in draws])


def compared(name: str, true: Sequence[Example], noise: float, trainers: Sequence[Trainer], budget: float) -> Any:
    """Return the figures of a table, ready for JSON; the first trainer is held against the best of the others."""
    learnt = noisy(true, noise, SEED) if noise else list(true)
    labels = sorted({each.label for each in true})
    places, given = (np.array([labels.index(each.label) for each in rows]) for rows in (true, learnt))
    outcomes = []
    for trainer in trainers:
        outcomes.append(out_of_fold(trainer, true, learnt, budget))
        score = macro_f1(places, outcomes[-1].found)
        print(f"{name}, {noise:.0%} noise: {trainer.name} {score:.4f}, {outcomes[-1].seconds}", file=sys.stderr)
    draws = resampled(places, [each.found for each in outcomes])
    scores = [macro_f1(places, each.found) for each in outcomes]
    best = 1 + int(np.argmax(scores[1:]))
    rows = [
        {
            "trainer": trainer.name,
            "macro_f1": round(scores[i], 4),
            "interval": _interval(draws[:, i]),
            "macro_f1_on_changed_labels": round(macro_f1(given, outcomes[i].found), 4),
            "seconds": round(median(outcomes[i].seconds), 2),
        }
        for i, trainer in enumerate(trainers)
    ]
    lead: dict[str, Any] = {"over": trainers[best].name, "by": round(scores[0] - scores[best], 4)}
    lead["interval"] = _interval(draws[:, 0] - draws[:, best])
    sizes = {label: int((places == i).sum()) for i, label in enumerate(labels)}
    return {"table": name, "texts": len(true), "labels": sizes, "noise": noise, "rows": rows, "lead": lead}


def _interval(values: "np.ndarray[Any, Any]") -> list[float]:
    return [round(float(each), 4) for each in np.quantile(values, (0.025, 0.975))]


def main() -> None:
    """Compare, print the table, and keep it if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--budget", type=float, default=10.0, help="seconds a fold for those that search")
    parser.add_argument("--save", action="store_true", help=f"keep it as {RESULTS.name}, for the documentation")
    options = parser.parse_args()
    content: dict[str, Any] = {"machine": machine(PACKAGES), "budget": options.budget, "tables": []}
    with TemporaryDirectory() as name:
        path = RESULTS if options.save else Path(name) / RESULTS.name
        for table in tables(options.folder):
            for noise in (0.0, NOISE):  # written after each, since all of it takes a quarter of an hour
                found = compared(table.name, table.examples, noise, (OURS, *PEERS), options.budget)
                content["tables"].append(found)
                path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(markdown(path))


if __name__ == "__main__":
    main()
