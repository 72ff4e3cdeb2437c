"""Plain lines in, finished rows out, a block at a time: the fast lane of `classify` where the compiled core scores.

The rows are those that `labelling.label_records` and `PlainWriter` make; the tests compare them byte for byte.
"""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from socialclass.classifier import UNCERTAIN, Classifier
from socialclass.formats.lines import as_row_cell
from socialclass.formats.streams import line_blocks, not_utf8
from socialclass.labelling import Tally

if TYPE_CHECKING:
    from socialclass.scoring.compiled import LabelledBlock

B = TypeVar("B")
R = TypeVar("R")
BLOCK = 1 << 18  # bytes read at once
IN_FLIGHT = 6 << 20  # bytes of blocks that are being labelled, over all threads


def can_label_blocks(classifier: Classifier) -> bool:
    """Say whether the classifier's scorer labels whole blocks; the reference does not."""
    return hasattr(classifier.scorer, "label_lines")


def label_blocks(
    stream: BinaryIO, place: str, classifier: Classifier, min_confidence: float, tally: Tally, jobs: int = 1
) -> Iterator[bytes]:
    """Yield the rows of the stream's lines, in order: label, probability, text.

    A pipe is answered as it comes, with whole lines; a larger regular file is worked on by `jobs` threads. Raises
    `InputError`, after the rows before it, for a line that is not UTF-8.
    """
    names = (*classifier.classes, UNCERTAIN)
    label: Callable[[bytes], LabelledBlock] = partial(
        classifier.scorer.label_lines,  # type: ignore[attr-defined]  # see can_label_blocks
        labels=tuple(as_row_cell(name).encode() for name in names),
        min_confidence=min_confidence,
    )
    size = block_size(jobs)
    blocks = line_blocks(stream, place, size)
    parallel = works_in_parallel(stream, size, jobs)
    number = 0
    for block, labelled in by_threads(blocks, label, jobs) if parallel else ((each, label(each)) for each in blocks):
        lines = sum(labelled.counts)
        tally.add_block(classifier.classes, labelled.counts)
        yield labelled.rows
        if labelled.bad_byte >= 0:
            raise not_utf8(block.split(b"\n", lines)[lines], labelled.bad_byte, f"{place}:{number + lines + 1}")
        number += lines


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


def by_threads(blocks: Iterator[B], label: Callable[[B], R], jobs: int) -> Iterator[tuple[B, R]]:
    """Yield each block and what `label` makes of it, in order; `jobs` threads work on those that come next."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as pool:
        waiting = deque((block, pool.submit(label, block)) for block in islice(blocks, jobs + 1))
        while waiting:
            block, future = waiting.popleft()
            yield block, future.result()
            waiting.extend((block, pool.submit(label, block)) for block in islice(blocks, 1))
