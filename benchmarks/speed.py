"""How fast it is, against what else is at hand: each figure is a ratio of rounds that take turns.

    make bench                                           # in an environment of its own, with all peers
    python -m benchmarks.environment --lines 100000 --rounds 2 --growth 0
    python -m benchmarks.environment --save              # what the README shows

Texts are made from a seed (`texts`), the peers are trained on the bundled corpus (`peers`). Whole processes write
their output to a file, and read their own format, which is made before.
"""

import argparse
import importlib
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import peers, results
from benchmarks.texts import posts, write_lines, write_tables
from benchmarks.timing import Row, faster, in_turns, peak_memory, process, rate, seconds
from socialclass import load_model
from socialclass.model.scoring import reference

_PROGRAM = shutil.which("socialclass", path=str(Path(sys.executable).parent))
CLASSIFY = [_PROGRAM, "classify"] if _PROGRAM else [sys.executable, "-m", "socialclass", "classify"]
MEMORY = 64  # MiB
GROWTH = (10_000, 100_000, 1_000_000, 10_000_000)


def scoring(rounds: int) -> Iterator[Row]:
    """Score the same texts in one process, on one thread."""
    model = load_model()
    same, plain = peers.same_features(model), reference.Scorer(model.weights)
    peer = "scikit-learn, the same features"
    for kind, other, goal in (("English", False, 40), ("Cyrillic and emoji", True, 20)):
        texts = list(posts(3000, 1, other))
        gap = np.abs(same.predict_proba(texts) - model.predict_proba(texts)).max()
        assert gap < 1e-9, gap
        core, slow, theirs = in_turns(
            rounds,
            lambda texts=texts: model.scorer.score(texts),  # type: ignore[misc]
            lambda texts=texts: plain.score(texts),  # type: ignore[misc]
            lambda texts=texts: same.decision_function(texts),  # type: ignore[misc]
        )
        there, count = rate(len(texts), theirs), len(texts)
        name = f"score {kind} posts, one thread"
        yield Row(f"{name}, {model.scorer.name} core", rate(count, core), peer, there, faster(core, theirs), goal)
        yield Row(f"{name}, without the core", rate(count, slow), peer, there, faster(slow, theirs), 1)


def lines(folder: Path, count: int, rounds: int, notes: list[str]) -> Iterator[Row]:
    """Label a file of lines, whole process, all processors; each peer takes turns with it."""
    path, own, out = folder / "posts.txt", folder / "posts.vw", folder / "out"
    write_lines(path, count)
    write_lines(own, count, "| ", peers.VW_TAKEN)
    works: dict[str, tuple[float, list[str]]] = {
        "`wc -w`": (1, ["wc", "-w", str(path)]),
        "Vowpal Wabbit's command line": (3, [*peers.vowpal_wabbit(folder), "-d", str(own), "-p", str(folder / "vw")]),
    }
    if program := peers.fasttext(folder):
        works["fastText's command line"] = (10, [*program, str(path), "1"])
    else:
        notes.append("fastText could not be built here: its row is missing.")
    for peer, (goal, command) in works.items():
        ours, theirs = in_turns(
            rounds,
            lambda: process([*CLASSIFY, str(path)], out),
            lambda command=command: process(command, out),  # type: ignore[misc]
        )
        name = f"`classify` {count:,} lines, whole process"
        yield Row(name, rate(count, ours), peer, rate(count, theirs), faster(ours, theirs), goal)


def tables(folder: Path, count: int, rounds: int) -> Iterator[Row]:
    """Label CSV and JSONL, whole process, against a script of pandas and scikit-learn."""
    script, out = peers.pandas_script(folder), str(folder / "table")
    for path in write_tables(folder, count):
        ours, theirs = in_turns(
            rounds,
            lambda path=path: process([*CLASSIFY, str(path)], folder / "out"),  # type: ignore[misc]
            lambda path=path: process([*script, str(path), out]),  # type: ignore[misc]
        )
        name = f"`classify` {count:,} rows of {path.suffix[1:].upper()}, whole process"
        peer = "a pandas and scikit-learn script"
        yield Row(name, rate(count, ours), peer, rate(count, theirs), faster(ours, theirs), 20)


def cold_start(folder: Path, rounds: int) -> Iterator[Row]:
    """Label one line in a fresh process."""
    (folder / "one.txt").write_text("call mum\n")
    works = [[*CLASSIFY, str(folder / "one.txt")], [sys.executable, "-c", "import numpy"]]
    ours, theirs = in_turns(rounds, lambda: process(works[0]), lambda: process(works[1]))
    here, there = (f"{1000 * median(times):.0f} ms" for times in (ours, theirs))
    yield Row(
        "one line, cold start, time", here, '`python -c "import numpy"`', there, 1 / faster(ours, theirs), 0.7, True
    )


def training(count: int, notes: list[str]) -> Iterator[Row]:
    """Train on as many texts, once: the same terms, the same optimum; scikit-learn with the same analyser."""
    if not count or importlib.util.find_spec("benchmarks.training") is None:
        notes.append("Training is not measured here.")
        return
    work = importlib.import_module("benchmarks.training")
    examples = work.made(count)
    classes = tuple(sorted({each.label for each in examples}))
    ours, theirs = in_turns(
        1, lambda: work.fit(examples, classes, work.SETTINGS), lambda: work.scikit_learn(examples, 1e-4)
    )
    peer = "scikit-learn, the same features"
    yield Row(f"train on {count:,} texts", rate(count, ours), peer, rate(count, theirs), faster(ours, theirs), 5)


def growing(folder: Path, most: int) -> Iterator[tuple[int, float, float]]:
    """Yield lines, seconds and peak memory (MiB) of `classify` on ever longer files."""
    for count in GROWTH:
        if count <= most:
            write_lines(folder / "long.txt", count)
            command = [*CLASSIFY, str(folder / "long.txt")]
            took = seconds(lambda command=command: process(command, folder / "out"))  # type: ignore[misc]
            yield count, took, peak_memory(command)
            (folder / "long.txt").unlink()


def measure(options: argparse.Namespace, folder: Path, notes: list[str]) -> Iterator[Row]:
    """Yield all rows but memory."""
    yield from scoring(options.rounds)
    yield from lines(folder, options.lines, options.rounds, notes)
    yield from tables(folder, options.rows, options.rounds)
    yield from cold_start(folder, 6 * options.rounds)
    yield from training(options.training, notes)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines of text")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of CSV and JSONL")
    parser.add_argument("--training", type=int, default=200_000, help="texts to train on; 0 for none")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--growth", type=int, default=GROWTH[-1], help="longest file, in lines; 0 for none")
    parser.add_argument("--save", action="store_true", help=f"keep it as {results.RESULTS.name}, for the README")
    options = parser.parse_args()
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        rows = list(_told(measure(options, Path(name), notes)))
        growth = list(growing(Path(name), options.growth))
        if growth:
            count, _, peak = growth[-1]
            rows.append(Row(f"peak memory, {count:,} lines", f"{peak:.0f} MiB", "the bound", f"{MEMORY} MiB",
                            peak / MEMORY, 1, True))  # fmt: skip
        path = results.RESULTS if options.save else Path(name) / "results.json"
        results.save(rows, growth, notes, path)
        print(results.table(path))


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        print(f"{row.what}: {row.here}; {row.peer}: {row.there}; {row.ratio:.2f}", file=sys.stderr, flush=True)
        yield row


if __name__ == "__main__":
    main()
