"""`analyze` as a command."""

import csv
import json
import zipfile
from pathlib import Path

import pytest

from tests.community import community
from tests.conftest import Run


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated community as `classify` would leave it."""
    path = tmp_path_factory.mktemp("analyze") / "labelled.jsonl"
    with path.open("w") as stream:
        for activity, label, probability in community():
            row = {
                "id": activity.id, "text": activity.content, "actor": activity.actor.id,
                "actor_name": activity.actor.name,
                "actor_kind": activity.actor.kind, "published": activity.published, "verb": activity.verb,
                "object": activity.object.id, "channel": activity.channel, "in_reply_to": activity.in_reply_to.id,
                "in_reply_to_actor": activity.in_reply_to.author.id, "thread": activity.thread,
                "predicted_label": label, "probability": probability,
            }  # fmt: skip
            stream.write(json.dumps(row) + "\n")
    return path


def test_everything_in_one_run(run: Run, export: Path, tmp_path: Path) -> None:
    """Terminal tables, CSV tables, the page and the graph; the roles are named in each."""
    outputs = ["--tables", tmp_path / "t", "--report", tmp_path / "r.html", "--graph", tmp_path / "g.gexf"]
    done = run("analyze", export, "--terms", "--by", "channel", "--half-life", "30d", *outputs)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert "connector" in text
    assert "not people, their work or their worth" in " ".join(text.split())
    with (tmp_path / "t" / "people.csv").open() as stream:
        roles = {row["name"]: row["role"] for row in csv.DictReader(stream) if row["role"]}
    assert roles == {"Connie": "connector", "Brand": "broadcaster"}
    page = (tmp_path / "r.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "http://" not in page.replace("http://www.w3.org", "")
    for word in ("Connie", "What every figure is", "not people, their work or their worth", "<svg"):
        assert word in page


def test_json_and_pseudonyms(run: Run, export: Path) -> None:
    """JSON for scripts; with a key no name is left, the figures stay, and the same key gives the same names."""
    plain, one, two, other = (
        run("analyze", export, "--output-format", "json", *key).stdout.decode()
        for key in ([], ["--pseudonyms", "secret"], ["--pseudonyms", "secret"], ["--pseudonyms", "another"])
    )
    assert one == two != other
    assert "Connie" in plain
    for name in ("Connie", "connie", "silent0", "silent1", "customer", "Brand"):
        assert name not in one
    mine, theirs = (json.loads(each)["matters"] for each in (plain, one))
    assert [each["networking"] for each in mine["people"]] == [each["networking"] for each in theirs["people"]]


def test_a_table_with_its_own_columns_and_labels(run: Run, tmp_path: Path) -> None:
    """Columns and labels of any name; without probabilities the shares are not corrected, and it says so."""
    rows = [["body", "who", "when", "room", "kind"]]
    rows += [
        [f"text {i}", "abc"[i % 3], f"2026-01-{i % 28 + 1:02d}", "x", "ad" if i % 4 else "chat"] for i in range(40)
    ]
    with (tmp_path / "t.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    fields = ["--text-field", "body", "--actor-field", "who", "--time-field", "when", "--channel-field", "room"]
    labels = ["--label-field", "kind", "--marketing-label", "ad", "--networking-label", "chat"]
    done = run("analyze", tmp_path / "t.csv", *fields, *labels, "--by", "actor", "--output-format", "json")
    assert done.returncode == 0, done.stderr
    mix = json.loads(done.stdout)["mix"]
    assert mix["overall"]["marketing"]["value"] == 0.75
    assert "without probabilities" in mix["overall"]["corrected"]["why"]
    assert {row["group"] for row in mix["by"]["actor"]} == {"a", "b", "c"}
    done = run("analyze", tmp_path / "t.csv", *fields[:2], "--actor-field", "nobody")
    assert done.returncode == 1
    assert b"--actor-field NAME" in done.stderr


def test_an_export_is_labelled_on_the_way(run: Run, tmp_path: Path) -> None:
    """A zip as downloaded: labelled by the model, corrected by its known errors, or by a sample of one's own."""
    messages = [{"type": "message", "user": f"U{i % 3}", "text": text, "ts": f"{1_700_000_000 + i * 600}.0"}
                for i, text in enumerate(["did you land safely?", "20% off all boots today"] * 12)]  # fmt: skip
    with zipfile.ZipFile(tmp_path / "slack.zip", "w") as archive:
        archive.writestr("users.json", json.dumps([{"id": f"U{i}", "name": f"user{i}"} for i in range(3)]))
        archive.writestr(
            "channels.json", json.dumps([{"id": "C1", "name": "general", "is_general": True, "members": []}])
        )
        archive.writestr("general/2023-11-14.json", json.dumps(messages))
    done = run("analyze", tmp_path / "slack.zip", "--output-format", "json")
    assert done.returncode == 0, done.stderr
    overall = json.loads(done.stdout)["mix"]["overall"]
    assert overall["activities"] == 24
    assert overall["marketing"]["of"] == 24
    assert overall["corrected"]["low"] <= overall["corrected"]["value"] <= overall["corrected"]["high"]
    own = tmp_path / "own.csv"
    own.write_text("text,label\n" + "20% off today,social media marketing\nhi mum,social networking\n" * 30)
    done = run("analyze", tmp_path / "slack.zip", "--error-rates", own, "--output-format", "json")
    assert str(own) in json.loads(done.stdout)["mix"]["method"]
    own.write_text("text,label\n20% off today,social media marketing\n")
    done = run("analyze", tmp_path / "slack.zip", "--error-rates", own)
    assert done.returncode == 1
    assert b"label at least 25 of each" in done.stderr


def test_labelled_activitystreams_are_not_labelled_again(run: Run, tmp_path: Path) -> None:
    """What `classify` wrote into ActivityStreams lines is taken."""
    row = {"type": "Create", "actor": "ana", "object": {"type": "Note", "id": "n", "content": "20% off boots"},
           "predicted_label": "social networking", "probability": 0.9}  # fmt: skip
    (tmp_path / "a.jsonl").write_text((json.dumps(row) + "\n") * 6)
    done = run("analyze", tmp_path / "a.jsonl", "--output-format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["mix"]["overall"]["networking"]["value"] == 1.0


def test_unreadable_records_are_named_and_counted(run: Run, tmp_path: Path) -> None:
    """The rest is analysed, the exit code is 3."""
    good = json.dumps({"text": "hi", "actor": "a", "predicted_label": "social networking", "probability": 0.9})
    (tmp_path / "a.jsonl").write_text(f"{good}\n{{broken\n{good}\n")
    done = run("analyze", tmp_path / "a.jsonl", "--output-format", "json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["activities"] == 2
    assert b"a.jsonl:2: not JSON" in done.stderr


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--graph", "g.txt"], 2, b".graphml"),
        (["--half-life", "soon"], 2, b"90d"),
        (["--by", "mood"], 2, b"mood"),
        (["--brand", "nobody"], 1, b"no actor is called 'nobody'"),
        (["--marketing-label", "ad"], 1, b"--marketing-label NAME"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, export: Path, args: list[str], code: int, message: bytes) -> None:
    """One line that says what to do."""
    done = run("analyze", export, *args)
    assert done.returncode == code
    assert message in done.stderr
    assert b"Traceback" not in done.stderr


def test_nothing_to_analyse(run: Run, tmp_path: Path) -> None:
    """An empty file is an error with a remedy."""
    (tmp_path / "e.jsonl").write_text("")
    done = run("analyze", tmp_path / "e.jsonl")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"there is no activity to analyse" in done.stderr


def test_a_page_of_little(run: Run, tmp_path: Path) -> None:
    """Weeks in which nothing is certain, one channel of a long name and no ties make a page all the same."""
    rows = [
        {"text": "hi", "actor": "a", "published": f"2026-0{1 + i // 2}-10", "channel": "a long name " * 9,
         "predicted_label": "uncertain" if i % 4 < 2 else "social networking",
         "probability": None if i % 4 < 2 else 0.9}
        for i in range(8)
    ]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = run("analyze", tmp_path / "a.jsonl", "--by", "channel", "--report", tmp_path / "r.html")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "no networking activity in which somebody turns to somebody" in (tmp_path / "r.html").read_text()
