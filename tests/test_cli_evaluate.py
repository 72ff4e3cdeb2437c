"""`evaluate` and `compare` through real processes."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from socialclass.model.persistence import save_model
from socialclass.training import train
from tests.conftest import LABELS, TEXTS, Run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, one with swapped labels, one of other labels, and a corpus with a group and a kind."""
    path = tmp_path_factory.mktemp("evaluate")
    save_model(train(TEXTS, LABELS), str(path / "m.joblib"))
    save_model(train(TEXTS, LABELS[::-1]), str(path / "swapped.joblib"))
    save_model(train(["free boots", "hey mum"], ["ads", "chat"]), str(path / "other.joblib"))
    rows = [f"{i},{text},{label},{'xy'[i % 2]}" for i, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True))]
    (path / "c.csv").write_text("id,text,label,kind\n" + "\n".join(rows) + "\n11,free boots,networking,x\n")
    (path / "plain.txt").write_text("\n".join(TEXTS) + "\n")
    return path


def test_all_that_can_be_asked_for(run: Run, home: Path) -> None:
    """JSON with groups, folds, curve, gates and intervals."""
    args = ["evaluate", home / "c.csv", "-m", home / "m.joblib", "--by", "kind", "--output-format", "json",
            "--cv", "3", "--learning-curve", "--rounds", "50", "--fail-under", "log_loss=9"]  # fmt: skip
    done = run(*args)
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert sorted(content["by"]) == ["x", "y"]
    assert len(content["folds"]) == 3
    assert content["learning_curve"][-1]["texts"] == 10
    assert content["gates"] == [{"name": "log_loss", "bound": 9.0, "value": content["log_loss"], "passed": True}]
    assert len(content["intervals"]["macro_f1"]) == 2


def test_the_table_shows_what_was_asked_for(run: Run, home: Path) -> None:
    """Groups, folds and intervals for people."""
    done = run("evaluate", home / "c.csv", "-m", home / "m.joblib", "--by", "kind", "--cv", "3", "--group-field", "id")
    assert done.returncode == 0, done.stderr
    for part in (b"95% interval", b"majority baseline", b"fold", b"group", b"average precision"):
        assert part in done.stdout


def test_own_texts_flatter(run: Run, home: Path, tmp_path: Path) -> None:
    """A corpus that the model was fitted on is measured, with a note."""
    own = tmp_path / "own.csv"
    own.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in zip(TEXTS, LABELS, strict=True)))
    assert b"the model was fitted on these texts" in run("evaluate", own, "-m", home / "m.joblib").stderr
    assert b"fitted on" not in run("evaluate", home / "c.csv", "-m", home / "m.joblib").stderr


def test_an_unknown_gate_is_told_before_the_work(run: Run, home: Path) -> None:
    """Usage error 2, with all names; of a label that the model lacks, too."""
    for name in ("f1", "recall:spam"):
        done = run("evaluate", home / "c.csv", "-m", home / "m.joblib", "--fail-under", f"{name}=0.5")
        assert done.returncode == 2
        assert f"no measure '{name}'; choose one of: accuracy, " in " ".join(done.stderr.decode().split())
    assert run("evaluate", home / "c.csv", "-m", home / "m.joblib", "--by", "nope").returncode == 1


def test_junit_fails_where_a_gate_fails(run: Run, home: Path) -> None:
    """One test case a gate; exit 4 as in every format."""
    done = run("evaluate", home / "c.csv", "-m", home / "m.joblib", "--output-format", "junit",
               "--fail-under", "accuracy=0.99", "--fail-under", "recall:marketing=0.5")  # fmt: skip
    assert done.returncode == 4
    suite = ElementTree.fromstring(done.stdout)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite.iter("testcase")] == ["accuracy=0.99", "recall:marketing=0.5"]
    assert any(each.get("name") == "macro_f1" for each in suite.iter("property"))


def test_github_gets_annotations_and_a_summary(run: Run, home: Path, tmp_path: Path) -> None:
    """Workflow commands on standard output; Markdown added to the step's summary."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    done = run("evaluate", home / "c.csv", "-m", home / "m.joblib", "--output-format", "github",
               "--fail-under", "accuracy=0.99", env={"GITHUB_STEP_SUMMARY": str(summary)})  # fmt: skip
    assert done.returncode == 4
    assert done.stdout.startswith(b"::error title=socialclass evaluate::")
    assert b"\n::notice " in done.stdout
    written = summary.read_text()
    assert written.startswith("before\n### socialclass evaluate")
    assert "| macro f1 |" in written
    assert "**failed**" in written


def test_the_report_is_one_page_and_always_the_same(run: Run, home: Path, tmp_path: Path) -> None:
    """All sections, the wrong text with its words marked, no script; equal runs give equal bytes."""
    pages = []
    for name, seed in (("a.html", "1"), ("b.html", "2")):
        done = run("evaluate", home / "c.csv", "-m", home / "m.joblib", "--by", "kind", "--rounds", "20",
                   "--report", tmp_path / name, env={"PYTHONHASHSEED": seed})  # fmt: skip
        assert done.returncode == 0, done.stderr
        pages.append((tmp_path / name).read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    for title in (
        "Measures",
        "By kind",
        "Curves",
        "Worst errors",
        "Strongest terms",
        "Confusion matrix",
    ):
        assert title in pages[0]
    assert '<mark class="for l' in pages[0]
    assert pages[0].count("<svg") == 3
    assert "<script" not in pages[0]


def test_a_report_without_the_extra_says_which_pip_line(run: Run, home: Path, tmp_path: Path) -> None:
    """One line, exit 1, before any work, and no page."""
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "__init__.py").write_text("raise ImportError('no matplotlib here')\n")
    done = run("evaluate", home / "c.csv", "-m", home / "m.joblib", "--report", tmp_path / "x.html",
               env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parent.parent}"})  # fmt: skip
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"python -m pip install 'socialclass[report]'" in done.stderr
    assert not (tmp_path / "x.html").exists()


def compared(run: Run, home: Path, *args: str | Path) -> "list[dict[str, str]]":
    done = run("compare", home / "m.joblib", home / "swapped.joblib", *args, "--output-format", "csv")
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def test_compare_lists_the_changed_texts(run: Run, home: Path) -> None:
    """Place, labels, probabilities and effect of each; labels are optional."""
    rows = compared(run, home, home / "c.csv")
    assert len(rows) == 13
    assert {row["effect"] for row in rows} == {"gain", "loss"}
    assert rows[0]["place"].startswith(str(home / "c.csv:"))
    plain = compared(run, home, home / "plain.txt")
    assert len(plain) == 12
    assert {row["effect"] for row in plain} == {""}
    assert {row["effect"] for row in compared(run, home, home / "c.csv", "--label-field", "")} == {""}


def test_compare_for_people_and_for_scripts(run: Run, home: Path, tmp_path: Path) -> None:
    """A table with the test's p-value; JSON into a file."""
    models = home / "m.joblib", home / "swapped.joblib"
    done = run("compare", *models, home / "c.csv", "-n", "2")
    assert done.returncode == 0, done.stderr
    for part in (b"McNemar's test", b"gains, losses", b"(11 more", b"old \\ new"):
        assert part in done.stdout
    out = tmp_path / "c.json"
    command = ("compare", *models, home / "c.csv", "--output-format", "json", "-o", out)
    assert [run(*command, *force).returncode for force in ((), (), ("--force",))] == [0, 1, 0]
    content = json.loads(out.read_text())
    assert (content["flips"], content["labelled"], len(content["changes"])) == (13, 13, 13)
    assert run("compare", *models, home / "c.csv", "-o", out).returncode == 2


@pytest.mark.parametrize(("bound", "code"), [("1%", 4), ("100%", 0), ("12", 4), ("13", 0), ("0.5", 2), ("101%", 2)])
def test_max_flips(run: Run, home: Path, bound: str, code: int) -> None:
    """A share or a number of texts; more is exit 4, anything else a usage error."""
    done = run("compare", home / "m.joblib", home / "swapped.joblib", home / "c.csv", "--max-flips", bound)
    assert done.returncode == code
    assert (b"change label" in done.stderr) == (code == 4)


def test_compare_tells_what_it_cannot_do(run: Run, home: Path, tmp_path: Path) -> None:
    """Other labels, unknown labels, unreadable rows: one line each."""
    done = run("compare", home / "m.joblib", home / "other.joblib", home / "plain.txt")
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"only OLD has marketing, networking; only NEW has ads, chat" in done.stderr
    bad = tmp_path / "bad.csv"
    bad.write_text("text,label\nhey mum,spam\n")
    done = run("compare", home / "m.joblib", home / "swapped.joblib", bad)
    assert b"do not know the label 'spam'" in done.stderr
    bad.write_text("text,label\nhey mum,networking\nragged\n")
    done = run("compare", home / "m.joblib", home / "swapped.joblib", bad, "--output-format", "csv")
    assert done.returncode == 3
    assert b"bad.csv:3: 1 cells" in done.stderr
    assert done.stdout.count(b"\n") == 2
