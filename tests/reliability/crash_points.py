"""Stop a run at each of its writes, syncs, renames and removals, go on with it, and compare: run by test_resume.py.

``python -m tests.reliability.crash_points OUT ARGUMENTS`` runs ``socialclass classify ARGUMENTS -o OUT --resume`` once
undisturbed and counts; then, in children that end without any cleaning up, once for each operation and each way to
stop at it. It prints how many ways there were, and each that ended with other bytes.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from socialclass.cli.main import main as socialclass
from socialclass.labelling import checkpoint
from socialclass.labelling import line_way as blocks
from socialclass.labelling import record_way as labelling
from socialclass.labelling import run as batch

STOPPED = 77
# done; done, and what was not synced is lost; half of it done, if it is a write; the first operation not begun (before
# any other is after the one before it)
AFTER, POWER, TORN, BEFORE = "after", "power cut after", "within", "before"
REAL: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in ("replace", "unlink", "chmod")}
NO_END = -1


class Disk:
    """Counts operations, and stops the process at one of them."""

    def __init__(self, end: int, way: str) -> None:
        self.done: list[bool] = []  # for each operation, whether it can be done by half
        self._end, self._way = end, way
        self._unsure: dict[str, int] = {}  # file -> bytes of it that are on the disk

    def operation(self, work: Callable[[], Any], half: Callable[[], Any] | None = None) -> Any:
        """Do a piece of work, or stop there."""
        here = len(self.done) == self._end
        self.done.append(half is not None)
        if here and self._way == BEFORE:
            os._exit(STOPPED)
        if here and self._way == TORN and half is not None:
            half()
            os._exit(STOPPED)
        try:
            return work()
        finally:
            if here and self._way == POWER:
                self._lose()
            if here:
                os._exit(STOPPED)

    def _lose(self) -> None:
        for name, size in self._unsure.items():
            if os.path.exists(name) and os.path.getsize(name) > size:
                os.truncate(name, size)

    def open(self, path: Any, mode: str = "rb") -> Any:
        """Open a file; what is written to it counts."""
        stream = open(path, mode)  # noqa: SIM115 - the caller closes it
        if mode == "rb":
            return stream
        self._unsure[str(path)] = os.path.getsize(path)
        return Counted(self, stream)

    def fsync(self, handle: int) -> None:
        """Take note that a file is on the disk; to write it there would only take time."""
        self.operation(lambda: None)
        name = os.readlink(f"/proc/self/fd/{handle}")
        if name in self._unsure:
            self._unsure[name] = os.path.getsize(name)


class Counted:
    """A stream whose writes are operations."""

    def __init__(self, disk: Disk, stream: IO[bytes]) -> None:
        self._disk, self._stream = disk, stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, data: bytes) -> None:
        """Write, or half of it."""

        def half() -> None:
            self._stream.write(data[: len(data) // 2])
            self._stream.flush()

        self._disk.operation(lambda: self._stream.write(data), half)

    def flush(self) -> None:
        """Hand on to the system."""
        self._disk.operation(self._stream.flush)

    def truncate(self, size: int) -> None:
        """Cut."""
        self._disk.operation(lambda: self._stream.truncate(size))


def command(arguments: list[str], disk: Disk) -> int:
    """Run the command in this process, on that disk."""
    checkpoint.open = disk.open  # type: ignore[attr-defined]
    os.fsync = disk.fsync  # type: ignore[assignment]  # for numbers of files only
    for name in ("replace", "unlink", "chmod"):
        setattr(os, name, lambda *a, work=REAL[name]: disk.operation(lambda: work(*a)))
    return socialclass(arguments)


def stopped(arguments: list[str], end: int = NO_END, way: str = "") -> int:
    """Run the command in a child and return its exit code."""
    child = os.fork()
    if child == 0:
        os._exit(command(arguments, Disk(end, way)))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(output: str, arguments: list[str]) -> int:
    """Return 1 if any way ended with other bytes."""
    batch.BATCH = 3  # type: ignore[attr-defined]  # its own copy of the name
    blocks.BLOCK, checkpoint.EVERY = 150, 400
    defaults = labelling.LabelOptions()._replace(batch=5)
    labelling.LabelOptions.__new__.__defaults__ = tuple(defaults)
    words = ["classify", *arguments, "-o", output, "--resume", "--jobs", "1", "--quiet"]
    disk, target = Disk(NO_END, ""), Path(output)
    code = command(words, disk)  # here, so that the children have all modules
    wanted, beside = target.read_bytes(), sorted(target.parent.iterdir())
    ways = [(0, BEFORE)]
    for end, halves in enumerate(disk.done):
        ways += [(end, way) for way in ((AFTER, POWER, TORN) if halves else (AFTER, POWER))]
    wrong = 0
    for end, way in ways:
        target.unlink()
        codes = [stopped(words, end, way), stopped(words, (7 * end + 3) % len(disk.done), AFTER), stopped(words)]
        same = target.exists() and target.read_bytes() == wanted
        if codes[0] != STOPPED or codes[2] != code or not same or sorted(target.parent.iterdir()) != beside:
            wrong += 1
            sys.stdout.write(f"{way} operation {end}: {codes}, {'same' if same else 'other'} bytes\n")
    sys.stdout.write(f"{len(disk.done)} operations, {len(ways)} ways to stop, {wrong} differences\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
