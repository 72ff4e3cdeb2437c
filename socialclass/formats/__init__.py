"""One table of formats: how records of texts are read and written. Standard library only."""

from socialclass.formats.records import AddedFields, Place, Record
from socialclass.formats.streams import open_output, read_binary
from socialclass.formats.table import (
    FORMATS,
    INPUT_FORMATS,
    OUTPUT_FORMATS,
    Format,
    ReadOptions,
    detect_format,
    read_records,
    writer_for,
)

__all__ = [
    "FORMATS",
    "INPUT_FORMATS",
    "OUTPUT_FORMATS",
    "AddedFields",
    "Format",
    "Place",
    "ReadOptions",
    "Record",
    "detect_format",
    "open_output",
    "read_binary",
    "read_records",
    "writer_for",
]
