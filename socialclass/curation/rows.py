"""A corpus row by row: each with the place it came from and what is wrong with it. Nothing is judged here."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from socialclass.corpus import Example, example_of
from socialclass.errors import InputError, UnknownFieldError
from socialclass.reading import AddedFields, ReadOptions, Record, detect_format
from socialclass.reading.source import read_records
from socialclass.writing.files import open_output
from socialclass.writing.outputs import OUTPUT_FORMATS, writer_for

NOTHING_ADDED = AddedFields((), ())


class Row(NamedTuple):
    """A record and the example that it holds; `error` says why it holds none, and then text and label are empty."""

    record: Record
    example: Example
    error: str = ""

    @property
    def place(self) -> str:
        """Where the row begins, such as ``posts.csv:17``."""
        return str(self.record.place)


def read_rows(
    path: str, reading: ReadOptions | None = None, label_field: str = "label", group_field: str | None = None
) -> list[Row]:
    """Return every row of a corpus, those that cannot be learnt from too.

    Raises `UnknownFieldError` when not even the first row has the fields, and `InputError` for a file that cannot
    be read.
    """
    rows: list[Row] = []
    for record in read_records(path, reading or ReadOptions()):
        try:
            rows.append(Row(record, example_of(record, label_field, group_field)))
        except InputError as error:
            if isinstance(error, UnknownFieldError) and not rows:
                raise
            rows.append(Row(record, Example("", ""), error.problem))
    return rows


def write_rows(records: Iterable[Record], path: str, read_from: str, added: Sequence[AddedFields] | None = None) -> int:
    """Write records as they stood, whole or not at all, and return how many.

    The format is that of the suffix of `path`, else that of the file that the records were read from.
    added: fields for each record; None for none.
    """
    name = detect_format(path)
    name = name if name in OUTPUT_FORMATS else detect_format(read_from)
    name = name if name in OUTPUT_FORMATS else "jsonl"
    records = list(records)
    fields = added if added is not None else [NOTHING_ADDED] * len(records)
    with open_output(path) as stream:
        writer = writer_for(name, stream, fields[0].names if fields else (), name)
        for record, extra in zip(records, fields, strict=True):
            writer.write(record, extra)
        writer.close()
    return len(records)
