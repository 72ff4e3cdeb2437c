"""The table of formats that are read: its rows drive the options, the README and the tests."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from os.path import splitext
from typing import BinaryIO, NamedTuple

from socialclass.reading.delimited import read_delimited
from socialclass.reading.jsonlines import read_json, read_json_lines
from socialclass.reading.lines import read_lines, read_whole
from socialclass.reading.record import Record
from socialclass.reading.streams import STANDARD, read_binary


@dataclass(frozen=True)
class ReadOptions:
    """How an input is read.

    format: a name of `INPUT_FORMATS`, or ``auto``.
    text_field: the column or key that holds the text; None for ``text`` or an only column.
    encoding: a codec's name; errors: ``strict`` or ``replace``.
    on_header: told the cells of a table's header row.
    """

    format: str = "auto"
    text_field: str | None = None
    encoding: str = "utf-8"
    errors: str = "strict"
    on_header: Callable[[Sequence[str]], None] | None = field(default=None, kw_only=True)


Reader = Callable[[BinaryIO, str, ReadOptions], Iterator[Record]]


class Format(NamedTuple):
    """A row of the table."""

    name: str
    suffixes: tuple[str, ...]
    help: str
    reader: Reader


FORMATS: tuple[Format, ...] = (
    Format(
        "lines",
        (".txt",),
        "one text a line",
        lambda stream, place, o: read_lines(stream, place, o.encoding, o.errors),
    ),
    Format(
        "text",
        (),
        "one text a file",
        lambda stream, place, o: read_whole(stream, place, o.encoding, o.errors),
    ),
    Format(
        "csv",
        (".csv",),
        "comma-separated with a header row",
        lambda stream, place, o: read_delimited(stream, place, o.encoding, o.errors, ",", o.text_field, o.on_header),
    ),
    Format(
        "tsv",
        (".tsv", ".tab"),
        "tab-separated with a header row, quoted like CSV; for lines: label, probability, text",
        lambda stream, place, o: read_delimited(stream, place, o.encoding, o.errors, "\t", o.text_field, o.on_header),
    ),
    Format(
        "jsonl",
        (".jsonl", ".ndjson"),
        "one JSON object a line",
        lambda stream, place, o: read_json_lines(stream, place, o.encoding, o.errors, o.text_field),
    ),
    Format(
        "json",
        (),
        "a JSON array of objects, read whole and written as jsonl; .json is this where it begins with [",
        lambda stream, place, o: read_json(stream, place, o.encoding, o.errors, o.text_field),
    ),
)
_BY_NAME = {row.name: row for row in FORMATS}
INPUT_FORMATS = tuple(row.name for row in FORMATS)
PLAIN = frozenset({"lines", "text"})


def detect_format(source: str, head: bytes = b"") -> str:
    """Return the input format of a file by its suffix, then by its first bytes; standard input is ``lines``.

    >>> detect_format("posts.CSV"), detect_format("dump", b'{"text": "hi"}'), detect_format("-")
    ('csv', 'jsonl', 'lines')
    """
    if source == STANDARD:
        return "lines"
    suffix = splitext(source)[1].lower()
    for row in FORMATS:
        if suffix in row.suffixes:
            return row.name
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if suffix == ".json" and first == b"[":
        return "json"
    return "jsonl" if first == b"{" else "lines"


def read_records(source: str, options: ReadOptions) -> Iterator[Record]:
    """Yield the records of a file, or of standard input for ``-``; raises `InputError`."""
    with read_binary(source) as stream:
        yield from open_records(stream, source, options)


def open_records(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """Yield the records of an open stream; `source` names it in messages."""
    name = input_format(stream, source, options.format)
    return _BY_NAME[name].reader(stream, place_of(source), options)


def input_format(stream: BinaryIO, source: str, wanted: str) -> str:
    """Return the format that ``auto`` means for an open stream; nothing of it is consumed."""
    if wanted != "auto":
        return wanted
    peek = getattr(stream, "peek", None)
    return detect_format(source, peek(64) if peek and source != STANDARD else b"")


def place_of(source: str) -> str:
    """Return how messages name a source."""
    return "standard input" if source == STANDARD else source
