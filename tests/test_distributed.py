"""A table is labelled in chunks by an existing distributed engine, on a real local cluster."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from socialclass import load_model
from tests.conftest import ROOT


@pytest.mark.slow
def test_dask_labels_a_table_in_chunks(tmp_path: Path) -> None:
    """Every row comes out once, in order, with the label that the model gives it in one process."""
    rows = [json.loads(line) for line in (ROOT / "data/test.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows if row.get("text")]
    for part in range(3):
        with open(tmp_path / f"table-{part}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "body"])
            writer.writerows([number, texts[number]] for number in range(part, len(texts), 3))
    words = [sys.executable, str(ROOT / "examples/label_with_dask.py"), str(tmp_path / "table-*.csv"), "out", "body"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(words, cwd=tmp_path, check=True, timeout=240, env=environment)
    labelled = [
        row
        for part in sorted((tmp_path / "out").iterdir())
        for row in csv.DictReader(part.read_text(encoding="utf-8").splitlines(keepends=True))
    ]
    assert sorted(int(row["id"]) for row in labelled) == list(range(len(texts)))
    wanted = load_model().predict([row["body"] for row in labelled])
    assert [row["predicted_label"] for row in labelled] == [each.label for each in wanted]
