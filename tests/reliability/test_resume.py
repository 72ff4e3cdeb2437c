"""A run that was stopped goes on, and ends with the bytes of one that was not."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from socialclass.model.persistence import save_model
from socialclass.training import train
from tests.conftest import ROOT
from tests.reliability.conftest import CHAT, EXECUTABLE, POST, Command, failed_cleanly
from tests.reliability.test_output import small_disk, wait_for

__all__ = ["small_disk"]


def case(name: str, expected: str) -> pytest.MarkDecorator:
    """Mark a test as a named case."""
    return pytest.mark.case("resume", name, expected)


TEXTS = [f"20% off all boots {i}" if i % 2 else f"hey mum, é {i}" for i in range(8)]


def write_inputs(folder: Path, name: str) -> list[str]:
    """Write two inputs of a format, and say how they are read."""
    paths = [folder / f"{number}.in" for number in range(2)]
    for path in paths:
        with open(path, "w", encoding="utf-8", newline="") as stream:
            if name in ("lines", "explain"):
                stream.writelines(f"{text}\r\n" for text in TEXTS)
            elif name == "csv":
                csv.writer(stream).writerows([["id", "text"], *([i, text] for i, text in enumerate(TEXTS))])
                stream.write('"a\nb"\n')  # a row with too few cells
            elif name == "jsonl":
                stream.writelines(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(TEXTS))
                stream.write("{\n")
            else:
                objects = ({"type": "Create", "object": {"type": "Note", "content": text}} for text in TEXTS)
                stream.writelines(json.dumps(each) + "\n" for each in objects)
    options = {"lines": [], "explain": ["--explain", "1", "--output-format", "csv"]}.get(name)
    read_as = "lines" if name == "explain" else name
    return [*(options or []), "--input-format", read_as, *map(str, paths)]


@case("stopped before, within and after each write, flush, sync, rename, removal", "the same bytes")
@pytest.mark.parametrize("name", ["lines", "explain", "csv", "jsonl", "activitystreams"])
def test_crash_points(tmp_path: Path, name: str) -> None:
    """Each operation, stopped at once more while going on; half-done writes and a power cut, too."""
    model = tmp_path / "m.joblib"
    save_model(train(["20% off", "boots sale", "hey mum", "mum call"], ["ad", "ad", "chat", "chat"]), model)
    (tmp_path / "out").mkdir()
    words = [sys.executable, "-m", "tests.reliability.crash_points", str(tmp_path / "out/out"), "-m", str(model)]
    done = subprocess.run(
        [*words, *write_inputs(tmp_path, name)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert int(done.stdout.split()[0]) > 25


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """Return a file whose output has two checkpoints."""
    path = tmp_path / "big.txt"
    path.write_bytes((POST + b"\n" + CHAT + b"\n") * 200_000)
    return path


def stop_halfway(tmp_path: Path, number: int, *options: str) -> int:
    """Start a run, stop it after its first checkpoint, and return its exit code."""
    words = [EXECUTABLE, "classify", "big.txt", "-o", "out.tsv", "--resume", *options]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE) as process:
        place = tmp_path / "out.tsv.checkpoint"
        wait_for(lambda: place.exists() and json.loads(place.read_bytes())["reached"]["length"] > 0)
        process.send_signal(number)
        _, stderr = process.communicate(timeout=60)
    assert b"Traceback" not in stderr
    return process.returncode


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGKILL, -9, marks=case("kill -9 during -o, --resume", "the same bytes"), id="SIGKILL"),
        pytest.param(signal.SIGINT, 130, marks=case("SIGINT and SIGTERM, --resume", "the same bytes"), id="SIGINT"),
        pytest.param(signal.SIGTERM, 143, marks=case("SIGINT and SIGTERM, --resume", "the same bytes"), id="SIGTERM"),
    ],
)
def test_signal(command: Command, tmp_path: Path, big: Path, number: int, code: int) -> None:
    """The next run says where it goes on; its counts are those of the whole."""
    assert command("classify", big, "-o", "whole.tsv", "--summary-json", "whole.json").returncode == 0
    assert stop_halfway(tmp_path, number, "--probabilities") == code
    failed_cleanly(command("classify", "big.txt", "-o", "out.tsv", "--resume"), 1, "--probabilities", "delete out.tsv")
    for name in ("out.tsv.partial", "out.tsv.checkpoint"):
        (tmp_path / name).unlink()
    assert stop_halfway(tmp_path, number) == code
    done = command("classify", "big.txt", "-o", "out.tsv", "--resume", "--summary-json", "out.json", "--jobs", "1")
    failed_cleanly(done, 0, "out.tsv: going on after ")
    assert (tmp_path / "out.tsv").read_bytes() == (tmp_path / "whole.tsv").read_bytes()
    assert (tmp_path / "out.json").read_bytes() == (tmp_path / "whole.json").read_bytes()
    assert not list(tmp_path.glob("out.tsv.*"))


@case("disk full, then space again, --resume", "1 with the reason, then the same bytes")
def test_full_disk(command: Command, tmp_path: Path, big: Path, small_disk: Path) -> None:
    """What was written is kept, and the old output until the new one is whole."""
    subprocess.run(["mount", "-o", "remount,size=12m", str(small_disk)], check=True)
    (small_disk / "out.tsv").write_bytes(b"old")
    words = ["classify", big, "-o", small_disk / "out.tsv", "--resume"]
    failed_cleanly(command(*words), 1, "No space left on device", "the same command goes on")
    assert (small_disk / "out.tsv").read_bytes() == b"old"
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    failed_cleanly(command(*words), 0, "going on after ")
    command("classify", big, "-o", "whole.tsv")
    assert (small_disk / "out.tsv").read_bytes() == (tmp_path / "whole.tsv").read_bytes()


@case("input, model or options changed, --resume", "error naming what")
def test_changes_are_noticed(command: Command, tmp_path: Path, big: Path) -> None:
    """Two halves of different runs are never joined; what was done is kept until told otherwise."""
    stop_halfway(tmp_path, signal.SIGKILL)
    model = tmp_path / "m.joblib"
    save_model(train(["20% off", "boots sale", "hey mum", "mum call"], ["ad", "ad", "chat", "chat"]), model)
    words = ["classify", big.name, "-o", "out.tsv", "--resume"]
    failed_cleanly(command(*words, "-m", model), 1, "the model is ", "delete out.tsv.partial and out.tsv.checkpoint")
    failed_cleanly(command(*words, "--min-confidence", "0.9"), 1, "--min-confidence is 0.9 and was 0.0")
    failed_cleanly(command(*words, big.name), 1, "the inputs are big.txt, big.txt and were big.txt")
    times = big.stat()
    with open(big, "r+b") as stream:
        stream.write(b"x")
    os.utime(big, ns=(times.st_atime_ns, times.st_mtime_ns))
    failed_cleanly(command(*words), 1, "big.txt has changed (its content)")
    with open(tmp_path / "out.tsv.partial", "r+b") as stream:
        stream.truncate(10)
    with open(big, "r+b") as stream:
        stream.write(POST[:1])
    os.utime(big, ns=(times.st_atime_ns, times.st_mtime_ns))
    failed_cleanly(command(*words), 1, "out.tsv.partial: what was written has been cut")
    (tmp_path / "out.tsv.checkpoint").write_bytes(b"{")
    failed_cleanly(command(*words), 1, "out.tsv.checkpoint: this is no checkpoint")
    (tmp_path / "out.tsv.checkpoint").unlink()
    failed_cleanly(command(*words), 1, "out.tsv.partial: this file is of no run")
    (tmp_path / "out.tsv.partial").unlink()
    assert command(*words).returncode == 0


@case("what cannot be read or written twice, --resume", "usage error, 2")
def test_not_resumable(command: Command, tmp_path: Path, posts: Path) -> None:
    """Standard input and FIFOs give their bytes once; a terminal, a device and a table take them once."""
    os.mkfifo(tmp_path / "fifo")
    for words in (["-o", "out.tsv"], ["posts.txt"], ["posts.txt", "-o", "-"],
                  ["posts.txt", "-o", "/dev/null"], ["fifo", "-o", "out.tsv"],
                  ["posts.txt", "-o", "out.txt", "--output-format", "table"]):  # fmt: skip
        failed_cleanly(command("classify", "--resume", *words), 2, "--resume")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fifo", "posts.txt"]


@case("two runs with --resume at once", "the second is refused")
def test_two_runs(command: Command, tmp_path: Path, big: Path) -> None:
    """While one writes, another neither cuts nor adds."""
    words = [EXECUTABLE, "classify", "big.txt", "-o", "out.tsv", "--resume"]
    with subprocess.Popen(words, cwd=tmp_path) as process:
        place = tmp_path / "out.tsv.checkpoint"
        wait_for(lambda: place.exists() and json.loads(place.read_bytes())["reached"]["length"] > 0)
        process.send_signal(signal.SIGSTOP)
        failed_cleanly(command("classify", "big.txt", "-o", "out.tsv", "--resume"), 1, "another run is writing this")
        process.send_signal(signal.SIGCONT)
    assert process.returncode == 0
    assert (tmp_path / "out.tsv").read_bytes().count(b"\n") == 400_000
