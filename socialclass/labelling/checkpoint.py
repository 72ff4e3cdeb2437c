"""An output that a stopped run goes on with: `OUT.partial` grows beside OUT, `OUT.checkpoint` says how far it is sure.

The order of writing and syncing is such that a process killed, or a machine switched off, at any moment leaves a
checkpoint whose every byte of output is on the disk. No record is known here, and no format.
"""

import hashlib
import io
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from socialclass.errors import OutputError
from socialclass.reading import read_binary
from socialclass.writing.files import current_umask

VERSION = 1
EVERY = 8 << 20  # bytes of output from one checkpoint to the next
_HEAD = 1 << 20  # bytes of a source that are hashed
_PARTIAL, _CHECKPOINT, _NEW = ".partial", ".checkpoint", ".checkpoint.new"


@dataclass(frozen=True)
class Reached:
    """How far a run is: all before `at` of `source` is in the first `length` bytes of the output.

    unit: what `at` counts, ``bytes`` or ``records``; line, begun: see `line_way.Position`.
    format, names: of the first input, and its fields, where the output is a table that has begun.
    counts: what `record_way.Tally` holds; done: whether all is written.
    """

    source: int = 0
    unit: str = "records"
    at: int = 0
    line: int = 1
    begun: bool = False
    length: int = 0
    format: str = ""
    names: list[str] | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    done: bool = False


class Resumable:
    """The open output of a run, and its checkpoints."""

    def __init__(self, target: Path, identity: Mapping[str, Any], start: Reached, stream: BinaryIO) -> None:
        self._target, self._identity, self._stream = target, identity, stream
        self.start, self.stream = start, stream
        self._sure = start.length

    def is_due(self) -> bool:
        """Say whether enough was written for a checkpoint."""
        return self._stream.tell() - self._sure >= EVERY

    def save(self, reached: Callable[[int], Reached]) -> None:
        """Make sure of what was written; `reached` is given its length and says what it holds."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._sure = self._stream.tell()
        _write(self._target, self._identity, reached(self._sure))


@contextmanager
def resumable(path: str, identity: Mapping[str, Any], note: Callable[[str], None]) -> Iterator[Resumable]:
    """Open an output to begin, or to go on with; it stands under its name when the block ends without an error.

    identity: what must be the same for a run to go on, by name, as JSON holds it; ``sources`` is a list of what
    `source_identity` returns. Raises `OutputError`, for a difference one that names it.
    """
    target = Path(os.path.realpath(path))
    try:
        begun = _read(target)
        if begun is None:
            _refuse_foreign(target)
            start = Reached()
            _write(target, identity, start)
        else:
            start = begun[1]
            _compare(target, begun[0], identity, start.done)
        if start.done:
            yield Resumable(target, identity, start, io.BytesIO())
        else:
            with _open_partial(target, start.length) as stream:
                if begun is not None:
                    records = start.counts.get("records", 0)
                    note(f"{path}: going on after {records} records, {start.length} bytes of output")
                yield Resumable(target, identity, start, stream)
        _conclude(target, start)
    except OSError as error:
        remedy = "when that is mended, the same command goes on from there"
        raise OutputError(error.strerror or str(error), place=path, remedy=remedy) from error


def source_identity(source: str) -> dict[str, Any]:
    """Return what tells a file, or a folder by the names, sizes and times in it, from another; raises `InputError`."""
    if os.path.isdir(source):
        files = sorted(path for path in Path(source).rglob("*") if path.is_file())
        listed = [[str(path.relative_to(source)), path.stat().st_size, path.stat().st_mtime_ns] for path in files]
        return {"name": source, "sha256": hashlib.sha256(json.dumps(listed).encode()).hexdigest()}
    with read_binary(source) as stream:
        found = os.fstat(stream.fileno())
        digest = hashlib.sha256(stream.read(_HEAD)).hexdigest()
    return {"name": source, "size": found.st_size, "mtime": found.st_mtime_ns, "sha256": digest}


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(target.name + suffix)


def _afresh(target: Path) -> str:
    partial, checkpoint = _beside(target, _PARTIAL).name, _beside(target, _CHECKPOINT).name
    return f"give back what it was, or delete {partial} and {checkpoint} to begin anew"


def _read(target: Path) -> tuple[dict[str, Any], Reached] | None:
    """Return identity and state of a run that was stopped; None if there is none."""
    place = _beside(target, _CHECKPOINT)
    try:
        content = json.loads(place.read_bytes())
        if content["version"] != VERSION:
            raise ValueError
        return content["identity"], Reached(**content["reached"])
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        problem = "this is no checkpoint that this version of socialclass can read"
        raise OutputError(problem, place=str(place), remedy=_afresh(target)) from None


def _refuse_foreign(target: Path) -> None:
    partial = _beside(target, _PARTIAL)
    if partial.exists():
        raise OutputError("this file is of no run that can go on", place=str(partial), remedy="move it away")


def _compare(target: Path, old: Mapping[str, Any], new: Mapping[str, Any], done: bool) -> None:
    """Raise `OutputError` naming the first difference; the sources of a run that is `done` are not asked for again."""
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) == new.get(name) or (name == "sources" and done):
            continue
        what = f"{name} is {new.get(name)!r} and was {old.get(name)!r}"
        if name == "sources":
            what = _changed_source(old[name], new[name])
        problem = f"the run that was stopped cannot go on: {what}"
        raise OutputError(problem, place=str(target), remedy=_afresh(target))


def _changed_source(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> str:
    names = [[each["name"] for each in sources] for sources in (old, new)]
    if names[0] != names[1]:
        return f"the inputs are {', '.join(names[1])} and were {', '.join(names[0])}"
    one, other = next((a, b) for a, b in zip(old, new, strict=True) if a != b)
    parts = [name for name in ("size", "sha256", "mtime") if one.get(name) != other.get(name)]
    what = {"size": "its size", "sha256": "its content", "mtime": "its time of change"}[parts[0]]
    return f"{one['name']} has changed ({what})"


@contextmanager
def _open_partial(target: Path, length: int) -> Iterator[BinaryIO]:
    """Open what was written, cut to what is sure; it is closed whatever happens, and kept."""
    partial = _beside(target, _PARTIAL)
    if length and not partial.exists():
        raise OutputError("what was written is not there any more", place=str(partial), remedy=_afresh(target))
    stream = open(partial, "r+b" if partial.exists() else "x+b")  # noqa: SIM115 - closed below, with care
    try:
        _lock(stream, partial)
        if os.fstat(stream.fileno()).st_size < length:
            raise OutputError("what was written has been cut", place=str(partial), remedy=_afresh(target))
        stream.truncate(length)
        stream.seek(length)
        yield stream
    except BaseException:
        with suppress(OSError):  # of a disk that is full: the first error tells
            stream.close()
        raise
    stream.close()


def _lock(stream: BinaryIO, partial: Path) -> None:
    """Refuse a second run at the same time, where the system has locks."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError("another run is writing this", place=str(partial), remedy="wait for it, or stop it") from None


def _write(target: Path, identity: Mapping[str, Any], reached: Reached) -> None:
    """Write the checkpoint, whole or not at all, and onto the disk."""
    new = _beside(target, _NEW)
    content = {"version": VERSION, "identity": identity, "reached": asdict(reached)}
    with open(new, "wb") as stream:
        stream.write(json.dumps(content).encode())
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(new, _beside(target, _CHECKPOINT))
    _sync_folder(target)


def _conclude(target: Path, start: Reached) -> None:
    """Give the output its name and remove the checkpoint; a run stopped in here does the rest the next time."""
    partial = _beside(target, _PARTIAL)
    if partial.exists():
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~current_umask()
        os.chmod(partial, mode)
        os.replace(partial, target)
        _sync_folder(target)
    elif not target.exists() or target.stat().st_size != start.length:
        raise OutputError("what was written is not there any more", place=str(partial), remedy=_afresh(target))
    with suppress(FileNotFoundError):
        os.unlink(_beside(target, _NEW))
    os.unlink(_beside(target, _CHECKPOINT))
    _sync_folder(target)


def _sync_folder(target: Path) -> None:
    """Make sure of the names in a folder; Windows has no way to, and needs none."""
    if os.name == "nt":
        return
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
