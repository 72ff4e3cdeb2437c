"""What all writers have in common."""

from typing import Protocol

from socialclass.reading.record import AddedFields, Record


class Writer(Protocol):
    """Writes labelled records to one output, in order."""

    def write(self, record: Record, added: AddedFields) -> None:
        """Write one record."""

    def close(self) -> None:
        """Write what is still owed; the stream stays open."""
