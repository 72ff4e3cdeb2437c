"""The table of formats that are written, and which one an output gets."""

from collections.abc import Callable
from typing import BinaryIO

from socialclass.reading.formats import PLAIN
from socialclass.writing.objects import JsonLinesWriter
from socialclass.writing.plain import PlainWriter
from socialclass.writing.table_rows import DelimitedWriter
from socialclass.writing.writer import Writer

# of an output: the stream, the names of the added fields, whether there is a header row, whether cells are made safe
WriterMaker = Callable[[BinaryIO, tuple[str, ...], bool | None, bool], Writer]

WRITERS: dict[str, WriterMaker] = {
    "csv": lambda stream, added, header, safe: DelimitedWriter(stream, ",", header is not False, safe),
    "tsv": lambda stream, added, header, safe: DelimitedWriter(stream, "\t", header is not False, safe),
    "jsonl": lambda stream, added, header, safe: JsonLinesWriter(stream),
}
OUTPUT_FORMATS = tuple(WRITERS)


def output_format(wanted: str, input_format: str) -> str:
    """Return the format that ``auto`` means for a pipe or a file: tsv for plain text, the input's own, else jsonl."""
    if wanted != "auto":
        return wanted
    return "tsv" if input_format in PLAIN else input_format if input_format in OUTPUT_FORMATS else "jsonl"


def writer_for(
    name: str, stream: BinaryIO, added: tuple[str, ...], input_format: str, header: bool | None = None,
    safe: bool = False,
) -> Writer:  # fmt: skip
    """Return the writer of a format; plain text in gives plain tsv out.

    header: True or False as the user asked; None for the format's habit.
    safe: tables get no cell that a spreadsheet would run.
    """
    if name == "tsv" and input_format in PLAIN:
        return PlainWriter(stream, added, bool(header), safe)
    return WRITERS[name](stream, added, header, safe)
