"""W3C ActivityStreams 2.0 in JSON and JSON Lines: the common form, read and written.

Whatever else stands in an object is tolerated; what ActivityStreams has no name for is written in members that begin
with ``socialclass:``, so that writing and reading again gives the same `Activity`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from socialclass.activity import NOBODY, NOTHING, PARTY_KINDS, Activity, Party, Thing
from socialclass.errors import InputError
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable, named, read_json_lines, read_json_or_lines
from socialclass.reading.markup import html_to_text
from socialclass.reading.values import from_words, stable_id, string

CONTEXT: tuple[object, ...] = ("https://www.w3.org/ns/activitystreams", {"socialclass": "urn:socialclass:"})
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
VERBS = frozenset(
    """Accept Activity Add Announce Arrive Block Create Delete Dislike Flag Follow Ignore IntransitiveActivity Invite
    Join Leave Like Listen Move Offer Question Read Reject Remove TentativeAccept TentativeReject Travel Undo Update
    View""".split()
)
OBJECTS = frozenset(
    "Article Audio Document Event Image Note Page Place Profile Relationship Tombstone Video ChatMessage".split()
)
COLLECTIONS = frozenset(("Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"))
_LISTS = ("orderedItems", "items")
_PUBLIC = frozenset((PUBLIC, "as:Public", "Public"))
_EXTENSION = "socialclass:"


def read_activitystreams(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield the activities of JSON and JSON Lines files, and what could not be read."""
    for item in read_items(archive):
        if isinstance(item, Unreadable):
            yield item
        else:
            activity = activity_of(item.value, item.file, item.position)
            yield activity if activity.id else replace(activity, id=id_without(item.value))


def id_without(content: Mapping[str, Any]) -> str:
    """Return an id for an object that has none: the same object has the same, in any order of its members."""
    return stable_id(json.dumps(content, ensure_ascii=False, sort_keys=True))


def read_items(archive: Archive) -> Iterator[Item | Unreadable]:
    """Yield the activities as they stand in the members' JSON; a collection's items are a record each."""
    names = list(archive.members) if archive.single else archive.named(r"[^/]*\.(json|jsonl|ndjson|jsonld)")
    if not names and not archive.faults:
        raise InputError("no JSON file is in it", place=archive.source, remedy="leave --input-format away")
    for name in names:
        try:
            stream = archive.open(name)
        except InputError as error:
            yield Unreadable(name, 1, error.problem)
            continue
        with stream:
            yield from items_of(stream, name)
    for fault in archive.faults:
        yield Unreadable(fault.name, 1, fault.problem)


def items_of(stream: BinaryIO, file: str) -> Iterator[Item | Unreadable]:
    """Yield the records of one JSON or JSON Lines stream."""
    return _objects(read_json_or_lines(stream, file, named(_LISTS)), file)


def items_of_lines(lines: Iterator[bytes], file: str, first: int) -> Iterator[Item | Unreadable]:
    """Yield the records of lines of JSON, of which the first has this number."""
    return _objects(read_json_lines(lines, file, named(_LISTS), first), file)


def _objects(items: Iterator[Item | Unreadable], file: str) -> Iterator[Item | Unreadable]:
    for item in items:
        if isinstance(item, Unreadable):
            yield item
        elif isinstance(item.value, dict):
            if type_of(item.value) in COLLECTIONS:
                yield from _of_collection(item)
            else:
                yield item
        elif isinstance(item.value, str) and item.list:
            yield item._replace(value={"id": item.value}, raw="")
        else:
            yield Unreadable(file, item.position, f"not an activity but {type(item.value).__name__}", item.raw)


def _of_collection(item: Item) -> Iterator[Item]:
    """Yield what a collection, or its first page, holds; an empty one holds nothing."""
    pages = [item.value]
    for page in pages:
        first = page.get("first")
        if isinstance(first, dict) and len(pages) < 3:
            pages.append(first)
        held = [each for name in _LISTS for each in _listed(page.get(name))]
        for each in held:
            value = each if isinstance(each, dict) else {"id": string(each)}
            yield Item(value, item.file, item.position, "", "items")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def activity_of(
    content: Mapping[str, Any], file: str = "", position: int = 0, platform: str = "", kinds: Mapping[str, str] = {}
) -> Activity:
    """Return the activity of an ActivityStreams object; an object that is none, such as a Note, was created.

    kinds: the kind of a party by its id, where the object itself does not tell.

    >>> found = activity_of({"type": "Follow", "actor": {"type": "Person", "id": "a"}, "object": "https://b.example"})
    >>> found.verb, found.actor.kind, found.object.id
    ('Follow', 'Person', 'https://b.example')
    """
    verb = type_of(content)
    inner = content.get("object")
    if isinstance(inner, list):
        inner = next((each for each in inner if isinstance(each, dict)), inner[0] if inner else None)
    if verb in OBJECTS or (verb not in VERBS and inner is None and _says(content)):
        inner, verb = content, "Create"
    deep = inner if isinstance(inner, dict) else {}
    if verb == "Announce" and isinstance(deep.get("object"), dict):
        inner = deep = deep["object"]
    actor = party_of(content["actor"] if "actor" in content else _maker(content, deep, verb), kinds)
    reply = deep.get("inReplyTo") or content.get("inReplyTo")
    mentions, hashtags = _tags(deep.get("tag") or content.get("tag"), kinds)
    words, language = _words(deep) if deep else ("", "")
    if not words and deep is not content:
        words, language = _words(content)
    get = content.get
    return Activity(
        verb,
        actor,
        thing_of(inner, kinds) if inner is not None else NOTHING,
        thing_of(get("target"), kinds) if "target" in content else NOTHING,
        words,
        string(get("socialclass:audience")) or _audience(content, deep),
        thing_of(reply, kinds) if reply else NOTHING,
        mentions,
        hashtags,
        _flag(get("socialclass:twoWay")),
        string(get("id")),
        _when(get("published") or deep.get("published") or get("updated") or deep.get("updated") or get("startTime")),
        platform or string(get("socialclass:platform")),
        string(get("socialclass:channel")),
        string(get("socialclass:thread")) or string(deep.get("conversation")) or string(deep.get("context")),
        _counts(content, deep),
        string(get("socialclass:language")) or language,
        string(get("socialclass:file")) or file,
        _number(get("socialclass:position")) or position,
    )


def _when(value: Any) -> str:
    """Return a time in UTC where it says its zone, as most do already; what is no time stays as it stands."""
    found = string(value)
    return from_words(found) if found[10:11] == "T" and not (len(found) == 20 and found.endswith("Z")) else found


def _maker(content: Mapping[str, Any], deep: Mapping[str, Any], verb: str) -> Any:
    """Return who made what is created, where the activity itself names no actor."""
    return content.get("attributedTo") or (deep.get("attributedTo") if verb == "Create" else None)


def type_of(value: Mapping[str, Any]) -> str:
    """Return an object's type without its namespace; of several the first that ActivityStreams knows.

    >>> type_of({"type": ["ex:Wave", "as:Follow"]})
    'Follow'
    """
    found = value.get("type")
    if found is None:
        found = value.get("@type")
    if isinstance(found, str):
        return found if found.isalpha() else _short(found)
    names = [_short(each) for each in found if isinstance(each, str)] if isinstance(found, list) else []
    return next((each for each in names if each in VERBS or each in OBJECTS or each in PARTY_KINDS), "".join(names[:1]))


def _short(name: str) -> str:
    for prefix in ("https://www.w3.org/ns/activitystreams#", "http://www.w3.org/ns/activitystreams#", "as:"):
        name = name.removeprefix(prefix)
    return name


def _says(value: Mapping[str, Any]) -> bool:
    return any(name in value for name in ("content", "contentMap", "name", "nameMap", "attributedTo"))


def party_of(value: Any, kinds: Mapping[str, str] = {}) -> Party:
    """Return who a URL, an object or the first of a list is."""
    if isinstance(value, str):
        return Party(value, "", kinds.get(value, ""))
    if isinstance(value, list):
        return party_of(value[0], kinds) if value else NOBODY
    if not isinstance(value, dict):
        return NOBODY
    kind, found = type_of(value), string(value.get("id")) or string(value.get("href"))
    name = natural(value, "name") or string(value.get("preferredUsername"))
    return Party(found, name, kind if kind in PARTY_KINDS else kinds.get(found, ""))


def thing_of(value: Any, kinds: Mapping[str, str] = {}) -> Thing:
    """Return what a URL, an object or the first of a list is."""
    if isinstance(value, str):
        return Thing(value, kinds.get(value, "")) if value else NOTHING
    if isinstance(value, list):
        return thing_of(value[0], kinds) if value else NOTHING
    if not isinstance(value, dict):
        return NOTHING
    found = string(value.get("id")) or string(value.get("href"))
    kind = type_of(value) or kinds.get(found, "")
    name = natural(value, "name") or (string(value.get("preferredUsername")) if kind in PARTY_KINDS else "")
    return Thing(found, kind, name, party_of(value.get("attributedTo") or value.get("actor"), kinds))


def natural(value: Mapping[str, Any], name: str) -> str:
    """Return a value in natural language: the plain one, else English, else the first of its map."""
    plain = value.get(name)
    if isinstance(plain, str) and plain:
        return plain
    languages = value.get(f"{name}Map")
    if isinstance(languages, dict) and languages:
        return string(languages.get("en")) or string(next(iter(languages.values())))
    return ""


def _words(value: Mapping[str, Any]) -> tuple[str, str]:
    """Return the words and the language that the source declares."""
    content = natural(value, "content")
    plain = value.get("mediaType") in ("text/plain", "text/markdown")
    words = content if plain else html_to_text(content)
    summary = "" if plain else html_to_text(natural(value, "summary"))
    if summary:
        words = f"{summary}\n{words}" if words else summary
    languages = value.get("contentMap")
    if not isinstance(languages, dict) or not languages:
        return words, ""
    named_ones = [language for language, each in languages.items() if each == content] or list(languages)
    return words, named_ones[0]


def _audience(content: Mapping[str, Any], deep: Mapping[str, Any]) -> str:
    """Return who is addressed: the widest circle that ``to``, ``cc``, ``bto``, ``bcc`` and ``audience`` name."""
    found: set[str] = set()
    for value in (content, deep):
        if not value.keys().isdisjoint(_ADDRESSED):
            for name in value.keys() & _ADDRESSED:
                found.update(map(_circle, _listed(value[name])))
    return next((each for each in ("public", "organization", "followers", "person") if each in found), "")


_ADDRESSED = frozenset(("to", "cc", "audience", "bto", "bcc"))


def _circle(value: Any) -> str:
    """Return which of `activity.AUDIENCES` an addressee is; a group is none of them."""
    if isinstance(value, str):
        if value in _PUBLIC:
            return "public"
        return "followers" if value.rstrip("/").endswith(("/followers", ":followers")) else "person"
    if not isinstance(value, dict):
        return ""
    kind, found = type_of(value), string(value.get("id"))
    if kind == "Organization":
        return "organization"
    if kind in ("Group", "Service", "Application"):
        return ""
    if kind in COLLECTIONS:
        return "followers" if _circle(found) == "followers" else "public" if found in _PUBLIC else ""
    return _circle(found) if found else "person" if kind == "Person" else ""


def _tags(value: Any, kinds: Mapping[str, str]) -> tuple[tuple[Party, ...], tuple[str, ...]]:
    if not value:
        return (), ()
    mentions, hashtags = [], []
    for tag in _listed(value):
        if not isinstance(tag, dict):
            continue
        kind, name = type_of(tag), natural(tag, "name")
        if kind == "Hashtag":
            hashtags.append(name.removeprefix("#"))
        elif kind == "Mention":
            found = string(tag.get("href")) or string(tag.get("id"))
            mentions.append(Party(found, name, string(tag.get("socialclass:kind")) or kinds.get(found, "")))
        elif kind in PARTY_KINDS:
            mentions.append(party_of(tag, kinds))
    return tuple(mentions), tuple(hashtags)


_COUNTED = {"reactions": "likes", "replies": "replies", "shares": "shares"}


def _counts(content: Mapping[str, Any], deep: Mapping[str, Any]) -> dict[str, int]:
    """Return what ``likes``, ``replies`` and ``shares`` count, where the source says how many."""
    own = content.get("socialclass:counts")
    if isinstance(own, dict):
        return {name: each for name, each in own.items() if isinstance(each, int) and not isinstance(each, bool)}
    found: dict[str, int] = {}
    if deep.keys().isdisjoint(_COUNTED.values()):
        return found
    for name, member in _COUNTED.items():
        value = deep.get(member)
        if value.__class__ is dict and isinstance(total := value.get("totalItems"), int):
            found[name] = total
    return found


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def as_json(activity: Activity) -> dict[str, Any]:
    """Return the ActivityStreams object of an activity.

    >>> as_json(Activity("Follow", Party("a"), Thing("b", "Person"))) | {"@context": "…"}
    {'@context': '…', 'type': 'Follow', 'actor': 'a', 'object': {'type': 'Person', 'id': 'b'}}
    """
    inner = _thing(activity.object)
    extra: dict[str, Any] = {}
    if activity.content:
        extra |= {"content": activity.content, "mediaType": "text/plain"}
    if activity.in_reply_to != NOTHING:
        extra["inReplyTo"] = _thing(activity.in_reply_to)
    tags = [_mention(each) for each in activity.mentions]
    tags += [{"type": "Hashtag", "name": f"#{name}"} for name in activity.hashtags]
    if tags:
        extra["tag"] = tags
    if extra:
        inner = (inner if isinstance(inner, dict) else {"id": inner} if inner else {}) | extra
    members: dict[str, Any] = {
        "type": activity.verb,
        "id": activity.id,
        "published": activity.published,
        "actor": _party(activity.actor),
        "object": inner,
        "target": _thing(activity.target),
        "to": [PUBLIC] if activity.audience == "public" else None,
        "socialclass:audience": activity.audience,
        "socialclass:platform": activity.platform,
        "socialclass:channel": activity.channel,
        "socialclass:thread": activity.thread,
        "socialclass:language": activity.language,
        "socialclass:file": activity.file,
        "socialclass:position": activity.position,
        "socialclass:counts": dict(activity.counts),
    }
    written = {name: value for name, value in members.items() if value}
    if activity.actor == NOBODY and activity.object.author != NOBODY:
        written["actor"] = {}  # else the author would be taken for the actor
    if activity.two_way is not None:
        written["socialclass:twoWay"] = activity.two_way
    return {"@context": list(CONTEXT), **written}


def _party(party: Party) -> str | dict[str, str]:
    if not party.name and not party.kind:
        return party.id
    members = {"type": party.kind, "id": party.id, "name": party.name}
    return {name: value for name, value in members.items() if value}


def _thing(thing: Thing) -> str | dict[str, Any]:
    if thing == Thing(thing.id):
        return thing.id
    members = {"type": thing.type, "id": thing.id, "name": thing.name, "attributedTo": _party(thing.author)}
    return {name: value for name, value in members.items() if value}


def _mention(party: Party) -> dict[str, str]:
    members = {"type": "Mention", "href": party.id, "name": party.name, "socialclass:kind": party.kind}
    return {name: value for name, value in members.items() if value}
