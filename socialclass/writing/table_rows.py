"""Rows of CSV and TSV, quoted as RFC 4180 says, by Python's csv module."""

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO

from socialclass.errors import InputError
from socialclass.reading.record import AddedFields, Record, as_cell, own_cell, without_formula

# the csv module quotes what its line end holds: this makes it quote a lone carriage return, too
_CRLF = "\r\n"


_WAITING = 1000  # records


def as_row(cells: Sequence[str], delimiter: str) -> str:
    """Return the cells as a row without its line end, quoted where they must be.

    >>> as_row(["a", "b,c", ""], ",")
    'a,"b,c",'
    """
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=_CRLF).writerow(cells)
    return buffer.getvalue().removesuffix(_CRLF)


def _is_placed(record: Record, names: Sequence[str]) -> bool:
    """Say whether each of a record's values has a column."""
    return len(record.names) == len(record.values) and set(record.names) <= set(names)


class DelimitedWriter:
    """The record's own cells, then the added ones; surplus cells of a ragged row come last.

    names: the records' own fields, None before the first; safe: cells are written as `without_formula` has them.
    Records that cannot be read wait for the first that tells the fields, up to `_WAITING` of them.
    """

    def __init__(self, stream: BinaryIO, delimiter: str, header: bool = True, safe: bool = False) -> None:
        self._stream = stream
        self.delimiter = delimiter
        self.safe = safe
        self._header = header
        self.names: tuple[str, ...] | None = None
        self._expected: tuple[Sequence[str], tuple[str, ...]] | None = None
        self._waiting: list[tuple[Record, AddedFields]] = []

    def write(self, record: Record, added: AddedFields) -> None:
        """Write one record as a row, after the header row if it is the first."""
        if self.names is None and record.error and self._expected is None and len(self._waiting) < _WAITING:
            self._waiting.append((record, added))
            return
        names = self._begin(record.names, added.names)
        cells = self._own_cells(record, names)
        size = len(names)
        self._row([*cells[:size], *map(as_cell, added.values), *cells[size:]])

    def write_rows(self, rows: bytes, names: Sequence[str], added: tuple[str, ...]) -> None:
        """Write finished rows of records of these names, after the header row if they are the first."""
        self._begin(names, added)
        self._stream.write(rows)

    def expect(self, names: Sequence[str], added: tuple[str, ...]) -> None:
        """Take note of the header row that is written if no record comes."""
        self._expected = self._expected or (names, added)

    def takes_rows(self, names: Sequence[str]) -> bool:
        """Say whether records of these names stand in the table as they are."""
        return self.names is None or self.names == tuple(names)

    def _begin(self, names: Sequence[str], added: tuple[str, ...]) -> tuple[str, ...]:
        if self.names is None:
            self.names = tuple(names)
            if self._header:
                self._row([*names, *added])
            for record, fields in self._waiting:
                self.write(record, fields)
            self._waiting.clear()
        return self.names

    def _own_cells(self, record: Record, names: tuple[str, ...]) -> list[str]:
        cells = [own_cell(value) for value in record.values]
        in_order = tuple(record.names) == names
        if not in_order and (not record.error or _is_placed(record, names)):
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
        return [own_cell(own.get(name)) for name in names]

    def _row(self, cells: Sequence[str]) -> None:
        cells = list(map(without_formula, cells)) if self.safe else cells
        self._stream.write(as_row(cells, self.delimiter).encode() + b"\n")

    def close(self) -> None:
        """Write the header row of a table without rows, and records that still wait."""
        if self._expected is not None:
            self._begin(*self._expected)
        elif self._waiting:
            record, added = self._waiting[0]
            self._begin(record.names, added.names)
