"""Bytes out: whole files or nothing. No format is known here."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from socialclass.errors import OutputError
from socialclass.reading.streams import STANDARD

_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d+)|/dev/std(out)")


@contextmanager
def open_output(path: str | None) -> Iterator[BinaryIO]:
    """Open the output for writing bytes: standard output for None, else a file.

    A regular file is replaced when all is written and not before; a symlink is written through; a device, a FIFO or
    what is open already (``/dev/fd/3``, as the shell's ``>(…)`` names it) is written to as it is. Raises `OutputError`.
    """
    if path is None or path == STANDARD:
        if sys.stdout is None:
            raise OutputError("standard output is closed", remedy="name a file: -o FILE")
        yield sys.stdout.buffer
        return
    try:
        if found := _DESCRIPTOR.fullmatch(path):
            with os.fdopen(os.dup(1 if found[2] else int(found[1])), "wb") as stream:
                yield stream
        elif os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as stream:
                yield stream
        else:
            with _replacing(path) as stream:
                yield stream
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise OutputError(error.strerror or str(error), place=path, remedy="name another file") from error


@contextmanager
def _replacing(path: str) -> Iterator[BinaryIO]:
    # here: most runs write to standard output, and both are slow to import
    import tempfile
    from pathlib import Path

    target = Path(os.path.realpath(path))
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, mode if mode is not None else 0o666 & ~current_umask())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def current_umask() -> int:
    """Return the process's file mode mask (there is no way to read it but to set it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
