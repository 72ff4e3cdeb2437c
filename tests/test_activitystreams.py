"""ActivityStreams: shapes that are tolerated, HTML, reading a line at a time, and writing what reads back the same."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialclass.activity import AUDIENCES, PARTY_KINDS, Activity, Party, Thing
from socialclass.reading.activitystreams import OBJECTS, PUBLIC, VERBS, activity_of, as_json, items_of
from socialclass.reading.items import Item, Unreadable
from socialclass.reading.markup import _PLAIN_TAG, _Text, html_to_text, markdown_to_text, repaired

ANA = {"type": "Person", "id": "https://a.example/users/ana", "preferredUsername": "ana"}


def items(data: bytes, name: str = "in.json") -> list[Item | Unreadable]:
    return list(items_of(io.BytesIO(data), name))


def test_an_activity_is_read_with_all_its_parts() -> None:
    """Actor, verb, object, target, audience, reply, tags, counts and time each find their place."""
    found = activity_of(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "https://a.example/1/activity",
            "type": "Create",
            "actor": ANA,
            "published": "2024-05-03T10:00:00Z",
            "to": [PUBLIC],
            "target": {"type": "Group", "id": "https://a.example/g", "name": "Gardeners"},
            "object": {
                "type": "Note",
                "id": "https://a.example/1",
                "content": "<p>Tomatoes are ripe, <span>@ben</span></p>",
                "contentMap": {"en-GB": "<p>Tomatoes are ripe, <span>@ben</span></p>"},
                "inReplyTo": {
                    "type": "Note",
                    "id": "https://a.example/0",
                    "attributedTo": {"type": "Person", "id": "ben"},
                },
                "tag": [
                    {"type": "Mention", "href": "https://a.example/users/ben", "name": "@ben"},
                    {"type": "Hashtag", "name": "#Tomato"},
                    {"type": "Emoji", "name": ":leaf:"},
                    "https://a.example/tag",
                ],
                "likes": {"type": "Collection", "totalItems": 3},
            },
        }
    )
    assert found.verb == "Create"
    assert found.actor == Party("https://a.example/users/ana", "ana", "Person")
    assert found.content == "Tomatoes are ripe, @ben"
    assert found.target == Thing("https://a.example/g", "Group", "Gardeners")
    assert found.audience == "public"
    assert found.in_reply_to.author == Party("ben", "", "Person")
    assert found.mentions == (Party("https://a.example/users/ben", "@ben"),)
    assert found.hashtags == ("Tomato",)
    assert found.counts == {"reactions": 3}
    assert found.language == "en-GB"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"type": "Like", "actor": "a", "object": "https://b.example/2"}, Thing("https://b.example/2")),
        ({"type": "Like", "object": ["https://b.example/2", "x"]}, Thing("https://b.example/2")),
        ({"type": "Like", "object": ["x", {"type": "Note", "id": "n"}]}, Thing("n", "Note")),
        ({"type": "Like", "object": {"@type": "as:Event", "nameMap": {"fr": "Fête"}}}, Thing("", "Event", "Fête")),
        ({"type": ["ex:Wave", "Like"], "object": {"type": ["ex:Robot", "Person"], "name": "R"}}, Thing("", "Person", "R")),
        ({"type": "Like", "object": 12}, Thing()),
        ({"type": "Like", "object": None}, Thing()),
        ({"type": "Announce", "object": {"type": "Create", "object": {"type": "Note", "id": "n"}}}, Thing("n", "Note")),
        ({"type": "Article", "id": "n", "name": "On bees", "attributedTo": "ana"}, Thing("n", "Article", "On bees", Party("ana"))),
    ],
)  # fmt: skip
def test_objects_come_as_urls_lists_maps_and_activities(content: dict[str, Any], expected: Thing) -> None:
    """Whatever form ActivityStreams allows for an object gives the thing; an object alone was created."""
    found = activity_of(content)
    assert found.object == expected
    assert found.verb == ("Create" if content["type"] == "Article" else found.verb)


@pytest.mark.parametrize(
    ("members", "audience"),
    [
        ({"to": "as:Public"}, "public"),
        ({"to": ["https://a.example/users/ana/followers"], "cc": [PUBLIC]}, "public"),
        ({"to": ["https://a.example/users/ana/followers"]}, "followers"),
        ({"to": ["https://a.example/users/ben"]}, "person"),
        ({"audience": {"type": "Organization", "name": "Acme"}}, "organization"),
        ({"to": [{"type": "Group", "id": "https://a.example/g"}]}, ""),
        ({}, ""),
    ],
)
def test_the_audience_is_the_widest_that_is_addressed(members: dict[str, Any], audience: str) -> None:
    """Public before an organisation, before followers, before one person."""
    assert activity_of({"type": "Create", "object": {"type": "Note"}, **members}).audience == audience


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        "type id name object actor to cc tag content contentMap inReplyTo attributedTo likes items href target".split()
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from("type actor object to tag content target published id likes".split()), odd))
def test_any_object_gives_an_activity(content: dict[str, Any]) -> None:
    """Values of any type where others are expected raise nothing."""
    assert isinstance(activity_of(content), Activity)


word = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
party = st.builds(Party, word, word, st.sampled_from(["", *PARTY_KINDS]))
thing = st.builds(Thing, word, st.sampled_from(["", *sorted(OBJECTS), *PARTY_KINDS]), word, party)
activities = st.builds(
    Activity,
    verb=st.sampled_from(["", *sorted(VERBS)]),
    actor=party,
    object=thing,
    target=thing,
    content=word,
    audience=st.sampled_from(["", *AUDIENCES]),
    in_reply_to=thing,
    mentions=st.lists(party, max_size=2).map(tuple),
    hashtags=st.lists(word, max_size=2).map(tuple),
    two_way=st.sampled_from([None, True, False]),
    id=word,
    published=word.filter(lambda text: text[10:11] != "T"),
    platform=word,
    channel=word,
    thread=word,
    counts=st.dictionaries(st.sampled_from(["reactions", "replies", "shares"]), st.integers(0, 10**6)),
    language=word,
    file=word,
    position=st.integers(0, 10**6),
)


@settings(max_examples=300, deadline=None)
@given(activities)
def test_what_is_written_reads_back_the_same(activity: Activity) -> None:
    """An activity survives the common form whole, through JSON."""
    assert activity_of(json.loads(json.dumps(as_json(activity)))) == activity


def test_a_collection_is_its_items() -> None:
    """Ordered or not, paged or not, in one line or many: an item a record."""
    like, note = {"type": "Like", "object": "x"}, {"type": "Note", "content": "hi"}
    for collection in (
        {"type": "OrderedCollection", "orderedItems": [like, note]},
        {"type": "Collection", "items": [like, note]},
        {"type": "OrderedCollection", "first": {"type": "OrderedCollectionPage", "orderedItems": [like, note]}},
    ):
        for indent in (None, 1):
            found = items(json.dumps(collection, indent=indent).encode())
            assert [each.value for each in found if isinstance(each, Item)] == [like, note]
    assert items(b'{"type": "Collection", "items": []}') == []


def test_json_lines_keep_their_place_and_their_broken_lines() -> None:
    """A line that is no activity is unreadable by its number; those around it are read."""
    found = items(b'{"type": "Like"}\n\n{"type": \n[1]\n{"type": "Follow"}\n', "a.jsonl")
    assert [(each.position, isinstance(each, Item)) for each in found] == [(1, True), (3, False), (4, False), (5, True)]


def test_a_document_cut_in_the_middle_gives_its_complete_records() -> None:
    """At whatever byte it is cut: all complete records, then at most one error that says where."""
    whole = json.dumps({"type": "OrderedCollection", "orderedItems": [{"id": f"é{n}", "n": [n]} for n in range(9)]})
    data = whole.encode()
    for cut in range(40, len(data)):
        found = items(data[:cut])
        good = [each.value["id"] for each in found if isinstance(each, Item)]
        assert good == [f"é{n}" for n in range(len(good))]
        assert isinstance(found[-1], Unreadable)
        assert found[-1].position == len(good) + 1
        assert "character" in found[-1].error or "ends" in found[-1].error
        assert len(good) >= data[:cut].count(b"]}") - 1


@pytest.mark.parametrize(
    "value",
    [
        b"[" * 100_000,
        b'[{"a":' * 50_000,
        b'[{"id": ' + b"9" * 5000 + b"}]",
        b'[{"id": "\\ud83d"}, {"id": "ok"}]',
        b'[{"id": 1, "id": 2}]',
        b'[{"id": NaN}, {"id": 1e999}]',
        b"\xff\xfe[\x00{\x00}\x00]\x00",
        b"\xef\xbb\xbf[{}]",
        b'[{"id": "\xe9"}]',
        b"\x00\x01\x02",
        b"",
    ],
    ids=str,
)
def test_hostile_json_is_read_or_named(value: bytes) -> None:
    """Nesting, huge numbers, half surrogates, doubled keys, other encodings and bytes that are no text."""
    for name in ("in.json", "in.jsonl"):
        for found in items(value, name):
            assert isinstance(found, Item) or found.error
            if isinstance(found, Item):
                json.dumps(found.value, ensure_ascii=False).encode()


plain_html = st.lists(
    st.sampled_from(["<p>", "</p>", "<br>", "<br/>", "<br />", "a", " b", "&amp;", "&lt;x", "\n"])
).map("".join)


@given(plain_html)
def test_the_short_way_through_html_is_the_parsers(markup: str) -> None:
    """Markup of paragraphs and line breaks alone gives the same without the parser."""
    parser = _Text()
    parser.feed(markup)
    parser.close()
    whole = "\n".join(line.strip() for line in "".join(parser.parts).split("\n") if line.strip())
    if "<" in _PLAIN_TAG.sub("", markup) or "<" not in markup:
        return
    assert "\n".join(line.strip() for line in html_to_text(markup).split("\n") if line.strip()) == whole


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("1 &lt; 2 &amp;&#33;", "1 < 2 &!"),
        ("x<script>alert(1)</script>y<style>p{}</style>", "xy"),
        ("I <3 this", "I <3 this"),
        ('<a href="https://a.example"><span class="invisible">https://</span>a.example</a>', "https://a.example"),
        ('hi <img alt=":wave:"> there', "hi :wave: there"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("a <![CDATA[b]]> c", "a b c"),
    ],
)
def test_html_becomes_text(markup: str, text: str) -> None:
    """Blocks break lines, entities are opened, what is not for reading is dropped."""
    assert html_to_text(markup) == text


def test_markdown_loses_its_marks_and_keeps_its_words() -> None:
    """Emphasis, links, quotes, headings and code; names with underscores and sums stay."""
    assert (
        markdown_to_text("# Hi\n> *so* **very** ~~not~~ `code` a_b_c 2 * 3 * 4")
        == "Hi\nso very not code a_b_c 2 * 3 * 4"
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_letters_that_were_read_as_latin_1_are_repaired(text: str) -> None:
    """Whatever was written comes back, as Facebook's and Instagram's files have it."""
    assert repaired(text.encode().decode("latin-1")) == text


def test_the_reader_gives_file_and_position_unless_the_object_tells() -> None:
    """What was converted keeps the place that it came from."""
    made = Activity("Like", object=Thing("x"), file="old.json", position=7)
    assert activity_of(as_json(made), "new.jsonl", 1) == made
    assert activity_of(as_json(replace(made, file="", position=0)), "new.jsonl", 1).file == "new.jsonl"
