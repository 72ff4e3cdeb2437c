"""Inputs that once failed, found by `make fuzz`: each target's facts hold for them now."""

import contextlib
import importlib
import os
import pickle
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.fuzz.guard import ForbiddenError, nothing_happens
from benchmarks.fuzz.targets import BY_NAME

CRASHES = sorted(path for path in (Path(__file__).parent / "crashes").glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", CRASHES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_once_failed_holds(path: Path) -> None:
    """The folder names the target, the file what is odd about it."""
    BY_NAME[path.parent.name].check(path.read_bytes())


@pytest.mark.parametrize("name", BY_NAME)
def test_every_target_holds_for_its_seeds(name: str) -> None:
    """What fuzzing starts from is in order, so that a finding is one."""
    for seed in BY_NAME[name].seeds():
        BY_NAME[name].check(seed)


@pytest.mark.parametrize(
    "act",
    [
        lambda path: eval("1 + 1"),
        lambda path: os.system("true"),
        lambda path: subprocess.run(["true"]),
        lambda path: path.write_text("x"),
        lambda path: path.unlink(),
        lambda path: pickle.loads(b"cos\nsystem\n."),
        lambda path: importlib.import_module("antigravity"),
        lambda path: socket.socket(),
    ],
    ids=["eval", "system", "subprocess", "write", "remove", "unpickle", "import", "socket"],
)
def test_the_guard_would_notice(tmp_path: Path, act: Callable[[Path], object]) -> None:
    """What a stranger's file must not do ends the harness, also where something swallows the error."""
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ForbiddenError), nothing_happens():
        act(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"
    with pytest.raises(ForbiddenError), nothing_happens(), contextlib.suppress(BaseException):
        act(tmp_path / "file")
