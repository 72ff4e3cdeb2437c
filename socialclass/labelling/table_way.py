"""CSV and JSONL in, finished rows out, a block at a time: the fast lane of `classify` for tables.

The compiled core labels the plain records of a block. One that is not plain goes through the readers of `reading` and
`record_way.label_records`, so what comes out, errors too, is what comes out without this lane; the tests compare them.
"""

import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from socialclass.labelling.line_way import BEGINNING, Position, block_size, by_threads, one_by_one, works_in_parallel
from socialclass.labelling.record_way import UNCERTAIN_REASONS, Labelled, LabelOptions, Tally, label_records
from socialclass.model.classifier import UNCERTAIN, Classifier
from socialclass.reading.delimited import read_header, read_rows, text_column
from socialclass.reading.jsonlines import read_json_lines
from socialclass.reading.record import Record, as_members
from socialclass.reading.streams import decoded_lines
from socialclass.writing.table_rows import DelimitedWriter, as_row

if TYPE_CHECKING:
    from socialclass.model.scoring.compiled import LabelledTable, Scorer

LONGEST = 16 << 20  # bytes of a record that is still waited for: beyond, the rest of the stream is read by Python


class Lane(Protocol):
    """What differs between formats."""

    @property
    def names(self) -> list[str]:
        """The records' own fields, where all have the same."""

    def is_ready(self) -> bool:
        """Say whether the core can label what comes next: the first records are read by Python."""

    def label(self, block: bytes, start: int, line: int) -> "LabelledTable":
        """Label the plain records from `start` on, which is on this line."""

    def go_on(self, stream: BinaryIO) -> None:
        """Be as ready as after the first records of a stream, which stands at its beginning."""

    def read(self, stream: BinaryIO, line: int, at_most: int | None = None) -> Iterator[Record]:
        """Yield the records of a stream that begins with this line; lines are taken as they are needed."""

    def last_end(self, block: bytes) -> int:
        """Return where the last whole record of a block ends, or 0."""


class DelimitedLane:
    """Rows of CSV or TSV."""

    def __init__(self, classifier: Classifier, options: LabelOptions, place: str, writer: DelimitedWriter,
                 text_field: str | None) -> None:  # fmt: skip
        self._scorer: Scorer = classifier.scorer  # type: ignore[assignment]  # see line_way.can_label_blocks
        self._nothing = (0,) * (len(classifier.classes) + len(UNCERTAIN_REASONS))
        self._options, self._place, self._writer, self._field = options, place, writer, text_field
        self._added = options.names(classifier)
        self._delimiter = writer.delimiter
        self._pieces = tuple(
            part.encode()
            for label, reason in outcomes(classifier)
            for part in (as_row(["", label, ""], self._delimiter), as_row(["", reason], self._delimiter) + "\n")
        )
        self.names: list[str] = []
        self._column = -1

    def is_ready(self) -> bool:
        """Say whether the first records have been read by Python."""
        return bool(self.names)

    def label(self, block: bytes, start: int, line: int) -> "LabelledTable":
        """Label the plain records from `start` on."""
        from socialclass.model.scoring.compiled import LabelledTable

        if not self.names or set(self._added) & set(self.names) or not self._writer.takes_rows(self.names):
            return LabelledTable(b"", self._nothing, start)
        minimum, size = self._options.min_confidence, len(self.names)
        return self._scorer.label_csv(block, start, self._pieces, minimum, self._delimiter, size, self._column)

    def read(self, stream: BinaryIO, line: int, at_most: int | None = None) -> Iterator[Record]:
        """Yield the records of a stream that begins with this line."""
        lines = decoded_lines(stream, self._place, "utf-8", "strict", line)
        if not self.names:
            line += self._read_header(lines)
            if not self.names:
                return
        yield from islice(read_rows(lines, self.names, self._column, self._delimiter, self._place, line), at_most)

    def go_on(self, stream: BinaryIO) -> None:
        """Read the header row."""
        self._read_header(decoded_lines(stream, self._place, "utf-8", "strict"))

    def _read_header(self, lines: Iterator[str]) -> int:
        """Read the header row, if there is one; return how many lines it has."""
        header = read_header(lines, self._delimiter, self._place)
        if header is None:
            return 0
        self._column = text_column(header[0], self._field, self._place)
        self.names = header[0]
        self._writer.expect(self.names, self._added)
        return header[1]

    def last_end(self, block: bytes) -> int:
        """Return where the last whole record of a block ends, or 0."""
        return self._scorer.last_row_end(block, self._delimiter)


class JsonLinesLane:
    """JSON objects, one a line."""

    def __init__(self, classifier: Classifier, options: LabelOptions, place: str, text_field: str | None) -> None:
        self._scorer: Scorer = classifier.scorer  # type: ignore[assignment]  # see line_way.can_label_blocks
        self._nothing = (0,) * (len(classifier.classes) + len(UNCERTAIN_REASONS))
        self._options, self._place, self._text_field = options, place, text_field
        self._field = (text_field if text_field is not None else "text").encode()
        names = options.names(classifier)
        self._taken = tuple(name.encode() for name in names)
        self._pieces = json_pieces(classifier, options)
        self.names: list[str] = []
        self._nothing_read = True

    def is_ready(self) -> bool:
        """Say whether the first records have been read by Python."""
        return not self._nothing_read

    def label(self, block: bytes, start: int, line: int) -> "LabelledTable":
        """Label the plain records from `start` on."""
        from socialclass.model.scoring.compiled import LabelledTable

        if self._nothing_read:
            return LabelledTable(b"", self._nothing, start)
        minimum = self._options.min_confidence
        return self._scorer.label_jsonl(block, start, self._pieces, minimum, self._field, self._taken)

    def read(self, stream: BinaryIO, line: int, at_most: int | None = None) -> Iterator[Record]:
        """Yield the records of a stream that begins with this line."""
        records = read_json_lines(
            stream, self._place, "utf-8", "strict", self._text_field, line, nothing_read=self._nothing_read
        )
        for record in islice(records, at_most):
            self._nothing_read &= not record.raw
            yield record

    def go_on(self, stream: BinaryIO) -> None:
        """Take the first object, which decides whether there are texts at all, as read."""
        self._nothing_read = False

    def last_end(self, block: bytes) -> int:
        """Return where the last whole record of a block ends, or 0."""
        return block.rfind(b"\n") + 1


def outcomes(classifier: Classifier) -> list[tuple[str, str]]:
    """Return label and reason of each outcome, in the order of the core's counts."""
    return [(name, "") for name in classifier.classes] + [(UNCERTAIN, reason) for reason in UNCERTAIN_REASONS]


def json_pieces(classifier: Classifier, options: LabelOptions) -> tuple[bytes, ...]:
    """Return what is written before and after the probability of a JSON object, for each outcome."""
    names = options.names(classifier)
    return tuple(part.encode() for label, reason in outcomes(classifier) for part in _around(names, label, reason))


def _around(names: tuple[str, ...], label: str, reason: str) -> tuple[str, str]:
    """Return the added members' text before and after the probability; without evidence it is null."""
    before = f"{as_members({names[0]: label})}, {as_members({names[1]: None})}"
    if reason not in ("empty", "no_known_terms", "not_english"):
        before = before.removesuffix("null")
    return before, f", {as_members({names[2]: reason})}}}\n"


def label_table(
    stream: BinaryIO, lane: Lane, classifier: Classifier, options: LabelOptions, tally: Tally, jobs: int = 1,
    start: Position = BEGINNING, reached: Callable[[Position], None] = lambda _: None,
) -> Iterator[bytes | Labelled]:  # fmt: skip
    """Yield finished rows for each block, and labelled records where Python read them, in order.

    A pipe is answered as it comes, with whole records; a larger regular file is worked on by `jobs` threads. `reached`
    is called when all of a block was taken, with the position after it. Raises what the readers of `reading` and
    `label_records` raise, after what stands before it.
    """
    if start.offset:
        base = stream.tell()
        if start.begun:
            lane.go_on(stream)
        stream.seek(base + start.offset)
    size = block_size(jobs)
    blocks = _Blocks(stream, lane.last_end, size)
    offset, line, _ = start
    for block, labelled in _labelled(_numbered(blocks, line), lane, stream, size, jobs):
        yield from _finish(block, labelled, lane, classifier, options, tally)
        line = block.next_line
        offset += len(block.data)
        reached(Position(offset, line, lane.is_ready()))
    if blocks.rest:
        joined = io.BufferedReader(_Joined(blocks.rest, stream))
        yield from label_records(lane.read(joined, line), classifier, options, tally)


class _Block(NamedTuple):
    """Whole records, the number of their first line, and of the line after them."""

    data: bytes
    line: int
    next_line: int


def _numbered(blocks: "_Blocks", line: int) -> Iterator[_Block]:
    for data in blocks:
        after = line + data.count(b"\n")
        yield _Block(data, line, after)
        line = after


def _labelled(
    blocks: Iterator[_Block], lane: Lane, stream: BinaryIO, size: int, jobs: int
) -> "Iterator[tuple[_Block, LabelledTable]]":
    """Yield the blocks as the core labels them: one by one until the lane is ready, since it learns from the first."""

    def label(block: _Block) -> "LabelledTable":
        return lane.label(block.data, 0, block.line)

    while not lane.is_ready():
        block = next(blocks, None)
        if block is None:
            return
        yield block, label(block)
    parallel = works_in_parallel(stream, size, jobs)
    yield from by_threads(blocks, label, jobs) if parallel else one_by_one(blocks, label)


def _finish(block: _Block, labelled: "LabelledTable", lane: Lane,
            classifier: Classifier, options: LabelOptions, tally: Tally) -> Iterator[bytes | Labelled]:  # fmt: skip
    """Yield what became of a block.

    Each time that the core stops, Python reads twice as many records as the time before, so that a block full of
    what the core will not take costs few calls.
    """
    patience = 1
    data, at, line = block.data, 0, block.line
    while True:
        tally.add_block(classifier.classes, labelled.counts)
        yield labelled.rows
        if labelled.stop >= len(data):
            return
        left = io.BytesIO(data)
        left.seek(labelled.stop)
        line += data.count(b"\n", at, labelled.stop)
        yield from label_records(lane.read(left, line, patience), classifier, options, tally)
        patience *= 2
        at = left.tell()
        line += data.count(b"\n", labelled.stop, at)
        labelled = lane.label(data, at, line)


class _Blocks:
    """Blocks of whole records, as soon as there are any; `rest` is what was read of a record that is too long."""

    def __init__(self, stream: BinaryIO, last_end: Callable[[bytes], int], size: int) -> None:
        self._read = getattr(stream, "read1", stream.read)
        self._last_end, self._size = last_end, size
        self.rest = b""

    def __iter__(self) -> Iterator[bytes]:
        pending: list[bytes] = []
        waiting = 0
        while chunk := self._read(self._size):
            pending.append(chunk)
            waiting += len(chunk)
            if b"\n" in chunk:
                block = b"".join(pending)
                end = self._last_end(block)
                if end:
                    yield block[:end]
                pending = [block[end:]]
                waiting = len(pending[0])
            if waiting > LONGEST:
                self.rest = b"".join(pending)
                return
        if waiting:
            yield b"".join(pending)


class _Joined(io.RawIOBase):
    """Bytes that were read already, and then the stream that they are from."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._parts = [io.BytesIO(start), stream]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's type is wider
        while self._parts:
            if data := self._parts[0].read(len(buffer)):
                buffer[: len(data)] = data
                return len(data)
            del self._parts[0]
        return 0
