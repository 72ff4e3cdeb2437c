"""What the classifier says of odd texts, and that nothing but the text decides."""

import json
import random
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.reliability.conftest import Command, failed_cleanly


def case(name: str, expected: str) -> pytest.MarkDecorator:
    """Mark a test as a named case."""
    return pytest.mark.case("classifier", name, expected)


NOTHING_KNOWN = {
    "empty text": ("", "empty"),
    "emoji only": ("🎉🔥💯", "no_known_terms"),
    "other script": ("今日は天気がいいですね", "no_known_terms"),
    "unknown words": ("zzqx wvvk", "no_known_terms"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=case(name, "uncertain with a reason, not the prior")) for name in NOTHING_KNOWN]
)
def test_no_evidence(command: Command, name: str) -> None:
    """Without evidence there is no label and no probability."""
    text, reason = NOTHING_KNOWN[name]
    line = json.dumps({"text": text}).encode() + b"\n"
    done = command("classify", "--input-format", "jsonl", stdin=line)
    row = json.loads(done.stdout)
    assert (row["predicted_label"], row["probability"], row["reason"]) == ("uncertain", None, reason)


FOLDED = {
    "zero-width characters": ("2\u200b0% off all bo\u200dots", "20% off all boots"),
    "full-width letters": ("２０％ ｏｆｆ ａｌｌ ｂｏｏｔｓ", "20% off all boots"),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=case(name, "folded in a feature copy")) for name in FOLDED])
def test_folded(command: Command, name: str) -> None:
    """The label is that of the plain text; the text itself is written as it stood."""
    odd, plain = FOLDED[name]
    rows = [
        line.split("\t")
        for line in command("classify", stdin=f"{odd}\n{plain}\n".encode()).stdout.decode().splitlines()
    ]
    assert rows[0][:2] == rows[1][:2]
    assert rows[0][2] == odd


@case("batch size, number of jobs, hash seed", "the same bytes")
def test_nothing_else_decides(command: Command, tmp_path: Path) -> None:
    """Texts are judged one by one, however they come."""
    rows = map(json.loads, (ROOT / "data/test.jsonl").read_text(encoding="utf-8").splitlines())
    lines = [" ".join(row["text"].split()) for row in rows if "text" in row] * 4
    (tmp_path / "texts.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    once = command("classify", "texts.txt").stdout
    for options, env in (
        (["--jobs", "1"], {}),
        (["--jobs", "3"], {"PYTHONHASHSEED": "1"}),
        (["--line-buffered"], {"PYTHONHASHSEED": "2"}),
        (["--jobs", "2"], {"SOCIALCLASS_PURE": "1"}),
    ):
        assert command("classify", *options, "texts.txt", env=env).stdout == once, options


def write_corpus(path: Path, rows: list[tuple[str, str]]) -> None:
    """Write a labelled corpus as JSON Lines."""
    path.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows))


PLAIN = [(f"sale {i} boots offer", "ad") for i in range(10)] + [(f"hey mum {i} home", "chat") for i in range(10)]


@case("retraining with the same seed", "the same file")
def test_retraining(command: Command, tmp_path: Path) -> None:
    """Equal corpus, settings and seed, equal bytes."""
    write_corpus(tmp_path / "c.jsonl", PLAIN)
    for name, seed in (("a", "1"), ("b", "2")):
        done = command(
            "train", "c.jsonl", "--no-search", "-o", f"{name}.joblib", "--seed", "7", env={"PYTHONHASHSEED": seed}
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.joblib").read_bytes() == (tmp_path / "b.joblib").read_bytes()


UNTRAINABLE = {
    "one class": ([(f"sale {i}", "ad") for i in range(9)], "every text has the label 'ad'"),
    "empty vocabulary": ([("!", "ad"), ("?", "chat")] * 6, "no terms"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=case(name, "clear error, no model")) for name in UNTRAINABLE]
)
def test_untrainable(command: Command, tmp_path: Path, name: str) -> None:
    """What cannot be learnt is told in one line."""
    rows, message = UNTRAINABLE[name]
    write_corpus(tmp_path / "c.jsonl", rows)
    failed_cleanly(command("train", "c.jsonl", "-o", "m.joblib"), 1, message)
    assert not (tmp_path / "m.joblib").exists()


DOUBTFUL = {
    "under 5 examples a class": (PLAIN[:12], "under 5 texts"),
    "conflicting labels": ([*PLAIN, ("sale 1 boots offer", "chat")], "under two labels"),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=case(name, "warning, a model")) for name in DOUBTFUL])
def test_doubtful(command: Command, tmp_path: Path, name: str) -> None:
    """A corpus with a fault is learnt from, and the fault named."""
    rows, message = DOUBTFUL[name]
    write_corpus(tmp_path / "c.jsonl", rows)
    failed_cleanly(command("train", "c.jsonl", "-o", "m.joblib"), 0, message)
    assert (tmp_path / "m.joblib").exists()


@case("duplicates across the split", "named")
def test_duplicates_across_the_split(command: Command, tmp_path: Path) -> None:
    """A text that stands in train and test is no test."""
    write_corpus(tmp_path / "train.jsonl", PLAIN)
    write_corpus(tmp_path / "test.jsonl", [PLAIN[0], ("lunch at nine", "chat")])
    done = command("corpus", "check", "train.jsonl", "--against", "test.jsonl", "--strict")
    failed_cleanly(done, 4)
    assert b"test.jsonl:1" in done.stdout


@case("10% label noise", "costs at most 0.05 macro-F1")
def test_label_noise(command: Command, tmp_path: Path) -> None:
    """The bundled corpus with every tenth label flipped, judged by the clean test set."""
    rows = [json.loads(line) for line in (ROOT / "data/train.jsonl").read_text(encoding="utf-8").splitlines()]
    labels = sorted({row["label"] for row in rows})
    figures = []
    for noise in (0.0, 0.1):
        draw = random.Random(5)
        with open(tmp_path / "c.jsonl", "w", encoding="utf-8") as file:
            for row in rows:
                other = labels[1 - labels.index(row["label"])]
                label = other if draw.random() < noise else row["label"]
                file.write(json.dumps({**row, "label": label}) + "\n")
        model = f"{noise}.joblib"
        assert command("train", "c.jsonl", "--no-search", "-o", model).returncode == 0
        done = command("evaluate", "-m", model, ROOT / "data/test.jsonl", "--output-format", "json")
        figures.append(json.loads(done.stdout)["macro_f1"])
    assert figures[0] - figures[1] <= 0.05
