"""Slack's workspace export: a folder a channel with a file a day, and who and what the ids in them are."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from socialclass.activity import Activity, Party, Thing
from socialclass.errors import InputError
from socialclass.exports.archive import Archive
from socialclass.exports.items import Item, Unreadable, load_json
from socialclass.exports.markup import words_of_blocks
from socialclass.exports.parts import Context, OddRecordError, Part, read_parts
from socialclass.exports.values import counts, first, from_epoch, member, objects, string, unique

PLATFORM = "slack"
_MARKUP = re.compile(r"<([^<>\n]+)>")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])")
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
# what Slack puts where a message has blocks alone
_NO_WORDS = frozenset(("This content can't be displayed.", "This message contains interactive elements."))
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
    actor, words = _author(message, context), _own_words(message, subtype)
    key = f"{room.id}:{time}" if room.id else time
    made = Activity(
        "Create",
        actor,
        Thing(key, "Note"),
        room,
        open_markup(words, context),
        audience,
        mentions=_mentions(words, context),
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
        who = _party(first(message, "editor_id", "user"), "", context)
        key = f"{made.id.rpartition(':')[0]}:{string(message.get('ts'))}".lstrip(":")
        yield replace(made, verb=verb, actor=who if who.id else made.actor, id=key, counts={},
                      published=from_epoch(message.get("ts")) or made.published)  # fmt: skip


def _shared(message: dict[str, Any], words: str, context: Context) -> Thing | None:
    """Return the message that was shared without a word of one's own: its words are another's."""
    shared = next((each for each in objects(message.get("attachments")) if each.get("is_share")), None)
    if shared is None or message.get("text") or not words:
        return None
    author = _party(first(shared, "author_id"), first(shared, "author_name", "author_subname"), context)
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


def _own_words(message: dict[str, Any], subtype: str) -> str:
    """Return the words that somebody wrote, as Slack marks them up."""
    text = string(message.get("text"))
    if subtype == "file_comment":
        return string(member(message, "comment", "comment")) or text
    if subtype in ("file_share", "file_mention") and text.startswith("<@"):
        initial = string(member(message, "file", "initial_comment", "comment"))
        comment = text.partition(" and commented: ")[2]
        return initial or comment
    if text in _NO_WORDS:
        text = ""
    return text or words_of_blocks(message.get("blocks")) or _attached(message)


def _attached(message: dict[str, Any]) -> str:
    """Return the words of attachments, where a message has no other."""
    found = []
    for each in objects(message.get("attachments")):
        parts = [string(each.get(name)) for name in ("pretext", "title", "text")]
        parts += [": ".join(filter(None, (first(one, "title"), first(one, "value")))) for one in
                  objects(each.get("fields"))]  # fmt: skip
        whole = "\n".join(filter(None, parts)) or words_of_blocks(each.get("blocks"))
        found.append(whole or string(each.get("fallback")))
    return "\n".join(filter(None, found))


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
        return Thing(f"{room.id}:{thread}", "Note", "", _party(author, "", context))
    if message.get("subtype") == "file_comment":
        owner = string(member(message, "file", "user"))
        return Thing(string(member(message, "file", "id")), "Document", "", _party(owner, "", context))
    return Thing()


def _party(user: str, name: str, context: Context) -> Party:
    known = context.known["users"].get(user)
    return known if known else Party(user, name, "") if user else Party()


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
            actor = _party(user, "", context)
            yield Activity("Like", actor, liked, made.target, audience=made.audience, channel=made.channel,
                           thread=made.thread, id=f"{made.id}:{name}:{user}")  # fmt: skip


def open_markup(text: str, context: Context) -> str:
    """Return the text with Slack's markup opened: mentions, channels, links, entities, emphasis.

    >>> known = {"users": {"U1": Party("U1", "ana", "Person")}, "rooms": {}}
    >>> open_markup("*Hi* <@U1>, see <https://a.example|the page> in <#C1|help> &amp; <!here>", Context(known=known))
    'Hi @ana, see the page (https://a.example) in #help & @here'
    """
    opened = _MARKUP.sub(lambda match: _opened(match[1], context), text)
    return html.unescape(_EMPHASIS.sub(lambda match: match[1] or match[2], opened)).strip()


def _opened(inside: str, context: Context) -> str:
    target, _, shown = inside.partition("|")
    if target.startswith("@"):
        party = context.known["users"].get(target[1:])
        return "@" + (shown.lstrip("@") or (party.name if party else "") or target[1:]).replace(" ", "_")
    if target.startswith("#"):
        room = context.known["rooms"].get(target[1:])
        return "#" + (shown or (room.name if room else "") or target[1:])
    if target.startswith("!"):
        return shown or "@" + target[1:].partition("^")[0]
    target = target.removeprefix("mailto:").removeprefix("tel:")
    bare = target.removeprefix("https://").removeprefix("http://").rstrip("/")
    return f"{shown} ({target})" if shown and shown not in (target, bare) else target


def _mentions(text: str, context: Context) -> tuple[Party, ...]:
    found = [match[1][1:].partition("|") for match in _MARKUP.finditer(text) if match[1].startswith("@")]
    return unique(_party(user, shown, context) for user, _, shown in found)


PARTS = (Part(r"[^/]+/\d{4}-\d\d-\d\d\.json", _message),)
