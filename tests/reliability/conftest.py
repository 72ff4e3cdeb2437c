"""The installed command in a real process, and files for it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., "subprocess.CompletedProcess[bytes]"]

EXECUTABLE = str(Path(sys.executable).parent / "socialclass")
# root may read and write whatever it likes: another user may not; without its capabilities root is a user like any
# other, too, if no other may run the command where it is installed
_WITHOUT_RIGHTS = {
    "another user": ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    "root without capabilities": ("setpriv", "--inh-caps=-all", "--bounding-set=-all"),
}
POST = b"Join us Friday: 20% off all boots"
CHAT = b"hey mum, landed safely, call you tonight"


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Run ``socialclass ARGS`` in an empty folder; before: words put before the command; env: added variables."""

    def run(
        *args: str | Path, stdin: bytes | None = b"", before: tuple[str, ...] = (), env: dict[str, str] | None = None,
        **options: Any,
    ) -> "subprocess.CompletedProcess[bytes]":  # fmt: skip
        words = [*before, EXECUTABLE, *map(str, args)]
        environment = {**os.environ, **(env or {})}
        settings = {"capture_output": True, "timeout": 300, "cwd": tmp_path, **options}
        return subprocess.run(words, input=stdin, env=environment, **settings)

    return run


@pytest.fixture(params=_WITHOUT_RIGHTS if os.geteuid() == 0 else ["this user"])
def unprivileged(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Return words that run a command as a user who may not do everything."""
    before = _WITHOUT_RIGHTS.get(request.param, ())
    done = subprocess.run([*before, EXECUTABLE, "--version"], capture_output=True, check=False, cwd="/")
    if done.returncode != 0 and request.param == "another user":
        pytest.skip(f"no other user may run {EXECUTABLE}")
    return before


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that any user may enter, with a file of two posts; those of pytest are closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.path.realpath(name))
        folder.chmod(0o755)
        (folder / "posts.txt").write_bytes(POST + b"\n" + CHAT + b"\n")
        yield folder
        folder.chmod(0o755)


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Return a file of two lines, one of each label."""
    path = tmp_path / "posts.txt"
    path.write_bytes(POST + b"\n" + CHAT + b"\n")
    return path


def failed_cleanly(done: "subprocess.CompletedProcess[bytes]", code: int, *words: str) -> None:
    """Check the exit code, that standard error holds all `words`, and that there is no traceback."""
    message = done.stderr.decode()
    assert done.returncode == code, message
    assert "Traceback" not in message
    for word in words:
        assert word in message, message
    if code == 1:
        assert message.count("\n") == 1, message
