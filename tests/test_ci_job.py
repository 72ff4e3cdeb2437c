"""The README's CI job: its steps are run as a runner would run them, in a folder that holds what the job asks for."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from socialclass.model.persistence import save_model
from socialclass.training import train
from tests.conftest import LABELS, ROOT, TEXTS

JOB = re.findall(r"```yaml\n(.*?)\n```\n", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)[0]
BIN = Path(sys.executable).parent
OTHER_LABELS = ["networking" if label == "marketing" else "marketing" for label in LABELS]
FEW_OTHER_LABELS = [*LABELS[:-2], "marketing", "marketing"]


def scripts(job: str) -> list[str]:
    """Return what the job's `run:` steps run after the installation, in order."""
    found = re.findall(r"^ +(?:- )?run: (?:\|\n((?: {10}.*\n)+)|(.*)$)", job, re.M)
    steps = [dedent(block) or line for block, line in found]
    assert steps[0].startswith("python -m pip install")
    return steps[1:]


def run_job(folder: Path) -> tuple[int, str]:
    """Run the steps up to the first that fails; return its exit code, or 0, and what the steps printed."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    environment["GITHUB_STEP_SUMMARY"] = str(folder / "step-summary.md")
    printed = ""
    for script in scripts(JOB):
        command = ["bash", "-e", "-o", "pipefail", "-c", script]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, timeout=120)
        printed += done.stdout + done.stderr
        if done.returncode:
            return done.returncode, printed
    return 0, printed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files that the job names; the candidate is the released model."""
    assert shutil.which("socialclass", path=str(BIN)), "the command is not installed"
    for name, fields in (("export.csv", ("id", "text")), ("held-out.csv", ("text", "label"))):
        with open(tmp_path / name, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fields, extrasaction="ignore")
            writer.writeheader()
            rows = enumerate(zip(TEXTS, LABELS, strict=True))
            writer.writerows({"id": place, "text": text, "label": label} for place, (text, label) in rows)
    for name in ("released", "candidate"):
        put_model(tmp_path, name, LABELS)
    return tmp_path


def put_model(folder: Path, name: str, labels: Sequence[str]) -> None:
    """Write a model that learnt these labels."""
    save_model(train(TEXTS, labels), str(folder / f"{name}.joblib"))


def test_the_job_passes(folder: Path) -> None:
    """The export is labelled row for row, and its counts stand in a file and in the step's summary."""
    code, printed = run_job(folder)
    assert code == 0, printed
    with open(folder / "labelled.csv", encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [str(place) for place in range(len(TEXTS))]
    counts = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert counts["records"] == len(TEXTS)
    summary = (folder / "step-summary.md").read_text(encoding="utf-8")
    assert '"records": 12' in summary
    assert "macro" in summary  # `evaluate --output-format github` adds its measures


def test_what_the_job_keeps_is_there(folder: Path) -> None:
    """The files that are uploaded are written before a gate can fail."""
    put_model(folder, "candidate", OTHER_LABELS)
    assert run_job(folder)[0] == 4
    kept = re.findall(r'path: "(.*?)"', JOB)[0].split("\\n")
    assert kept == ["labelled.csv", "summary.json"]
    assert all((folder / name).stat().st_size for name in kept)
    assert "if: always()" in JOB


def test_a_wrong_model_fails_the_job(folder: Path) -> None:
    """A candidate under the least macro-F1 exits with 4 and says which measure it was."""
    put_model(folder, "candidate", OTHER_LABELS)
    put_model(folder, "released", OTHER_LABELS)
    code, printed = run_job(folder)
    assert code == 4
    assert "macro_f1" in printed


def test_many_flips_fail_the_job(folder: Path) -> None:
    """A candidate that is right enough and changes more labels than it may exits with 4."""
    put_model(folder, "released", FEW_OTHER_LABELS)
    code, printed = run_job(folder)
    assert code == 4, printed
    assert "--max-flips" in printed or "change" in printed
