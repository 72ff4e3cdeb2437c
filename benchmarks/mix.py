"""How well the share of marketing is known, by several ways of counting, on mixes whose share is known.

    python -m benchmarks.mix [--repetitions 200] [--size 300] [CORPUS]...

A labelled corpus (by default the bundled test set, which no training has seen) is split in two at random: one half
measures the classifier's errors, from the other half texts are drawn without replacement so that 5% to 95% are
marketing. Shown are the mean absolute errors of the share, how often the 95% interval of the way that ships covers
the truth, and its mean width.
"""

import argparse
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from socialclass import load_model
from socialclass.analytics.ledger import MARKETING
from socialclass.analytics.quantification import BINS, ErrorRates, bins_of, corrected_shares
from socialclass.corpus import read_corpus
from socialclass.resources import find_resource

Array = np.ndarray[Any, np.dtype[Any]]
MIXES = (0.05, 0.15, 0.25, 0.35, 0.5, 0.65, 0.75, 0.85, 0.95)
WAYS = ("counted", "ACC", "PACC", "EM", "shipped")


class Outcome(NamedTuple):
    """One repetition: the share by each of `WAYS`, and the shipped way's interval."""

    mix: float
    shares: tuple[float, ...]
    low: float
    high: float


def scored(paths: Sequence[str]) -> tuple[Array, Array]:
    """Return the probability of marketing of each text (NaN for none), and whether it truly is."""
    examples = [example for path in paths for example in read_corpus(path)]
    model = load_model()
    place = model.classes.index(MARKETING)
    predicted = model.predict([each.text for each in examples], 0.0, [each.facts for each in examples])
    share = np.array([float("nan") if each.reason else each.probabilities[place] for each in predicted])
    return share, np.array([each.label == MARKETING for each in examples])


def count_by_all(sample: Array, marketing: Array, networking: Array) -> tuple[tuple[float, ...], float, float]:
    """Return the share of marketing in a sample by each way, from the scores of two labelled samples."""
    sure = [np.where(np.isnan(each), 0.5, each) for each in (sample, marketing, networking)]
    said = [float((each >= 0.5).mean()) for each in sure]
    mean = [float(each.mean()) for each in sure]
    acc = (said[0] - said[2]) / (said[1] - said[2])
    pacc = (mean[0] - mean[2]) / (mean[1] - mean[2])
    em = 0.5  # the model is calibrated on equal shares
    for _ in range(200):
        odds = em * sure[0]
        em = float((odds / (odds + (1 - em) * (1 - sure[0]))).mean())
    counts = [np.bincount(bins_of(each[~np.isnan(each)]), minlength=BINS) for each in (sample, marketing, networking)]
    rates = ErrorRates(tuple(counts[1].tolist()), tuple(counts[2].tolist()), "a sample")
    found = corrected_shares(counts[0][None], rates)
    ways = (said[0], min(1.0, max(0.0, acc)), min(1.0, max(0.0, pacc)), em, float(found.value[0]))
    return ways, float(found.low[0]), float(found.high[0])


def repeat(
    share: Array, truth: Array, mixes: Sequence[float], size: int, repetitions: int, seed: int = 0
) -> list[Outcome]:
    """Return the outcomes of all mixes, each repeated with new halves and new draws."""
    random = np.random.default_rng(seed)
    outcomes = []
    for mix in mixes:
        wanted = round(mix * size)
        for _ in range(repetitions):
            order = random.permutation(len(share))
            known, pool = order[: len(order) // 2], order[len(order) // 2 :]
            drawn = np.concatenate([
                random.choice(pool[truth[pool]], wanted, replace=False),
                random.choice(pool[~truth[pool]], size - wanted, replace=False),
            ])  # fmt: skip
            sides = [share[known][truth[known]], share[known][~truth[known]]]
            outcomes.append(Outcome(wanted / size, *count_by_all(share[drawn], *sides)))
    return outcomes


def summary(outcomes: Sequence[Outcome]) -> tuple[Array, float, float]:
    """Return the mean absolute error of each way, the share of intervals that cover the truth, and their mean width."""
    errors = np.array([[abs(share - each.mix) for share in each.shares] for each in outcomes]).mean(0)
    covered = float(np.mean([each.low <= each.mix <= each.high for each in outcomes]))
    return errors, covered, float(np.mean([each.high - each.low for each in outcomes]))


def main() -> None:
    """Print a row a mix, and one over all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="*", default=[str(find_resource("data", "test.jsonl"))])
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--size", type=int, default=300)
    options = parser.parse_args()
    share, truth = scored(options.corpus)
    print(f"{len(share):,} texts; samples of {options.size}; {options.repetitions} repetitions a mix")
    print("mix    ", *[f"{way:>8}" for way in WAYS], " covered   width")
    outcomes = repeat(share, truth, MIXES, options.size, options.repetitions)
    for mix in sorted({each.mix for each in outcomes}):
        print_row(f"{mix:6.1%} ", [each for each in outcomes if each.mix == mix])
    print_row("all    ", outcomes)


def print_row(name: str, outcomes: Sequence[Outcome]) -> None:
    """Print the summary of some outcomes."""
    errors, covered, width = summary(outcomes)
    print(name, *[f"{error:8.4f}" for error in errors], f"{covered:8.1%}{width:8.3f}", flush=True)


if __name__ == "__main__":
    main()
