"""Measure whether labelling what `corpus suggest` names beats labelling at random, at equal numbers.

    python -m benchmarks.suggest [--seeds 4] [--start 300] [--step 100] [--rounds 5]

The labels of data/train.jsonl are hidden; a model starts from a few at random, and each round unhides as many rows
again, once those that `suggest` names, once random ones. Measured on data/test.jsonl, which shares no situation.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from socialclass import Example, evaluate, read_corpus
from socialclass.curation import suggest
from socialclass.training import train_examples

DATA = Path(__file__).parent.parent / "data"


def learning_curve(
    pool: Sequence[Example], held_out: Sequence[Example], seed: int, plan: argparse.Namespace, suggested: bool
) -> list[float]:
    """Return macro-F1 after each round."""
    hidden = random.Random(seed).sample(pool, len(pool))
    known, hidden = hidden[: plan.start], hidden[plan.start :]
    curve = []
    for number in range(plan.rounds + 1):
        model = train_examples(known, seed=seed)
        curve.append(evaluate(model, held_out).macro_f1)
        if number == plan.rounds:
            break
        rows = list(range(plan.step))
        if suggested:
            rows = [each.row for each in suggest(model, [example.text for example in hidden], plan.step)]
        known = known + [hidden[row] for row in rows]
        taken = set(rows)
        hidden = [example for row, example in enumerate(hidden) if row not in taken]
    return curve


def main() -> None:
    """Print macro-F1 by number of labelled texts, and the mean difference with its spread over seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("seeds", 4), ("start", 300), ("step", 100), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    plan = parser.parse_args()
    pool, held_out = (read_corpus(str(DATA / f"{name}.jsonl")) for name in ("train", "test"))
    curves: dict[bool, list[list[float]]] = {True: [], False: []}
    for seed in range(plan.seeds):
        for suggested in curves:
            curves[suggested].append(learning_curve(pool, held_out, seed, plan, suggested))
    print(f"{'texts':>6}  {'suggested':>9}  {'random':>9}  difference (each seed)")
    for i in range(plan.rounds + 1):
        ours, chance = ([curve[i] for curve in curves[suggested]] for suggested in (True, False))
        each = " ".join(f"{a - b:+.3f}" for a, b in zip(ours, chance, strict=True))
        size, gain = plan.start + i * plan.step, mean(ours) - mean(chance)
        print(f"{size:6}  {mean(ours):9.4f}  {mean(chance):9.4f}  {gain:+.4f} ({each})")


if __name__ == "__main__":
    main()
