"""CSV and TSV with a header row, quoted as RFC 4180 says, read and written by Python's csv module."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from socialclass.errors import InputError, UnknownFieldError
from socialclass.formats.records import AddedFields, Place, Record, as_cell
from socialclass.formats.streams import decoded_lines

if TYPE_CHECKING:
    import _csv

# the csv module quotes what its line end holds: this makes it quote a lone carriage return, too
_CRLF = "\r\n"
_MAX_FIELD = 16 << 20  # characters; an unclosed quote would otherwise swallow the rest of any file


class _Lines:
    """Hands lines to csv.reader and keeps those of the current record, for a message or a raw copy."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.kept: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.kept.append(line)
        return line


def read_delimited(
    stream: BinaryIO, place: str, encoding: str, errors: str, delimiter: str, text_field: str | None
) -> Iterator[Record]:
    """Yield a record a row after the header; a row with too many or too few cells is a record with an `error`.

    Raises `InputError` when the text column is missing or ambiguous, or a quote is never closed.
    """
    rows = csv_rows(stream, place, encoding, errors, delimiter)
    first = next(rows, None)
    if first is None:
        return
    header, _, error = first
    if error:
        raise InputError(error, place=f"{place}:1", remedy="mend the header row")
    column = text_column(header, text_field, place)
    for row, line, error in rows:
        here = Place(place, line)
        if not row:
            if len(header) > 1:
                continue  # a blank line, as spreadsheets leave them at the end
            row = [""]
        if not error and len(row) != len(header):
            error = f"{len(row)} cells where the header has {len(header)}"
        yield Record("" if error else row[column], header, row, here, error)


def csv_rows(
    stream: BinaryIO, place: str, encoding: str, errors: str, delimiter: str
) -> Iterator[tuple[list[str], int, str]]:
    """Yield (cells, first line, error) for each row; raises `InputError` for a quote that is never closed."""
    csv.field_size_limit(_MAX_FIELD)
    lines = _Lines(decoded_lines(stream, place, encoding, errors))
    return _rows(csv.reader(lines, delimiter=delimiter, strict=True), lines, place)


def _rows(reader: "_csv.Reader", lines: _Lines, place: str) -> Iterator[tuple[list[str], int, str]]:
    """Yield (cells, first line, error) for each row."""
    while True:
        start = reader.line_num + 1
        lines.kept.clear()
        try:
            yield next(reader), start, ""
        except StopIteration:
            return
        except csv.Error as problem:
            if "unexpected end of data" in str(problem) or "field larger" in str(problem):
                raise InputError(
                    "a quoted field begins in this row and is never closed",
                    place=f"{place}:{start}",
                    remedy='close it, or double the quotes inside it ("")',
                ) from None
            yield ["".join(lines.kept).rstrip("\r\n")], start, f"malformed row ({problem})"


def text_column(header: Sequence[str], name: str | None, place: str) -> int:
    """Return the index of the column that holds the text.

    Without a name it is ``text``, or the only column. Raises `InputError` listing the columns.
    """
    wanted = name if name is not None else ("text" if len(header) > 1 else header[0])
    found = [i for i, column in enumerate(header) if column == wanted]
    if not found:
        raise UnknownFieldError(wanted, header, place=place, option="--text-field")
    if len(found) > 1:
        raise InputError(
            f"{len(found)} columns are named {wanted!r} (columns: {', '.join(header)})",
            place=place,
            remedy="rename one of them",
        )
    return found[0]


class DelimitedWriter:
    """The record's own cells, then the added ones; surplus cells of a ragged row come last."""

    def __init__(self, stream: BinaryIO, delimiter: str, header: bool = True) -> None:
        self._stream = stream
        self._buffer = io.StringIO()
        self._csv = csv.writer(self._buffer, delimiter=delimiter, lineterminator=_CRLF)
        self._header = header
        self._names: tuple[str, ...] | None = None

    def write(self, record: Record, added: AddedFields) -> None:
        """Write one record as a row, after the header row if it is the first."""
        if self._names is None:
            self._names = tuple(record.names)
            if self._header:
                self._row([*self._names, *added.names])
        cells = self._own_cells(record, self._names)
        size = len(self._names)
        self._row([*cells[:size], *map(as_cell, added.values), *cells[size:]])

    def _own_cells(self, record: Record, names: tuple[str, ...]) -> list[str]:
        cells = [as_cell(value) for value in record.values]
        if not record.error and tuple(record.names) != names:
            cells = self._by_name(record, names)
        return cells + [""] * (len(names) - len(cells))

    def _by_name(self, record: Record, names: tuple[str, ...]) -> list[str]:
        own = dict(zip(record.names, record.values, strict=True))
        unknown = [name for name in own if name not in names]
        if unknown:
            raise InputError(
                f"field {unknown[0]!r} is not in the first record, whose fields are the table's columns",
                place=str(record.place),
                remedy="write --output-format jsonl",
            )
        return [as_cell(own.get(name)) for name in names]

    def _row(self, cells: Sequence[str]) -> None:
        self._csv.writerow(cells)
        self._stream.write(self._buffer.getvalue().removesuffix(_CRLF).encode() + b"\n")
        self._buffer.seek(0)
        self._buffer.truncate()

    def close(self) -> None:
        """Nothing is owed."""
