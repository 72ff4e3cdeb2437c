"""Plain text: one text a line, or one text a file."""

from collections.abc import Iterator
from typing import BinaryIO

from socialclass.reading.record import Place, Record
from socialclass.reading.streams import decoded_lines

_NAMES = ("text",)


def read_lines(stream: BinaryIO, place: str, encoding: str, errors: str) -> Iterator[Record]:
    """Yield a record a line; a carriage return before the line feed belongs to the line end."""
    for number, line in enumerate(decoded_lines(stream, place, encoding, errors), 1):
        text = line[:-2] if line.endswith("\r\n") else line[:-1] if line.endswith("\n") else line
        yield Record(text, _NAMES, (text,), Place(place, number))


def read_whole(stream: BinaryIO, place: str, encoding: str, errors: str) -> Iterator[Record]:
    """Yield the whole file as one record."""
    text = "".join(decoded_lines(stream, place, encoding, errors))
    yield Record(text, ("file", "text"), (place, text), Place(place, 1))
