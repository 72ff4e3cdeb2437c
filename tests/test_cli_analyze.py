"""`analyze` as a command."""

import csv
import json
import zipfile
from pathlib import Path

import pytest

from benchmarks.million import write_activities
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
        (["--marketing-label", "ad"], 1, b"labelled.jsonl:"),
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


def test_a_brand_is_found_by_its_name_under_pseudonyms(run: Run, export: Path) -> None:
    """The name that is given is the one people know; what is shown is the pseudonym."""
    plain, hidden = (
        json.loads(run("analyze", export, "--brand", "Brand", "--output-format", "json", *key).stdout)
        for key in ([], ["--pseudonyms", "secret"])
    )
    assert hidden["effort"]["posts"] == plain["effort"]["posts"] == 65
    assert "Brand" not in json.dumps(hidden)


def test_times_as_tables_write_them(run: Run, tmp_path: Path) -> None:
    """Seconds since 1970 and dates in words are read; what is no known time is named, and what it costs."""
    times = ["1704067200", "Thu Nov 03 08:50:26 +0000 2022", "2024-01-05 10:00:00 UTC", "03/04/2024", "soon"]
    rows = "".join(f'hi,{time},"1,234",a;b\n' for time in times)
    (tmp_path / "t.csv").write_text(f"text,created_at,likes,mentions\n{rows}")
    done = run("analyze", tmp_path / "t.csv", "--by", "day", "--output-format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [row["group"] for row in found["mix"]["by"]["day"]] == ["2022-11-03", "2024-01-01", "2024-01-05"]
    assert found["actors"] == 2
    assert b"t.csv:5: '03/04/2024' is no known time, as 2 in all" in done.stderr
    assert b"--time-field NAME" in done.stderr
    assert run("analyze", tmp_path / "t.csv", "--quiet").stderr == b""


def test_json_holds_what_its_figures_mean(run: Run, export: Path) -> None:
    """A script that shows them has their definitions, and what the ranking does not mean."""
    found = json.loads(run("analyze", export, "--output-format", "json").stdout)
    assert "not people, their work or their worth" in found["meaning"]
    assert "PageRank" in found["definitions"]


def test_who_acts_is_not_named(run: Run, tmp_path: Path) -> None:
    """Without actors there are no ties, and it says why and what would help."""
    (tmp_path / "t.csv").write_text("text,mentions\n" + "hi,ana\n" * 6)
    done = run("analyze", tmp_path / "t.csv", "--report", tmp_path / "r.html")
    for text in (done.stdout.decode(), (tmp_path / "r.html").read_text()):
        assert "The input does not name who acts" in text
        assert "--actor-field NAME" in " ".join(text.split())


def test_outputs_are_checked_before_anything_is_read(run: Run, export: Path, tmp_path: Path) -> None:
    """A folder that is not there is told at once, with the option to change."""
    for option, path in (("--report", "no/r.html"), ("--graph", "no/g.gexf"), ("--tables", export)):
        done = run("analyze", export, option, tmp_path / path)
        assert done.returncode == 1
        assert option.encode() in done.stderr
        assert done.stdout == b""


def test_the_benchmark_of_a_million_runs(tmp_path: Path) -> None:
    """What it generates is what it says: activities that have labels if they should."""
    write_activities(tmp_path / "a.jsonl", 50, 10, labelled=True)
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert len(rows) == 50
    assert all(row["predicted_label"] for row in rows)
    assert any(row["object"].get("content") for row in rows)


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
    assert "Not corrected: fewer than 5 activities here" in (tmp_path / "r.html").read_text()
    assert "not corrected: fewer than 5 activities here" in " ".join(done.stdout.decode().split())
    assert "no networking activity in which somebody turns to somebody" in (tmp_path / "r.html").read_text()
