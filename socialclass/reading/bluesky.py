"""Bluesky: feeds as its API gives them, and JSON Lines of repository records (post, like, repost, follow, block)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from socialclass.activity import NOBODY, NOTHING, Activity, Party, Thing
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable
from socialclass.reading.parts import Context, OddRecordError, Part, read_parts
from socialclass.reading.values import counts, first, from_epoch, from_words, member, objects, string

PLATFORM = "bluesky"
_VERBS = {"like": "Like", "repost": "Announce", "follow": "Follow", "block": "Block", "listitem": "Add"}


def read_bluesky(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield posts, reposts, likes and follows."""
    return read_parts(archive, PARTS, Context(), PLATFORM, messages)


def author_of(uri: str) -> Party:
    """Return whose repository an ``at://`` URI is in.

    >>> author_of("at://did:plc:ana/app.bsky.feed.post/3k").id
    'did:plc:ana'
    """
    return Party(uri.removeprefix("at://").partition("/")[0]) if uri.startswith("at://") else Party()


def _party(author: Any) -> Party:
    return Party(first(author, "did", "handle"), first(author, "handle", "displayName"))


def _item(item: Item, context: Context) -> Iterable[Activity]:
    value = item.value
    if not isinstance(value, dict):
        raise OddRecordError("a record is a JSON object")
    if item.list in ("follows", "followers"):
        yield Activity("Follow", *((NOBODY, _profile(value)) if item.list == "follows" else
                                   (_party(value), NOTHING)), published=from_words(value.get("createdAt")))  # fmt: skip
    elif isinstance(value.get("thread"), dict):
        yield from _thread(value["thread"])
    elif isinstance(value.get("post"), dict):
        yield _post(value)
    elif isinstance(member(value, "value", "post"), dict):  # of a thread as a list
        yield _post(value["value"])
    elif isinstance(value.get("record"), dict) and "author" in value:
        if string(value["record"].get("$type")) in ("", "app.bsky.feed.post"):
            yield _post({"post": value})
        else:  # news of a like, a repost, a follow
            for made in _record({"uri": value.get("uri"), "value": value["record"]}):
                yield replace(made, actor=_party(value["author"]))
    elif not _is_no_record(value):
        yield from _record(value, _uri_of(item.file))


def _is_no_record(value: dict[str, Any]) -> bool:
    """Say whether this is the head of an unpacked repository, or news of an account in a stream of records."""
    return ("sig" in value and "rev" in value) or value.get("kind") in ("identity", "account")


_UNPACKED = re.compile(r"(did:[\w:.%-]+)/([a-z]+(?:\.[A-Za-z]+)+)/([\w.~:-]+)\.json$")


def _uri_of(file: str) -> str:
    """Return the URI of a record that is a file of an unpacked repository: ``did/collection/key.json``."""
    match = _UNPACKED.search(file.replace("\\", "/"))
    return f"at://{match[1]}/{match[2]}/{match[3]}" if match else ""


def _profile(value: dict[str, Any]) -> Thing:
    party = _party(value)
    return Thing(party.id, "", party.name)


def _thread(thread: dict[str, Any]) -> Iterator[Activity]:
    """Yield the posts of a thread: what is above from the top down, then the answers, however deep they go."""
    above, parent = [thread], thread.get("parent")
    while isinstance(parent, dict):
        above.append({**parent, "replies": []})
        parent = parent.get("parent")
    waiting = above
    while waiting:
        view = waiting.pop()
        if isinstance(view.get("post"), dict):
            yield _post({"post": view["post"], "reply": _answers(view.get("parent"))})
        waiting += [{**each, "parent": view} for each in reversed(objects(view.get("replies")))]


def _answers(parent: Any) -> dict[str, Any]:
    return {"parent": member(parent, "post") or {}}


def _post(view: dict[str, Any]) -> Activity:
    """Return the activity of a post as a feed shows it; `view` may say who reposted it and what it answers."""
    post = view["post"]
    author, found = _party(post.get("author")), first(post, "uri")
    reply = view.get("reply")
    names = {author.id: author}
    for part in ("parent", "root"):
        other = _party(member(reply, part, "author"))
        names[other.id] = other
    made = _written(post.get("record"), found, author, names)
    reason = view.get("reason")
    known = {"reactions": post.get("likeCount"), "replies": post.get("replyCount"), "shares": post.get("repostCount")}
    if isinstance(reason, dict) and "reasonRepost" in string(reason.get("$type")):
        by = _party(reason.get("by"))
        return Activity("Announce", by, Thing(found, "Note", "", author), content=made.content, audience="public",
                        mentions=made.mentions, hashtags=made.hashtags, id=f"{found}#repost:{by.id}",
                        published=from_words(reason.get("indexedAt")), language=made.language)  # fmt: skip
    return _changed(made, counts(**known), from_words(post.get("indexedAt")))


def _changed(made: Activity, known: dict[str, int], time: str) -> Activity:
    return replace(made, counts=known, published=made.published or time)


def _written(record: Any, found: str, author: Party, names: dict[str, Party]) -> Activity:
    parent, root = first(member(record, "reply", "parent"), "uri"), first(member(record, "reply", "root"), "uri")
    writer = author_of(parent)
    words, mentions, hashtags = _words(record)
    languages = [each for each in member(record, "langs") or () if isinstance(each, str)]
    return Activity(
        "Create",
        author,
        Thing(found, "Note", "" if words else _shown(member(record, "embed"))),
        NOTHING,
        words,
        "public",
        Thing(parent, "Note", "", names.get(writer.id, writer)) if parent else NOTHING,
        mentions,
        hashtags,
        None,
        found,
        from_words(member(record, "createdAt")),
        thread=root or found,
        language=languages[0] if len(languages) == 1 else "",
    )


def _shown(embed: Any) -> str:
    """Return the name of what is shown in a post without words: a page's title, what pictures are described as."""
    media = member(embed, "media") or embed
    described = [first(each, "alt") for each in [*objects(member(media, "images")), *objects(media)]]
    return first(member(media, "external"), "title") or "\n".join(filter(None, described))


def _words(record: Any) -> tuple[str, tuple[Party, ...], tuple[str, ...]]:
    """Return text, mentions and hashtags; a shortened link is its whole URL again. Facets count bytes, not letters."""
    data = first(record, "text").encode()
    mentions, hashtags, links = [], [], []
    for facet in objects(member(record, "facets")):
        start, end = member(facet, "index", "byteStart"), member(facet, "index", "byteEnd")
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(data)):
            continue
        shown = data[start:end].decode("utf-8", "replace")
        for feature in objects(facet.get("features")):
            kind = string(feature.get("$type")).rpartition("#")[2]
            if kind == "mention":
                mentions.append(Party(first(feature, "did"), shown.removeprefix("@")))
            elif kind == "tag":
                hashtags.append(first(feature, "tag") or shown.removeprefix("#"))
            elif kind == "link" and shown.endswith(("...", "…")):
                links.append((start, end, first(feature, "uri")))
    for start, end, uri in sorted(links, reverse=True):
        data = data[:start] + uri.encode() + data[end:]
    hashtags += [each for each in member(record, "tags") or () if isinstance(each, str)]
    return data.decode("utf-8", "replace"), tuple(mentions), tuple(hashtags)


def _record(value: dict[str, Any], uri: str = "") -> Iterator[Activity]:
    """Yield the activity of a repository's record, bare or wrapped as listRecords and the firehose do."""
    commit = member(value, "commit")
    record = member(commit, "record") or value.get("value") or value.get("record") or value
    kind = string(member(record, "$type")) or first(commit, "collection") or first(value, "collection")
    found = first(value, "uri", "$uri") or uri
    repository = first(value, "did", "repo")
    if not found and repository and (where := commit or value).get("rkey"):
        found = f"at://{repository}/{first(where, 'collection')}/{first(where, 'rkey')}"
    author = author_of(found) if found else Party(repository)
    short = kind.rpartition(".")[2]
    if first(commit, "operation") == "delete":
        what = Thing(found, "Note" if short == "post" else "")
        yield Activity("Delete" if short == "post" else "Undo", author, what, id=f"{found}#delete",
                       published=from_epoch(value.get("time_us")))  # fmt: skip
    elif kind == "app.bsky.feed.post" or (not kind and "text" in record):
        yield _written(record, found, author, {})
    elif short in _VERBS:
        subject = member(record, "subject")
        target = first(subject, "uri") or string(subject)
        thing = Thing(target, "Note", "", author_of(target)) if target.startswith("at://") else Thing(target)
        yield Activity(_VERBS[short], author, thing, audience="public", id=found,
                       published=from_words(member(record, "createdAt")))  # fmt: skip
    elif not kind:
        raise OddRecordError("neither a post nor a record of Bluesky")


def _is_list(name: str) -> bool:
    return name in _LISTS or name.startswith("app.bsky.")


_LISTS = frozenset(("feed", "posts", "follows", "followers", "records", "quotes", "thread", "notifications"))
PARTS = (Part(r"[^/]*\.(?:json|jsonl|ndjson)", _item, lists=_is_list),)
