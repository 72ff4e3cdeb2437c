"""Reddit's data request in CSV: comments, posts, votes, subscriptions; messages and chats when asked for."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from socialclass.activity import NOTHING, Activity, Party, Thing
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable
from socialclass.reading.markup import markdown_to_text
from socialclass.reading.parts import Context, Part, open_items, read_parts
from socialclass.reading.values import from_words

PLATFORM = "reddit"
_POST = re.compile(r"/comments/([a-z0-9]+)", re.IGNORECASE)
_SUBREDDIT = re.compile(r"/r/([^/]+)/")
_GONE = frozenset(("[deleted]", "[removed]"))
_MENTION = re.compile(r"(?<![\w/])/?u/([\w-]{3,20})")


def read_reddit(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield what a person did on Reddit."""
    return read_parts(archive, PARTS, _context(archive), PLATFORM, messages)


def _context(archive: Archive) -> Context:
    for name in [] if archive.single else archive.named(r"statistics\.csv"):
        for item in open_items(archive, name, Part("", _comment, "csv")):
            if isinstance(item, Item) and item.value.get("statistic") == "account name":
                found = item.value.get("value", "")
                return Context(Party(found, found, "Person"))
    return Context(Party("", "", "Person"))


def _post_of(url: str) -> str:
    match = _POST.search(url)
    return match[1] if match else ""


def _place(row: dict[str, str]) -> tuple[Thing, str]:
    """Return the subreddit as a group, and the post's id."""
    link = row.get("link") or row.get("permalink", "")
    match = _SUBREDDIT.search(row.get("permalink", "") or link)
    name = row.get("subreddit") or (match[1] if match else "")
    return (Thing(f"r/{name}", "Group", name) if name else NOTHING), _post_of(link)


def _comment(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    group, post = _place(row)
    found, words = row.get("id", ""), _body(row["body"])
    yield Activity("Create", context.owner, Thing(found, "Note"), group, words, "public",
                   Thing(row.get("parent") or post, "Note"), _mentions(words), id=found,
                   published=from_words(row.get("date", "")), channel=group.name, thread=post)  # fmt: skip


def _submission(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    group, _ = _place(row)
    found, title, body = row.get("id", ""), row.get("title", ""), _body(row.get("body", ""))
    words = "\n".join(filter(None, (title.strip(), body)))
    yield Activity("Create", context.owner, Thing(found, "Article", title), group, words, "public", NOTHING,
                   _mentions(body), id=found, published=from_words(row.get("date", "")), channel=group.name,
                   thread=found)  # fmt: skip


def _body(markup: str) -> str:
    """Return the words of a comment or post; what stands for one that is gone is nobody's words."""
    return "" if markup.strip() in _GONE else markdown_to_text(markup)


def _mentions(words: str) -> tuple[Party, ...]:
    return tuple(Party(name, name) for name in dict.fromkeys(_MENTION.findall(words)))


def _vote(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    group, post = _place(row)
    verb = {"up": "Like", "down": "Dislike"}.get(row.get("direction", "").lower(), "Undo")
    found, of = row.get("id", ""), "comment_" if "comment" in PurePosixPath(item.file).name else ""
    yield Activity(verb, context.owner, Thing(found, "Note"), group, id=f"{of}vote:{found}", channel=group.name,
                   thread=post)  # fmt: skip


def _named(verb: str, kind: str, column: str, mark: str = "") -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        name = item.value.get(column, "").strip()
        if name:
            yield Activity(verb, context.owner, Thing(mark + name, kind, name), channel=name if mark else "")

    return reader


def _saved(item: Item, context: Context) -> Iterable[Activity]:
    group, post = _place(item.value)
    found, of = item.value.get("id", ""), "comment_" if "comment" in PurePosixPath(item.file).name else ""
    yield Activity("Add", context.owner, Thing(found, "Note"), group, id=f"{of}saved:{found}", channel=group.name,
                   thread=post)  # fmt: skip


def _message(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    sender, receiver = row.get("from") or row.get("username", ""), row.get("to", "")
    words = markdown_to_text(row.get("body") or row.get("message", ""))
    found = row.get("id") or row.get("message_id", "")
    yield Activity("Create", Party(sender, sender, "Person"), Thing(found, "Note"),
                   Thing(receiver, "Person", receiver) if receiver else NOTHING, words, "person", id=found,
                   published=from_words(row.get("date") or row.get("created_at", "")),
                   thread=row.get("thread_id") or row.get("channel_url", ""))  # fmt: skip


PARTS = (
    Part(r"comments\.csv", _comment, "csv"),
    Part(r"posts\.csv", _submission, "csv"),
    Part(r"(?:post|comment)_votes\.csv", _vote, "csv"),
    Part(r"saved_(?:posts|comments)\.csv", _saved, "csv"),
    Part(r"subscribed_subreddits\.csv", _named("Join", "Group", "subreddit", "r/"), "csv"),
    Part(r"friends\.csv", _named("Follow", "Person", "username"), "csv"),
    Part(r"(?:messages(?:_archive)?|chat_history)\.csv", _message, "csv", private=True),
)
