"""Any input: a file of texts in one of `reading.formats`, or a platform's export. It says which it is, and opens it."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialclass import reading
from socialclass.errors import InputError
from socialclass.reading import ReadOptions, Record
from socialclass.reading.formats import place_of
from socialclass.reading.streams import STANDARD

if TYPE_CHECKING:
    from socialclass.activity import Activity
    from socialclass.reading.items import Unreadable

# the names of `platforms.EXPORTS`, which is not imported before an export is read; a test compares them
EXPORT_FORMATS = (
    "activitystreams",
    "bluesky",
    "facebook",
    "instagram",
    "linkedin",
    "mastodon",
    "reddit",
    "slack",
    "twitter",
)
INPUT_FORMATS = (*reading.INPUT_FORMATS, *EXPORT_FORMATS)

_HEAD = 1 << 12
_TAR = re.compile(r"\.(tar|tgz)\b", re.IGNORECASE)
# what an export in CSV or JSON Lines begins with, where other files of these suffixes do not
_CSV_MARKS = (b"sharelink", b"permalink", b"connected on", b"date,type,link", b"date,link,message")
_LINE_MARKS = (b'"actor"', b"activitystreams", b"app.bsky.")
_JSON_STARTS = (b"{", b"[", b"window.", b"Grailbird.")


@dataclass(frozen=True)
class InputOptions(ReadOptions):
    """How an input is read, exports included.

    messages: read private messages, too; as_it_stood: ActivityStreams objects keep their own members.
    hide: done to an activity before its fields are taken, as `privacy.Privacy.activity` does.
    """

    messages: bool = False
    as_it_stood: bool = True
    hide: "Callable[[Activity], Activity] | None" = None


def export_format(source: str, options: ReadOptions) -> str:
    """Return the name of the export that a source is, or nothing for a file of texts.

    Raises `InputError` for a folder, a zip or a JSON document that is no known export.
    """
    if options.format != "auto":
        return options.format if options.format in EXPORT_FORMATS else ""
    _refuse_what_is_no_zip(source)
    if source == STANDARD or not (os.path.isdir(source) or _may_be_export(source, options)):
        return ""
    from socialclass.reading.archive import open_archive
    from socialclass.reading.platforms import platforms_apart, recognise, several_exports, unknown_export

    with open_archive(source) as archive:
        found = recognise(archive)
        if found is not None:
            if os.path.isdir(source) and (apart := platforms_apart(archive)):
                raise several_exports(archive, apart)
            return found.name
        if not archive.single or _is_json_list(source):
            raise unknown_export(archive)
    return ""


def _refuse_what_is_no_zip(source: str) -> None:
    """Raise `InputError` for a file that is called a zip and is none, such as a page that was saved in its place."""
    if source == STANDARD or not source.lower().endswith(".zip") or not os.path.isfile(source):
        return
    try:
        with open(source, "rb") as stream:
            head = stream.read(2)
    except OSError:
        return  # said by whoever reads it
    if head != b"PK":
        problem = "not a zip, whatever its name" if head else "empty"
        raise InputError(problem, place=source, remedy="download it again, or say what it is: --input-format")


def _may_be_export(source: str, options: ReadOptions) -> bool:
    """Say whether a file's first bytes could be those of an export; cheap, since every file is asked."""
    if not os.path.isfile(source):
        return False  # a FIFO gives its bytes once
    try:
        with open(source, "rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return False
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) or (head.startswith(b"\x1f\x8b") and _TAR.search(source)):
        return True
    suffix = os.path.splitext(source)[1].lower()
    if options.text_field is not None or suffix in (".txt", ".tsv", ".tab"):
        return False
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if suffix == ".csv":
        return any(mark in head.lower() for mark in _CSV_MARKS)
    if suffix in (".jsonl", ".ndjson"):
        return any(mark in head for mark in _LINE_MARKS)
    return bare.startswith(_JSON_STARTS) or head.startswith((b"\xff\xfe{", b"\xff\xfe["))


def _is_json_list(source: str) -> bool:
    """Say whether a file holds a JSON array, and not one of objects with a text, which `reading.formats` reads."""
    if os.path.splitext(source)[1].lower() not in (".json", ".js"):
        return False
    with open(source, "rb") as stream:
        head = stream.read(_HEAD)
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[" and b'"text"' not in head


@contextmanager
def open_export(source: str, name: str, options: ReadOptions) -> Iterator[Iterator[Record]]:
    """Open an export and hand out its records; `name` is one of `EXPORT_FORMATS`."""
    from socialclass.reading.activity_records import export_records
    from socialclass.reading.archive import open_archive
    from socialclass.reading.platforms import export_named

    own = options if isinstance(options, InputOptions) else InputOptions()
    with open_archive(source) as archive:
        yield export_records(archive, export_named(name), own.messages, own.as_it_stood, own.hide)


@contextmanager
def open_activities(source: str, name: str, messages: bool = False) -> "Iterator[Iterator[Activity | Unreadable]]":
    """Open an export and hand out its activities, for what asks who did what to whom."""
    from socialclass.reading.archive import open_archive
    from socialclass.reading.platforms import export_named

    with open_archive(source) as archive:
        yield export_named(name).reader(archive, messages)


def read_records(source: str, options: ReadOptions) -> Iterator[Record]:
    """Yield the records of a file of texts or of an export; raises `InputError`."""
    name = export_format(source, options)
    if not name:
        yield from map(with_activity, reading.read_records(source, options))
        return
    with open_export(source, name, options) as records:
        yield from records


def with_activity(record: Record) -> Record:
    """Return a record whose row holds an ActivityStreams `activity` for a text, with that activity's words and facts.

    >>> from socialclass.reading.record import Place
    >>> activity = {"type": "Create", "object": {"type": "Note", "content": "hey mum"}}
    >>> with_activity(Record("", ["id", "activity"], ["1", activity], Place("rows.jsonl", 1), "no text")).text
    'hey mum'
    """
    if not record.error or "activity" not in record.names or len(record.names) != len(record.values):
        return record
    content = record.values[list(record.names).index("activity")]
    if not isinstance(content, dict):
        return record
    from socialclass.activity import facts
    from socialclass.reading.activitystreams import activity_of

    activity = activity_of(content)
    return record._replace(text=activity.text, facts=facts(activity), error="")


def read_activity(source: str) -> "Activity":
    """Return the one ActivityStreams object that is given as JSON, or stands in a file (``-`` for standard input).

    Raises `InputError` where it is no object.

    >>> read_activity('{"type": "Follow", "object": {"type": "Organization"}}').verb
    'Follow'
    """
    from socialclass.reading.activitystreams import activity_of
    from socialclass.reading.items import parse_json

    given = source.lstrip().startswith(("{", "["))
    place = "--activity" if given else place_of(source)
    text = source if given else next(reading.read_records(source, ReadOptions(format="text"))).text
    try:
        content = parse_json(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", place=place, remedy="give one ActivityStreams object") from None
    if not isinstance(content, dict):
        raise InputError("not one JSON object", place=place, remedy="give one ActivityStreams object")
    return activity_of(content)
