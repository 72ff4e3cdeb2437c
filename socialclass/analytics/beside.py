"""Two large graphs measured side by side, the second in a process of its own: the graph library holds Python's lock.

For a command line, which may start itself again; a program that calls the library measures one after the other.
"""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection

from socialclass.analytics.graph import Measures, Network
from socialclass.analytics.ties import Ties

LARGE = 50_000  # ties in the smaller graph: from here on, another process costs less than it saves


def measure_both(first: Network, second: Network, processes: int = 1) -> tuple[Measures, Measures]:
    """Return the measures of two graphs; large ones by two processes, if that many are allowed."""
    if processes < 2 or min(len(first.ties), len(second.ties)) < LARGE:
        return first.measure(), second.measure()
    with _started(second.ties) as answer:
        measures = first.measure()
        try:
            return measures, answer.recv()
        except (EOFError, OSError):  # it could not start, or was stopped
            return measures, second.measure()


@contextlib.contextmanager
def _started(ties: Ties) -> Iterator[Connection]:
    """Let another process measure; it is stopped when it is not asked any more."""
    context = multiprocessing.get_context("spawn")
    answer, its_end = context.Pipe(duplex=False)
    process = context.Process(target=_send_measures, args=(ties, its_end), daemon=True)
    with _interrupts_held():  # Ctrl-C is for this process, which then stops the other
        process.start()
    its_end.close()
    try:
        yield answer
    finally:
        process.terminate()
        process.join()
        answer.close()


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold SIGINT back; a process that is started meanwhile keeps holding it."""
    if os.name != "posix":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _send_measures(ties: Ties, answer: Connection) -> None:
    """Measure, and tell whoever is still there."""
    measures = Network(ties).measure()
    with contextlib.suppress(OSError):
        answer.send(measures)
