"""JSON objects, one a line: what was read as it stood, with the added members at its end."""

from collections.abc import Sequence
from typing import BinaryIO

from socialclass.reading.record import AddedFields, Record, as_members


class JsonLinesWriter:
    """One object a line: the record's members as they stood, then the added ones."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, record: Record, added: AddedFields) -> None:
        """Write one record as a line."""
        own = record.raw[1:-1].strip() if record.raw else as_members(_named(record))
        members = as_members(dict(zip(added.names, map(_rounded, added.values), strict=True)))
        self._stream.write(f"{{{own}{', ' if own and members else ''}{members}}}\n".encode())

    def write_rows(self, rows: bytes, names: Sequence[str], added: tuple[str, ...]) -> None:
        """Write finished lines; names are for tables."""
        self._stream.write(rows)

    def close(self) -> None:
        """Nothing is owed."""


def _named(record: Record) -> dict[str, object]:
    """Return a record's fields as an object; surplus cells of a ragged row are gathered under ``surplus``."""
    own = dict(zip(record.names, record.values, strict=False))
    surplus = list(record.values[len(record.names) :])
    return own | {"surplus": surplus} if surplus else own


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
