"""X's (Twitter's) archive: JSON behind ``window.YTD.… =`` in data/*.js, and what older archives call the same."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from socialclass.activity import NOTHING, Activity, Party, Thing
from socialclass.errors import InputError
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable, read_json
from socialclass.reading.parts import NO_LIST, Context, OddRecordError, Part, is_two_way, read_parts, some
from socialclass.reading.values import counts, first, from_words, iso, member, objects, string

PLATFORM = "twitter"
_RETWEET = re.compile(r"^RT @(\w+): ?")
_CUT = re.compile(r"[\s…]*(?:https://t\.co/\w+)?[\s…]*$")
_SHORT_LINK = re.compile(r"https?://\S+")
_REPLIED_TO = re.compile(r"^(?:@\w+\s+)+")
_LONGEST_NOTES = 200_000  # long posts kept in memory, to be joined with their tweets


def read_twitter(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield tweets (long ones whole), likes, follows, followers and blocks; direct messages only when asked for."""
    return read_parts(archive, PARTS, _context(archive), PLATFORM, messages)


def _rows(archive: Archive, pattern: str) -> Iterator[dict[str, Any]]:
    for name in archive.named(pattern):
        try:
            with archive.open(name) as stream:
                for item in read_json(stream, name, NO_LIST, prefix=True):
                    if isinstance(item, Item) and isinstance(item.value, dict):
                        yield item.value
        except InputError:
            continue  # said when the member's own turn comes


def _context(archive: Archive) -> Context:
    owner = Party()
    if not archive.single:
        for row in _rows(archive, r"account\.js"):
            account = row.get("account", row)
            owner = Party(first(account, "accountId"), first(account, "username"), _kind(archive))
    return Context(owner, {**_notes(archive), **{name: _accounts(archive, name) for name in ("following", "follower")}})


def _accounts(archive: Archive, name: str) -> frozenset[str]:
    rows = [] if archive.single else _rows(archive, rf"{name}(-part\d+)?\.js")
    return some(first(row.get(name, row), "accountId") for row in rows)


def _kind(archive: Archive) -> str:
    """Return what kind of account it is, which X says of professional ones alone."""
    for row in _rows(archive, r"professional-data\.js"):
        found = first(row.get("professionalData", row), "professionalType").lower()
        return {"business": "Organization", "creator": "Person"}.get(found, "")
    return ""


def _notes(archive: Archive) -> dict[str, Any]:
    """Return the long posts: by the time of writing, since they have an id of their own, and which are joined."""
    notes: dict[str, list[str]] = {}
    if not archive.single:
        for number, row in enumerate(_rows(archive, r"note-tweet[^/]*\.js")):
            if number < _LONGEST_NOTES:
                notes.setdefault(_minute(row), []).append(_note_text(row))
    return {"notes": notes, "joined": set()}


def _minute(row: dict[str, Any]) -> str:
    return from_words(first(row.get("noteTweet", row), "createdAt"))[:16]


def _note_text(row: dict[str, Any]) -> str:
    core = member(row.get("noteTweet", row), "core")
    text = first(core, "text")
    for url in objects(member(core, "urls")):
        short, whole = first(url, "shortUrl", "url"), first(url, "expandedUrl", "expanded_url")
        text = text.replace(short, whole) if short and whole else text
    return html.unescape(text)


def _tweet(item: Item, context: Context) -> Iterable[Activity]:
    tweet = item.value.get("tweet") or item.value.get("communityTweet") or item.value
    if not isinstance(tweet, dict) or not (first(tweet, "full_text", "text") or first(tweet, "id_str", "id")):
        raise OddRecordError("no tweet: neither a text nor an id")
    user = tweet.get("user")
    actor = Party(first(user, "id_str", "id"), first(user, "screen_name")) if isinstance(user, dict) else context.owner
    found, time = first(tweet, "id_str", "id"), from_words(tweet.get("created_at"))
    shared = member(tweet, "retweeted_status")
    raw = first(tweet, "full_text", "text")
    entities = member(tweet, "entities")
    mentions = tuple(_user(each) for each in objects(member(entities, "user_mentions")))
    words = _long(raw, time, context) or _words(raw, tweet)
    retweet = _RETWEET.match(raw)
    if retweet or isinstance(shared, dict):
        name = retweet[1] if retweet else first(member(shared, "user"), "screen_name")
        author = next((each for each in mentions if each.name.lower() == name.lower()), Party(name, name))
        whole = _words(first(shared, "full_text", "text"), shared) if isinstance(shared, dict) else ""
        words = whole or _RETWEET.sub("", words)  # behind "RT @name:" it may be cut
        verb, thing = "Announce", Thing(first(shared, "id_str", "id"), "Note", "", author)
        mentions = tuple(each for each in mentions if each != author)
    else:
        verb, thing = "Create", Thing(found, "Note")
    return [
        Activity(
            verb,
            actor,
            thing,
            NOTHING,
            words,
            "public",
            _answered(tweet),
            mentions,
            tuple(string(each.get("text")) for each in objects(member(entities, "hashtags"))),
            None,
            found,
            time,
            counts=counts(reactions=tweet.get("favorite_count"), shares=tweet.get("retweet_count"),
                          replies=tweet.get("reply_count")) if verb == "Create" else {},
            language=_language(tweet),
        )
    ]  # fmt: skip


def _deleted(item: Item, context: Context) -> Iterable[Activity]:
    """Yield a tweet that was taken back: its words, but no post that stands."""
    for each in _tweet(item, context):
        yield replace(each, verb="Delete" if each.verb == "Create" else "Undo", counts={})


def _language(tweet: dict[str, Any]) -> str:
    """Return the language that X declares; its codes for "none", "undetermined" and such are nothing."""
    found = string(tweet.get("lang"))
    return "" if found in ("und", "zxx", "art", "qam", "qct", "qht", "qme", "qst") else found


def _user(user: dict[str, Any]) -> Party:
    return Party(first(user, "id_str", "id", "screen_name"), first(user, "screen_name"))


def _answered(tweet: dict[str, Any]) -> Thing:
    status = first(tweet, "in_reply_to_status_id_str", "in_reply_to_status_id")
    user = first(tweet, "in_reply_to_user_id_str", "in_reply_to_user_id")
    name = first(tweet, "in_reply_to_screen_name")
    if not status and not user and not name:
        return NOTHING
    return Thing(status, "Note" if status else "", "", Party(user or name, name))


def _words(text: str, tweet: dict[str, Any]) -> str:
    """Return the text with entities opened and t.co links as what they stand for."""
    urls = [*objects(member(tweet, "entities", "urls")), *objects(member(tweet, "entities", "media"))]
    urls += objects(member(tweet, "extended_entities", "media"))
    for url in urls:
        short, whole = string(url.get("url")), first(url, "expanded_url", "display_url")
        if short and whole:
            text = text.replace(short, whole)
    return html.unescape(text).strip()


def _long(text: str, time: str, context: Context) -> str:
    """Return the long post that a tweet is the beginning of: written within a minute of it and beginning alike."""
    start = _beginning(_CUT.sub("", html.unescape(text)))
    for minute in _minutes_around(time) if start and context.known["notes"] else ():
        for note in context.known["notes"].get(minute, ()):
            if _beginning(note).startswith(start) and len(note) > len(start):
                context.known["joined"].add(note)
                return str(note)
    return ""


def _beginning(text: str) -> str:
    """Return what a long post and its tweet have in common: without those whom a reply is to, and without links."""
    return " ".join(_SHORT_LINK.sub("", _REPLIED_TO.sub("", text)).split())[:80]


def _minutes_around(time: str) -> list[str]:
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return []
    return [iso(at + timedelta(minutes=each))[:16] for each in (0, -1, 1)]


def _note(item: Item, context: Context) -> Iterable[Activity]:
    """Yield a long post that no tweet was joined with."""
    row = item.value.get("noteTweet", item.value)
    text = _note_text(item.value)
    if text in context.known["joined"]:
        return []
    found = first(row, "noteTweetId")
    names = [string(each) if isinstance(each, str) else first(each, "screenName", "text")
             for each in member(row, "core", "mentions") or ()]  # fmt: skip
    mentions = tuple(Party(name, name) for name in names if name)
    time = from_words(row.get("createdAt"))
    return [Activity("Create", context.owner, Thing(found, "Note"), content=text, audience="public",
                     mentions=mentions, id=found, published=time)]  # fmt: skip


def _like(item: Item, context: Context) -> Iterable[Activity]:
    like = item.value.get("like", item.value)
    found = first(like, "tweetId")
    words = html.unescape(first(like, "fullText"))
    return [Activity("Like", context.owner, Thing(found, "Note"), content=words, id=f"like:{found}" if found else "")]


def _follower(item: Item, context: Context) -> Iterable[Activity]:
    found = first(item.value.get("follower", item.value), "accountId")
    me = Thing(context.owner.id, context.owner.kind, context.owner.name)
    two_way = is_two_way(found, context.known["following"])
    return [Activity("Follow", Party(found), me, two_way=two_way, id=f"follower:{found}")]


def _tie(verb: str, wrapper: str) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        found = first(item.value.get(wrapper, item.value), "accountId")
        two_way = is_two_way(found, context.known["follower"]) if verb == "Follow" else None
        return [Activity(verb, context.owner, Thing(found), two_way=two_way, id=f"{wrapper}:{found}")]

    return reader


def _conversation(item: Item, context: Context) -> Iterable[Activity]:
    whole = item.value.get("dmConversation", item.value)
    thread = first(whole, "conversationId")
    for event in objects(whole.get("messages")):
        message = event.get("messageCreate")
        if isinstance(message, dict):
            to = first(message, "recipientId")
            yield Activity("Create", Party(first(message, "senderId")), Thing(first(message, "id"), "Note"), Thing(to),
                           html.unescape(first(message, "text")), "person", id=first(message, "id"), thread=thread,
                           published=from_words(message.get("createdAt")))  # fmt: skip


PARTS = (
    Part(r"tweets?(-part\d+)?\.js", _tweet, "js", NO_LIST),
    Part(r"community-tweets?(-part\d+)?\.js", _tweet, "js", NO_LIST),
    Part(r"js/tweets/\d{4}_\d\d\.js", _tweet, "js", NO_LIST),  # until 2018
    Part(r"note-tweet[^/]*\.js", _note, "js", NO_LIST),
    Part(r"like(-part\d+)?\.js", _like, "js", NO_LIST),
    Part(r"following(-part\d+)?\.js", _tie("Follow", "following"), "js", NO_LIST),
    Part(r"follower(-part\d+)?\.js", _follower, "js", NO_LIST),
    Part(r"block(-part\d+)?\.js", _tie("Block", "blocking"), "js", NO_LIST),
    Part(r"mute(-part\d+)?\.js", _tie("Ignore", "muting"), "js", NO_LIST),
    Part(r"deleted-tweets(-part\d+)?\.js", _deleted, "js", NO_LIST),
    Part(r"direct-messages?(-group)?(-part\d+)?\.js", _conversation, "js", NO_LIST, private=True),
)
