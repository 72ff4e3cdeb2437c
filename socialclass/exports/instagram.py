"""Instagram's download in JSON: posts, reels, stories, comments, likes, follows; messages when asked for."""

from collections.abc import Iterable, Iterator
from typing import Any

from socialclass.activity import Activity, Party, Thing
from socialclass.errors import InputError
from socialclass.exports.archive import Archive
from socialclass.exports.items import Item, Unreadable, load_json
from socialclass.exports.meta import MESSAGE_LISTS, message_activity, repair_all
from socialclass.exports.parts import Context, Part, read_parts
from socialclass.exports.values import first, from_epoch, from_words, member, objects, string, unique

PLATFORM = "instagram"


def read_instagram(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield what a person did on Instagram."""
    return read_parts(archive, PARTS, _context(archive), PLATFORM, messages)


def _context(archive: Archive) -> Context:
    for name in archive.named(r"(?:personal_information|profile)\.json"):
        try:
            content = repair_all(load_json(archive.open(name)))
        except InputError:
            continue
        for user in objects(member(content, "profile_user")):
            found = _mapped(user, "Username")
            if found:
                return Context(Party(found, _mapped(user, "Name") or found))
        found = first(content, "username")
        if found:
            return Context(Party(found, first(content, "name") or found))
    return Context()


def _mapped(value: dict[str, Any], *names: str) -> str:
    """Return the value of a member of ``string_map_data``, whatever the case of its name."""
    table = member(value, "string_map_data")
    if not isinstance(table, dict):
        return ""
    lowered = {key.lower(): each for key, each in table.items()}
    return next((found for name in names if (found := first(lowered.get(name.lower()), "value"))), "")


def _time(value: dict[str, Any]) -> str:
    """Return the first time in a record."""
    found = value.get("creation_timestamp") or value.get("timestamp")
    listed = objects(value.get("string_list_data"))
    table = member(value, "string_map_data")
    inner = listed + (objects(list(table.values())) if isinstance(table, dict) else [])
    found = found or next((each.get("timestamp") for each in inner if each.get("timestamp")), 0)
    return from_epoch(found) or from_words(value.get("taken_at"))


def _post(item: Item, context: Context) -> Iterable[Activity]:
    post = repair_all(item.value)
    media = objects(post.get("media"))
    titles = unique(filter(None, (first(each, "title", "caption") for each in [post, *media])))
    time = _time(post) or next(filter(None, map(_time, media)), "")
    uri = first(post, "uri", "path") or next(filter(None, (first(each, "uri") for each in media)), "")
    kind = "Video" if uri.lower().endswith((".mp4", ".mov", ".srt")) else "Image"
    yield Activity("Create", context.owner, Thing(uri, kind), content="\n".join(titles), published=time)


def _comment(item: Item, context: Context) -> Iterable[Activity]:
    value = item.value
    if isinstance(value, list):  # until 2020: [time, text, owner]
        time, words, owner = (*map(string, repair_all(value)), "", "", "")[:3]
        yield _on(owner, words, from_words(time), context)
        return
    value = repair_all(value)
    listed = objects(value.get("string_list_data"))
    words = _mapped(value, "Comment") or next((found for each in listed if (found := first(each, "value"))), "")
    words = words or _longest(value)
    yield _on(_mapped(value, "Media Owner") or first(value, "title"), words, _time(value), context)


def _longest(value: dict[str, Any]) -> str:
    """Return the comment where its member's name is in another language: the longest value."""
    table = member(value, "string_map_data")
    found = [first(each, "value") for each in table.values()] if isinstance(table, dict) else []
    return max(found, key=len, default="")


def _on(owner: str, words: str, time: str, context: Context) -> Activity:
    answered = Thing("", "Image", "", Party(owner, owner))
    return Activity("Create", context.owner, Thing("", "Note"), content=words, in_reply_to=answered, published=time)


def _like(item: Item, context: Context) -> Iterable[Activity]:
    value = item.value
    if isinstance(value, list):
        time, owner = (*map(string, value), "", "")[:2]
        yield Activity("Like", context.owner, Thing("", "Image", "", Party(owner, owner)), published=from_words(time))
        return
    value = repair_all(value)
    owner = first(value, "title")
    link = next((found for each in objects(value.get("string_list_data")) if (found := first(each, "href"))), "")
    yield Activity("Like", context.owner, Thing(link, "Image", "", Party(owner, owner)), published=_time(value))


def _tie(verb: str, incoming: bool = False) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        value = repair_all(item.value)
        listed = objects(value.get("string_list_data"))
        name = first(value, "title") or next((found for each in listed if (found := first(each, "value"))), "")
        if not name and not listed:
            return
        me = Thing(context.owner.id, context.owner.kind, context.owner.name)
        ends = (Party(name, name), me) if incoming else (context.owner, Thing(name, "", name))
        yield Activity(verb, *ends, published=_time(value))

    return reader


def _connections(item: Item, context: Context) -> Iterable[Activity]:
    """Yield the follows of archives until 2020: objects of names with times."""
    for list_name, incoming in (("following", False), ("followers", True)):
        for name, time in (member(item.value, list_name) or {}).items():
            me = Thing(context.owner.id, "", context.owner.name)
            ends = (Party(name, name), me) if incoming else (context.owner, Thing(name, "", name))
            yield Activity("Follow", *ends, published=from_words(time))


_CONTAINERS = frozenset(
    """ig_reels_media ig_stories ig_igtv_media ig_profile_picture ig_archived_post_media ig_other_media photos videos
    stories direct profile media_comments comments_media_comments comments_reels_comments comments_story_comments
    media_likes comment_likes likes_media_likes likes_comment_likes relationships_following relationships_followers
    relationships_following_hashtags saved_saved_media relationships_close_friends
    relationships_blocked_users""".split()
).__contains__
PARTS = (
    Part(r"(?:archived_)?posts(?:_\d+)?\.json", _post, lists=_CONTAINERS),
    Part(r"(?:reels|stories|igtv_videos|profile_photos|media|other_content)\.json", _post, lists=_CONTAINERS),
    Part(r"(?:post_comments(?:_\d+)?|reels_comments|story_comments|comments)\.json", _comment, lists=_CONTAINERS),
    Part(r"(?:liked_posts|liked_comments|likes)\.json", _like, lists=_CONTAINERS),
    Part(r"saved_posts\.json", _tie("Add"), lists=_CONTAINERS),
    Part(r"following\.json", _tie("Follow"), lists=_CONTAINERS),
    Part(r"followers(?:_\d+)?\.json", _tie("Follow", incoming=True), lists=_CONTAINERS),
    Part(r"blocked_(?:accounts|profiles)\.json", _tie("Block"), lists=_CONTAINERS),
    Part(r"connections\.json", _connections, lists=_CONTAINERS),
    Part(r"message_\d+\.json", message_activity, lists=MESSAGE_LISTS, private=True),
)
