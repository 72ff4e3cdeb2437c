"""Plain text: one text a line, or one text a file."""

from collections.abc import Iterator
from typing import BinaryIO

from socialclass.formats.records import AddedFields, Place, Record, as_cell, without_formula
from socialclass.formats.streams import decoded_lines

_NAMES = ("text",)
_BREAKS = str.maketrans("\t\n\r", "   ")


def read_lines(stream: BinaryIO, place: str, encoding: str, errors: str) -> Iterator[Record]:
    """Yield a record a line; a carriage return before the line feed belongs to the line end."""
    for number, line in enumerate(decoded_lines(stream, place, encoding, errors), 1):
        text = line[:-2] if line.endswith("\r\n") else line[:-1] if line.endswith("\n") else line
        yield Record(text, _NAMES, (text,), Place(place, number))


def read_whole(stream: BinaryIO, place: str, encoding: str, errors: str) -> Iterator[Record]:
    """Yield the whole file as one record."""
    text = "".join(decoded_lines(stream, place, encoding, errors))
    yield Record(text, ("file", "text"), (place, text), Place(place, 1))


def as_row_cell(cell: str) -> str:
    """Return a cell that cannot break its row: tabs and breaks become spaces.

    >>> as_row_cell("a\\tb")
    'a b'
    """
    return cell.translate(_BREAKS)


class PlainWriter:
    """Tab-separated label, probability and text, then columns that were asked for; tabs and breaks become spaces."""

    def __init__(self, stream: BinaryIO, added: tuple[str, ...], header: bool = False, safe: bool = False) -> None:
        self._stream = stream
        self.safe = safe
        if header:
            self._row([*added[:2], "text", *added[3:]])

    def write(self, record: Record, added: AddedFields) -> None:
        """Write one record as a row."""
        label, probability, _, *asked_for = added.values
        self._row([as_cell(label), as_cell(probability), record.text, *map(as_cell, asked_for)])

    def _row(self, cells: list[str]) -> None:
        cells = list(map(without_formula, cells)) if self.safe else cells
        self._stream.write(("\t".join(map(as_row_cell, cells)) + "\n").encode())

    def close(self) -> None:
        """Nothing is owed."""
