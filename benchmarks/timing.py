"""How things are measured: in turns, whole processes with their output in a file, peak memory of a process."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table; `ratio` is the median of the rounds' ratios.

    goal: what the ratio should be, at least, or at most where `lower` is set.
    """

    what: str
    here: str
    peer: str
    there: str
    ratio: float
    goal: float
    lower: bool = False


def seconds(work: Callable[[], object]) -> float:
    """Return how long the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(rounds: int, *works: Callable[[], object]) -> list[list[float]]:
    """Return the times of each work, a round each; they take turns, so that a busy moment meets all."""
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    return [list(column) for column in zip(*times, strict=True)]


def faster(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return how many times as fast ours is: the median of the rounds' ratios."""
    return median(their / our for our, their in zip(ours, theirs, strict=True))


def rate(count: int, times: Sequence[float]) -> str:
    """Return a throughput for people: texts a second, of the median time."""
    return f"{float(f'{count / median(times):.3g}'):,.0f}/s"


def process(command: Sequence[str], output: Path | None = None) -> None:
    """Run a whole process, its standard output in a file, or thrown away."""
    if output is None:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        return
    with open(output, "wb") as stream:
        subprocess.run(command, stdout=stream, check=True)


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
