"""Exports of every platform: as a folder, a zip, a tar; what their records become; what is damaged or hostile in them."""

import io
import json
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialclass import load_model
from socialclass.activity import Activity, Party, Thing
from socialclass.errors import InputError
from socialclass.reading import ReadOptions
from socialclass.reading import archive as archive_module
from socialclass.reading.archive import open_archive
from socialclass.reading.items import Unreadable
from socialclass.reading.platforms import EXPORT_FORMATS, EXPORTS, export_named, recognise
from socialclass.reading.source import EXPORT_FORMATS as NAMES
from socialclass.reading.source import InputOptions, export_format, read_records
from socialclass.writing.conversion import convert
from tests import exports_made as made
from tests.conftest import Run
from tests.exports_made import EXPORTS_MADE

Found = list[Activity | Unreadable]


def folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def zipped(path: Path, files: dict[str, bytes], top: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(top + name, data)
    return path


def read(source: Path, messages: bool = False, name: str = "") -> Found:
    with open_archive(str(source)) as archive:
        row = export_named(name) if name else recognise(archive)
        assert row is not None
        return list(row.reader(archive, messages))


def good(found: Found) -> list[Activity]:
    bad = [each for each in found if isinstance(each, Unreadable)]
    assert not bad
    return [each for each in found if isinstance(each, Activity)]


def of(tmp_path: Path, files: dict[str, bytes], messages: bool = False) -> list[Activity]:
    return good(read(folder(tmp_path, files), messages))


@pytest.mark.parametrize(("name", "files", "plain", "with_messages"), EXPORTS_MADE)
def test_an_export_is_known_and_read_in_every_wrapping(
    tmp_path: Path, name: str, files: dict[str, bytes], plain: int, with_messages: int
) -> None:
    """Folder, zip, zip with a folder at its top, and tar give the same activities; messages only when asked for."""
    source = folder(tmp_path / "folder", files)
    assert export_format(str(source), ReadOptions()) == name
    found = good(read(source))
    assert len(found) == plain
    assert len(good(read(source, messages=True))) == with_messages
    assert all(each.id and each.platform == (name if name != "activitystreams" else "") and each.position for each in found
               if name != "activitystreams")  # fmt: skip
    assert len({each.id for each in found}) == len(found) or name == "activitystreams"
    key = [(each.verb, each.actor, each.object, each.content, each.id, each.position) for each in found]
    packed = zipped(tmp_path / "a.zip", files)
    nested = zipped(tmp_path / "b.zip", files, "export-2024/")
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as tar:
        tar.add(source, "folder")
    for other in (packed, nested, tmp_path / "c.tar.gz"):
        assert export_format(str(other), ReadOptions()) == name
        again = good(read(other))
        assert [(a.verb, a.actor, a.object, a.content, a.id, a.position) for a in again] == key


def test_the_table_of_exports_and_its_light_copy_agree() -> None:
    """The option's choices are the table's rows."""
    assert NAMES == EXPORT_FORMATS
    assert {row.name for row in EXPORTS} == {row[0] for row in EXPORTS_MADE}


def test_mastodon(tmp_path: Path) -> None:
    """A post with whom it answers, a boost with whose post, a like, a follow, a block."""
    post, boost, like, follow, block = of(tmp_path, made.MASTODON)
    assert post.content == "The kettle broke again & I drank cold tea"
    assert post.actor == Party(made.ACTOR, "Ana", "Person")
    assert post.in_reply_to.author.id == "https://b.example/users/ben"
    assert (boost.verb, boost.object.author.id) == ("Announce", "https://b.example/users/ben")
    assert (like.verb, like.object.author.id) == ("Like", "https://b.example/@ben")
    assert (follow.verb, follow.object.id) == ("Follow", "ben@b.example")
    assert (block.verb, block.object.id) == ("Block", "spam@c.example")


def test_twitter(tmp_path: Path) -> None:
    """Links are expanded, entities opened, retweets shares, long posts whole and once."""
    found = of(tmp_path, made.TWITTER, messages=True)
    tweet, retweet, long = found[:3]
    assert tweet.content == "@ben see https://camp.example/map & bring the tent"
    assert tweet.in_reply_to == Thing("11", "Note", "", Party("22", "ben"))
    assert tweet.counts == {"reactions": 3, "shares": 1}
    assert tweet.published == "2024-05-03T10:00:00Z"
    assert tweet.actor == Party("1", "ana")
    assert (retweet.verb, retweet.content, retweet.object.author) == (
        "Announce",
        "rain again all week",
        Party("33", "cara"),
    )
    assert long.content == made.LONG_TEXT
    assert [each.content for each in found].count(made.LONG_TEXT) == 1
    assert {each.verb for each in found[5:]} == {"Like", "Follow", "Create"}
    assert found[-1].audience == "person"


def test_slack(tmp_path: Path) -> None:
    """A join without words, markup opened, a thread's answer, reactions as likes, a bot as a service."""
    join, message, first_like, _, reply, bot, file = of(tmp_path, made.SLACK)
    assert (join.verb, join.content, join.object.name) == ("Join", "", "garden")
    assert message.content == "@ben who waters the <big> plants in #garden? see the plan (https://p.example)".replace(
        "@ben", "@Ben"
    )
    assert message.counts == {"replies": 1, "reactions": 2}
    assert message.mentions == (Party("U2", "Ben", "Person"),)
    assert (first_like.verb, first_like.actor.id, first_like.object.author.id) == ("Like", "U2", "U1")
    assert reply.in_reply_to.author == Party("U1", "ana", "Person")
    assert reply.thread == message.thread
    assert (bot.actor.kind, bot.content) == ("Service", "build green")
    assert file.object == Thing("F1", "Document", "soil.png", file.actor)
    assert {each.audience for each in (join, message, bot)} == {"organization"}


def test_facebook_and_instagram(tmp_path: Path) -> None:
    """Letters are repaired; walls, comments, likes, friends, pages, groups and follows say whom they concern."""
    found = of(tmp_path / "f", made.FACEBOOK)
    assert found[0].content == "Crème brûlée for 12 🎂"
    assert found[0].actor == Party("Ana Lund", "Ana Lund", "Person")
    assert found[1].target.name == "Ben Holt"
    assert found[2].text == "Knots"
    assert [each.in_reply_to.author.name for each in found if each.content == "lovely"] == ["Ben Holt"]
    kinds = {(each.verb, each.object.type, each.object.name) for each in found}
    assert {
        ("Follow", "Person", "Ben Holt"),
        ("Like", "Organization", "Tern Air"),
        ("Join", "Group", "Allotments"),
    } <= kinds
    posts = of(tmp_path / "i", made.INSTAGRAM)
    assert [each.content for each in posts[:4]] == ["Été", "two of us", "splash", "nice boat"]
    assert posts[3].in_reply_to.author.id == "ben.h"
    assert {(each.verb, each.actor.id, each.object.id) for each in posts[5:]} == {
        ("Follow", "ana.l", "ben.h"),
        ("Follow", "cara", "ana.l"),
    }


def test_linkedin_and_reddit(tmp_path: Path) -> None:
    """Doubled quotes at line ends are mended, notes before a header passed over, Markdown opened."""
    found = of(tmp_path / "l", made.LINKEDIN)
    assert found[0].content == "Line one.\n\nLine two"
    assert found[1].text == "https://news.example"
    assert [each.audience for each in found[:2]] == ["public", "followers"]
    tie = next(each for each in found if each.two_way)
    assert (tie.object.name, tie.published) == ("Ben Holt", "2024-05-03T00:00:00Z")
    assert found[-1].object == Thing("Tern Air", "Organization", "Tern Air")
    comment, post, vote, joined = of(tmp_path / "r", made.REDDIT)
    assert comment.content == "Rye needs time (https://r.example), u/ben"
    assert (comment.actor.id, comment.channel, comment.thread, comment.in_reply_to.id) == (
        "ana_l",
        "bread",
        "abc",
        "abc",
    )
    assert post.content == "My first loaf\nIt sank & I ate it"
    assert (vote.verb, vote.object.id, joined.verb) == ("Like", "xyz", "Join")


def test_bluesky(tmp_path: Path) -> None:
    """Facets give mentions, tags and whole links; a reason makes a repost; records are typed."""
    post, repost = of(tmp_path / "f", made.BLUESKY)
    assert post.content == "é @ben.example see https://camp.example/long/way #tent"
    assert post.mentions == (Party("did:plc:ben", "ben.example"),)
    assert post.in_reply_to.author == Party("did:plc:ben", "ben.example")
    assert post.counts == {"reactions": 2, "replies": 1, "shares": 0}
    assert (repost.verb, repost.actor.id, repost.object.author.id) == ("Announce", "did:plc:ana", "did:plc:ben")
    records = of(tmp_path / "r", made.BLUESKY_RECORDS)
    assert [each.verb for each in records] == ["Create", "Like", "Follow", "Announce"]
    assert records[1].object.author.id == "did:plc:ben"


def test_a_file_by_itself_is_known(tmp_path: Path) -> None:
    """The main file of each platform alone, and under any name when the format is given."""
    alone = {
        "twitter": made.TWITTER["data/tweets.js"], "mastodon": made.MASTODON["outbox.json"],
        "slack": made.SLACK["garden/2024-05-03.json"], "linkedin": made.LINKEDIN["Shares.csv"],
        "reddit": made.REDDIT["comments.csv"], "bluesky": made.BLUESKY["feed.json"],
        "instagram": made.INSTAGRAM["your_instagram_activity/content/posts_1.json"],
        "facebook": made.FACEBOOK["your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json"],
        "activitystreams": made.ACTIVITYSTREAMS["acts.jsonl"],
    }  # fmt: skip
    for name, data in alone.items():
        suffix = ".csv" if name in ("linkedin", "reddit") else ".js" if name == "twitter" else ".json"
        path = tmp_path / f"{name}-of-mine{suffix}"
        path.write_bytes(data)
        assert export_format(str(path), ReadOptions()) == name
        assert good(read(path, name=name))


def test_files_of_texts_are_no_exports(tmp_path: Path) -> None:
    """Plain lines, tables and JSON Lines with a text keep their formats, whatever stands in them."""
    for name, data in {
        "a.csv": b"text,label\n[hi],x\n",
        "b.jsonl": b'{"text": "window.YTD", "type": "Note"}\n',
        "f.jsonl": b'{"type": "Create", "actor": "a", "object": "b", "text": "hi"}\n',
        "c.txt": b'{"type": "Follow", "actor": "a", "object": "b"}\n',
        "d": b"[12:30] ana: hi\n",
        "e.json": b'{"text": "hi"}\n',
    }.items():
        (tmp_path / name).write_bytes(data)
        assert export_format(str(tmp_path / name), ReadOptions()) == ""


def test_what_is_no_export_is_one_clear_error(tmp_path: Path) -> None:
    """A folder, a zip or a JSON list of an unknown platform: what was found, what is known."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "photo.jpg").write_bytes(b"x")
    (tmp_path / "list.json").write_bytes(b'[{"a": 1}]')
    for source in (tmp_path / "x", zipped(tmp_path / "x.zip", {"photo.jpg": b"x"}), tmp_path / "list.json"):
        with pytest.raises(InputError, match=r"no export of a known platform.*(photo\.jpg|list\.json).*mastodon"):
            export_format(str(source), ReadOptions())


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_another_platforms_archive_is_one_clear_error(tmp_path: Path, name: str) -> None:
    """An empty answer would look like an empty export."""
    with pytest.raises(InputError, match=r"no (JSON )?file .*is in it"):
        read(folder(tmp_path, {"photo.jpg": b"x"}), name=name)


def _entry(name: str, mode: int = 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def test_hostile_members_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    """Traversal, absolute paths, links and encrypted members are named; nothing is unpacked to disk."""
    path = zipped(tmp_path / "a.zip", made.OLD_TWITTER)
    with zipfile.ZipFile(path, "a") as packed:
        for name in ("../../evil.js", "/etc/evil.js", "C:\\evil.js", "a/../../tweets.js"):
            packed.writestr(_entry(name), b"x")
        packed.writestr(_entry("link.js", stat.S_IFLNK | 0o777), b"/etc/passwd")
    data = bytearray(path.read_bytes())
    before = set(os.listdir(tmp_path))
    found = read(path)
    assert sum(isinstance(each, Activity) for each in found) == 2
    problems = [each.error for each in found if isinstance(each, Unreadable)]
    assert len(problems) == 5
    assert sum("leads out" in each for each in problems) == 4
    assert sum("symbolic link" in each for each in problems) == 1
    assert set(os.listdir(tmp_path)) == before
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    path.write_bytes(data)
    with open_archive(str(path)) as archive:
        assert any("encrypted" in fault.problem for fault in archive.faults)


def test_a_link_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    """Nor does a circle of links hang."""
    source = folder(tmp_path / "x", made.OLD_TWITTER)
    (tmp_path / "secret.js").write_bytes(b"window.YTD.tweets.part0 = []")
    (source / "tweets.js").symlink_to(tmp_path / "secret.js")
    (source / "loop").symlink_to(source)
    found = read(source)
    assert [each.error for each in found if isinstance(each, Unreadable)] == [
        "a link that leads out of the export is not followed"
    ]


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    """A member that unpacks to thousands of times its size is not read."""
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr(
            "tweets.js", b"window.YTD.tweets.part0 = [" + b" " * (archive_module.FREE_RATIO_BYTES * 2) + b"]"
        )
    found = read(path, name="twitter")
    assert len(found) == 1
    assert isinstance(found[0], Unreadable)
    assert "times its size, as a bomb does" in found[0].error


def test_the_limits_hold_for_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One member, and all together, are read to the documented limit."""
    source = folder(tmp_path, made.TWITTER)
    monkeypatch.setattr(archive_module, "MAX_TOTAL_BYTES", 1000)
    assert any(isinstance(each, Unreadable) and "unpacks to more" in each.error for each in read(source))


@pytest.mark.parametrize("streamed", [False, True])
def test_a_zip_cut_anywhere_gives_what_stands_before_the_cut(tmp_path: Path, streamed: bool) -> None:
    """What is readable is read, and the cut is named; never a traceback."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return not streamed

        def tell(self) -> int:
            if streamed:
                raise OSError
            return super().tell()

    room = Pipe()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in made.TWITTER.items():
            packed.writestr(name, data)
    whole = room.getvalue()
    path = tmp_path / "cut.zip"
    counts, refusals = [], []
    for cut in range(10, len(whole), 97):
        path.write_bytes(whole[:cut])
        try:
            found = read(path, name="twitter")
        except InputError as error:
            refusals.append(str(error))
            continue
        assert any(isinstance(each, Unreadable) for each in found)
        counts.append(sum(isinstance(each, Activity) for each in found))
    assert all("the zip cannot be read" in each for each in refusals)
    assert counts == sorted(counts)
    assert counts[-1] == 8


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all examples of a property share."""
    return tmp_path_factory.mktemp("room")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_flipped_byte_in_a_zip_is_no_traceback(room: Path, data: st.DataObject) -> None:
    """Members with a wrong checksum, names or sizes are errors with a place, or read as before."""
    packing = io.BytesIO()
    with zipfile.ZipFile(packing, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in made.OLD_TWITTER.items():
            packed.writestr(name, content)
    whole = bytearray(packing.getvalue())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    path = room / "flipped.zip"
    path.write_bytes(whole)
    try:
        for each in read(path, name="twitter"):
            assert isinstance(each, Activity | Unreadable)
    except InputError:
        pass


@pytest.mark.parametrize(("name", "files", "plain", "with_messages"), EXPORTS_MADE)
def test_half_known_shapes_are_named_and_the_rest_is_read(
    tmp_path: Path, name: str, files: dict[str, bytes], plain: int, with_messages: int
) -> None:
    """Records that are numbers, strings, lists or empty objects in place of what is expected raise nothing."""
    for filling in (1, "x", [], {}, None, [None], {"data": 3, "tweet": "x", "media": 1, "post": [], "user": {"a": 1}}):
        changed = {
            file: json.dumps([filling, filling]).encode() if file.endswith(".json") else data
            for file, data in files.items()
        }
        changed |= {f: b"window.YTD.x.part0 = " + json.dumps([filling]).encode() for f in files if f.endswith(".js")}
        changed |= {f: b"a,b\n1\n1,2,3\n\n,\n" for f in files if f.endswith(".csv")}
        for each in read(folder(tmp_path / "x", changed), True, name):
            assert isinstance(each, Activity | Unreadable)


def test_records_carry_id_time_platform_channel_and_place(tmp_path: Path) -> None:
    """In the flat form, and as ActivityStreams objects that keep their own members."""
    records = list(read_records(str(folder(tmp_path / "s", made.SLACK)), ReadOptions()))
    fields = dict(zip(records[1].names, records[1].values, strict=True))
    assert fields["id"] == "C1:1714730401.000200"
    assert fields["published"] == "2024-05-03T10:00:01Z"
    assert (fields["platform"], fields["channel"], fields["file"], fields["position"]) == (
        "slack", "garden", "garden/2024-05-03.json", 2)  # fmt: skip
    stood = list(read_records(str(folder(tmp_path / "a", made.ACTIVITYSTREAMS)), ReadOptions()))
    assert list(json.loads(stood[0].raw)) == ["type", "actor", "object", "id", "file", "position"]
    flat = list(read_records(str(tmp_path / "a"), InputOptions(as_it_stood=False)))
    assert flat[0].names[:3] == ("id", "published", "platform")


def test_classify_labels_an_export(tmp_path: Path, run: Run) -> None:
    """One record an activity, to JSON Lines on a pipe; 3 when one cannot be read, which is in the output."""
    path = zipped(tmp_path / "slack.zip", made.SLACK)
    done = run("classify", path)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(rows)) == (0, 7)
    assert {"predicted_label", "probability", "reason", "id", "file", "position"} <= set(rows[0])
    assert run("classify", path, "--output-format", "csv").stdout.count(b"\n") == 8
    assert len(run("classify", path, "--include-messages").stdout.splitlines()) == 8
    broken = {**made.SLACK, "garden/2024-05-04.json": b'[{"type": "message", "text": "ok", "ts": "1"}, {"ty'}
    done = run("classify", zipped(tmp_path / "broken.zip", broken))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(rows)) == (3, 9)
    assert rows[-1]["reason"].startswith("error: the JSON ends in the middle")
    assert b"garden/2024-05-04.json:2: the JSON ends in the middle" in done.stderr


def test_classify_takes_activitystreams_from_a_pipe(run: Run) -> None:
    """Objects come back as they stood, with the added members; wordless ones are judged by their facts."""
    done = run("classify", "--input-format", "activitystreams", "-", stdin=made.ACTIVITYSTREAMS["acts.jsonl"])
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["object"] == {"type": "Organization", "id": "t"}
    assert {"file", "position", "predicted_label"} <= set(first)
    assert second["predicted_label"] == load_model().predict(["see you at six"])[0].label
    table = run("classify", "--input-format", "activitystreams", "--output-format", "table", "-",
                stdin=made.ACTIVITYSTREAMS["acts.jsonl"])  # fmt: skip
    assert table.returncode == 0


def test_an_export_in_another_language_is_said_to_be(tmp_path: Path, run: Run) -> None:
    """For exports by default, for other inputs when asked."""
    line = b'{"type": "Create", "object": {"type": "Note", "content": "merci \xc3\xa0 tous, c\'est une tr\xc3\xa8s belle ville"}}\n'
    (tmp_path / "a.jsonl").write_bytes(line.replace(b'"Create",', b'"Create", "actor": "a",'))
    assert json.loads(run("classify", tmp_path / "a.jsonl").stdout)["reason"] == "not_english"
    assert json.loads(run("classify", "--no-language-check", tmp_path / "a.jsonl").stdout)["reason"] != "not_english"
    lines = "merci à tous, c'est une très belle ville\n".encode()
    assert (
        run("classify", "--language-check", "--output-format", "jsonl", stdin=lines).stdout.count(b"not_english") == 1
    )
    assert b"not_english" not in run("classify", "--output-format", "jsonl", stdin=lines).stdout


def test_convert_writes_what_reads_back_the_same(tmp_path: Path, run: Run) -> None:
    """Every platform's activities survive the common form; flat forms have a record each."""
    for number, (_, files, plain, _) in enumerate(EXPORTS_MADE):
        source, target = folder(tmp_path / str(number), files), tmp_path / f"{number}.jsonl"
        with target.open("wb") as stream:
            assert len(list(convert(read(source), stream, "activitystreams"))) == plain
        assert good(read(target)) == good(read(source))
    source = tmp_path / "4"
    done = run("convert", source, "--to", "activitystreams", "-o", tmp_path / "4.out")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "4.out").read_bytes() == (tmp_path / "4.jsonl").read_bytes()
    assert run("convert", source, "--to", "jsonl").stdout.count(b"\n") == EXPORTS_MADE[4][2]
    assert run("convert", source, "--to", "csv").stdout.count(b"\n") == EXPORTS_MADE[4][2] + 1


def test_convert_says_what_it_does_not_know(tmp_path: Path, run: Run) -> None:
    """A file of texts is no export: exit 1 and one line."""
    (tmp_path / "a.txt").write_bytes(b"hi\n")
    done = run("convert", tmp_path / "a.txt", "--to", "csv")
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert b"--input-format" in done.stderr
