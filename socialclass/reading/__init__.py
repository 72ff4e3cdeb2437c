"""Records in: one table of formats. Standard library only."""

from socialclass.reading.formats import FORMATS, INPUT_FORMATS, Format, ReadOptions, detect_format, read_records
from socialclass.reading.record import AddedFields, Place, Record
from socialclass.reading.streams import read_binary

__all__ = [
    "FORMATS",
    "INPUT_FORMATS",
    "AddedFields",
    "Format",
    "Place",
    "ReadOptions",
    "Record",
    "detect_format",
    "read_binary",
    "read_records",
]
