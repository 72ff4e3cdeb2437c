"""Plain lines in, finished rows out, a block at a time: the fast lane of `classify` where the compiled core scores.

The rows are those that `record_way.label_records` and `PlainWriter` make; the tests compare them byte for byte. A line
of any length passes in parts: its beginning is judged, and all of it is written.
"""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeVar

from socialclass.labelling.record_way import Tally
from socialclass.model.classifier import UNCERTAIN, Classifier
from socialclass.reading.record import as_cell
from socialclass.reading.streams import Block, line_blocks, not_utf8
from socialclass.writing.plain import as_row_cell

if TYPE_CHECKING:
    from socialclass.model.scoring.compiled import Scorer

B = TypeVar("B")
R = TypeVar("R")
BLOCK = 1 << 18  # bytes read at once
IN_FLIGHT = 6 << 20  # bytes of blocks that are being labelled, over all threads
_SPACES = bytes.maketrans(b"\t\r", b"  ")


class Position(NamedTuple):
    """Where in a stream labelling may begin: bytes before it, its line's number, whether records stood before it."""

    offset: int = 0
    line: int = 1
    begun: bool = False


BEGINNING = Position()


def _go_on(position: Position) -> None:
    """Take no note of a position."""


def can_label_blocks(classifier: Classifier) -> bool:
    """Say whether the classifier's scorer labels whole blocks; the reference does not."""
    return hasattr(classifier.scorer, "label_lines")


def label_blocks(
    stream: BinaryIO, place: str, classifier: Classifier, min_confidence: float, tally: Tally, jobs: int = 1,
    start: Position = BEGINNING, reached: Callable[[Position], None] = _go_on,
) -> Iterator[bytes]:  # fmt: skip
    """Yield the rows of the stream's lines, in order: label, probability, text.

    A pipe is answered as it comes, with whole lines; a larger regular file is worked on by `jobs` threads. `reached`
    is called when rows were taken, with the position after them. Raises `InputError`, after the rows before it, for a
    line that is not UTF-8; of a line that comes in parts, those before the bad byte are out by then.
    """
    labeller = _LineLabeller(classifier, min_confidence)
    if start.offset:
        stream.seek(start.offset)
    size, number = block_size(jobs), start.line
    blocks = line_blocks(stream, place, size, start.offset > 0)
    parallel = works_in_parallel(stream, size, jobs)
    for block, done in by_threads(blocks, labeller.label, jobs) if parallel else one_by_one(blocks, labeller.label):
        tally.add_all(done.tally)
        yield done.rows
        number += done.lines
        if done.bad is not None:
            raise not_utf8(*done.bad, f"{place}:{number}")
        if block.last:
            reached(Position(start.offset + block.end, number, True))


class _Done(NamedTuple):
    """What became of a block; bad: the byte that is not UTF-8 and its place in the line after `lines`."""

    rows: bytes
    tally: Tally
    lines: int
    bad: tuple[int, int] | None = None


class _LineLabeller:
    """Turns blocks into rows, in any thread."""

    def __init__(self, classifier: Classifier, min_confidence: float) -> None:
        self._scorer: Scorer = classifier.scorer  # type: ignore[assignment]  # see can_label_blocks
        self._labels = tuple(as_row_cell(name).encode() for name in (*classifier.classes, UNCERTAIN))
        self._classifier, self._min_confidence = classifier, min_confidence

    def label(self, block: Block) -> _Done:
        """Return the rows of a block; where the core stops at a long line, that is judged by its beginning."""
        tally = Tally()
        if block.part >= 0:
            return self._label_part(block, tally)
        rows: list[bytes] = []
        lines, at, rest = 0, 0, block.data
        while True:
            labelled = self._scorer.label_lines(rest, self._labels, self._min_confidence)
            tally.add_block(self._classifier.classes, labelled.counts)
            rows.append(labelled.rows)
            lines += sum(labelled.counts)
            if labelled.bad_byte == -1:
                return _Done(b"".join(rows), tally, lines)
            at = _after_lines(block.data, at, sum(labelled.counts))
            end = block.data.find(b"\n", at)
            line = block.data[at : end if end >= 0 else None]
            if labelled.bad_byte >= 0:
                return _Done(b"".join(rows), tally, lines, (line[labelled.bad_byte], labelled.bad_byte))
            done = self._label_part(Block(line.removesuffix(b"\r") if end >= 0 else line, 0, 0), tally)
            if done.bad is not None:
                return _Done(b"".join(rows), tally, lines, done.bad)
            rows.append(done.rows)
            lines += 1
            if end < 0:
                return _Done(b"".join(rows), tally, lines)
            at = end + 1
            rest = block.data[at:]

    def _label_part(self, block: Block, tally: Tally) -> _Done:
        """Return a part of a line as a part of its row; the first part decides the label."""
        try:
            text = block.data.decode()
        except UnicodeDecodeError as error:
            return _Done(b"", tally, 0, (block.data[error.start], block.part + error.start))
        row = block.data.translate(_SPACES)
        if block.part == 0:
            found = self._classifier.predict([text], self._min_confidence)[0]
            tally.add(found.label, found.reason, "")
            row = b"\t".join([as_row_cell(found.label).encode(), as_cell(found.probability).encode(), row])
        return _Done(row + b"\n" if block.last else row, tally, int(block.last))


def _after_lines(data: bytes, at: int, lines: int) -> int:
    """Return where in the data the line begins that comes this many lines after the one at `at`."""
    for _ in range(lines):
        at = data.index(b"\n", at) + 1
    return at


def block_size(jobs: int) -> int:
    """Return how many bytes a block has, so that all that are worked on at once stay within bounds."""
    return min(BLOCK, max(BLOCK // 16, IN_FLIGHT // (jobs + 1)))


def works_in_parallel(stream: BinaryIO, size: int, jobs: int) -> bool:
    """Say whether there is work for several threads: a regular file of more than a block."""
    return jobs > 1 and is_regular(stream) and os.fstat(stream.fileno()).st_size > size


def is_regular(stream: BinaryIO) -> bool:
    """Say whether a stream is a regular file: all of it is there, and nobody waits."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, AttributeError, ValueError):
        return False


def one_by_one(blocks: Iterator[B], label: Callable[[B], R]) -> Iterator[tuple[B, R]]:
    """Yield each block and what `label` makes of it."""
    for block in blocks:
        yield block, label(block)


def by_threads(blocks: Iterator[B], label: Callable[[B], R], jobs: int) -> Iterator[tuple[B, R]]:
    """Yield each block and what `label` makes of it, in order; `jobs` threads work on those that come next."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as pool:
        waiting = deque((block, pool.submit(label, block)) for block in islice(blocks, jobs + 1))
        while waiting:
            block, future = waiting.popleft()
            yield block, future.result()
            waiting.extend((block, pool.submit(label, block)) for block in islice(blocks, 1))
