"""The fast lane for ActivityStreams gives what the readers of exports and the writers give, byte for byte."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from socialclass.errors import SocialclassError
from socialclass.labelling import activity_way as activities
from socialclass.labelling import run as batch
from socialclass.labelling import table_way as tables
from socialclass.labelling.record_way import LabelOptions
from socialclass.labelling.run import Batch, BatchOptions
from socialclass.language import is_foreign
from socialclass.model.classifier import Classifier
from socialclass.reading.source import InputOptions
from tests.conftest import ROOT
from tests.test_blocks import ODD_LINES, Outcome, folder, model, mutate

__all__ = ["folder", "model"]

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
TEXTS = st.sampled_from(
    ["free boots", "<p>hey mum</p>", "<p>a</p><p>b &amp; c<br/>d</p>", "", " ", "<p> </p>", "&lt;b&gt; &copy; &#39;x&#39;",
     '<p>see <a href="https://a.example/?a=1&amp;b" class="u-url">@<span>ana</span></a> \n  free</p>', "a < b", "AT&T",
     "<script>x</script>free", "<img alt='mum'>", "<p>x\u00a0</p>", "\u2003<br>mum<br />\u2003", "Merci à tous, c'était bien",
     "Spasibo", "Спасибо, до завтра", "café ‘free’ 😂👍🏽", "el perro está muy bien con nosotros", "a\u200bb mum", "Public",
     "ana/followers", "<b>free</b><i>boots</i>", "<P>hey</P>", "<p class='x'>mum</p>", "mum &", "<p>&</p>", "R&D; boots",
     "los las @ana #una http://x.y/el www.muy.es/ a@b.cd para", "<!-- x -->mum", "\x1cmum\x1c", "a\r\n<br>\tb", "<",
     "\"quoted\" \\ back", "\ud83d", "#00&amp;", "<p>#00&amp;</p>", "’tis c’est l’amour", "１２ ＦＲＥＥ", "&nbsp;<br>mum"]
)  # fmt: skip
IDS = st.sampled_from(["https://a.example/u/1", "ana", "", PUBLIC, "as:Public", "https://a.example/followers/", "x:followers",
                       "a\\/b", "é"])  # fmt: skip
TYPES = st.sampled_from(["Create", "Follow", "Like", "Announce", "Note", "Article", "Person", "Organization", "Group",
                         "Collection", "Mention", "Hashtag", "as:Follow", "ex:Wave", "", "Question", "Event"])  # fmt: skip
SMALL = st.none() | st.booleans() | st.integers(0, 3) | st.just(1.5)
# where a member that is read may stand, or one that is not
NAMES = st.sampled_from(
    ["type", "@type", "actor", "object", "target", "to", "cc", "bto", "bcc", "audience", "inReplyTo", "tag",
     "attributedTo", "content", "contentMap", "name", "nameMap", "summary", "summaryMap", "mediaType", "href", "id",
     "preferredUsername", "published", "url", "context", "conversation", "likes", "startTime", "@context", "first",
     "socialclass:audience", "socialclass:kind", "socialclass:twoWay", "socialclass:language", "socialclass:file",
     "socialclass:position", "socialclass:counts", "socialclass:channel", "items", "orderedItems", "file", "position",
     "reason", "en", "fr", "é"]
)  # fmt: skip
ANY = st.recursive(
    SMALL | TEXTS | IDS | TYPES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
PARTIES = IDS | st.fixed_dictionaries(
    {"type": TYPES, "id": IDS}, optional={"name": TEXTS, "preferredUsername": TEXTS, "attributedTo": IDS, "x": ANY}
)
NOTES = IDS | st.fixed_dictionaries(
    {"type": TYPES, "content": TEXTS},
    optional={
        "id": IDS, "attributedTo": PARTIES, "inReplyTo": PARTIES,
        "tag": st.lists(PARTIES, max_size=3), "to": st.lists(PARTIES, max_size=2), "name": TEXTS, "summary": TEXTS,
        "contentMap": st.dictionaries(st.sampled_from(["en", "fr", "en-GB"]), TEXTS, max_size=2),
        "mediaType": st.sampled_from(["text/plain", "text/html"]), "likes": ANY, "object": PARTIES,
    },
)  # fmt: skip
ACTIVITIES = st.fixed_dictionaries(
    {"id": IDS, "type": TYPES},
    optional={
        "actor": PARTIES, "object": NOTES | st.lists(NOTES, max_size=2), "to": st.lists(PARTIES, max_size=3) | PARTIES,
        "cc": PARTIES, "published": IDS, "target": PARTIES, "content": TEXTS, "name": TEXTS, "inReplyTo": PARTIES,
        "socialclass:audience": st.sampled_from(["organization", "public", ""]), "socialclass:twoWay": st.booleans(),
        "socialclass:file": TEXTS | SMALL, "socialclass:position": st.integers() | st.just(1.0) | st.booleans(),
        "file": IDS, "position": st.integers(), "tag": st.lists(PARTIES, max_size=3), "url": ANY,
    },
)  # fmt: skip
OBJECTS = st.builds(
    lambda content, ascii_only: json.dumps(content, ensure_ascii=ascii_only).encode(errors="surrogatepass"),
    ACTIVITIES | ACTIVITIES | st.dictionaries(NAMES, ANY, max_size=5),
    st.booleans(),
)
LINES = OBJECTS | OBJECTS | OBJECTS | ODD_LINES | st.builds(mutate, OBJECTS, st.floats(0, 1), st.binary(max_size=2))


def label(path: Path, model: Classifier, size: int, jobs: int = 1, check: bool | None = None) -> Outcome:
    """Label a file as `classify` does, in blocks of `size` bytes; with 0, record by record."""
    out, notes, error = io.BytesIO(), list[str](), ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "can_label_blocks", lambda _: size > 0)
        patch.setattr(tables, "block_size", lambda _: size)
        reading = InputOptions("activitystreams")
        options = BatchOptions(LabelOptions(0.6), reading, language_check=check, jobs=jobs)
        run = Batch(model, options, out, notes.append)
        try:
            run.label(str(path))
            run.finish()
        except SocialclassError as problem:
            error = str(problem)
    return Outcome(out.getvalue(), run.tally, notes, error)


def assert_same(
    path: Path, content: bytes, model: Classifier, size: int, jobs: int = 1, check: bool | None = None
) -> None:
    path.write_bytes(content)
    assert label(path, model, size, jobs, check) == label(path, model, 0, 1, check)


@given(
    lines=st.lists(LINES, max_size=8),
    size=st.integers(1, 60) | st.just(1 << 18),
    jobs=st.integers(1, 2),
    check=st.sampled_from([None, None, False]),
    name=st.sampled_from(["a.jsonl", "a.json"]),
)
@example(
    lines=[b"", b" ", b'{"id": "1", "type": ["Create"], "content": "hi"}', b"{"],
    size=9,
    jobs=1,
    check=None,
    name="a.json",
)
@settings(max_examples=120, deadline=None)
def test_activities_in_blocks_are_the_activities_one_by_one(
    folder: Path, model: Classifier, lines: list[bytes], size: int, jobs: int, check: bool | None, name: str
) -> None:
    """Wherever the blocks are cut: all kinds of members, collections, damaged JSON, other languages, HTML."""
    assert_same(folder / name, b"\n".join(lines), model, size, jobs, check)


@given(line=LINES)
@settings(max_examples=250, deadline=None)
def test_every_activity_is_taken_as_python_takes_it(folder: Path, model: Classifier, line: bytes) -> None:
    """Each after a good one, so that no error hides it, and before one that tells whether lines are still counted."""
    good = b'{"id": "1", "type": "Create", "object": {"type": "Note", "content": "hey mum"}}\n'
    assert_same(folder / "b.jsonl", good + line + b"\n" + good, model, 1 << 18)


WORDS = st.sampled_from(
    ["el", "las", "muy", "the", "is", "you", "c'est", "c’est", "está", "été", "mum", "free", "e.g.", "and/or", "#una",
     "@los", "(@los)", "a@b.cd", "a@b", "http://el.es", "HTTPS://x", "https://", "www.x", "WWW.", "xwww.el", "a.es/muy",
     "A.B.es/las", ".es/las", "x1/2.", "1.5/los", "x:/muy", "😂", "👍🏽", "❤\ufe0f", "da\u200bs", "l\u00adas", "…", "“los”",
     "ſon", "\u212a", "ﬁ", "ª", "Σας", "до", "завтра", "日本", "é", "e\u0301", "１", "ＥＬ", "＃una", "\u00a0", "\x1f",
     "_las_", "las'", "'las'muy", "m'muy'las", "x" * 20, "aujourd'hui", "É", "İ", "ß", "K"]
)  # fmt: skip
SAYINGS = st.lists(st.tuples(WORDS, st.sampled_from([" ", " ", "", "\n", "\t"])).map("".join), max_size=12).map("".join)


@given(texts=st.lists(SAYINGS | st.text(max_size=20), max_size=6))
@settings(max_examples=250, deadline=None)
def test_the_core_never_takes_for_english_what_python_does_not(model: Classifier, texts: list[str]) -> None:
    """Links, mails, marks, pictures, invisible characters and other alphabets between words of two languages."""
    texts = [text for text in texts if not re.search("[\ud800-\udfff]", text)]
    rows = [{"id": "1", "type": "Create", "object": {"type": "Note", "content": text, "mediaType": "text/plain"}}
            for text in texts]  # fmt: skip
    block = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    lane = activities.ActivityLane(model, LabelOptions(check_language=True), "x")
    done = lane.label(block, 0, 1)
    assert done.stop == len(block)
    assert [json.loads(row)["reason"] == "not_english" for row in done.rows.split(b"\n")[:-1]] == [
        bool(text) and is_foreign(text) for text in texts
    ]


def test_most_activities_stay_in_the_core(model: Classifier) -> None:
    """Those of Mastodon and of `convert`: HTML with links, lists of addressees, tags, a declared language."""
    told: dict[str, Any] = {
        "id": "https://a.example/1/activity", "type": "Create", "actor": "https://a.example/users/ana",
        "published": "2024-05-03T10:00:00Z", "to": [PUBLIC], "cc": ["https://a.example/users/ana/followers"],
        "object": {
            "id": "https://a.example/1", "type": "Note", "summary": None, "inReplyTo": None,
            "attributedTo": "https://a.example/users/ana", "sensitive": False, "attachment": [],
            "content": '<p>free boots, <a href="https://a.example/tags/x" rel="tag">#<span>x</span></a> &amp; more 😂</p>',
            "contentMap": {"en": '<p>free boots, <a href="https://a.example/tags/x" rel="tag">#<span>x</span></a> &amp; more 😂</p>'},
            "tag": [{"type": "Hashtag", "href": "https://a.example/tags/x", "name": "#x"}],
            "replies": {"id": "r", "type": "Collection", "first": {"type": "CollectionPage", "items": []}},
        },
    }  # fmt: skip
    asked: list[str] = []
    lane = activities.ActivityLane(model, LabelOptions(check_language=True), "x")
    helpers = lane._helpers._replace(html_to_text=asked.append, is_foreign=asked.append)  # type: ignore[arg-type]
    lane._helpers = helpers
    block = b"".join(json.dumps(told | {"id": str(number)}).encode() + b"\n" for number in range(100))
    done = lane.label(block, 0, 1)
    assert (sum(done.counts), done.stop, asked) == (100, len(block), [])


def test_what_a_helper_raises_is_raised(model: Classifier) -> None:
    """No exception is lost in the core, and it can be used again."""
    lane = activities.ActivityLane(model, LabelOptions(check_language=True), "x")
    good, line = (
        lane._helpers,
        b'{"id": "1", "type": "Like", "object": {"name": "los muy \\u00b2 <p", "content": "<i>\\u00b2<"}}\n',
    )

    def fail(_: object) -> Any:
        raise RuntimeError("no")

    for broken in (good._replace(shape_of=fail), good._replace(html_to_text=fail), good._replace(is_foreign=fail)):
        lane._helpers = broken
        with pytest.raises(RuntimeError, match="no"):
            lane.label(line, 0, 1)
    lane._helpers = good
    assert sum(lane.label(line, 0, 1).counts) == 1


def test_the_core_knows_each_member_that_is_read() -> None:
    """A member that `activity_of` reads and the core drops would be lost: both name the same ones."""
    core = (ROOT / "socialclass/model/scoring/core/activities.h").read_text(encoding="utf-8")
    known = set(re.findall(r'MEMBER\("([^"]+)"', core))
    source = (ROOT / "socialclass/reading/activitystreams.py").read_text(encoding="utf-8")
    source = source[source.index("def activity_of") : source.index("def as_json")]
    quoted = set(re.findall(r'"(@?[a-z][A-Za-z:]*)"', source))
    of_no_evidence = {
        "published", "updated", "startTime", "conversation", "context", "likes", "replies", "shares", "totalItems", "reactions",
        "socialclass:platform", "socialclass:channel", "socialclass:thread", "socialclass:counts",
    }  # fmt: skip
    values = {
        "public",
        "organization",
        "followers",
        "person",
        "en",
        "a",
        "as:",
        "as:Follow",
        "ex:Wave",
        "https:",
        "http:",
    }
    assert quoted - known - of_no_evidence - values == set()
