"""Plain rows: label, probability and text, tab-separated."""

from typing import BinaryIO

from socialclass.reading.record import AddedFields, Record, as_cell, without_formula

_BREAKS = str.maketrans("\t\n\r", "   ")


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
