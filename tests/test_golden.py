"""What an earlier version wrote, this one reads, with any supported version of the packages below it."""

import json
from pathlib import Path

import pytest

from socialclass import load_model
from socialclass.training import train_examples
from tests.conftest import Run
from tests.golden.__main__ import FIXED, HERE, corpus

ANSWERS = [json.loads(line) for line in (HERE / "answers.jsonl").read_text(encoding="utf-8").splitlines()]


def test_an_old_model_file_gives_its_old_answers() -> None:
    """Labels, reasons and probabilities (to 1e-12) are those that were written down when the file was made."""
    predictions = load_model(str(HERE / "model.joblib")).predict([row["text"] for row in ANSWERS])
    for row, prediction in zip(ANSWERS, predictions, strict=True):
        assert (prediction.label, prediction.reason) == (row["label"], row["reason"])
        assert prediction.probabilities == pytest.approx(row["probabilities"], abs=1e-12)


def test_training_again_gives_the_old_answers() -> None:
    """Whichever scikit-learn fits it, the model is the same to four decimals of a probability.

    The calibration is left out: how scikit-learn shuffles folds has changed between versions.
    """
    predictions = train_examples(corpus(), FIXED).predict([row["text"] for row in ANSWERS])
    for row, prediction in zip(ANSWERS, predictions, strict=True):
        assert prediction.probabilities == pytest.approx(row["probabilities"], abs=5e-5)


def test_the_command_writes_the_old_bytes(run: Run, tmp_path: Path) -> None:
    """A script that parses the output of an old version goes on working."""
    texts = [row["text"] for row in ANSWERS if "\n" not in row["text"]]
    done = run("classify", "-m", HERE / "model.joblib", stdin="".join(f"{text}\n" for text in texts).encode())
    assert done.returncode == 0, done.stderr
    assert done.stdout == (HERE / "output.tsv").read_bytes()
