"""Mastodon's archive: actor.json, outbox.json (an ActivityStreams collection), likes, bookmarks and the CSV lists."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from socialclass.activity import Activity, Party, Thing
from socialclass.reading.activitystreams import activity_of, party_of, type_of
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable, load_json, named
from socialclass.reading.parts import Context, OddRecordError, Part, read_parts
from socialclass.reading.values import first, objects, string

PLATFORM = "mastodon"
_STATUS = re.compile(r"^(https://[^/]+/(?:users/|@)[^/]+)/(?:statuses/)?[^/]+$")


def read_mastodon(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield posts and boosts, then likes, bookmarks, follows and blocks."""
    return read_parts(archive, PARTS, _context(archive), PLATFORM, messages)


def _context(archive: Archive) -> Context:
    for name in archive.named(r"actor\.json"):
        actor = load_json(archive.open(name))
        if isinstance(actor, dict):
            owner = party_of(actor)
            return Context(owner, {owner.id: owner.kind})
    return Context()


def _outbox(item: Item, context: Context) -> Iterable[Activity]:
    if not isinstance(item.value, dict):
        raise OddRecordError("an activity is a JSON object")
    if not item.list and type_of(item.value) not in ("Create", "Announce", "Note"):
        return []  # an empty outbox
    activity = activity_of(item.value, platform=PLATFORM, kinds=context.known)
    changes: dict[str, Any] = {}
    if activity.actor.id == context.owner.id and context.owner.id:
        changes["actor"] = context.owner
    if activity.verb == "Announce" and not activity.object.author.id:
        author = author_of(activity.object.id)
        changes["object"] = Thing(activity.object.id, activity.object.type or "Note", "", author)
    if activity.in_reply_to.id and not activity.in_reply_to.author.id:
        changes["in_reply_to"] = Thing(activity.in_reply_to.id, "Note", "", author_of(activity.in_reply_to.id))
    deep = item.value.get("object")
    if isinstance(deep, dict):
        changes |= _shown(activity, deep)
    return [replace(activity, **changes) if changes else activity]


def _shown(activity: Activity, post: dict[str, Any]) -> dict[str, Any]:
    """Return what else a post says: the choices of a poll and, where there are no words, what its pictures show."""
    choices = [first(each, "name") for each in objects(post.get("oneOf") or post.get("anyOf"))]
    if any(choices):
        return {"content": "\n".join(filter(None, [activity.content, *choices]))}
    described = "\n".join(filter(None, (first(each, "name") for each in objects(post.get("attachment")))))
    if activity.content or not described or activity.object.name:
        return {}
    return {"object": activity.object._replace(name=described)}


def author_of(status: str) -> Party:
    """Return who wrote the post of this URL, where the URL tells.

    >>> author_of("https://a.example/users/ana/statuses/12").id
    'https://a.example/users/ana'
    """
    match = _STATUS.match(status)
    return Party(match[1]) if match else Party()


def _url_list(verb: str) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        url = string(item.value) or string(item.value.get("id") if item.list else "")
        if not url:
            return []
        return [Activity(verb, context.owner, Thing(url, "Note", "", author_of(url)))]

    return reader


def _account_list(verb: str) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        name = item.value["0"].strip()
        if not name or name == "Account address":  # the header row, which old archives do not have
            return []
        return [Activity(verb, context.owner, Thing(name, "", name))]

    return reader


_OUTBOX_LISTS = named(("orderedItems", "items"))
PARTS = (
    Part(r"outbox[^/]*\.json", _outbox, lists=_OUTBOX_LISTS),
    Part(r"likes\.json", _url_list("Like"), lists=_OUTBOX_LISTS),
    Part(r"bookmarks\.json", _url_list("Add"), lists=_OUTBOX_LISTS),
    Part(r"following_accounts\.csv", _account_list("Follow"), "rows"),
    Part(r"blocked_accounts\.csv", _account_list("Block"), "rows"),
    Part(r"muted_accounts\.csv", _account_list("Ignore"), "rows"),
)
