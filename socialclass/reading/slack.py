"""Slack's workspace export: a folder a channel with a file a day, and who and what the ids in them are."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from socialclass.activity import Activity, Party, Thing
from socialclass.errors import InputError
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable, load_json
from socialclass.reading.parts import Context, OddRecordError, Part, read_parts
from socialclass.reading.slack_words import mentions_in, open_markup, own_words, party_of
from socialclass.reading.values import counts, first, from_epoch, member, objects, string

PLATFORM = "slack"
_JOINS = {"channel_join": "Join", "group_join": "Join", "channel_leave": "Leave", "group_leave": "Leave"}
# what Slack itself says in a member's name: an act, but nobody's words
_ACTS = {
    "channel_archive": "Update",
    "group_archive": "Update",
    "channel_unarchive": "Update",
    "group_unarchive": "Update",
    "channel_topic": "Update",
    "channel_purpose": "Update",
    "channel_name": "Update",
    "group_topic": "Update",
    "group_purpose": "Update",
    "group_name": "Update",
    "pinned_item": "Add",
    "unpinned_item": "Remove",
    "bot_add": "Add",
    "bot_remove": "Remove",
    "channel_convert_to_private": "Update",
    "tombstone": "Delete",
    "channel_posting_permissions": "Update",
    "sh_room_created": "Create",
    "huddle_thread": "Create",
    "app_conversation_join": "Join",
    "bot_enable": "Update",
    "bot_disable": "Update",
}
# of them those that are about the room itself; the others are about a message, a pin or a bot in it
_OF_THE_ROOM = frozenset(each for each, verb in _ACTS.items() if verb in ("Update", "Join")) - {
    "bot_enable",
    "bot_disable",
}
# a record of what was done to another message
_HISTORY = {"message_changed": "Update", "message_deleted": "Delete"}  # fmt: skip
_DIRECT = frozenset(("dms", "mpims"))


def read_slack(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield messages, joins and reactions; direct messages only when asked for."""
    return read_parts(_without_direct(archive, messages), PARTS, _context(archive), PLATFORM, messages)


def _without_direct(archive: Archive, messages: bool) -> Archive:
    if messages or archive.single:
        return archive
    direct = {first(each, "id", "name") for kind in _DIRECT for each in _listed(archive, kind)}
    direct |= {first(each, "name") for each in _listed(archive, "mpims")}
    kept = [each for each in archive.members.values() if PurePosixPath(each.name).parent.name not in direct - {""}]
    return Archive(archive.source, kept, list(archive.faults))


def _listed(archive: Archive, name: str) -> list[dict[str, Any]]:
    for found in archive.named(rf"{name}\.json"):
        try:
            return objects(load_json(archive.open(found)))
        except InputError:
            return []
    return []


def _context(archive: Archive) -> Context:
    users = {string(each.get("id")): _user(each) for kind in ("org_users", "users") for each in _listed(archive, kind)}
    users |= {name: each for name, each in ((string(b.get("id")), _bot(b)) for b in _listed(archive, "bots")) if name}
    rooms: dict[str, Thing] = {}
    audience: dict[str, str] = {}
    for kind in ("channels", "groups", "mpims", "dms"):
        for each in _listed(archive, kind):
            name = first(each, "name", "id")
            rooms[name] = rooms[string(each.get("id"))] = Thing(string(each.get("id")) or name, "Group", name)
            audience[name] = "person" if kind in _DIRECT else "organization"
    return Context(known={"users": users, "rooms": rooms, "audience": audience})


def _user(user: dict[str, Any]) -> Party:
    profile = member(user, "profile")
    name = first(profile, "display_name", "real_name") or first(user, "real_name", "name")
    robot = user.get("is_bot") is True or user.get("is_app_user") is True or user.get("id") == "USLACKBOT"
    robot = robot or bool(member(profile, "bot_id") or member(profile, "api_app_id"))
    return Party(string(user.get("id")), name, "Service" if robot else "Person")


def _bot(bot: dict[str, Any]) -> Party:
    return Party(string(bot.get("id")), string(bot.get("name")), "Service")


def _message(item: Item, context: Context) -> Iterable[Activity]:
    message = item.value
    if not isinstance(message, dict):
        raise OddRecordError("a message is a JSON object")
    done = _HISTORY.get(string(message.get("subtype")), "")
    if done:
        yield from _done_to(message, done, item, context)
        return
    room = _room(item.file, context)
    audience = context.known["audience"].get(room.name, "organization")
    subtype, time = string(message.get("subtype")), string(message.get("ts"))
    actor, words = _author(message, context), own_words(message, subtype)
    key = f"{room.id}:{time}" if room.id else time
    made = Activity(
        "Create",
        actor,
        Thing(key, "Note"),
        room,
        open_markup(words, context),
        audience,
        mentions=mentions_in(words, context),
        hashtags=(),
        id=key,
        published=from_epoch(time),
        channel=room.name,
        thread=f"{room.id}:{message['thread_ts']}" if message.get("thread_ts") else "",
        counts=_counts(message),
    )
    if subtype in _JOINS or subtype in _ACTS:
        verb = _JOINS.get(subtype) or _ACTS[subtype]
        of_room = subtype in _JOINS or subtype in _OF_THE_ROOM
        act = replace(made, verb=verb, content="", mentions=(), counts={})
        yield replace(act, object=room, target=Thing()) if of_room else act
    elif shared := _shared(message, words, context):
        yield replace(made, verb="Announce", object=shared)
    else:
        yield replace(made, object=_object(message, key, actor), in_reply_to=_answered(message, room, context))
    yield from _reactions(message, made, context)


def _done_to(message: dict[str, Any], verb: str, item: Item, context: Context) -> Iterator[Activity]:
    """Yield that a message was changed, with its new words, or deleted, with those that are gone."""
    before = member(message, "original") or member(message, "previous_message") or {}
    now = message["message"] if verb == "Update" and isinstance(message.get("message"), dict) else before
    about = {name: each for name, each in now.items() if name != "reactions"}
    for made in _message(item._replace(value=about), context) if about else ():
        who = party_of(first(message, "editor_id", "user"), "", context)
        key = f"{made.id.rpartition(':')[0]}:{string(message.get('ts'))}".lstrip(":")
        yield replace(made, verb=verb, actor=who if who.id else made.actor, id=key, counts={},
                      published=from_epoch(message.get("ts")) or made.published)  # fmt: skip


def _shared(message: dict[str, Any], words: str, context: Context) -> Thing | None:
    """Return the message that was shared without a word of one's own: its words are another's."""
    shared = next((each for each in objects(message.get("attachments")) if each.get("is_share")), None)
    if shared is None or message.get("text") or not words:
        return None
    author = party_of(first(shared, "author_id"), first(shared, "author_name", "author_subname"), context)
    room, time = first(shared, "channel_id"), first(shared, "ts")
    return Thing(f"{room}:{time}" if room and time else first(shared, "from_url"), "Note", "", author)


def _room(file: str, context: Context) -> Thing:
    name = PurePosixPath(file.replace("\\", "/")).parent.name
    return context.known["rooms"].get(name) or Thing(name, "Group", name)


def _author(message: dict[str, Any], context: Context) -> Party:
    users = context.known["users"]
    bot = string(message.get("bot_id"))
    user = string(message.get("user")) or string(member(message, "comment", "user")) or string(message.get("creator"))
    if not user and message.get("subtype") in ("file_share", "file_comment"):
        user = string(member(message, "file", "user"))
    if user in users:
        return users[user]  # type: ignore[no-any-return]
    profile = member(message, "user_profile")
    named = first(profile, "display_name", "real_name", "name")
    robot = bool(bot) or message.get("subtype") == "bot_message"
    if user and not robot:
        return Party(user, named, "Person" if named else "")
    name = first(member(message, "bot_profile"), "name") or string(message.get("username")) or named
    known = users.get(bot)
    return Party(user or bot or name, name or (known.name if known else ""), "Service" if robot or bot else "")


def _object(message: dict[str, Any], key: str, author: Party) -> Thing:
    files = objects(message.get("file")) or objects(message.get("files"))
    if files:
        return Thing(string(files[0].get("id")) or key, "Document", first(files[0], "title", "name"), author)
    return Thing(key, "Note")


def _answered(message: dict[str, Any], room: Thing, context: Context) -> Thing:
    """Return what a message in a thread answers: the thread's first message."""
    thread = string(message.get("thread_ts"))
    if thread and thread != message.get("ts"):
        author = string(message.get("parent_user_id")) or string(member(message, "root", "user"))
        return Thing(f"{room.id}:{thread}", "Note", "", party_of(author, "", context))
    if message.get("subtype") == "file_comment":
        owner = string(member(message, "file", "user"))
        return Thing(string(member(message, "file", "id")), "Document", "", party_of(owner, "", context))
    return Thing()


def _counts(message: dict[str, Any]) -> dict[str, int]:
    reactions = objects(message.get("reactions"))
    total = sum(counts(n=each.get("count")).get("n", len(each.get("users") or ())) for each in reactions)
    found = counts(replies=message.get("reply_count"))
    return found | ({"reactions": total} if reactions else {})


def _reactions(message: dict[str, Any], made: Activity, context: Context) -> Iterator[Activity]:
    """Yield a Like for each who reacted: no words, but somebody did something to somebody's message."""
    liked = Thing(made.object.id, "Note", "", made.actor)
    for each in objects(message.get("reactions")):
        name = string(each.get("name"))
        for user in map(string, each.get("users") or ()):
            actor = party_of(user, "", context)
            yield Activity("Like", actor, liked, made.target, audience=made.audience, channel=made.channel,
                           thread=made.thread, id=f"{made.id}:{name}:{user}")  # fmt: skip


PARTS = (Part(r"[^/]+/\d{4}-\d\d-\d\d\.json", _message),)
