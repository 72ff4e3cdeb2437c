"""`train` through real processes: what it reads, what it refuses, and what it says."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from socialclass import load_model, read_corpus, train
from tests.conftest import LABELS, ROOT, TEXTS, Run

ROWS = list(zip(TEXTS, LABELS, strict=True))


def write_table(path: Path, rows: list[tuple[str, str]] = ROWS) -> Path:
    """Write a CSV table of texts and labels."""
    path.write_text("text,label\n" + "".join(f'"{text}",{label}\n' for text, label in rows))
    return path


def test_a_folder_per_label(run: Run, tmp_path: Path) -> None:
    """A folder of .txt files a label trains the model that a table of the same texts and labels trains."""
    for i, (text, label) in enumerate(ROWS):
        home = tmp_path / "texts" / label
        home.mkdir(parents=True, exist_ok=True)
        (home / f"{i:02}.txt").write_text(text + "\n")
    (tmp_path / "texts" / "README.md").write_text("no label's folder")
    done = run("train", tmp_path / "texts", "-o", tmp_path / "m", "--no-search")
    assert done.returncode == 0, done.stderr
    assert load_model(tmp_path / "m").weights.coef == train(TEXTS, LABELS).weights.coef


def test_a_folder_that_is_no_corpus(run: Run, tmp_path: Path) -> None:
    """An empty folder and a file that is no text are named."""
    done = run("train", tmp_path, "-o", tmp_path / "m")
    assert (done.returncode, b"no LABEL/*.txt in this folder" in done.stderr) == (1, True)
    (tmp_path / "ads").mkdir()
    (tmp_path / "ads" / "a.pdf").write_bytes(b"%PDF")
    done = run("train", tmp_path, "-o", tmp_path / "m")
    assert (done.returncode, b"a.pdf: not a .txt file" in done.stderr) == (1, True)


def test_a_model_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    """An existing file stays as it is without --force."""
    corpus, model = write_table(tmp_path / "c.csv"), tmp_path / "m"
    model.write_text("mine")
    done = run("train", corpus, "-o", model)
    assert (done.returncode, b"this file exists; name another, or replace it with --force" in done.stderr) == (1, True)
    assert model.read_text() == "mine"
    assert run("train", corpus, "-o", model, "--force").returncode == 0
    assert load_model(model).classes == ("marketing", "networking")


def test_the_corpus_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    """Not by the model, nor by a part of itself, even with --force; the message names it."""
    table = write_table(tmp_path / "c.csv")
    before = table.read_bytes()
    parts = ("corpus", "split", table, "--train", tmp_path / "a.csv", "--test", table)
    for command in (("train", table, "-o", table), parts, ("evaluate", table, "--report", table)):
        done = run(*command, "--force")
        assert done.returncode == 1
        assert b"c.csv: this command reads that file; name another" in done.stderr
    assert table.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\nbuy,ad\nsale,ad\n", "every text has the label 'ad'"),
        ("text,label\n!!!,ad\n???,chat\n", "the texts hold no terms to learn from"),
        ("text,label\n", "the corpus is empty"),
    ],
)
def test_what_cannot_be_learnt_has_a_place(run: Run, tmp_path: Path, content: str, message: str) -> None:
    """The file is named, also where the library that finds the fault knows texts alone."""
    table = tmp_path / "c.csv"
    table.write_text(content)
    done = run("train", table, "-o", tmp_path / "m")
    assert (done.returncode, done.stderr.decode().startswith(f"socialclass: {table}: {message}; ")) == (1, True)


def test_labels_of_json_may_be_numbers(run: Run, tmp_path: Path) -> None:
    """0 and 1 are labels in JSON as they are in CSV, for all that read a corpus; a list is none."""
    table, model = tmp_path / "c.jsonl", tmp_path / "m.joblib"
    rows = [{"text": text, "label": int(label == LABELS[0])} for text, label in ROWS]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run("train", table, "-o", model, "--no-search").returncode == 0
    assert load_model(str(model)).classes == ("0", "1")
    assert b"labelled texts" in run("compare", model, model, table).stdout
    assert run("evaluate", "-m", model, table).returncode == 0
    assert b"unreadable" not in run("corpus", "check", table, "--suspects", "0").stdout
    assert b"nothing to suggest" in run("corpus", "suggest", table, "-m", model).stderr
    table.write_text('{"text": "a", "label": ["b"]}\n')
    assert b"c.jsonl:1: no label in 'label'" in run("train", table, "-o", model, "--force").stderr


def test_entities_are_asked_for(run: Run, tmp_path: Path) -> None:
    """--entities makes them terms, --no-entities does not even where a search would."""
    rows = [(f"{text} {'https://t.co/x' if label == LABELS[0] else '@ana'}", label) for text, label in ROWS]
    table = write_table(tmp_path / "c.csv", rows)
    for option, wanted in (("--entities", 1), ("--no-entities", 0)):
        assert run("train", table, "-o", tmp_path / "m", "--force", option).returncode == 0
        model = load_model(str(tmp_path / "m"))
        assert model.weights.analyzer.entities == wanted
        assert {each["analyzer"].get("entities", 0) for each in model.facts["search"]["trials"]} <= {wanted}
        shown = run("model", "show", tmp_path / "m").stdout
        assert (b"entities 1" in shown) is bool(wanted)


def test_what_was_done_is_in_the_model(run: Run, tmp_path: Path) -> None:
    """Settings, each tried setting with its score, intervals, the corpus's fingerprint and path, and versions."""
    corpus, model = write_table(tmp_path / "c.csv"), tmp_path / "m"
    assert run("train", corpus, "-o", model, "--seed", "4").returncode == 0
    facts = json.loads(run("model", "show", "--output-format", "json", model).stdout)
    assert facts["search"]["ended"] == "complete"
    assert facts["search"]["tried"] == len(facts["search"]["trials"]) > 20
    assert {"analyzer", "C", "macro_f1", "log_loss", "folds"} <= set(facts["search"]["trials"][0])
    assert set(facts["cross_validation"]["intervals"]) == {"accuracy", "macro_f1"}
    assert (facts["sources"][0]["path"], facts["seed"]) == (str(corpus), 4)
    assert len(facts["corpus"]["sha256"]) == 64


def test_no_search_takes_the_bundled_settings(run: Run, tmp_path: Path) -> None:
    """`--no-search` trains what `train()` trains."""
    assert run("train", write_table(tmp_path / "c.csv"), "-o", tmp_path / "m", "--no-search").returncode == 0
    model = load_model(tmp_path / "m")
    assert model.weights.coef == train(TEXTS, LABELS).weights.coef
    assert "search" not in model.facts


def test_add_goes_on_from_a_models_corpus(run: Run, tmp_path: Path) -> None:
    """Old rows and new ones train the model that one table of all trains, with the old settings; also twice."""
    write_table(tmp_path / "old.csv", ROWS[:4] + ROWS[6:10])
    write_table(tmp_path / "new.csv", ROWS[4:6])
    write_table(tmp_path / "newer.csv", ROWS[10:])
    steps = (
        ["old.csv", "--no-search", "-o", "a"],
        ["new.csv", "--add", "a", "-o", "b"],
        ["newer.csv", "--add", "b", "-o", "c"],
    )
    for step in steps:
        done = run("train", *step, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    rows = ROWS[:4] + ROWS[6:10] + ROWS[4:6] + ROWS[10:]
    expected = train([text for text, _ in rows], [label for _, label in rows])
    found = load_model(tmp_path / "c")
    assert found.facts["corpus"] == expected.facts["corpus"]
    assert found.weights.coef == expected.weights.coef


def test_add_refuses_another_corpus(run: Run, tmp_path: Path) -> None:
    """A corpus that changed or went away is told; --corpus says where it is now."""
    corpus, new = write_table(tmp_path / "c.csv"), write_table(tmp_path / "new.csv", ROWS[:1])
    assert run("train", corpus, "-o", tmp_path / "m", "--no-search").returncode == 0
    moved = corpus.rename(tmp_path / "moved.csv")
    again = ("train", new, "--add", tmp_path / "m", "-o", tmp_path / "n")
    done = run(*again)
    assert (done.returncode, b"--corpus FILE" in done.stderr) == (1, True)
    assert run(*again, "--corpus", moved).returncode == 0
    write_table(moved, ROWS[1:])
    done = run(*again, "--corpus", moved, "--force")
    assert (done.returncode, b"fingerprint differs" in done.stderr) == (1, True)
    assert run("train", new, "-o", tmp_path / "k", "--corpus", moved).returncode == 2


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("text,label,label\na,x,y\n", [], "c.csv:2: two columns are named 'label'; rename one of them"),
        ("text,text,label\na,b,y\n", [], "2 columns are named 'text'"),
        ("text,label\na,x\n", ["--label-field", "text"], "text and label are both read from 'text'"),
        ("text,label\na,x\n", ["--group-field", "who"], "no column 'who'; choose one of: text, label"),
    ],
)
def test_columns_in_conflict(run: Run, tmp_path: Path, content: str, options: list[str], message: str) -> None:
    """One line that names the column, and no model."""
    (tmp_path / "c.csv").write_text(content)
    done = run("train", tmp_path / "c.csv", "-o", tmp_path / "m", *options)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert message in done.stderr.decode()


def test_remarks_are_told(run: Run, tmp_path: Path) -> None:
    """Repeated texts and too few texts to calibrate are said on standard error, and the model is written."""
    corpus = write_table(tmp_path / "c.csv", [("free boots", "ads"), ("free boots", "ads"), ("hi mum", "chat")])
    done = run("train", corpus, "-o", tmp_path / "m")
    assert b"1 text repeats another of its label: texts 1 and 2\n" in done.stderr
    assert b"under 5 texts of a label: no cross-validation, no calibration\n" in done.stderr
    assert load_model(tmp_path / "m").facts["search"]["ended"] == "impossible"


@pytest.mark.parametrize("budget", ["fast", "10d", "-1s"])
def test_a_budget_is_a_duration(run: Run, tmp_path: Path, budget: str) -> None:
    """Anything else is wrong usage."""
    assert run("train", write_table(tmp_path / "c.csv"), "-o", tmp_path / "m", "--budget", budget).returncode == 2


def test_a_budget_ends_the_search(run: Run, tmp_path: Path) -> None:
    """Without time one setting is tried, and that is said and recorded."""
    done = run("train", write_table(tmp_path / "c.csv"), "-o", tmp_path / "m", "--budget", "0")
    assert b"the budget is used up after 1 trial" in done.stderr
    assert load_model(tmp_path / "m").facts["search"]["tried"] == 1
    assert read_corpus(str(tmp_path / "c.csv"))[0].label == "marketing"


@pytest.mark.skipif(os.name != "posix", reason="a terminal of its own")
def test_ctrl_c_takes_the_best_so_far(tmp_path: Path) -> None:
    """Ctrl-C during the search ends it: the model is trained and written, and the exit code is 0."""
    master, slave = os.openpty()  # the bar is drawn on a terminal only; it tells when the first trial is made
    done = subprocess.Popen(
        [sys.executable, "-m", "socialclass", "train", "data/test.jsonl", "-o", tmp_path / "m", "--budget", "10m"],
        stderr=slave,
        cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # as in a shell's foreground
    )
    os.close(slave)
    seen = b""
    while b"best macro-F1" not in seen:
        seen += os.read(master, 4096)
    done.send_signal(signal.SIGINT)
    assert done.wait(timeout=120) == 0
    os.close(master)
    found = load_model(tmp_path / "m").facts["search"]
    assert (found["ended"], found["tried"] >= 1) == ("interrupted", True)
