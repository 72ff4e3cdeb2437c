"""Labelled activities from what is at hand: records of a table, or activities that are labelled on the way."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from socialclass.activity import Activity, Party, Thing, facts
from socialclass.analytics.ledger import LabelledActivity, seconds
from socialclass.errors import InputError, UnknownFieldError
from socialclass.labelling.record_way import predict
from socialclass.model.classifier import UNCERTAIN, Classifier
from socialclass.reading import Record
from socialclass.reading.activitystreams import activity_of, read_items
from socialclass.reading.archive import open_archive
from socialclass.reading.items import Item, Unreadable
from socialclass.reading.source import InputOptions, export_format, open_activities, read_records
from socialclass.reading.values import from_epoch, from_words

_BATCH = 1000
_SEPARATORS = re.compile(r"[\s,;]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
Found = tuple[Activity, str, float | None]  # an activity, its label (empty for none), the label's probability


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
    FieldRow("actor_name", ("actor_name",)),
    FieldRow("actor_kind", ("actor_kind", "actor_type")),
    FieldRow("object", ("object", "object_id")),
    FieldRow("object_type", ("object_type",)),
    FieldRow("object_name", ("object_name",)),
    FieldRow("object_author", ("object_author",)),
    FieldRow("target", ("target",)),
    FieldRow("target_type", ("target_type",)),
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
    the model; given: that came with one; without_probability: of those given; unread_times: times of a table that
    are written in no known way, the first of them in `problem_time`.
    """

    unreadable: int = 0
    labelled_here: int = 0
    given: int = 0
    without_probability: int = 0
    unread_times: int = 0
    problem_time: str = ""
    problems: list[str] = field(default_factory=list)

    def cannot_read(self, place: object, problem: str) -> None:
        """Count a record that cannot be read, and keep the first hundred messages."""
        self.unreadable += 1
        if len(self.problems) < 100:
            self.problems.append(f"{place}: {problem}")

    def time(self, value: object, place: object) -> str:
        """Return a table's time as ISO 8601, empty and counted where it is written in no known way.

        >>> Reading().time("Thu Nov 03 08:50:26 +0000 2022", "a.csv:2"), Reading().time(1704067200, "a.csv:2")
        ('2022-11-03T08:50:26Z', '2024-01-01T00:00:00Z')
        """
        word = _word(value)
        found = word if not word or seconds(word) == seconds(word) else from_epoch(word) or from_words(word)
        if not found or ("/" not in word and seconds(found) == seconds(found)):  # 3/4/2024 may be March or April
            return found
        self.unread_times += 1
        self.problem_time = self.problem_time or f"{place}: {word[:40]!r}"
        return ""


def open_labelled(
    source: str, options: InputOptions, classifier: Classifier, reading: Reading,
    fields: Mapping[str, str] | None = None, min_confidence: float = 0.0,
) -> Iterator[LabelledActivity]:  # fmt: skip
    """Yield the labelled activities of an export, or of a table or JSON Lines; raises `InputError`."""
    name = export_format(source, options)
    if not name:
        records = read_records(source, options)
        yield from labelled_from_records(records, classifier, reading, fields, min_confidence)
    elif name == "activitystreams":
        label_field = (fields or {}).get("label", "predicted_label")
        with open_archive(source) as archive:
            found = _of_items(read_items(archive), label_field, reading)
            yield from _in_batches(found, classifier, reading, min_confidence)
    else:
        with open_activities(source, name, options.messages) as activities:
            yield from label_activities(_readable(activities, reading), classifier, reading, min_confidence)


def _readable(found: Iterable[Activity | Unreadable], reading: Reading) -> Iterator[Activity]:
    for each in found:
        if isinstance(each, Unreadable):
            reading.cannot_read(f"{each.file}:{each.position}", each.error)
        else:
            yield each


def _of_items(found: Iterable[Item | Unreadable], label_field: str, reading: Reading) -> Iterator[Found]:
    """Yield ActivityStreams objects with the label that `classify` wrote into them, if it did."""
    for each in found:
        if isinstance(each, Unreadable):
            reading.cannot_read(f"{each.file}:{each.position}", each.error)
            continue
        place = f"{each.file}:{each.position}"
        label, probability = _word(each.value.get(label_field)), _probability(each.value.get("probability"), place)
        yield activity_of(each.value, each.file, each.position), label, probability


def label_activities(
    activities: Iterable[Activity],
    classifier: Classifier,
    reading: Reading,
    min_confidence: float = 0.0,
    check_language: bool = True,
) -> Iterator[LabelledActivity]:
    """Yield each activity with the model's label, by its words and its facts.

    check_language: what is not English is `uncertain`.
    """
    activities = iter(activities)
    knows_facts = any(term[:1] == "<" for term in classifier.weights.terms)  # without, they need not be looked up
    while batch := list(islice(activities, _BATCH)):
        known = [facts(activity) for activity in batch] if knows_facts else None
        languages = [activity.language for activity in batch] if check_language else None
        predicted = predict([activity.text for activity in batch], known, languages, classifier, min_confidence)
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
    yield from _in_batches(_of_records(records, reading, fields or {}), classifier, reading, min_confidence, False)


def _of_records(records: Iterable[Record], reading: Reading, fields: Mapping[str, str]) -> Iterator[Found]:
    names: object = None
    columns: dict[str, str] = {}
    for record in records:
        if record.error:
            reading.cannot_read(record.place, record.error)
            continue
        if record.names is not names and record.names != names:
            names, columns = record.names, _columns(record, fields)
        yield _activity_of(record, columns, reading)


def _in_batches(
    found: Iterable[Found], classifier: Classifier, reading: Reading, min_confidence: float, check_language: bool = True
) -> Iterator[LabelledActivity]:
    """Yield what has a label as it is, and the rest with the model's, in order."""
    found = iter(found)
    while batch := list(islice(found, _BATCH)):
        bare = (activity for activity, label, _ in batch if not label)
        labelled = label_activities(bare, classifier, reading, min_confidence, check_language)
        for activity, label, probability in batch:
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


def _activity_of(record: Record, columns: Mapping[str, str], reading: Reading) -> Found:
    values = dict(zip(record.names, record.values, strict=False))
    part = {name: values.get(column) for name, column in columns.items()}
    replied, answered = _word(part.get("in_reply_to")), _word(part.get("in_reply_to_actor"))
    counts = {name: number for name in ("reactions", "replies", "shares") if (number := _count(part.get(name))) >= 0}
    get = {name: _word(value) for name, value in part.items()}.get
    maker = Party(get("object_author", ""))
    activity = Activity(
        verb=get("verb") or "Create", actor=Party(get("actor", ""), get("actor_name", ""), get("actor_kind", "")),
        object=Thing(get("object", ""), get("object_type", ""), get("object_name", ""), maker),
        target=Thing(get("target", ""), get("target_type", "")), content=record.text,
        in_reply_to=Thing(replied, author=Party(answered)), mentions=tuple(map(Party, _words(part.get("mentions")))),
        id=get("id", ""), published=reading.time(part.get("published"), record.place),
        platform=get("platform", ""), channel=get("channel", ""), thread=get("thread", ""),
        counts=counts, file=record.place.file, position=record.place.line,
    )  # fmt: skip
    return activity, get("label", ""), _probability(part.get("probability"), str(record.place))


def _word(value: object) -> str:
    """Return a cell as text; an object (an actor as ActivityStreams writes it) by its id or name."""
    if isinstance(value, dict):
        return next((str(value[name]) for name in ("id", "href", "name") if value.get(name)), "")
    return "" if value is None else str(value).strip()


def _words(value: object) -> list[str]:
    """Return a list of names, or what stands between commas, semicolons and spaces of a cell.

    >>> _words("@ana, @bo"), _words(["ana"]), _words("ana;bo"), _words(None)
    (['ana', 'bo'], ['ana'], ['ana', 'bo'], [])
    """
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError):
            value = json.loads(value)  # as a list is written into a table
    found = [_word(each) for each in value] if isinstance(value, list) else _SEPARATORS.split(_word(value))
    return [name.removeprefix("@") for name in found if name.removeprefix("@")]


def _count(value: object) -> int:
    """Return a count, -1 for what is none.

    >>> _count("1,234"), _count(3.0), _count("many")
    (1234, 3, -1)
    """
    if isinstance(value, list):
        return len(value)
    word = _word(value)
    try:
        return int(float(word.replace(",", "") if _THOUSANDS.fullmatch(word) else word))
    except (ValueError, OverflowError):
        return -1


def _probability(value: object, place: str) -> float | None:
    word = _word(value)
    if not word:
        return None
    try:
        found = float(word)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise InputError(f"the probability {word!r} is no number from 0 to 1", place=place,
                         remedy="mend it, or leave the column out")  # fmt: skip
    return found
