"""Ends whatever reading a stranger's file must never do: run something, write, import, reach the network."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_FORBIDDEN = (
    "compile", "ctypes.", "exec", "import", "marshal.", "os.chmod", "os.chown", "os.exec", "os.fork", "os.kill",
    "os.link", "os.mkdir", "os.posix_spawn", "os.putenv", "os.remove", "os.rename", "os.rmdir", "os.spawn",
    "os.startfile", "os.symlink", "os.system", "os.truncate", "os.unsetenv", "pickle.", "pty.", "shutil.", "socket.",
    "subprocess.", "tempfile.", "urllib.", "webbrowser.",
)  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_armed: list[str] = []
_seen: list[str] = []
_hooked: list[bool] = []


class ForbiddenError(BaseException):
    """Something happened that must not; no ``except Exception`` hides it."""


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not _armed:
        return
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES
    if writes or (event != "import" and event.startswith(_FORBIDDEN)) or (event == "import" and _is_new(arguments)):
        fact = f"{event} {arguments!r:.200}"
        _seen.append(fact)
        raise ForbiddenError(fact)


def _is_new(arguments: tuple[object, ...]) -> bool:
    return arguments[0] not in sys.modules


@contextmanager
def nothing_happens() -> Iterator[None]:
    """Raise `ForbiddenError` where something runs, writes or imports meanwhile; hooks cannot be taken off again.

    >>> with nothing_happens():
    ...     eval("1 + 1")
    Traceback (most recent call last):
    benchmarks.fuzz.guard.ForbiddenError: compile (b'1 + 1', '<string>')
    """
    if not _hooked:
        sys.addaudithook(_watch)
        _hooked.append(True)
    _seen.clear()
    _armed.append("armed")
    try:
        yield
    finally:
        _armed.clear()
    if _seen:  # a handler on the way swallowed it
        raise ForbiddenError(_seen[0])
