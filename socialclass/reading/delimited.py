"""CSV and TSV with a header row, quoted as RFC 4180 says, read and written by Python's csv module."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from socialclass.errors import InputError, UnknownFieldError
from socialclass.reading.record import Place, Record
from socialclass.reading.streams import decoded_lines

_LONE_RETURN = "a carriage return stands outside of quotes, with no line feed after it"
_NAME = re.compile(r"[\w.:-]+")  # what an only column may be called; a text, mostly, is no name
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
    stream: BinaryIO, place: str, encoding: str, errors: str, delimiter: str, text_field: str | None,
    on_header: Callable[[Sequence[str]], None] | None = None,
) -> Iterator[Record]:  # fmt: skip
    """Yield a record a row after the header; a row with too many or too few cells is a record with an `error`.

    on_header: told the header's cells, which no record tells where there is none.
    Raises `InputError` when the text column is missing or ambiguous, or a quote is never closed.
    """
    rows = _rows(decoded_lines(stream, place, encoding, errors), delimiter, place)
    header = _header(rows, place)
    if header is not None:
        column = text_column(header, text_field, place)
        if on_header is not None:
            on_header(header)
        yield from _records(rows, header, column, place)


def read_header(lines: Iterator[str], delimiter: str, place: str) -> tuple[list[str], int] | None:
    """Return the cells of the header row and how many lines were taken, no more than it has; None without any."""
    taken = _Lines(lines)
    header = _header(_rows(taken, delimiter, place), place)
    return None if header is None else (header, len(taken.kept))


def read_rows(
    lines: Iterator[str], header: Sequence[str], column: int, delimiter: str, place: str, first: int
) -> Iterator[Record]:
    """Yield a record a row of lines that come after the header; lines are taken as they are needed.

    first: the number of the first line.
    """
    return _records(_rows(lines, delimiter, place, first), header, column, place)


def _header(rows: Iterator[tuple[list[str], int, str]], place: str) -> list[str] | None:
    first = next(rows, None)
    if first is None:
        return None
    header, _, error = first
    if error or not header:
        remedy = "put line feeds for them: tr '\\r' '\\n'" if error == _LONE_RETURN else "mend the header row"
        raise InputError(error or "the header row is blank", place=f"{place}:1", remedy=remedy)
    return header


def _records(
    rows: Iterator[tuple[list[str], int, str]], header: Sequence[str], column: int, place: str
) -> Iterator[Record]:
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
    return _rows(decoded_lines(stream, place, encoding, errors), delimiter, place)


def _rows(source: Iterator[str], delimiter: str, place: str, first: int = 1) -> Iterator[tuple[list[str], int, str]]:
    """Yield (cells, first line, error) for each row; `first` is the number of the first line."""
    csv.field_size_limit(_MAX_FIELD)
    lines = _Lines(source)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + first
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
            what = _LONE_RETURN if "new-line" in str(problem) else f"malformed row ({problem})"
            yield ["".join(lines.kept).rstrip("\r\n")], start, what


def text_column(header: Sequence[str], name: str | None, place: str) -> int:
    """Return the index of the column that holds the text.

    Without a name it is ``text``, or the only column, if it is called by one word: else the first row is likely a text,
    which would be lost. Raises `InputError` listing the columns.
    """
    other = _other_delimiter(header)
    if other and name != header[0]:
        raise InputError(
            f"the header has one column, {header[0][:60]!r}: its names are separated by {other}s",
            place=place,
            remedy="save the table with commas, or as .tsv with tabs",
        )
    if name is None and len(header) == 1 and not _NAME.fullmatch(header[0]):
        raise InputError(
            f"the first row is the header, and {header[0][:60]!r} looks like a text",
            place=place,
            remedy="give the column its name (--text-field NAME), or read without a header (--input-format lines)",
        )
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


def _other_delimiter(header: Sequence[str]) -> str:
    """Return what separates the names of a header that is one cell; nothing if it is one name, or no names.

    >>> _other_delimiter(["text;label"]), _other_delimiter(["text"]), _other_delimiter(["hello; mum"])
    ('semicolon', '', '')
    """
    for delimiter, what in ((";", "semicolon"), ("\t", "tab"), ("|", "bar"), (",", "comma")):
        names = header[0].split(delimiter) if len(header) == 1 else []
        if len(names) > 1 and all(_NAME.fullmatch(name) for name in names):
            return what
    return ""
