"""The table of exports: its rows drive the option, the README and the tests."""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from socialclass.activity import Activity
from socialclass.errors import InputError
from socialclass.reading.activitystreams import COLLECTIONS, OBJECTS, VERBS, read_activitystreams, type_of
from socialclass.reading.archive import Archive, Fault
from socialclass.reading.bluesky import read_bluesky
from socialclass.reading.facebook import read_facebook
from socialclass.reading.instagram import read_instagram
from socialclass.reading.items import Unreadable
from socialclass.reading.linkedin import read_linkedin
from socialclass.reading.mastodon import read_mastodon
from socialclass.reading.reddit import read_reddit
from socialclass.reading.slack import read_slack
from socialclass.reading.twitter import read_twitter

Reader = Callable[[Archive, bool], Iterator[Activity | Unreadable]]
_HEAD = 1 << 16


@dataclass(frozen=True)
class Export:
    """A row of the table.

    files: what is read, for people; names: members by which an archive is known (patterns, any one is enough).
    content: what the first 64 KiB of one of those members must hold (a pattern); nothing where the name is enough.
    single: what the first 64 KiB of a file given by itself must hold, whatever its name.
    """

    name: str
    files: str
    names: tuple[str, ...]
    content: str
    single: str
    reader: Reader


_AS_MEMBERS = ("actor", "object", "attributedTo", "items", "orderedItems")
_AS_TYPE = "|".join(sorted(VERBS | OBJECTS))

# the first row that claims an archive has it
EXPORTS: tuple[Export, ...] = (
    Export(
        "mastodon",
        "outbox.json, likes.json, bookmarks.json, following_accounts.csv, blocked_accounts.csv, muted_accounts.csv",
        (r"outbox[^/]*\.json",),
        r"(?s)activitystreams.*OrderedCollection|OrderedCollection.*activitystreams",
        r'(?s)"id"\s*:\s*"outbox\.json"',
        read_mastodon,
    ),
    Export(
        "activitystreams",
        "JSON and JSON Lines: activities, collections, ordered collections",
        (r"[^/]*\.(json|jsonl|ndjson|jsonld)",),
        "",  # see _is_activitystreams
        "",
        read_activitystreams,
    ),
    Export(
        "twitter",
        "tweets.js, tweet.js, tweets-part*.js, note-tweet.js, community-tweet.js, deleted-tweets.js, like.js, "
        "following.js, follower.js, block.js, mute.js, direct-messages*.js",
        (
            r"tweets?(-part\d+)?\.js",
            r"js/tweets/\d{4}_\d\d\.js",
            r"like\.js",
            r"following\.js",
            r"direct-messages?[^/]*\.js",
            r"account\.js",
        ),
        r"window\.YTD\.|Grailbird|^\s*\[",
        r"^\s*window\.YTD\.|^\s*Grailbird\.data|^\s*\[\s*\{\s*\"tweet\"\s*:",
        read_twitter,
    ),
    Export(
        "slack",
        "channels.json, users.json, a folder a channel with a file a day; groups, mpims, dms",
        (r"channels\.json", r"[^/]+/\d{4}-\d\d-\d\d\.json"),
        r'"is_archived"|"ts"\s*:|"is_general"|"members"|^\s*\[\s*\]',
        r'(?s)"type"\s*:\s*"message".*"ts"\s*:|"ts"\s*:.*"type"\s*:\s*"message"',
        read_slack,
    ),
    Export(
        "linkedin",
        "Shares.csv, Comments.csv, Reactions.csv, Connections.csv, Invitations.csv, Company Follows.csv, "
        "recommendations, endorsements, Votes.csv, Articles/*.html, messages.csv",
        (r"Shares[^/]*\.csv", r"Connections\.csv", r"Reactions\.csv", r"Comments\.csv"),
        r"(?is)ShareLink|ShareCommentary|Connected On|Date,Type,Link|Date,Link,Message"
        r"|^(?!\W*id,permalink).*linkedin\.com/",
        r"(?i)^\W*Date,ShareLink|ShareCommentary|^Notes:|Connected On|^\W*Date,Type,Link|^\W*Date,Link,Message",
        read_linkedin,
    ),
    Export(
        "reddit",
        "comments.csv, posts.csv, post_votes.csv, comment_votes.csv, subscribed_subreddits.csv, messages.csv",
        (r"comments\.csv", r"posts\.csv", r"post_votes\.csv", r"comment_votes\.csv"),
        r"(?i)permalink",
        r"^\W*id,permalink,",
        read_reddit,
    ),
    Export(
        "bluesky",
        "feeds and threads of the API (getAuthorFeed, getTimeline, getPostThread, searchPosts …), repository records "
        "in JSON Lines, lists or a file each",
        (r"[^/]*\.(json|jsonl|ndjson)",),
        r"app\.bsky\.|\"did\"\s*:\s*\"did:",
        r"app\.bsky\.(feed|graph)\.|\"at://did:|\"did\"\s*:\s*\"did:",
        read_bluesky,
    ),
    Export(
        "instagram",
        "posts_*.json, reels.json, stories.json, threads, reposts, comments, likes, saved posts, story answers, "
        "following.json, followers_*.json, requests, blocked profiles, messages",
        (
            r"(?:your_instagram_activity|media|content|comments|followers_and_following|connections|likes)/(?:.*/)?"
            r"(?:posts_\d+|reels|stories|igtv_videos|profile_photos|post_comments(?:_\d+)?|reels_comments"
            r"|liked_posts|liked_comments|following|followers(?:_\d+)?)\.json",
            r"posts_\d+\.json",
            r"media\.json|connections\.json",
            r"your_instagram_activity/messages/.+/message_\d+\.json",
        ),
        r'"media"|"participants"|"label_values"|string_list_data|string_map_data|relationships_|ig_[a-z]+_media|^\s*\[\s*\]'
        r'|"photos"\s*:|"following"\s*:\s*\{|"media_(?:likes|comments)"',
        r'(?s)^\s*\[\s*\{\s*"media"\s*:|string_list_data|string_map_data|"ig_[a-z]+_media"|"relationships_[a-z]+"'
        r'|^\s*\{\s*"photos"\s*:\s*\[\s*\{\s*"caption"',
        read_instagram,
    ),
    Export(
        "facebook",
        "your_posts*.json, photos, group posts, comments, reactions, friends, followers, pages, groups, events, "
        "stories, polls, saved items, others' posts on one's timeline, messages",
        (
            r"your_posts[^/]*\.json",
            r"comments\.json",
            r"(?:your_)?friends\.json",
            r"likes_and_reactions[^/]*\.json|posts_and_comments\.json",
            r"your_facebook_activity/messages/.+/message_\d+\.json",
        ),
        r'"timestamp"|"participants"|"label_values"|_v2"|"friends"|"comments"|^\s*\[\s*\]',
        r'(?s)^\s*\[\s*\{\s*"(?:timestamp|attachments|data|title)"\s*:.*"timestamp"|"(?:friends|comments|reactions)_v2"'
        r'|"(?:friends|comments|reactions|status_updates|page_likes)"\s*:\s*\[\s*\{\s*"(?:timestamp|name)"',
        read_facebook,
    ),
)
EXPORT_FORMATS = tuple(sorted(row.name for row in EXPORTS))
_BY_NAME = {row.name: row for row in EXPORTS}


def export_named(name: str) -> Export:
    """Return the row of this name; raises `KeyError`."""
    return _BY_NAME[name]


def recognise(archive: Archive) -> Export | None:
    """Return the row that an archive is an export of, by its members' names and beginnings, or None."""
    if archive.single:
        return next((row for row in EXPORTS if any(_is_single(archive, row, name) for name in archive.members)), None)
    for row in EXPORTS:
        for pattern in row.names:
            for name in archive.named(pattern)[:20]:
                head = head_of(archive, name)
                if _is_activitystreams(head) if row.name == "activitystreams" else re.search(row.content, head):
                    return row
    return None


_GENERIC = frozenset(("activitystreams", "bluesky"))  # known by any JSON file with their marks in it


def platforms_apart(archive: Archive) -> dict[str, str]:
    """Return the folders of an archive that are exports of different platforms, with the platforms; else nothing.

    An export has folders, too: only those count that no other platform has a file in.
    """
    common = os.path.commonpath(list(archive.members)) if len(archive.members) > 1 else ""
    below = len(common.split("/")) if common else 0
    found: dict[str, set[str]] = {}
    for row in EXPORTS:
        for pattern in () if row.name in _GENERIC else row.names:
            tops: dict[str, str] = {}
            for name in archive.named(pattern):
                parts = name.split("/")
                tops.setdefault("/".join(parts[: below + 1]) if len(parts) > below + 1 else "", name)
            for top, name in tops.items():
                if row.name not in found.get(top, ()) and re.search(row.content, head_of(archive, name)):
                    found.setdefault(top, set()).add(row.name)
    if "" in found or any(len(names) > 1 for names in found.values()):
        return {}
    apart = {top: next(iter(names)) for top, names in sorted(found.items())}
    return apart if len(set(apart.values())) > 1 else {}


def several_exports(archive: Archive, apart: dict[str, str]) -> InputError:
    """Return the error for a folder of exports, of which only one would be read."""
    listed = ", ".join(f"{name} in {folder}" for folder, name in apart.items())
    return InputError(
        f"exports of several platforms: {listed}",
        place=archive.source,
        remedy="give these folders, or say which to read: --input-format",
    )


def _is_single(archive: Archive, row: Export, name: str) -> bool:
    head = head_of(archive, name)
    if row.name == "activitystreams":
        return _is_activitystreams(head)
    return bool(re.search(row.single, head)) or (
        any(archive.named(pattern) for pattern in row.names) and bool(re.search(row.content, head))
    )


def _is_activitystreams(head: str) -> bool:
    """Say whether a file begins with an activity or a collection: not every JSON with a ``type`` is one."""
    head = head.lstrip("\ufeff \t\r\n")
    try:
        found = json.loads(head.split("\n", 1)[0])
    except (ValueError, RecursionError):
        typed = re.search(rf'"type"\s*:\s*"(?:{_AS_TYPE})"', head)
        return head[:1] in ("[", "{") and ("w3.org/ns/activitystreams" in head or bool(typed and '"actor"' in head))
    if isinstance(found, dict) and isinstance(found.get("text"), str):
        return False  # a table of texts with columns of these names: its words stand in no member of an activity
    if not isinstance(found, dict):
        return isinstance(found, list) and any(_is_activitystreams(json.dumps(each)) for each in found[:1])
    if "w3.org/ns/activitystreams" in str(found.get("@context")):
        return True
    return type_of(found) in VERBS | OBJECTS | COLLECTIONS and any(name in found for name in _AS_MEMBERS)


def head_of(archive: Archive, name: str) -> str:
    """Return a member's first 64 KiB as text; nothing where they cannot be read."""
    try:
        with archive.open(name) as stream:
            data = stream.read(_HEAD)
    except InputError:
        return ""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace")


# forms in which platforms hand out the same, and which are not read
_OTHER_FORMS = (
    (
        r"(?:your_facebook_activity|your_instagram_activity|posts|comments|content|media|connections)/(?:.*/)?"
        r"[^/]*\.html|start_here\.html",
        "a download from Facebook or Instagram as web pages",
        "ask the platform for the format JSON",
    ),
    (r"[^/]*\.car", "a repository of Bluesky as CAR", "unpack it to JSON, for example with goat repo unpack"),
    (r"[^/]*\.(?:zip|tgz|tar\.gz)", "an archive that holds archives", "give it those that are in it"),
)


def _refused(archive: Archive) -> Iterator[Fault]:
    """Yield what of an archive could not be looked at, although its name may be that of an export's file."""
    patterns = list(dict.fromkeys(pattern for row in EXPORTS for pattern in row.names))
    known = re.compile(rf"(?:^|/)(?:{'|'.join(patterns)})$", re.IGNORECASE)
    yield from (fault for fault in archive.faults if not archive.members or known.search(fault.name))
    for pattern in patterns:
        for name in archive.named(pattern)[:5]:
            try:
                with archive.open(name) as stream:
                    stream.read(1)
            except InputError as error:
                yield Fault(name, error.problem)


def unknown_export(archive: Archive) -> InputError:
    """Return the error for what no row claims: what was found, and what is known."""
    refused = next(_refused(archive), None)
    if refused is not None:
        return InputError(
            f"{refused.name}: {refused.problem}", place=archive.source, remedy="download the export again"
        )
    for pattern, problem, remedy in _OTHER_FORMS:
        if archive.named(pattern):
            return InputError(problem, place=archive.source, remedy=remedy)
    shown = ", ".join(list(archive.members)[:3]) or "no files"
    more = len(archive.members) - 3
    found = f"{shown} and {more} more" if more > 0 else shown
    known = ", ".join(EXPORT_FORMATS)
    return InputError(
        f"no export of a known platform (it holds {found}; looked for files such as channels.json, tweets.js, "
        "outbox.json, Shares.csv, your_posts_1.json, posts_1.json, comments.csv, and for ActivityStreams and Bluesky "
        "JSON)",
        place=archive.source,
        remedy=f"say which it is: --input-format, one of {known}",
    )
