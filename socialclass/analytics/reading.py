"""Labelled activities from what is at hand: records of a table, or activities that are labelled on the way."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from socialclass.activity import Activity, Party, Thing, facts
from socialclass.classifier import UNCERTAIN, Classifier
from socialclass.errors import InputError, UnknownFieldError
from socialclass.formats import Record
from socialclass.ledger import LabelledActivity

_BATCH = 1000


class FieldRow(NamedTuple):
    """A part of an activity, and the columns that are taken for it, the first that is there.

    option: the command's option that names another column, empty for none.
    """

    part: str
    columns: tuple[str, ...]
    option: str = ""


# parts of an activity <- columns of a table, in the order in which they are looked for
FIELDS = (
    FieldRow("actor", ("actor", "author", "user", "username", "screen_name"), "--actor-field"),
    FieldRow("published", ("published", "time", "timestamp", "created_at", "date"), "--time-field"),
    FieldRow("channel", ("channel", "group", "subreddit", "page"), "--channel-field"),
    FieldRow("platform", ("platform",)),
    FieldRow("id", ("id",)),
    FieldRow("in_reply_to", ("in_reply_to", "inReplyTo", "in_reply_to_id", "parent_id")),
    FieldRow("in_reply_to_actor", ("in_reply_to_actor", "in_reply_to_user")),
    FieldRow("mentions", ("mentions",)),
    FieldRow("thread", ("thread", "thread_id", "conversation", "conversation_id")),
    FieldRow("verb", ("verb", "activity")),
    FieldRow("kind", ("actor_kind", "actor_type")),
    FieldRow("object_id", ("object", "object_id")),
    FieldRow("reactions", ("reactions", "likes", "favorites", "favourites", "favorite_count")),
    FieldRow("replies", ("replies", "reply_count", "comments")),
    FieldRow("shares", ("shares", "reposts", "retweets", "boosts", "retweet_count")),
    FieldRow("label", ("predicted_label",), "--label-field"),
    FieldRow("probability", ("probability",)),
)


@dataclass
class Reading:
    """What was met while reading.

    unreadable: records that could not be read; labelled_here: records that came without a label and got one from
    the model; given: that came with one; without_probability: of those given.
    """

    unreadable: int = 0
    labelled_here: int = 0
    given: int = 0
    without_probability: int = 0
    problems: list[str] = field(default_factory=list)

    def cannot_read(self, place: object, problem: str) -> None:
        """Count a record that cannot be read, and keep the first hundred messages."""
        self.unreadable += 1
        if len(self.problems) < 100:
            self.problems.append(f"{place}: {problem}")


def label_activities(
    activities: Iterable[Activity], classifier: Classifier, reading: Reading, min_confidence: float = 0.0
) -> Iterator[LabelledActivity]:
    """Yield each activity with the model's label, by its words and its facts."""
    activities = iter(activities)
    while batch := list(islice(activities, _BATCH)):
        known = [facts(activity) for activity in batch]
        predicted = classifier.predict([activity.text for activity in batch], min_confidence, known)
        reading.labelled_here += len(batch)
        for activity, prediction in zip(batch, predicted, strict=True):
            yield LabelledActivity(activity, prediction.label, prediction.probability)


def labelled_from_records(
    records: Iterable[Record], classifier: Classifier, reading: Reading, fields: Mapping[str, str] | None = None,
    min_confidence: float = 0.0,
) -> Iterator[LabelledActivity]:  # fmt: skip
    """Yield the activities of a table: with the label that stands there, or else the model's.

    fields: columns for parts of `FIELDS`, where they have other names. Raises `UnknownFieldError` for a column that
    is asked for and not there.
    """
    fields = fields or {}
    records = iter(records)
    names: object = None
    columns: dict[str, str] = {}
    while batch := list(islice(records, _BATCH)):
        found: list[tuple[Activity, str, float | None]] = []
        for record in batch:
            if record.error:
                reading.cannot_read(record.place, record.error)
                continue
            if record.names is not names:
                names, columns = record.names, _columns(record, fields)
            found.append(_activity_of(record, columns))
        yield from _with_labels(found, classifier, reading, min_confidence)


def _with_labels(
    found: list[tuple[Activity, str, float | None]], classifier: Classifier, reading: Reading, min_confidence: float
) -> Iterator[LabelledActivity]:
    bare = (activity for activity, label, _ in found if not label)
    labelled = label_activities(bare, classifier, reading, min_confidence)
    for activity, label, probability in found:
        if not label:
            yield next(labelled)
            continue
        reading.given += 1
        reading.without_probability += probability is None and label != UNCERTAIN
        yield LabelledActivity(activity, label, probability)


def _columns(record: Record, fields: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for row in FIELDS:
        wanted = fields.get(row.part)
        if wanted is not None and wanted not in record.names:
            raise UnknownFieldError(wanted, record.names, place=str(record.place), option=row.option)
        names = (wanted,) if wanted is not None else row.columns
        name = next((name for name in names if name in record.names), None)
        if name is not None:
            found[row.part] = name
    return found


def _activity_of(record: Record, columns: Mapping[str, str]) -> tuple[Activity, str, float | None]:
    values = dict(zip(record.names, record.values, strict=False))
    part = {name: values.get(column) for name, column in columns.items()}
    replied, answered = _word(part.get("in_reply_to")), _word(part.get("in_reply_to_actor"))
    counts = {name: number for name in ("reactions", "replies", "shares") if (number := _count(part.get(name))) >= 0}
    activity = Activity(
        verb=_word(part.get("verb")) or "Create", actor=Party(_word(part.get("actor")), "", _word(part.get("kind"))),
        object=Thing(_word(part.get("object_id"))), content=record.text,
        in_reply_to=Thing(replied, author=Party(answered)), mentions=tuple(map(Party, _words(part.get("mentions")))),
        id=_word(part.get("id")), published=_word(part.get("published")), platform=_word(part.get("platform")),
        channel=_word(part.get("channel")), thread=_word(part.get("thread")), counts=counts, file=record.place.file,
        position=record.place.line,
    )  # fmt: skip
    return activity, _word(part.get("label")), _probability(part.get("probability"), record)


def _word(value: object) -> str:
    """Return a cell as text; an object (an actor as ActivityStreams writes it) by its id or name."""
    if isinstance(value, dict):
        return next((str(value[name]) for name in ("id", "href", "name") if value.get(name)), "")
    return "" if value is None else str(value).strip()


def _words(value: object) -> list[str]:
    """Return a list of names, or what stands between commas and spaces of a cell.

    >>> _words("@ana, @bo"), _words(["ana"]), _words(None)
    (['ana', 'bo'], ['ana'], [])
    """
    found = [_word(each) for each in value] if isinstance(value, list) else _word(value).replace(",", " ").split()
    return [name.removeprefix("@") for name in found if name.removeprefix("@")]


def _count(value: object) -> int:
    try:
        return len(value) if isinstance(value, list) else int(float(_word(value)))
    except (ValueError, OverflowError):
        return -1


def _probability(value: object, record: Record) -> float | None:
    word = _word(value)
    if not word:
        return None
    try:
        found = float(word)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise InputError(f"the probability {word!r} is no number from 0 to 1", place=str(record.place),
                         remedy="mend it, or leave the column out")  # fmt: skip
    return found
