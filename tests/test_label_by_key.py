"""`corpus label` in a real terminal: a key a text, undo, stopping and going on."""

import json
import os
import select
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pty = pytest.importorskip("pty")  # no pseudo-terminals on Windows
termios = pytest.importorskip("termios")

ARGS = ("corpus", "label", "posts.txt", "-o", "out.jsonl", "--order", "file", "--label", "ad", "--label", "chat")


def talk(folder: Path, *keys: bytes) -> tuple[int, str]:
    """Run the command in a pseudo-terminal, press a key each time a text is shown; return exit code and screen."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.environ |= {"PYTHONPATH": str(ROOT), "TERM": "dumb"}
        os.execv(sys.executable, [sys.executable, "-m", "socialclass", *ARGS])
    screen, answered = b"", 0
    while True:
        if select.select([terminal], [], [], 0.02)[0]:
            try:
                screen += os.read(terminal, 4096)
            except OSError:  # how Linux says that the other side has closed
                break
        elif screen.count(b"] posts.txt:") > answered and answered < len(keys) and reads_keys(terminal):
            os.write(terminal, keys[answered])
            answered += 1
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), screen.decode()


def reads_keys(terminal: int) -> bool:
    """Say whether the other side waits for a key: what is typed before that is thrown away."""
    return not termios.tcgetattr(terminal)[3] & termios.ICANON


def labels(folder: Path) -> list[tuple[str, str]]:
    """Return (text, label) of the rows written."""
    rows = map(json.loads, (folder / "out.jsonl").read_text(encoding="utf-8").splitlines())
    return [(row["text"], row["label"]) for row in rows]


def test_labels_undo_skip_quit_and_go_on(tmp_path: Path) -> None:
    """What is labelled is in the file when the person quits; the same command goes on behind it."""
    (tmp_path / "posts.txt").write_text("20% off\nhey mum\nred \x1b[31m boots\nour cat\n")
    code, screen = talk(tmp_path, b"1", b"1", b"u", b"2", b"x", b"s", b"q")
    assert code == 0, screen
    assert labels(tmp_path) == [("20% off", "ad"), ("hey mum", "chat")]
    assert "1 ad, 2 chat, s skip, u undo, q quit, ? help" in screen
    assert "undone" in screen
    assert "\x1b[31m" not in screen
    assert "socialclass train out.jsonl" in screen
    code, screen = talk(tmp_path, b"1", b"2")
    assert code == 0, screen
    assert "[1/2] posts.txt:3" in screen
    assert labels(tmp_path)[2:] == [("red \x1b[31m boots", "ad"), ("our cat", "chat")]


def test_control_c_loses_nothing(tmp_path: Path) -> None:
    """Ctrl-C is exit 130, with all labels on disk."""
    (tmp_path / "posts.txt").write_text("20% off\nhey mum\n")
    code, screen = talk(tmp_path, b"1", b"\x03")
    assert code == 130, screen
    assert labels(tmp_path) == [("20% off", "ad")]
