"""Small exports of every platform, as files' contents by their names. Their texts were written for these tests."""

import json
from typing import Any


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _js(name: str, value: Any) -> bytes:
    return f"window.YTD.{name}.part0 = ".encode() + _json(value)


def _latin(text: str) -> str:
    return text.encode().decode("latin-1")


def _mapped(**values: str) -> dict[str, Any]:
    table: dict[str, Any] = {name.replace("_", " "): {"value": value} for name, value in values.items()}
    return {"string_map_data": {**table, "Time": {"timestamp": 1714730400}}}


def _listed(name: str, title: str = "") -> dict[str, Any]:
    return {"title": title, "string_list_data": [{"href": "h", "value": name, "timestamp": 1714730400}]}


ACTOR = "https://a.example/users/ana"
MASTODON = {
    "actor.json": _json({"type": "Person", "id": ACTOR, "preferredUsername": "ana", "name": "Ana"}),
    "outbox.json": _json(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "outbox.json",
            "type": "OrderedCollection",
            "totalItems": 2,
            "orderedItems": [
                {
                    "id": f"{ACTOR}/statuses/1/activity",
                    "type": "Create",
                    "actor": ACTOR,
                    "published": "2024-05-03T10:00:00Z",
                    "to": ["https://www.w3.org/ns/activitystreams#Public"],
                    "object": {
                        "id": f"{ACTOR}/statuses/1",
                        "type": "Note",
                        "attributedTo": ACTOR,
                        "inReplyTo": "https://b.example/users/ben/statuses/9",
                        "content": "<p>The kettle broke again &amp; I drank cold tea</p>",
                    },
                },
                {
                    "id": f"{ACTOR}/statuses/2/activity",
                    "type": "Announce",
                    "actor": ACTOR,
                    "object": "https://b.example/users/ben/statuses/3",
                },
            ],
        }
    ),
    "likes.json": _json({"type": "OrderedCollection", "orderedItems": ["https://b.example/@ben/4"]}),
    "bookmarks.json": _json({"type": "OrderedCollection", "orderedItems": []}),
    "following_accounts.csv": b"Account address,Show boosts\nben@b.example,true\n",
    "blocked_accounts.csv": b"spam@c.example\n",
    "media_attachments/files/1.png": b"\x89PNG",
}

TWEET = {
    "id_str": "12",
    "created_at": "Fri May 03 10:00:00 +0000 2024",
    "full_text": "@ben see https://t.co/abc &amp; bring the tent",
    "favorite_count": "3",
    "retweet_count": "1",
    "lang": "en",
    "in_reply_to_status_id_str": "11",
    "in_reply_to_user_id_str": "22",
    "in_reply_to_screen_name": "ben",
    "entities": {
        "user_mentions": [{"id_str": "22", "screen_name": "ben"}],
        "urls": [{"url": "https://t.co/abc", "expanded_url": "https://camp.example/map"}],
        "hashtags": [{"text": "camping"}],
    },
}
RETWEET = {
    "id_str": "13",
    "created_at": "Fri May 03 11:00:00 +0000 2024",
    "full_text": "RT @cara: rain again all week",
    "entities": {"user_mentions": [{"id_str": "33", "screen_name": "cara"}]},
}
LONG = {
    "id_str": "14",
    "created_at": "Fri May 03 12:00:30 +0000 2024",
    "full_text": "This is the long story of how we… ",
}
LONG_TEXT = "This is the long story of how we crossed the river with two dogs and one paddle."
TWITTER = {
    "data/account.js": _js("account", [{"account": {"accountId": "1", "username": "ana"}}]),
    "data/tweets.js": _js("tweets", [{"tweet": TWEET}, {"tweet": RETWEET}, {"tweet": LONG}]),
    "data/tweets-part1.js": _js("tweets", [{"tweet": {**TWEET, "id_str": "15"}}]),
    "data/note-tweet.js": _js(
        "note_tweet",
        [
            {"noteTweet": {"noteTweetId": "n1", "createdAt": "2024-05-03T12:00:31.000Z", "core": {"text": LONG_TEXT}}},
            {"noteTweet": {"noteTweetId": "n2", "createdAt": "2024-05-04T12:00:31.000Z", "core": {"text": "Alone."}}},
        ],
    ),
    "data/like.js": _js("like", [{"like": {"tweetId": "99", "fullText": "a cat in a hat"}}]),
    "data/following.js": _js("following", [{"following": {"accountId": "22"}}]),
    "data/follower.js": _js("follower", [{"follower": {"accountId": "33"}}]),
    "data/direct-messages.js": _js(
        "direct_messages",
        [
            {
                "dmConversation": {
                    "conversationId": "1-22",
                    "messages": [
                        {
                            "messageCreate": {
                                "id": "m1",
                                "senderId": "22",
                                "recipientId": "1",
                                "text": "secret",
                                "createdAt": "2024-05-03T10:00:00.000Z",
                            }
                        }
                    ],
                }
            }
        ],
    ),
    "Your archive.html": b"<html></html>",
    "data/ad-engagements.js": _js("ad_engagements", []),
}
OLD_TWITTER = {"tweet.js": b"window.YTD.tweet.part0 = " + _json([TWEET, RETWEET])}
OLDEST_TWITTER = {
    "data/js/tweets/2012_01.js": b"Grailbird.data.tweets_2012_01 = \n" + _json([{"id_str": "1", "text": "hi"}])
}

SLACK = {
    "channels.json": _json([{"id": "C1", "name": "garden", "is_archived": False, "members": ["U1", "U2"]}]),
    "dms.json": _json([{"id": "D1", "members": ["U1", "U2"]}]),
    "users.json": _json(
        [
            {"id": "U1", "name": "ana", "profile": {"display_name": "ana"}},
            {"id": "U2", "name": "ben", "real_name": "Ben", "profile": {}},
            {"id": "U3", "name": "ci", "is_bot": True, "profile": {"real_name": "CI"}},
        ]
    ),
    "garden/2024-05-03.json": _json(
        [
            {"type": "message", "subtype": "channel_join", "user": "U2", "text": "<@U2> has joined", "ts": "1714730400.1"},
            {
                "type": "message",
                "user": "U1",
                "text": "<@U2> who waters the &lt;big&gt; plants in <#C1|garden>? see <https://p.example|the plan>",
                "ts": "1714730401.000200",
                "thread_ts": "1714730401.000200",
                "reply_count": 1,
                "reactions": [{"name": "eyes", "users": ["U2", "U3"], "count": 2}],
            },
            {"type": "message", "user": "U2", "text": "me", "ts": "1714730402.1", "thread_ts": "1714730401.000200",
             "parent_user_id": "U1"},
            {"type": "message", "subtype": "bot_message", "bot_id": "B9", "username": "builder", "text": "build *green*",
             "ts": "1714730403.1"},
            {"type": "message", "user": "U1", "text": "", "files": [{"id": "F1", "title": "soil.png"}], "ts": "1714730404.1"},
        ]
    ),
    "D1/2024-05-03.json": _json([{"type": "message", "user": "U1", "text": "between us", "ts": "1714730405.1"}]),
    "integration_logs.json": _json([]),
}  # fmt: skip

FACEBOOK = {
    "profile_information/profile_information.json": _json({"profile_v2": {"name": {"full_name": "Ana Lund"}}}),
    "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json": _json(
        [
            {"timestamp": 1714730400, "data": [{"post": _latin("Crème brûlée for 12 🎂")}], "title": "Ana Lund updated her status."},
            {"timestamp": 1714730401, "data": [{"post": "hb!"}], "title": "Ana Lund wrote on Ben Holt's timeline."},
            {"timestamp": 1714730402, "attachments": [{"data": [{"external_context": {"url": "u", "name": "Knots"}}]}]},
        ]
    ),
    "comments_and_reactions/comments.json": _json(
        {"comments_v2": [{"timestamp": 1714730403, "title": "Ana Lund commented on Ben Holt's photo.",
                          "data": [{"comment": {"timestamp": 1714730403, "comment": "lovely", "author": "Ana Lund"}}]}]}
    ),
    "comments_and_reactions/likes_and_reactions_1.json": _json(
        [{"timestamp": 1714730404, "title": "Ana Lund likes Ben Holt's post.",
          "data": [{"reaction": {"reaction": "LIKE", "actor": "Ana Lund"}}]}]
    ),
    "connections/friends/your_friends.json": _json({"friends_v2": [{"name": "Ben Holt", "timestamp": 1714730405}]}),
    "pages/pages_you've_liked.json": _json({"page_likes_v2": [{"name": "Tern Air", "timestamp": 1714730406}]}),
    "groups/your_group_membership_activity.json": _json(
        {"groups_joined_v2": [{"timestamp": 1714730407, "data": [{"name": "Allotments"}], "title": "You joined Allotments."}]}
    ),
    "messages/inbox/ben_1/message_1.json": _json(
        {"participants": [{"name": "Ben Holt"}],
         "messages": [{"sender_name": "Ben Holt", "timestamp_ms": 1714730400000, "content": "psst"}]}
    ),
}  # fmt: skip
OLD_FACEBOOK = {
    "posts/your_posts.json": _json({"status_updates": [{"timestamp": 1514730400, "data": [{"post": "snow"}]}]})
}

INSTAGRAM = {
    "personal_information/personal_information.json": _json({"profile_user": [_mapped(Username="ana.l", Name="Ana")]}),
    "your_instagram_activity/content/posts_1.json": _json(
        [
            {"media": [{"uri": "media/1.jpg", "creation_timestamp": 1714730400, "title": _latin("Été")}]},
            {"media": [{"uri": "media/2.mp4", "title": ""}, {"uri": "media/3.jpg"}], "title": "two of us",
             "creation_timestamp": 1714730401},
        ]
    ),
    "your_instagram_activity/content/reels.json": _json(
        {"ig_reels_media": [{"media": [{"uri": "media/4.mp4", "creation_timestamp": 1714730402, "title": "splash"}]}]}
    ),
    "your_instagram_activity/comments/post_comments_1.json": _json([_mapped(Comment="nice boat", Media_Owner="ben.h")]),
    "your_instagram_activity/likes/liked_posts.json": _json({"likes_media_likes": [_listed("x", "tern.air")]}),
    "connections/followers_and_following/following.json": _json({"relationships_following": [_listed("ben.h")]}),
    "connections/followers_and_following/followers_1.json": _json([_listed("cara")]),
    "your_instagram_activity/messages/inbox/ben_1/message_1.json": _json(
        {"messages": [{"sender_name": "Ben", "timestamp_ms": 1714730400000, "content": "psst"}]}
    ),
}  # fmt: skip
OLD_INSTAGRAM = {
    "media.json": _json({"photos": [{"caption": "pier", "taken_at": "2018-05-03T10:00:00", "path": "p.jpg"}]}),
    "comments.json": _json({"media_comments": [["2018-05-03T10:00:00", "wow", "ben.h"]]}),
    "likes.json": _json({"media_likes": [["2018-05-03T10:00:00", "tern.air"]]}),
    "connections.json": _json({"following": {"ben.h": "2018-05-03T10:00:00"}, "followers": {}}),
}

LINKEDIN = {
    "Profile.csv": b"First Name,Last Name\nAna,Lund\n",
    "Shares.csv": (
        b"Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
        b'2024-05-03 10:00:00,https://l.example/1,"Line one.""\n""""\n""Line two",,,MEMBER_NETWORK\n'
        b"2024-05-02 10:00:00,https://l.example/2,,https://news.example,,CONNECTIONS\n"
    ),
    "Comments.csv": b"Date,Link,Message\n2024-05-03 10:00:00,https://l.example/3,Well put\n",
    "Reactions.csv": b"Date,Type,Link\n2024-05-03 10:00:00,LIKE,https://l.example/3\n",
    "Connections.csv": (
        b'Notes:\n"When exporting your connection data, some emails are missing"\n\n'
        b"First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        b"Ben,Holt,https://www.linkedin.com/in/ben,,Tern Air,Pilot,03 May 2024\n"
    ),
    "Company Follows.csv": b"Organization,Followed On\nTern Air,Fri May 03 10:00:00 UTC 2024\n",
    "messages.csv": b"CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,"
    b"CONTENT,FOLDER\nc1,,Ben,u,Ana,v,2024-05-03 10:00:00 UTC,,psst,INBOX\n",
}
GERMAN_LINKEDIN = {
    "Shares.csv": b"Datum,Link,Kommentar\n2024-05-03 10:00:00,https://l.example/1,Guten Morgen\n",
    "Connections.csv": b"Hinweise:\n\nVorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Connected On\n"
    b"Ben,Holt,https://l.example/in/b,,T,P,03 May 2024\n",
}

_POST = b"https://www.reddit.com/r/bread/comments/abc/title/"
REDDIT = {
    "statistics.csv": b"statistic,value\naccount name,ana_l\n",
    "comments.csv": b"id,permalink,date,ip,subreddit,gildings,link,parent,body,media\n"
    b"c1,"
    + _POST
    + b"c1/,2024-05-03 10:00:00 UTC,,bread,0,"
    + _POST
    + b',,"**Rye** needs [time](https://r.example), u/ben",\n',
    "posts.csv": b"id,permalink,date,ip,subreddit,gildings,title,url,body\n"
    b"abc," + _POST + b',2024-05-03 09:00:00 UTC,,bread,0,My first loaf,,"It sank &amp; I ate it"\n',
    "post_votes.csv": b"id,permalink,direction\nxyz,https://www.reddit.com/r/bread/comments/xyz/t/,up\n",
    "comment_headers.csv": b"id,permalink\nc1,x\n",
    "subscribed_subreddits.csv": b"subreddit\nbread\n",
    "messages.csv": b"id,permalink,thread_id,date,ip,from,to,subject,body\nm1,p,t,2024-05-03 10:00:00 UTC,,ben,ana_l,,psst\n",
}

_AUTHOR = {"did": "did:plc:ana", "handle": "ana.example", "displayName": "Ana"}
_BEN = {"did": "did:plc:ben", "handle": "ben.example"}
_SKY_TEXT = "é @ben.example see camp.example/long... #tent"
BLUESKY = {
    "feed.json": _json(
        {
            "feed": [
                {
                    "post": {
                        "uri": "at://did:plc:ana/app.bsky.feed.post/1",
                        "author": _AUTHOR,
                        "likeCount": 2,
                        "replyCount": 1,
                        "repostCount": 0,
                        "record": {
                            "$type": "app.bsky.feed.post",
                            "text": _SKY_TEXT,
                            "createdAt": "2024-05-03T10:00:00.000Z",
                            "langs": ["en"],
                            "reply": {"parent": {"uri": "at://did:plc:ben/app.bsky.feed.post/9"},
                                      "root": {"uri": "at://did:plc:ben/app.bsky.feed.post/8"}},
                            "facets": [
                                {"index": {"byteStart": 3, "byteEnd": 15},
                                 "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:ben"}]},
                                {"index": {"byteStart": 20, "byteEnd": 40},
                                 "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://camp.example/long/way"}]},
                                {"index": {"byteStart": 41, "byteEnd": 46},
                                 "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "tent"}]},
                            ],
                        },
                    },
                    "reply": {"parent": {"author": _BEN}, "root": {"author": _BEN}},
                },
                {
                    "post": {"uri": "at://did:plc:ben/app.bsky.feed.post/5", "author": _BEN,
                             "record": {"$type": "app.bsky.feed.post", "text": "low tide at six"}},
                    "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": _AUTHOR, "indexedAt": "2024-05-04T10:00:00Z"},
                },
            ],
            "cursor": "x",
        }
    ),
}  # fmt: skip
_RECORDS: list[dict[str, Any]] = [
    {"uri": "at://did:plc:ana/app.bsky.feed.post/1", "value": {"$type": "app.bsky.feed.post", "text": "hi"}},
    {"uri": "at://did:plc:ana/app.bsky.feed.like/2",
     "value": {"$type": "app.bsky.feed.like", "subject": {"uri": "at://did:plc:ben/app.bsky.feed.post/9"}}},
    {"did": "did:plc:ana", "commit": {"collection": "app.bsky.graph.follow", "rkey": "3",
                                      "record": {"$type": "app.bsky.graph.follow", "subject": "did:plc:ben"}}},
    {"$type": "app.bsky.feed.repost", "subject": {"uri": "at://did:plc:ben/app.bsky.feed.post/9"}},
]  # fmt: skip
BLUESKY_RECORDS = {"records.jsonl": b"".join(json.dumps(each).encode() + b"\n" for each in _RECORDS)}

ACTIVITYSTREAMS = {
    "acts.jsonl": b'{"type": "Follow", "actor": {"type": "Person", "id": "ana"}, "object": {"type": "Organization", "id": "t"}}\n'
    b'{"type": "Create", "actor": "ana", "object": {"type": "Note", "content": "<p>see you at six</p>"}}\n'
}

# name of the format, files, activities without and with private messages
EXPORTS_MADE: tuple[tuple[str, dict[str, bytes], int, int], ...] = (
    ("mastodon", MASTODON, 5, 5),
    ("twitter", TWITTER, 8, 9),
    ("twitter", OLD_TWITTER, 2, 2),
    ("twitter", OLDEST_TWITTER, 1, 1),
    ("slack", SLACK, 7, 8),
    ("facebook", FACEBOOK, 8, 9),
    ("facebook", OLD_FACEBOOK, 1, 1),
    ("instagram", INSTAGRAM, 7, 8),
    ("instagram", OLD_INSTAGRAM, 4, 4),
    ("linkedin", LINKEDIN, 6, 7),
    ("linkedin", GERMAN_LINKEDIN, 2, 2),
    ("reddit", REDDIT, 4, 5),
    ("bluesky", BLUESKY, 2, 2),
    ("bluesky", BLUESKY_RECORDS, 4, 4),
    ("activitystreams", ACTIVITYSTREAMS, 2, 2),
)
