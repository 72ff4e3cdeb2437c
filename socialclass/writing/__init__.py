"""Records out: files whole or not at all, and the formats that labelled records are written in."""

from socialclass.writing.files import open_output
from socialclass.writing.outputs import OUTPUT_FORMATS, output_format, writer_for
from socialclass.writing.writer import Writer

__all__ = ["OUTPUT_FORMATS", "Writer", "open_output", "output_format", "writer_for"]
