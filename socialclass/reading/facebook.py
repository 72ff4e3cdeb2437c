"""Facebook's download in JSON: posts, comments, reactions, friends, pages, groups, events; messages when asked for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from socialclass.activity import NOBODY, NOTHING, Activity, Party, Thing
from socialclass.errors import InputError
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable, load_json
from socialclass.reading.meta import MESSAGE_LISTS, labels, message_activity, repair_all
from socialclass.reading.parts import Context, Part, read_parts
from socialclass.reading.values import first, from_epoch, member, objects, unique

PLATFORM = "facebook"
_WALL = re.compile(r" (?:wrote|posted|shared .+?) (?:on|to) (.+?)(?:'s|’s) (?:timeline|Timeline|profile|Wall)\.?$")
_GROUP = re.compile(r" (?:posted|shared .+?|added .+?|commented .+?|uploaded .+?) in (.+?)\.?$")
_ACTOR = re.compile(
    r"^(.{2,60}?) (?:wrote|posted|shared|updated|added|commented|replied|likes?|liked|reacted|was|is|uploaded"
    r"|created)\b"
)
_OWNER_OF = re.compile(
    r" (?:on|to) (.+?)(?:'s|’s) (?:post|comment|photo|video|link|status|reply|album|note|activity|event|memory)"
)
_IN_GROUP = re.compile(r"(?:'s|’s) (?:post|comment|photo|video|link|reply|poll) in (.+?)\.?$")
_LEFT = re.compile(r"stopped being a member|\bleft\b|removed")
_OWN = frozenset(("his own", "her own", "their own", "his", "her", "their", "your", "your own"))
_RECOMMENDED = re.compile(r"  ?(doesn't |doesn’t )?recommends? (.+?)\.?$")
# members of an attachment that have a name
_SHOWN = ("external_context", "event", "life_event", "for_sale_item", "place")
_SHARED = re.compile(r" shared (?:a|an|the) (?:post|link|photo|video|memory|page|event|album|group)")


def read_facebook(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield what a person did on Facebook."""
    return read_parts(archive, PARTS, _context(archive), PLATFORM, messages)


def _context(archive: Archive) -> Context:
    for name in archive.named(r"profile_information\.json"):
        try:
            content = repair_all(load_json(archive.open(name)))
        except InputError:
            continue
        for key in ("profile_v2", "profile"):
            found = first(member(content, key, "name"), "full_name") or first(member(content, key), "name")
            if found:
                return Context(Party(found, found, "Person"))
    return Context()


def _actor(title: str, context: Context) -> Party:
    if context.owner.id:
        return context.owner
    match = _ACTOR.match(title)
    return Party(match[1], match[1], "Person") if match else Party("", "", "Person")


def _post(item: Item, context: Context) -> Iterable[Activity]:
    post = repair_all(item.value)
    title = first(post, "title")
    data, attached = objects(post.get("data")), _attached(post)
    verb, kind = ("Announce" if _SHARED.search(title) else "Create"), "Note"
    labelled = labels(post.get("label_values"))
    words = unique(filter(None, [first(each, "post") for each in data]))
    words = words or unique(filter(None, [first(each.get("media"), "description") for each in attached]))
    words = words or tuple(filter(None, [labelled.get(name, "") for name in ("text", "message", "caption")]))
    wall, group, judged = _WALL.search(title), _GROUP.search(title), _RECOMMENDED.search(title)
    target = Thing(wall[1], "Person", wall[1]) if wall else Thing(group[1], "Group", group[1]) if group else NOTHING
    name, url = (
        _about(attached),
        next((u for each in attached if (u := first(each.get("external_context"), "url"))), ""),
    )
    if judged:
        verb, kind, name = ("Dislike" if judged[1] else "Like"), "Organization", judged[2]
    elif any("event" in each for each in attached):
        kind = "Event"
    people = tuple(Party(found, found) for each in objects(post.get("tags")) if (found := first(each, "name")))
    time = from_epoch(post.get("timestamp")) or from_epoch(next((t for e in attached if (t := _taken(e))), 0))
    yield Activity(verb, _actor(title, context), Thing(url or labelled.get("url", ""), kind, name), target,
                   "\n".join(words), "", mentions=people, id=first(post, "fbid"), published=time,
                   channel=target.name if group else "")  # fmt: skip


def _taken(attached: dict[str, Any]) -> Any:
    return attached.get("creation_timestamp") or member(attached, "media", "creation_timestamp")


def _about(attached: list[dict[str, Any]]) -> str:
    """Return what is shown in a post: a link's or an event's name, a poll's question, a place."""
    for each in attached:
        poll = member(each, "poll")
        asked = [first(poll, "question"), *(first(one, "option") for one in objects(member(poll, "options")))]
        named = [first(each.get(name), "name", "title", "source") for name in _SHOWN]
        found = next(filter(None, [*named, "\n".join(filter(None, asked)), first(each, "name", "text")]), "")
        if found:
            return found
    return ""


def _attached(post: dict[str, Any]) -> list[dict[str, Any]]:
    found = [each for part in objects(post.get("attachments")) for each in objects(part.get("data"))]
    if "uri" in post:  # a photo that is listed by itself
        found.append({"media": post})
    return found + [{"media": each} for each in objects(post.get("media"))]


def _comment(item: Item, context: Context) -> Iterable[Activity]:
    whole = repair_all(item.value)
    title = first(whole, "title")
    comments = [each["comment"] for each in objects(whole.get("data")) if isinstance(each.get("comment"), dict)]
    comment = comments[0] if comments else {}
    author = first(comment, "author")
    actor = Party(author, author, "Person") if author else _actor(title, context)
    group = first(comment, "group")
    links = [first(each.get("external_context"), "name") for each in _attached(whole)]
    yield Activity("Create", actor, Thing("", "Note", next(filter(None, links), "")),
                   Thing(group, "Group", group) if group else NOTHING,
                   "\n".join(filter(None, (first(each, "comment") for each in comments))),
                   in_reply_to=Thing("", "Note", "", _owner(title, actor)), channel=group,
                   published=from_epoch(whole.get("timestamp") or comment.get("timestamp")),
                   id=first(whole, "fbid"))  # fmt: skip


def _owner(title: str, actor: Party) -> Party:
    """Return whose post a title such as "A commented on B's photo." names."""
    match = _OWNER_OF.search(title)
    if not match:
        return Party()
    return actor if match[1] in _OWN else Party(match[1], match[1])


def _reaction(item: Item, context: Context) -> Iterable[Activity]:
    whole = repair_all(item.value)
    title = first(whole, "title")
    labelled = labels(whole.get("label_values"))
    reactions = [each.get("reaction") for each in objects(whole.get("data"))]
    actor = next((Party(found, found, "Person") for each in reactions if (found := first(each, "actor"))), None)
    actor = actor or _actor(title, context)
    match = re.search(r"(?:likes|liked|reacted to) (.+?)(?:'s|’s) ", title)
    owner = Party(match[1], match[1]) if match and match[1] not in _OWN else _owner(title, actor)
    if not match and (name := labelled.get("name") or labelled.get("owner name", "")):
        owner = Party(name, name)
    group = _IN_GROUP.search(title)
    yield Activity("Like", actor, Thing(labelled.get("url", ""), "Note", "", owner),
                   Thing(group[1], "Group", group[1]) if group else NOTHING, id=first(whole, "fbid"),
                   channel=group[1] if group else "", published=from_epoch(whole.get("timestamp")))  # fmt: skip


def _tie(verb: str, kind: str, two_way: bool | None = None, incoming: bool = False) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        row = repair_all(item.value)
        if not item.list and "name" not in row and not row.get("data"):
            return
        name = first(row, "name") or next((n for each in objects(row.get("data")) if (n := first(each, "name"))), "")
        name = name or re.sub(r"^You (?:became a member of|joined) (.+?)\.?$", r"\1", first(row, "title"))
        time = from_epoch(row.get("timestamp") or row.get("start_timestamp"))
        act = "Leave" if verb == "Join" and _LEFT.search(first(row, "title")) else verb
        me = Thing(context.owner.id, "Person", context.owner.name)
        other, there = Party(name, name, kind), Thing(name, kind, name)
        owner = context.owner if context.owner.id else Party("", "", "Person")
        ends = (other, me) if incoming else (owner, there)
        yield Activity(act, *ends, two_way=two_way, published=time)

    return reader


def _events(item: Item, context: Context) -> Iterable[Activity]:
    verbs = {"events_joined": "Accept", "events_interested": "TentativeAccept", "events_declined": "Reject"}
    responses = item.value.get("event_responses_v2") or item.value.get("event_responses") or {item.list: [item.value]}
    for name, verb in verbs.items():
        for event in objects(repair_all(responses).get(name)):
            called = first(event, "name")
            yield Activity(verb, context.owner, Thing(called, "Event", called),
                           published=from_epoch(event.get("start_timestamp")))  # fmt: skip


def _made_event(item: Item, context: Context) -> Iterable[Activity]:
    event = repair_all(item.value)
    if not first(event, "name"):
        return
    words = "\n".join(filter(None, (first(event, "name"), first(event, "description"))))
    time = from_epoch(event.get("create_timestamp") or event.get("start_timestamp"))
    yield Activity("Create", context.owner, Thing(first(event, "name"), "Event"), content=words, published=time)


def _invited(item: Item, context: Context) -> Iterable[Activity]:
    event = repair_all(item.value)
    called, me = first(event, "name"), Thing(context.owner.id, "Person", context.owner.name)
    if called:
        yield Activity("Invite", NOBODY, me, Thing(called, "Event", called), called, "person",
                       published=from_epoch(event.get("start_timestamp")))  # fmt: skip


def _story_reaction(item: Item, context: Context) -> Iterable[Activity]:
    row = repair_all(item.value)
    title = first(row, "title")
    actor = _actor(title, context)
    match = re.search(r" (?:to|on) (.+?)(?:'s|’s) (?:story|poll)", title)
    owner = Party(match[1], match[1]) if match and match[1] not in _OWN else Party()
    words = "\n".join(filter(None, (first(each, "text", "comment") for each in objects(row.get("data")))))
    yield Activity("Create", actor, Thing("", "Note", _about(_attached(row))), content=words,
                   in_reply_to=Thing("", "Note", "", owner), published=from_epoch(row.get("timestamp")))  # fmt: skip


def _saved(item: Item, context: Context) -> Iterable[Activity]:
    row = repair_all(item.value)
    yield Activity("Add", _actor(first(row, "title"), context), Thing("", "Note", _about(_attached(row))),
                   published=from_epoch(row.get("timestamp")))  # fmt: skip


def _others_post(item: Item, context: Context) -> Iterable[Activity]:
    """Yield what others wrote on one's own timeline."""
    log = member(item.value, "wall_posts_sent_to_you", "activity_log_data")
    for post in [item.value] if log is None else objects(log):
        for each in _post(item._replace(value=post), Context()):
            yield replace(each, target=Thing(context.owner.id, "Person", context.owner.name))


PARTS = (
    Part(r"your_posts[^/]*\.json", _post),
    Part(r"(?:your_)?(?:posts_and_status_updates|uncategorized_photos|photos|videos)\.json", _post,
         lists=frozenset(("other_photos_v2", "photos_v2", "videos_v2", "videos")).__contains__),
    Part(r"(?:group_posts_and_comments|your_posts_in_groups|group_posts)\.json", _post),
    Part(r"comments\.json|your_comments_in_groups\.json", _comment),
    Part(r"(?:likes_and_reactions[^/]*|posts_and_comments)\.json", _reaction),
    Part(r"(?:your_)?friends\.json", _tie("Follow", "Person", two_way=True)),
    Part(r"received_friend_requests[^/]*\.json", _tie("Follow", "Person", incoming=True)),
    Part(r"(?:rejected|removed)_friend(?:s|_requests)[^/]*\.json", _tie("Remove", "Person")),
    Part(r"sent_friend_requests[^/]*\.json", _tie("Follow", "Person")),
    Part(r"(?:who_you_follow|who_you've_followed|following)\.json", _tie("Follow", "")),
    Part(r"(?:people_who_followed_you|followers)\.json", _tie("Follow", "Person", incoming=True)),
    Part(r"(?:pages_you_follow|pages_you've_followed)\.json", _tie("Follow", "Organization")),
    Part(r"(?:pages_you've_unfollowed|unfollowed_pages)\.json", _tie("Leave", "Organization")),
    Part(r"(?:pages_you've_liked|pages)\.json", _tie("Like", "Organization")),
    Part(r"your_group_membership_activity\.json", _tie("Join", "Group")),
    Part(r"your_event_responses\.json", _events),
    Part(r"your_events\.json", _made_event),
    Part(r"event_invitations\.json", _invited),
    Part(r"(?:story_reactions|polls_you_voted_on)\.json", _story_reaction),
    Part(r"your_saved_items\.json", _saved),
    Part(r"(?:posts_on_other_pages_and_profiles|other_people's_posts_to_your_timeline)\.json", _others_post),
    Part(r"message_\d+\.json", message_activity, lists=MESSAGE_LISTS, private=True),
)  # fmt: skip
