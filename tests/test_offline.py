"""Nothing leaves the machine: no command opens a socket or asks a resolver."""

from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.exports_made import EXPORTS_MADE

# runs in the command's own process before anything of it is imported: every socket is an error, whoever opens it
NO_SOCKETS = """
import sys

def refuse(event, arguments):
    if event.startswith("socket.") or event in ("urllib.Request", "http.client.connect", "ftplib.connect"):
        raise SystemExit(f"network access: {event} {arguments}")

sys.addaudithook(refuse)
"""
COMMANDS = (
    ("--version",),
    ("--help",),
    ("classify", "{root}/examples/export.csv", "--text-field", "body"),
    ("explain", "20% off all boots"),
    ("train", "{root}/tests/golden/corpus.jsonl", "-o", "{tmp}/m.joblib"),
    ("evaluate", "{root}/tests/golden/corpus.jsonl"),
    ("evaluate", "{root}/tests/golden/corpus.jsonl", "--report", "{tmp}/page.html"),
    ("compare", *["{root}/tests/golden/model.joblib"] * 2, "{root}/tests/golden/corpus.jsonl"),
    ("corpus", "check", "{root}/tests/golden/corpus.jsonl"),
    ("corpus", "split", "{root}/tests/golden/corpus.jsonl", "--train", "{tmp}/a.jsonl", "--test", "{tmp}/b.jsonl"),
    ("corpus", "suggest", "{root}/examples/export.csv", "--text-field", "body", "-n", "2"),
    ("classify", "{tmp}/archive", "-o", "{tmp}/out.jsonl", "--resume"),
    ("convert", "{tmp}/archive", "--to", "activitystreams"),
    ("analyze", "{tmp}/archive", "--report", "{tmp}/mix.html"),
    ("model", "show"),
    ("model", "verify", "{root}/tests/golden/model.joblib", "{root}/tests/golden/corpus.jsonl"),
    ("model", "export", "{root}/tests/golden/model.joblib", "--to", "onnx", "-o", "{tmp}/m.onnx"),
    ("completion", "bash"),
)


@pytest.fixture
def no_sockets(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which Python refuses to open sockets."""
    (tmp_path / "sitecustomize.py").write_text(NO_SOCKETS)
    return {"PYTHONPATH": f"{tmp_path}:{ROOT}"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_command_opens_no_socket(
    command: tuple[str, ...], run: Run, no_sockets: dict[str, str], tmp_path: Path
) -> None:
    """Each command does its work with sockets closed."""
    for name, content in {name: files for name, files, _, _ in EXPORTS_MADE}["mastodon"].items():
        (tmp_path / "archive" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "archive" / name).write_bytes(content)
    arguments = [word.format(root=ROOT, tmp=tmp_path) for word in command]
    done = run(*arguments, env=no_sockets)
    assert done.returncode == (4 if "verify" in command else 0), done.stderr  # the golden model is of an older solver


def test_the_hook_would_notice(no_sockets: dict[str, str]) -> None:
    """The check can fail: a socket opened under it ends the process."""
    import os
    import subprocess
    import sys

    code = "import socket; socket.socket()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **no_sockets}
    )
    assert "network access: socket.__new__" in done.stderr
    assert done.returncode == 1
