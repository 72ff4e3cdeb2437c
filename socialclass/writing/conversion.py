"""Activities written in the common form, ActivityStreams JSON Lines, or flat as JSON Lines or CSV."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from socialclass.activity import Activity
from socialclass.reading import AddedFields, Place, Record
from socialclass.reading.activity_records import FIELDS, flat
from socialclass.reading.activitystreams import as_json
from socialclass.reading.items import Unreadable
from socialclass.writing.table_rows import DelimitedWriter

Write = Callable[[Activity], None]


def _as_activitystreams(stream: BinaryIO) -> Write:
    return lambda activity: _line(stream, as_json(activity))


def _as_jsonl(stream: BinaryIO) -> Write:
    return lambda activity: _line(stream, dict(zip(FIELDS, flat(activity), strict=True)))


def _line(stream: BinaryIO, content: dict[str, object]) -> None:
    stream.write(json.dumps(content, ensure_ascii=False).encode() + b"\n")


def _as_csv(stream: BinaryIO) -> Write:
    writer, nothing = DelimitedWriter(stream, ","), AddedFields((), ())

    def write(activity: Activity) -> None:
        place = Place(activity.file, activity.position)
        writer.write(Record(activity.text, FIELDS, flat(activity), place), nothing)

    return write


# what `--to` takes
TARGETS: dict[str, Callable[[BinaryIO], Write]] = {
    "activitystreams": _as_activitystreams,
    "jsonl": _as_jsonl,
    "csv": _as_csv,
}


def convert(
    found: Iterable[Activity | Unreadable],
    stream: BinaryIO,
    target: str,
    hide: Callable[[Activity], Activity] | None = None,
) -> Iterator[Activity | Unreadable]:
    """Write each activity as one of `TARGETS` says, and hand on what was read and what could not be.

    hide: done to an activity before it is written, as `privacy.Privacy.activity` does.
    """
    write = TARGETS[target](stream)
    for each in found:
        if isinstance(each, Activity):
            write(hide(each) if hide is not None else each)
        yield each
