"""Exports as they are after years of use: what stands beside the posts, and what the shapes of other years say."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks.million import write_activities
from socialclass.activity import Activity, Party, Thing, facts
from socialclass.errors import InputError
from socialclass.language import is_foreign
from socialclass.privacy import Privacy
from socialclass.reading import ReadOptions
from socialclass.reading.slack_words import words_of_blocks
from socialclass.reading.source import InputOptions, export_format, read_records
from socialclass.reading.values import from_words, in_utc
from tests import exports_made as made
from tests.exports_made import EXPORTS_MADE
from tests.test_exports import folder, good, of, read

NOON = 1714737600
UTC_NOON = "2024-05-03T12:00:00Z"


def js(value: Any, name: str = "x") -> bytes:
    return f"window.YTD.{name}.part0 = {json.dumps(value, indent=1)}".encode()


def data(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()


def tweet(number: int, text: str, time: str = "Fri May 03 12:00:59 +0000 2024", **more: Any) -> dict[str, Any]:
    return {"tweet": {"id_str": str(number), "full_text": text, "created_at": time, **more}}


def note(text: str, time: str, **core: Any) -> dict[str, Any]:
    return {"noteTweet": {"noteTweetId": "9", "createdAt": time, "core": {"text": text, **core}}}


@pytest.mark.parametrize(("name", "files", "plain", "with_messages"), EXPORTS_MADE)
def test_no_two_records_have_the_same_id(
    tmp_path: Path, name: str, files: dict[str, bytes], plain: int, with_messages: int
) -> None:
    """Nor have the records of an export that holds everything twice, and a second run gives the same ids."""
    twice = files | {f"again/{each}": content for each, content in files.items()}
    for each in (files, twice) if name != "activitystreams" else ():
        source = folder(tmp_path / str(len(each)), each)
        ids = [one.id for one in good(read(source, True, name))]
        assert "" not in ids
        assert len(ids) == len(set(ids)) >= with_messages
        assert ids == [one.id for one in good(read(source, True, name))]


def test_what_somebody_is_called_is_no_word(tmp_path: Path) -> None:
    """A handle that is followed or blocked, and the owner whom others follow, are judged by facts alone."""
    found = of(tmp_path / "t", made.TWITTER) + of(tmp_path / "i", made.INSTAGRAM) + of(tmp_path / "m", made.MASTODON)
    ties = [each for each in found if each.verb in ("Follow", "Block", "Ignore")]
    assert len(ties) > 4
    assert {each.text for each in ties} == {""}


def test_a_long_tweet_is_joined_with_its_beginning(tmp_path: Path) -> None:
    """Over the minute's turn, behind those whom it answers, with a link at its start; short links are whole again."""
    long = "A https://t.co/aa boat that leaks is a boat that teaches, and this one " + "taught us well. " * 20
    whole = long.replace("https://t.co/aa", "https://boats.example/leaks")
    core = {"urls": [{"shortUrl": "https://t.co/aa", "expandedUrl": "https://boats.example/leaks"}]}
    files = {
        "data/tweets.js": js([tweet(1, f"@bo @cy {long[:260]}… https://t.co/zz"), tweet(2, "A boat. https://t.co/yy")]),
        "data/note-tweet.js": js([note(long, "2024-05-03T12:01:00.000Z", **core)]),
    }
    first, second = of(tmp_path, files)
    assert first.content == whole
    assert second.content == "A boat. https://t.co/yy"


def test_twitter_beside_the_tweets(tmp_path: Path) -> None:
    """Posts in communities, tweets taken back, blocks, mutes; a business account; a retweet is not cut."""
    shared = {"id_str": "7", "full_text": "the ferry sails &amp; sails " + "on " * 50, "user": {"screen_name": "bo"}}
    files = {
        "data/account.js": js([{"account": {"accountId": "1", "username": "ana"}}]),
        "data/professional-data.js": js([{"professionalData": {"professionalType": "Business"}}]),
        "data/tweets.js": js([tweet(1, "RT @bo: the ferry sails &amp; sa…", retweeted_status=shared)]),
        "data/community-tweet.js": js([tweet(2, "swim on Sunday?")]),
        "data/deleted-tweets.js": js([tweet(3, "I regret this", deleted_at="x")]),
        "data/block.js": js([{"blocking": {"accountId": "8"}}]),
        "data/mute.js": js([{"muting": {"accountId": "9"}}]),
        "data/tweet-headers.js": js([{"tweet": {"tweet_id": "1"}}]),
    }
    found = of(tmp_path, files)
    assert {each.actor for each in found} == {Party("1", "ana", "Organization")}
    assert [(each.verb, each.object.id, each.content[:16]) for each in found] == [
        ("Announce", "7", "the ferry sails "), ("Create", "2", "swim on Sunday?"), ("Block", "8", ""),
        ("Ignore", "9", ""), ("Delete", "3", "I regret this"),
    ]  # fmt: skip
    assert found[0].content.endswith("on on")


def message(ts: int, text: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "message", "ts": f"17147376{ts:02d}.1", "text": text, "user": "U1", **more}


def slack(tmp_path: Path, *messages: dict[str, Any]) -> list[Activity]:
    return of(tmp_path, {**made.SLACK, "garden/2024-05-03.json": data(messages)})


def test_slack_words_that_stand_in_blocks_alone(tmp_path: Path) -> None:
    """Rich text with people, lists and links; sections with fields; a bot's attachment with fields."""
    rich = [
        {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [
                {"type": "text", "text": "Lunch & "},
                {"type": "user", "user_id": "U2"}, {"type": "emoji", "name": "soup"},
            ]},
            {"type": "rich_text_list", "elements": [
                {"type": "rich_text_section", "elements": [
                    {"type": "link", "url": "https://m.example", "text": "menu"}]},
            ]},
        ]},
    ]  # fmt: skip
    asked = [
        {"type": "header", "text": {"type": "plain_text", "text": "Poll"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Where* to?"}, "fields": [{"text": "Harbour"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "3 votes"}]},
    ]
    failed = [{"title": "Build", "text": "failed", "fields": [{"title": "By", "value": "ana"}]}]
    nothing = "This content can't be displayed."
    found = slack(tmp_path, message(1, blocks=rich), message(2, nothing, blocks=asked), message(3, attachments=failed))
    assert [each.content for each in found] == [
        "Lunch & @Ben:soup:\nmenu (https://m.example)", "Poll\nWhere to?\nHarbour\n3 votes", "Build\nfailed\nBy: ana",
    ]  # fmt: skip
    assert [each.id for each in found[0].mentions] == ["U2"]
    deep: Any = []
    for _ in range(500):
        deep = [{"elements": deep}]
    assert words_of_blocks(deep) == ""


def test_slack_messages_that_were_changed_deleted_or_shared(tmp_path: Path) -> None:
    """Each keeps its words; a shared message is its author's; a tombstone or a pin is nothing done to the channel."""
    before = {"user": "U1", "text": "old", "ts": "1714737599.1", "reactions": [{"name": "x", "users": ["U2"]}]}
    share = [{"is_share": True, "author_id": "U2", "text": "ben's words", "channel_id": "C1", "ts": "1714737590.1"}]
    found = slack(
        tmp_path,
        message(1, subtype="message_changed", message={**before, "text": "new"}, original=before),
        message(2, subtype="message_deleted", original=before),
        message(3, attachments=share),
        message(4, "look!", attachments=share),
        message(5, "This message was deleted.", subtype="tombstone"),
        message(6, "pinned", subtype="pinned_item"),
        message(7, "set the topic", subtype="channel_topic"),
    )
    assert [(each.verb, each.content, each.object.type) for each in found] == [
        ("Update", "new", "Note"), ("Delete", "old", "Note"), ("Announce", "ben's words", "Note"),
        ("Create", "look!", "Note"), ("Delete", "", "Note"), ("Add", "", "Note"), ("Update", "", "Group"),
    ]  # fmt: skip
    assert found[2].object == Thing("C1:1714737590.1", "Note", "", Party("U2", "Ben", "Person"))
    assert found[0].published == "2024-05-03T12:00:01Z"
    assert not any("<deletes a group>" in facts(each) or "<adds a group>" in facts(each) for each in found)


def test_facebook_posts_that_say_it_otherwise(tmp_path: Path) -> None:
    """Recommendations, polls, places, sales, life events, links without a name, photos listed by themselves."""
    name = "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json"
    shown: list[Any] = [
        {"data": [], "title": "Ana Lund  recommends The Tin Bakery."},
        {"data": [{"post": "cold"}], "title": "Ana Lund  doesn't recommend The Tin Bakery."},
        {"attachments": [{"data": [{"poll": {"question": "Which day?", "options": [{"option": "Fri"}]}}]}]},
        {"attachments": [{"data": [{"place": {"name": "Pier 4"}}]}], "title": "Ana Lund was at Pier 4."},
        {"attachments": [{"data": [{"for_sale_item": {"title": "Old oars"}}]}]},
        {"attachments": [{"data": [{"life_event": {"title": "Began a new job"}}]}]},
        {"attachments": [{"data": [{"external_context": {"url": "https://n.example"}}]}], "title": "A shared a link."},
        {"label_values": [{"label": "Text", "value": "new shape"}, {"label": "URL", "value": "https://f.example/1"}]},
    ]
    photos = {"other_photos_v2": [{"uri": "a.jpg", "creation_timestamp": NOON, "description": "the boat"}]}
    files = {
        **made.FACEBOOK,
        name: data([{"timestamp": NOON, **each} for each in shown]),
        "your_facebook_activity/posts/your_uncategorized_photos.json": data(photos),
    }
    found = of(tmp_path, files)[:9]
    assert [(each.verb, each.object.type, each.object.name) for each in found[:2]] == [
        ("Like", "Organization", "The Tin Bakery"), ("Dislike", "Organization", "The Tin Bakery"),
    ]  # fmt: skip
    assert [each.text for each in found] == [
        "", "cold", "Which day?\nFri", "Pier 4", "Old oars", "Began a new job", "", "new shape", "the boat",
    ]  # fmt: skip
    assert (found[6].verb, found[6].object.id) == ("Announce", "https://n.example")
    assert {each.published for each in found} == {UTC_NOON}


def test_facebook_beside_the_posts(tmp_path: Path) -> None:
    """Groups left, requests, invitations, one's own events, stories, saved links, others on one's own timeline."""
    wall = {
        "activity_log_data": [{"timestamp": NOON, "data": [{"post": "hi ana"}], "title": "Bo wrote on your timeline."}]
    }
    link = [{"data": [{"external_context": {"name": "Rope guide"}}]}]
    files = {
        "profile_information/profile_information.json": data({"profile_v2": {"name": {"full_name": "Ana"}}}),
        "g/your_group_membership_activity.json": data({"groups_joined_v2": [
            {"timestamp": NOON, "data": [{"name": "Sheds"}], "title": "You stopped being a member of Sheds."}]}),
        "c/received_friend_requests.json": data({"received_requests_v2": [{"name": "Bo", "timestamp": NOON}]}),
        "c/removed_friends.json": data({"deleted_friends_v2": [{"name": "Cy", "timestamp": NOON}]}),
        "e/your_events.json": data({"your_events_v2": [
            {"name": "Party", "description": "cake", "start_timestamp": NOON}]}),
        "e/event_invitations.json": data({"events_invited_v2": [{"name": "Fair", "start_timestamp": NOON}]}),
        "s/story_reactions.json": data({"stories_feedback_v2": [
            {"timestamp": NOON, "data": [{"text": "ha"}], "title": "Ana replied to Bo's story."}]}),
        "s/your_saved_items.json": data({"saves_v2": [{"timestamp": NOON, "attachments": link, "title": "Ana saved"}]}),
        "p/posts_on_other_pages_and_profiles.json": data({"wall_posts_sent_to_you": wall}),
        "r/likes_and_reactions.json": data([{"timestamp": NOON, "fbid": "5", "label_values": [
            {"label": "Reaction", "value": "Like"}, {"label": "Name", "value": "Tern Air"}]}]),
        "your_posts_1.json": data([]),
    }  # fmt: skip
    found = {
        (each.verb, each.actor.name, each.object.name or each.object.author.name, each.text)
        for each in of(tmp_path, files)
    }
    assert found == {
        ("Leave", "Ana", "Sheds", ""), ("Follow", "Bo", "Ana", ""), ("Remove", "Ana", "Cy", ""),
        ("Create", "Ana", "", "Party\ncake"), ("Invite", "", "Ana", "Fair"), ("Create", "Ana", "", "ha"),
        ("Add", "Ana", "Rope guide", "Rope guide"), ("Create", "Bo", "", "hi ana"), ("Like", "Ana", "Tern Air", ""),
    }  # fmt: skip


def test_instagram_in_the_shape_of_2025_and_beside_the_posts(tmp_path: Path) -> None:
    """``label_values`` give owner and link; threads, reposts, story answers, saved posts, hashtags, requests."""
    labelled = [{"label": "URL", "value": "https://i.example/p/1"},
                {"title": "Owner", "dict": [{"dict": [{"label": "Username", "value": "bo.e"}]}]}]  # fmt: skip
    at = [{"timestamp": NOON, "value": "Yes"}]
    mine = "your_instagram_activity"
    saved = {"title": "bo.e", "string_map_data": {"Saved on": {"href": "https://i.example/p/3", "timestamp": NOON}}}
    files = {
        f"{mine}/likes/liked_posts.json": data([{"timestamp": NOON, "label_values": labelled, "fbid": "4"}]),
        f"{mine}/media/reposts.json": data([{"timestamp": NOON, "label_values": labelled, "fbid": "5"}]),
        f"{mine}/story_interactions/polls.json": data(
            {"story_activities_polls": [{"title": "bo.e", "string_list_data": at}]}),
        f"{mine}/story_interactions/story_likes.json": data(
            {"story_activities_story_likes": [{"title": "bo.e", "string_list_data": [{"timestamp": NOON}]}]}),
        f"{mine}/saved/saved_posts.json": data({"saved_saved_media": [saved]}),
        f"{mine}/threads/threads_and_replies.json": data({"text_post_app_text_posts": [
            {"media": [{"uri": "", "creation_timestamp": NOON, "title": "a thread"}]}]}),
        "connections/f/following_hashtags.json": data({"relationships_following_hashtags": [
            {"title": "", "string_list_data": [{"value": "boats", "timestamp": NOON}]}]}),
    }  # fmt: skip
    found = of(tmp_path, files)
    assert {(e.verb, e.object.id, e.object.author.id or e.in_reply_to.author.id, e.text) for e in found} == {
        ("Like", "https://i.example/p/1", "bo.e", ""), ("Announce", "https://i.example/p/1", "bo.e", ""),
        ("Create", "", "bo.e", "Yes"), ("Like", "", "bo.e", ""), ("Add", "https://i.example/p/3", "bo.e", ""),
        ("Create", "", "", "a thread"), ("Follow", "boats", "", ""),
    }  # fmt: skip
    assert {each.published for each in found} == {UTC_NOON}


def test_linkedin_beside_the_shares(tmp_path: Path) -> None:
    """Recommendations, endorsements, votes and articles; times are UTC, dates as the locale writes them."""
    who = b"First Name,Last Name,Company,Job Title,Text,Creation Date,Status\n"
    skill = b"Endorsement Date,Skill Name,First Name,Last Name,Public Url,Endorsement Status\n"
    article = (
        b'<html><head><title>x</title></head><body><h1>How we row</h1><p class="created">Created on 2024-05-03</p>'
        b"<div><p>First, we &amp; the oars.</p></div></body></html>"
    )
    files = {
        "Profile.csv": b"Vorname,Nachname\nAna,Lund\n",
        "Shares.csv": b"Date,ShareLink,ShareCommentary\n2024-05-03 12:00:00,https://l.example/1,hi\n",
        "Connections.csv": b"Hinweise:\n\nVorname,Nachname,URL,E-Mail,Firma,Position,Am\n"
        b"Bo,Ek,https://l.example/bo,,,,03 Mai 2024\n",
        "Recommendations_Given.csv": who + b'Bo,Ek,,,"Bo is great","05/03/24, 12:00 PM",VISIBLE\n',
        "Recommendations_Received.csv": who + b'Cy,Ek,,,"Ana is great","05/03/24, 12:00 PM",VISIBLE\n',
        "Endorsement_Received_Info.csv": skill + b"2024/05/03 12:00:00 UTC,Rowing,Bo,Ek,u,ACCEPTED\n",
        "Votes.csv": b"Date,Link,OptionText\n2024-05-03 12:00:00,https://l.example/2,Friday\n",
        "Articles/Articles/2024-05-03 12:00:00.0-how-we-row.html": article,
    }
    found = of(tmp_path, files)
    assert [(each.verb, each.actor.name, each.target.name or each.object.name, each.text) for each in found] == [
        ("Create", "Ana Lund", "", "hi"), ("Follow", "Ana Lund", "Bo Ek", ""),
        ("Create", "Ana Lund", "Bo Ek", "Bo is great"), ("Create", "Cy Ek", "Ana Lund", "Ana is great"),
        ("Like", "Bo Ek", "Ana Lund", ""), ("Create", "Ana Lund", "Friday", "Friday"),
        ("Create", "Ana Lund", "", "How we row\nFirst, we & the oars."),
    ]  # fmt: skip
    assert [each.published for each in found if each.verb != "Follow"] == [UTC_NOON] * 6
    assert found[1].published == "2024-05-03T00:00:00Z"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("03 May 2024", "2024-05-03T00:00:00Z"), ("03 mai 2024", "2024-05-03T00:00:00Z"),
        ("3 de agosto de 2024", "2024-08-03T00:00:00Z"), ("3 janv. 2024", "2024-01-03T00:00:00Z"),
        ("03 dic 2024", "2024-12-03T00:00:00Z"), ("12. Okt. 2024", "2024-10-12T00:00:00Z"),
        ("5/3/24, 7:52\u202fPM", "2024-05-03T19:52:00Z"), ("03.05.24, 19:52", "2024-05-03T19:52:00Z"),
        ("03/05/2024, 19:52", "2024-05-03T19:52:00Z"), ("2024-05-03 12:00:00 UTC", UTC_NOON),
        ("next week", "next week"), ("", ""),
    ],
)  # fmt: skip
def test_dates_in_other_locales(written: str, meant: str) -> None:
    """Months in other languages, days before months, a narrow blank before PM; what is no date stays."""
    assert in_utc(written) == meant
    assert from_words(written) in (meant, meant.removesuffix("Z"))


def test_reddit_votes_and_what_is_gone(tmp_path: Path) -> None:
    """A vote on a comment and one on a post of the same id are two; what was deleted is nobody's words."""
    link = b"https://www.reddit.com/r/bread/comments/abc/t/"
    files = {
        "comments.csv": b"id,permalink,date,subreddit,link,parent,body\nc1,"
        + link
        + b",,bread,"
        + link
        + b",,[deleted]\n",
        "post_votes.csv": b"id,permalink,direction\nx," + link + b",up\n",
        "comment_votes.csv": b"id,permalink,direction\nx," + link + b",up\n",
    }
    found = of(tmp_path, files)
    assert [(each.id, each.text) for each in found] == [("c1", ""), ("comment_vote:x", ""), ("vote:x", "")]


def sky(name: str, text: str, **record: Any) -> dict[str, Any]:
    author = {"did": f"did:plc:{name}", "handle": name}
    content = {"$type": "app.bsky.feed.post", "text": text, **record}
    return {"uri": f"at://did:plc:{name}/app.bsky.feed.post/{text}", "author": author, "record": content}


def test_bluesky_threads_from_the_top_down(tmp_path: Path) -> None:
    """What is above the post that was asked for is read, too; what is gone is passed over; depth costs nothing."""
    replies: list[Any] = []
    for number in range(300, 0, -1):
        replies = [{"post": sky("bo", f"r{number}"), "replies": replies}, {"uri": "x", "notFound": True}]
    thread = {"post": sky("ana", "asked"), "parent": {"post": sky("bo", "above")}, "replies": replies}
    (tmp_path / "thread.json").write_bytes(data({"thread": thread}))
    found = good(read(tmp_path / "thread.json", name="bluesky"))
    assert [each.content for each in found] == ["above", "asked", *(f"r{number}" for number in range(1, 301))]


def test_bluesky_pictures_repositories_and_streams(tmp_path: Path) -> None:
    """Descriptions stand for words; an unpacked repository's paths are its URIs; streams tell of deletions."""
    shown = {"embed": {"$type": "app.bsky.embed.images", "images": [{"alt": "two boats"}]}}
    feed = {"feed": [{"post": sky("ana", "", **shown)}]}
    (picture,) = of(tmp_path / "feed", {"feed.json": data(feed)})
    assert (picture.content, picture.text) == ("", "two boats")
    place = "did:plc:ana/app.bsky"
    files = {
        f"{place}.feed.post/3a.json": data({"$type": "app.bsky.feed.post", "text": "hi"}),
        f"{place}.graph.follow/3b.json": data({"$type": "app.bsky.graph.follow", "subject": "did:plc:bo"}),
        "did:plc:ana/_commit.json": data({"did": "did:plc:ana", "rev": "1", "sig": {}}),
    }
    found = of(tmp_path / "repository", files)
    assert {(each.verb, each.id, each.actor.id) for each in found} == {
        ("Create", "at://did:plc:ana/app.bsky.feed.post/3a", "did:plc:ana"),
        ("Follow", "at://did:plc:ana/app.bsky.graph.follow/3b", "did:plc:ana"),
    }
    gone = {"operation": "delete", "collection": "app.bsky.feed.post", "rkey": "3a"}
    lines = [{"did": "did:plc:ana", "time_us": NOON * 10**6, "kind": "commit", "commit": gone},
             {"did": "did:plc:ana", "kind": "identity"}]  # fmt: skip
    (tmp_path / "stream.jsonl").write_bytes(b"".join(json.dumps(each).encode() + b"\n" for each in lines))
    (only,) = good(read(tmp_path / "stream.jsonl", name="bluesky"))
    assert (only.verb, only.object.id, only.published) == ("Delete", "at://did:plc:ana/app.bsky.feed.post/3a", UTC_NOON)
    like = {"$type": "app.bsky.feed.like", "subject": {"uri": "at://did:plc:ana/app.bsky.feed.post/1"}}
    news = {
        "notifications": [
            {"uri": "at://did:plc:bo/app.bsky.feed.like/1", "author": {"did": "did:plc:bo"}, "record": like}
        ]
    }
    (told,) = of(tmp_path / "news", {"news.json": data(news)})
    assert (told.verb, told.actor.id, told.object.author.id) == ("Like", "did:plc:bo", "did:plc:ana")


def test_mastodon_polls_pictures_and_times(tmp_path: Path) -> None:
    """A poll's choices are its words, a picture's description stands for them; times of any zone are UTC."""
    me = "https://a.example/users/ana"
    held = [
        {"type": "Question", "content": "<p>which day?</p>", "oneOf": [{"name": "Friday"}, {"name": "Sunday"}]},
        {"type": "Note", "content": "", "attachment": [{"type": "Document", "name": "two boats"}]},
        {"type": "Note", "content": "<p>hi</p>", "attachment": [{"type": "Document", "name": "two boats"}]},
    ]
    made_at = {"type": "Create", "actor": me, "published": "2024-05-03T14:00:00.123+02:00"}
    acts = [{**made_at, "id": f"{me}/{number}", "object": each} for number, each in enumerate(held)]
    box = {"@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection"}
    found = of(tmp_path, {**made.MASTODON, "outbox.json": data({**box, "orderedItems": acts})})[:3]
    assert [each.text for each in found] == ["which day?\nFriday\nSunday", "two boats", "hi"]
    assert {each.published for each in found} == {UTC_NOON}


@pytest.mark.parametrize("name", ["facebook", "instagram"])
def test_a_part_of_a_download_with_messages_alone_is_known(tmp_path: Path, name: str) -> None:
    """Large downloads come as several zips; one that holds nothing to read but messages is no error."""
    held = {"participants": [], "messages": [{"sender_name": "Bo", "timestamp_ms": NOON * 1000, "content": "psst"}]}
    source = folder(tmp_path / "p", {f"your_{name}_activity/messages/inbox/bo_1/message_1.json": data(held)})
    assert export_format(str(source), ReadOptions()) == name
    assert good(read(source)) == []
    (found,) = good(read(source, messages=True))
    assert (found.content, found.platform, found.published) == ("psst", name, UTC_NOON)


def test_rooms_that_are_made_of_names_are_hidden() -> None:
    """A conversation of several on Slack is called by their handles, a page on Reddit by its owner's."""
    group = Activity("Create", target=Thing("G2", "Group", "mpdm-ana--bo-1"), channel="mpdm-ana--bo-1")
    page = Activity("Create", target=Thing("r/u_ana", "Group", "u_ana"), channel="u_ana")
    for privacy in (Privacy(masking=True), Privacy(key=b"k"), Privacy(masking=True, key=b"k")):
        for each in (group, page):
            hidden = privacy.activity(each)
            assert "ana" not in f"{hidden.channel} {hidden.target}"
    key = Privacy(key=b"k")
    assert key.activity(page).channel == key.activity(Activity("Create", Party("ana"))).actor.id
    assert key.activity(Activity("Create", channel="bread")).channel == "bread"


def test_an_activity_without_an_id_has_the_same_one_in_every_form(tmp_path: Path) -> None:
    """As it stands, flat and converted; another order of members changes nothing."""
    (tmp_path / "a.json").write_bytes(b'[{"type": "Like", "actor": "ana", "object": "x"}]')
    (tmp_path / "b.json").write_bytes(b'[{"object": "x", "type": "Like", "actor": "ana"}]')
    ids: set[object] = set()
    for name in ("a.json", "b.json"):
        ids |= {each.id for each in good(read(tmp_path / name, name="activitystreams"))}
        for as_it_stood in (True, False):
            options = InputOptions(as_it_stood=as_it_stood)
            for record in read_records(str(tmp_path / name), options):
                ids.add(dict(zip(record.names, record.values, strict=True))["id"])
    assert len(ids) == 1
    assert ids != {""}


@pytest.mark.parametrize(
    ("text", "declared", "foreign"),
    [
        ("Mi primo José y la niña en la playa", "", True), ("Metáfora de mi calle", "", True),
        ("A weekend at the Château de Chillon", "", False), ("Beyoncé and Renée, live", "", False),
        ("sollte Ähnliches bald unterstützen", "de", True), ("sollte Ähnliches bald unterstützen", "", False),
        ("the café is shut", "fr", False), ("Weh?", "fr", False),
    ],
)  # fmt: skip
def test_a_language_that_shows_in_letters_and_small_words(text: str, declared: str, foreign: bool) -> None:
    """Foreign letters beside words that names hold, too; with a language that is declared, one letter is enough."""
    assert is_foreign(text, declared) is foreign


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("your_facebook_activity/posts/your_posts_1.html", "as web pages; ask the platform for the format JSON"),
        ("content/posts_1.html", "as web pages; ask the platform for the format JSON"),
        ("repo.car", "a repository of Bluesky as CAR; unpack it to JSON"),
    ],
)
def test_another_form_of_a_download_is_named(tmp_path: Path, name: str, says: str) -> None:
    """Web pages are what Facebook and Instagram offer first: the error says what to ask for."""
    source = folder(tmp_path / "x", {name: b"<html></html>", "photo.jpg": b"x"})
    with pytest.raises(InputError, match=says):
        export_format(str(source), ReadOptions())


def test_the_generated_activities_of_the_benchmark(tmp_path: Path) -> None:
    """They are of the corpus's texts, and as many as asked for."""
    write_activities(tmp_path / "a.jsonl", 200, 50, labelled=True)
    found = good(read(tmp_path / "a.jsonl", name="activitystreams"))
    assert len(found) == 200
    assert any(each.content for each in found)


def test_what_of_an_unknown_archive_was_refused_is_said(tmp_path: Path) -> None:
    """A bomb under a known name, members packed in another way, zips in a zip, a page saved as a zip, an empty file."""
    bomb, packed, nested = (tmp_path / f"{name}.zip" for name in ("bomb", "packed", "nested"))
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/tweets.js", b"[" + b" " * (40 << 20))
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("data/tweets.js", b"[]")
    with zipfile.ZipFile(nested, "w") as archive:
        archive.writestr("twitter.zip", packed.read_bytes())
    (tmp_path / "page.zip").write_bytes(b"<html>try again</html>")
    (tmp_path / "none.zip").write_bytes(b"")
    for name, says in (
        ("bomb", r"data/tweets\.js: it unpacks to \d+ times its size"),
        ("packed", r"data/tweets\.js: refused: packed by method 14"),
        ("nested", "an archive that holds archives; give it those"),
        ("page", "not a zip, whatever its name; download it again"),
        ("none", "empty; download it again"),
    ):
        with pytest.raises(InputError, match=says):
            export_format(str(tmp_path / f"{name}.zip"), ReadOptions())


def test_a_folder_of_several_exports_is_not_read_as_one_of_them(tmp_path: Path) -> None:
    """The error names them; an export with folders of its own, and one beside other files, are read."""
    for name, files, _, _ in EXPORTS_MADE:
        if name in ("mastodon", "twitter", "facebook", "instagram"):
            folder(tmp_path / "all" / name, files)
    with pytest.raises(InputError, match=r"facebook in facebook, instagram in instagram, mastodon in .*, twitter in"):
        export_format(str(tmp_path / "all"), ReadOptions())
    assert export_format(str(tmp_path / "all"), ReadOptions(format="twitter")) == "twitter"
    folder(tmp_path / "one" / "site" / "data", made.REDDIT)
    folder(tmp_path / "one" / "other", {"notes.json": b"[1]", "comments.csv": b"a,b\n1,2\n"})
    assert export_format(str(tmp_path / "one"), ReadOptions()) == "reddit"


def test_linkedin_with_no_english_header_is_known(tmp_path: Path) -> None:
    """By its own links; a comment on Reddit that has such a link is Reddit's."""
    rows = "Notas:\n\nNombre,Apellidos,URL,Correo,Empresa,Cargo,Conectado el\n"
    rows += "Bo,Ek,https://www.linkedin.com/in/bo,,,,03 ago 2024\n"
    source = folder(tmp_path / "l", {"Connections.csv": rows.encode()})
    assert export_format(str(source), ReadOptions()) == "linkedin"
    (tie,) = good(read(source))
    assert (tie.object.name, tie.published) == ("Bo Ek", "2024-08-03T00:00:00Z")
    text = made.REDDIT["comments.csv"].replace(b"r.example", b"www.linkedin.com/in/bo")
    other = folder(tmp_path / "r", {"comments.csv": text})
    assert export_format(str(other), ReadOptions()) == "reddit"


def test_who_follows_back_has_a_two_way_tie(tmp_path: Path) -> None:
    """X and Instagram list both sides; where one list is missing, nothing is said."""
    following = [{"following": {"accountId": each}} for each in ("7", "8")]
    followers = [{"follower": {"accountId": each}} for each in ("8", "9")]
    files = {"data/following.js": js(following), "data/follower.js": js(followers)}
    found = of(tmp_path / "x", files)
    assert {each.id: each.two_way for each in found} == {
        "following:7": False, "following:8": True, "follower:8": True, "follower:9": False,
    }  # fmt: skip
    assert facts(found[1]) == ("<with a two-way tie>",)
    alone = of(tmp_path / "one", {"data/following.js": js(following)})
    assert [each.two_way for each in alone] == [None, None]

    def listed(*names: str) -> list[dict[str, Any]]:
        return [{"title": "", "string_list_data": [{"value": each, "timestamp": NOON}]} for each in names]

    place = "connections/followers_and_following"
    mine = {
        f"{place}/following.json": data({"relationships_following": listed("bo", "cy")}),
        f"{place}/followers_1.json": data(listed("cy", "di")),
        f"{place}/pending_follow_requests.json": data({"relationships_follow_requests_sent": listed("ed")}),
    }
    found = of(tmp_path / "i", mine)
    assert [(each.object.name or each.actor.name, each.two_way) for each in found] == [
        ("bo", False), ("cy", True), ("cy", True), ("di", False), ("ed", False),
    ]  # fmt: skip
    old = {
        "connections.json": data(
            {"following": {"bo": "2018-05-03T10:00:00"}, "followers": {"bo": "2018-05-03T10:00:00"}}
        )
    }
    assert [each.two_way for each in of(tmp_path / "old", old)] == [True, True]
