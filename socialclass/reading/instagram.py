"""Instagram's download in JSON: posts, reels, stories, comments, likes, follows; messages when asked for."""

from collections.abc import Iterable, Iterator
from typing import Any

from socialclass.activity import TIES, Activity, Party, Thing
from socialclass.errors import InputError
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable, load_json
from socialclass.reading.meta import MESSAGE_LISTS, labels, message_activity, repair_all
from socialclass.reading.parts import Context, Part, is_two_way, open_items, read_parts, some
from socialclass.reading.values import first, from_epoch, from_words, member, objects, string, unique

PLATFORM = "instagram"


def read_instagram(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield what a person did on Instagram."""
    return read_parts(archive, PARTS, _context(archive), PLATFORM, messages)


def _context(archive: Archive) -> Context:
    known = {name: _names(archive, name) for name in ("following", "followers")}
    return Context(_owner(archive), known)


def _names(archive: Archive, name: str) -> frozenset[str]:
    part = Part("", _post, lists=_is_list)
    members = [] if archive.single else archive.named(rf"{name}(?:_\d+)?\.json")
    items = (item for each in members for item in open_items(archive, each, part) if isinstance(item, Item))
    return some(_called(repair_all(item.value)) for item in items if isinstance(item.value, dict))


def _called(value: dict[str, Any]) -> str:
    """Return who is followed or follows: the name stands in one of three places."""
    listed = objects(value.get("string_list_data"))
    name = first(value, "title") or next((found for each in listed if (found := first(each, "value"))), "")
    return name or labels(value.get("label_values")).get("username", "")


def _owner(archive: Archive) -> Party:
    for name in archive.named(r"(?:personal_information|profile)\.json"):
        try:
            content = repair_all(load_json(archive.open(name)))
        except InputError:
            continue
        for user in objects(member(content, "profile_user")):
            found = _mapped(user, "Username")
            if found:
                return Party(found, _mapped(user, "Name") or found)
        found = first(content, "username")
        if found:
            return Party(found, first(content, "name") or found)
    return Party()


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
    titles = titles or unique(filter(None, [labels(post.get("label_values")).get("caption", "")]))
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
    yield _to_something("Like", repair_all(value), context)


def _to_something(verb: str, value: dict[str, Any], context: Context) -> Activity:
    """Return what was done to somebody's post: its owner and its link stand in one of three shapes."""
    labelled = labels(value.get("label_values"))
    table = member(value, "string_map_data")
    inner = objects(value.get("string_list_data")) + (objects(list(table.values())) if isinstance(table, dict) else [])
    owner = first(value, "title") or labelled.get("owner username") or labelled.get("owner name") or ""
    link = next((found for each in inner if (found := first(each, "href"))), "") or labelled.get("url", "")
    name = labelled.get("caption", "")
    return Activity(verb, context.owner, Thing(link, "Image", name, Party(owner, owner)), id=first(value, "fbid"),
                    published=_time(value))  # fmt: skip


def _done_to(verb: str) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        yield _to_something(verb, repair_all(item.value), context)

    return reader


def _answer(item: Item, context: Context) -> Iterable[Activity]:
    """Yield what was answered to a story: in a poll, a quiz, a question."""
    value = repair_all(item.value)
    words = next((found for each in objects(value.get("string_list_data")) if (found := first(each, "value"))), "")
    yield _on(first(value, "title"), words, _time(value), context)


def _tie(verb: str, incoming: bool = False, kind: str = "") -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        value = repair_all(item.value)
        name = _called(value)
        if not name and not value.get("string_list_data"):
            return
        me = Thing(context.owner.id, context.owner.kind, context.owner.name)
        ends = (
            (Party(name, name), me)
            if incoming
            else (context.owner, Thing(name, kind, name if kind or verb in TIES else ""))
        )
        others = context.known["following" if incoming else "followers"] if verb == "Follow" and not kind else some(())
        yield Activity(verb, *ends, two_way=is_two_way(name, others), published=_time(value))

    return reader


def _connections(item: Item, context: Context) -> Iterable[Activity]:
    """Yield the follows of archives until 2020: objects of names with times."""
    sides = {name: member(item.value, name) or {} for name in ("following", "followers")}
    for list_name, incoming in (("following", False), ("followers", True)):
        others = some(sides["following" if incoming else "followers"])
        for name, time in sides[list_name].items():
            me = Thing(context.owner.id, "", context.owner.name)
            ends = (Party(name, name), me) if incoming else (context.owner, Thing(name, "", name))
            yield Activity("Follow", *ends, two_way=is_two_way(name, others), published=from_words(time))


def _is_list(name: str) -> bool:
    """Say whether a member holds records: all that downloads of any year call a list of them."""
    return name in _LISTS or name.startswith(_LIST_PREFIXES)


_LIST_PREFIXES = ("ig_", "relationships_", "story_activities_", "text_post_app_", "saved_", "likes_", "comments_")
_LISTS = frozenset(
    "photos videos stories direct profile media_comments media_likes comment_likes story_likes reposts".split()
)
PARTS = (
    Part(r"(?:archived_)?posts(?:_\d+)?\.json", _post, lists=_is_list),
    Part(
        r"(?:reels|stories|igtv_videos|profile_photos|media|other_content|recently_deleted_content"
        r"|threads_and_replies)\.json",
        _post,
        lists=_is_list,
    ),
    Part(r"(?:post_comments(?:_\d+)?|reels_comments|story_comments|hype|comments)\.json", _comment, lists=_is_list),
    Part(r"(?:liked_posts|liked_comments|likes|story_likes|liked_threads)\.json", _like, lists=_is_list),
    Part(r"story_(?:interactions|sticker_interactions)/(?:polls|quizzes|questions|emoji_sliders|countdowns|emoji_story_"
         r"reactions)\.json", _answer, lists=_is_list),
    Part(r"reposts\.json", _done_to("Announce"), lists=_is_list),
    Part(r"saved_posts\.json", _done_to("Add"), lists=_is_list),
    Part(r"following\.json", _tie("Follow"), lists=_is_list),
    Part(r"followers(?:_\d+)?\.json", _tie("Follow", incoming=True), lists=_is_list),
    Part(r"following_hashtags\.json", _tie("Follow", kind="Collection"), lists=_is_list),
    Part(r"(?:pending|recent)_follow_requests\.json", _tie("Follow"), lists=_is_list),
    Part(r"follow_requests_you've_received\.json", _tie("Follow", incoming=True),
         lists=_is_list),
    Part(r"recently_unfollowed_(?:accounts|profiles)\.json", _tie("Leave"), lists=_is_list),
    Part(r"close_friends\.json", _tie("Add", kind="Person"), lists=_is_list),
    Part(r"blocked_(?:accounts|profiles)\.json", _tie("Block"), lists=_is_list),
    Part(r"connections\.json", _connections, lists=_is_list),
    Part(r"message_\d+\.json", message_activity, lists=MESSAGE_LISTS, private=True),
)  # fmt: skip
