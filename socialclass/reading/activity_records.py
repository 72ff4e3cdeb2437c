"""Activities as the records that labelling takes, and that every writer writes."""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from socialclass.activity import Activity, facts
from socialclass.reading import Place, Record
from socialclass.reading.activitystreams import activity_of, id_without, read_items
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable
from socialclass.reading.platforms import Export
from socialclass.reading.record import as_members

# the columns of an activity in a table, and the members of its flat JSON object
FIELDS = (
    "id", "published", "platform", "channel", "thread", "verb", "actor", "actor_name", "actor_kind", "object",
    "object_type", "object_name", "object_author", "target", "target_type", "audience", "in_reply_to",
    "in_reply_to_actor", "mentions", "hashtags", "two_way", "reactions", "replies", "shares", "language", "text",
    "file", "position",
)  # fmt: skip
# what was read although it is no JSON, or none that others read, and is not handed on as it stood
_LENIENT = re.compile(r"[\x00-\x1f]|NaN|Infinity|[0-9]{4000}")
_UNREADABLE = ("file", "position", "unreadable")


def flat(activity: Activity) -> tuple[object, ...]:
    """Return the values of `FIELDS`; None for a count or a tie that is not known.

    >>> dict(zip(FIELDS, flat(Activity("Like", content="hi", counts={"shares": 2}))))["shares"]
    2
    """
    actor, found, answered = activity.actor, activity.object, activity.in_reply_to
    get = activity.counts.get
    return (
        activity.id, activity.published, activity.platform, activity.channel, activity.thread, activity.verb,
        actor.id, actor.name, actor.kind, found.id, found.type, found.name, found.author.id or found.author.name,
        activity.target.id or activity.target.name, activity.target.type, activity.audience, answered.id,
        answered.author.id or answered.author.name, [each.id or each.name for each in activity.mentions],
        list(activity.hashtags), activity.two_way, get("reactions"), get("replies"), get("shares"), activity.language,
        activity.text, activity.file, activity.position,
    )  # fmt: skip


def export_records(
    archive: Archive,
    export: Export,
    messages: bool = False,
    as_it_stood: bool = True,
    hide: Callable[[Activity], Activity] | None = None,
) -> Iterator[Record]:
    """Yield a record for each activity, and one with an `error` for each that could not be read.

    as_it_stood: ActivityStreams objects keep their own members (file and position are added); else all are `FIELDS`.
    hide: what is done to an activity before its fields are taken; text and facts are judged as they stood.
    """
    if export.name == "activitystreams" and as_it_stood and hide is None:
        for item in read_items(archive):
            yield as_it_stands(item)
        return
    for found in export.reader(archive, messages):
        if isinstance(found, Unreadable):
            yield _unreadable(found)
        else:
            place = Place(found.file, found.position)
            values = flat(hide(found) if hide is not None else found)
            yield Record(found.text, FIELDS, values, place, "", "", facts(found), found.language)


def as_it_stands(item: Item | Unreadable) -> Record:
    """Return the record of an ActivityStreams object with its own members, or of what could not be read."""
    return _unreadable(item) if isinstance(item, Unreadable) else _object_record(item)


def _unreadable(found: Unreadable) -> Record:
    place = Place(found.file, found.position)
    return Record("", _UNREADABLE, (found.file, found.position, found.raw[:2000]), place, found.error)


@lru_cache(maxsize=64)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _object_record(item: Item) -> Record:
    content: dict[str, Any] = item.value
    activity = activity_of(content, item.file, item.position)
    added: dict[str, object] = {}
    members = ""
    if "id" not in content:
        added["id"] = id_without(content)
        members = f', "id": "{added["id"]}"'
    if "file" not in content:
        added["file"] = activity.file
        members += f', "file": {_quoted(activity.file)}'
    if "position" not in content:
        added["position"] = activity.position
        members += f', "position": {activity.position}'
    own = as_members(content) if not item.raw or _LENIENT.search(item.raw) else item.raw.rstrip()[:-1].rstrip()[1:]
    raw = f"{{{own}{members if content else members[2:]}}}"
    return Record(
        activity.text,
        (*content, *added),
        (*content.values(), *added.values()),
        Place(item.file, item.position),
        "",
        raw,
        facts(activity),
        activity.language,
    )
