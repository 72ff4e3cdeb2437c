"""ActivityStreams in JSON Lines in, finished rows out, a block at a time: the fast lane of `classify` for activities.

What of an activity is evidence is said by `reading.activitystreams` and `activity.facts`, once for each shape that the
core meets. An activity that is not plain goes through the readers of `reading` and `record_way.label_records`, so what
comes out is what comes out without this lane; the tests compare them.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from socialclass.activity import facts
from socialclass.labelling.line_way import is_regular
from socialclass.labelling.record_way import LabelOptions
from socialclass.labelling.table_way import json_pieces
from socialclass.language import function_words, is_foreign
from socialclass.model.classifier import Classifier
from socialclass.model.scoring.compiled import ActivityHelpers
from socialclass.reading.activity_records import as_it_stands
from socialclass.reading.activitystreams import COLLECTIONS, activity_of, items_of_lines, type_of
from socialclass.reading.archive import MAX_MEMBER_BYTES, is_archive
from socialclass.reading.items import are_lines, first_line
from socialclass.reading.markup import html_to_text
from socialclass.reading.record import Record
from socialclass.reading.streams import STANDARD

if TYPE_CHECKING:
    from socialclass.model.scoring.compiled import LabelledTable, Scorer

_NUMBER = re.compile(r"#(\d\d)(&amp;|&)")


class ActivityLane:
    """ActivityStreams objects, one a line."""

    names: list[str] = []  # noqa: RUF012 - never changed: the objects have members of their own

    def __init__(self, classifier: Classifier, options: LabelOptions, place: str) -> None:
        self._scorer: Scorer = classifier.scorer  # type: ignore[assignment]  # see line_way.can_label_blocks
        self._options, self._place = options, place
        self._file = f', "file": {json.dumps(place, ensure_ascii=False)}'.encode()
        self._taken = tuple(name.encode() for name in options.names(classifier))
        self._pieces = json_pieces(classifier, options)
        self._helpers = _HELPERS if options.check_language else _HELPERS._replace(is_foreign=None)

    def is_ready(self) -> bool:
        """Say that the core can label any record."""
        return True

    def label(self, block: bytes, start: int, line: int) -> "LabelledTable":
        """Label the plain records from `start` on, which is on this line."""
        minimum = self._options.min_confidence
        return self._scorer.label_activities(
            block, start, line, self._pieces, minimum, self._file, self._taken, self._helpers
        )

    def go_on(self, stream: BinaryIO) -> None:
        """Learn nothing: any record is as good as the first."""

    def read(self, stream: BinaryIO, line: int, at_most: int | None = None) -> Iterator[Record]:
        """Yield the records of so many lines of a stream, which begins with this line."""
        return map(as_it_stands, items_of_lines(islice(stream, at_most), self._place, line))

    def last_end(self, block: bytes) -> int:
        """Return where the last whole record of a block ends, or 0."""
        return block.rfind(b"\n") + 1


def shape_of(shape: bytes) -> tuple[int, bool, tuple[str, ...]] | None:
    """Return which of the strings of an activity's shape is its text, whether that is HTML, and the activity's facts.

    The strings of a shape are ``#00&amp;``, ``#01&amp;`` …: HTML or not shows in what becomes of the ``&amp;``. None
    for what only the whole activity can tell.

    >>> shape_of(b'{"type": "Create", "object": {"type": "Note", "content": "#00&amp;"}}')
    (0, True, ())
    >>> shape_of(b'{"type": "Follow", "object": {"type": "Organization", "name": "#00&amp;"}}')[0]
    -1
    """
    content = json.loads(shape)
    if type_of(content) in COLLECTIONS:
        return None
    activity = activity_of(content)
    text = _NUMBER.fullmatch(activity.text)
    if (activity.text and text is None) or activity.language[:2].lower() not in ("", "en"):
        return None
    return (int(text[1]), text[2] == "&", facts(activity)) if text else (-1, False, facts(activity))


_HELPERS = ActivityHelpers(
    shape_of, html_to_text, is_foreign, *(" ".join(sorted(words)).encode() for words in function_words())
)


@contextmanager
def open_lines(source: str) -> Iterator[BinaryIO | None]:
    """Open a file of JSON Lines at its first line that is not blank; None for any other source."""
    if source == STANDARD or not os.path.isfile(source):
        yield None
        return
    try:
        stream = open(source, "rb")  # noqa: SIM115 - closed below
    except OSError:
        yield None
        return
    with stream:
        small = is_regular(stream) and os.fstat(stream.fileno()).st_size <= MAX_MEMBER_BYTES
        head = b"" if not small or is_archive(source, stream.read(512)) else _at_first_line(stream)
        yield stream if head.endswith(b"\n") and are_lines(head, source) else None


def _at_first_line(stream: BinaryIO) -> bytes:
    """Return the first line that is not blank, and put the stream before it."""
    stream.seek(0)
    head = first_line(stream)
    stream.seek(-len(head), os.SEEK_CUR)
    return head
