"""An export as it was downloaded: a folder, a zip, a tar, or one file, with one interface and nothing unpacked.

Members are streams; no member is ever written to disk. What could reach outside, or fill the memory, is refused.
"""

import gzip
import io
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from socialclass.errors import InputError
from socialclass.reading.rescue import rescued_members
from socialclass.reading.streams import STANDARD, read_binary

# Of one member, of all that are read, and how often larger than packed (asked of members over FREE_RATIO_BYTES):
# texts in JSON pack to a tenth or a thirtieth, a bomb to a thousandth.
MAX_MEMBER_BYTES = 8 << 30
MAX_TOTAL_BYTES = 32 << 30
MAX_RATIO = 200
FREE_RATIO_BYTES = 16 << 20
MAX_MEMBERS = 1_000_000

_JUNK = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$)")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, tarfile.TarError, NotImplementedError, RuntimeError, OSError)


class DamagedError(InputError):
    """A member that cannot be read, or not to its end."""


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    name: its path in the archive, with slashes; size, packed: bytes, 0 where the archive does not say.
    """

    name: str
    size: int
    packed: int
    opener: Callable[[], BinaryIO]


@dataclass(frozen=True)
class Fault:
    """A member that is refused, or where an archive ends too early."""

    name: str
    problem: str


class Archive:
    """The members of an export, by name, in natural order, and what of it is refused."""

    def __init__(
        self, source: str, members: list[Member], faults: list[Fault], single: bool = False, packed: int = 0
    ) -> None:
        """packed: bytes of the whole archive, 0 for what is not packed."""
        self.source, self.faults, self.single = source, tuple(faults), single
        self.members = {each.name: each for each in sorted(members, key=lambda each: natural(each.name))}
        self._packed = packed
        self._opened: set[str] = set()
        self._size = 0  # of all that was opened

    def named(self, pattern: str) -> list[str]:
        """Return the members whose path ends as the pattern says, from the beginning of a folder's or file's name."""
        tail = re.compile(rf"(?:^|/){pattern}$", re.IGNORECASE)
        return [name for name in self.members if tail.search(name)]

    def place(self, name: str) -> str:
        """Return how messages and records name a member."""
        return name

    def open(self, name: str) -> BinaryIO:
        """Open a member; what it gives on the way may raise `DamagedError`, as this does."""
        member = self.members[name]
        opened = self._size + (0 if name in self._opened else member.size)
        ratio = member.size / max(1, member.packed) if member.packed else 0
        if member.size > MAX_MEMBER_BYTES or opened > MAX_TOTAL_BYTES:
            raise DamagedError("it unpacks to more than is read", place=name, remedy="see the limits in the README")
        if member.size > FREE_RATIO_BYTES and ratio > MAX_RATIO:
            problem = f"it unpacks to {ratio:.0f} times its size, as a bomb does"
            raise DamagedError(problem, place=name, remedy=f"the limit is {MAX_RATIO}")
        if self._packed and opened > 2 * FREE_RATIO_BYTES and opened / self._packed > MAX_RATIO:
            # many members that each unpack to little enough, from the same bytes perhaps
            problem = f"it and what was read before unpack to {opened / self._packed:.0f} times the archive's size"
            raise DamagedError(problem, place=name, remedy=f"the limit is {MAX_RATIO}")
        self._size = opened
        self._opened.add(name)
        try:
            return io.BufferedReader(_Guarded(member.opener(), name), 1 << 16)
        except _DAMAGE as error:
            raise DamagedError(f"cannot be read ({_reason(error)})", place=name) from None


class _Guarded(io.RawIOBase):
    """Gives a member's bytes; damage met on the way is a `DamagedError` that names it."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name, self._given = stream, name, 0
        self._read = getattr(stream, "read1", stream.read)  # what a pipe has now, not all that is asked for

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        try:
            data = self._read(len(buffer))
        except _DAMAGE as error:
            problem = f"cannot be read on after byte {self._given} ({_reason(error)})"
            raise DamagedError(problem, place=self._name) from None
        self._given += len(data)
        if self._given > MAX_MEMBER_BYTES:
            raise DamagedError("it unpacks to more than is read", place=self._name)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _reason(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).split("\n")[0].rstrip(".")


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key by which ``part2`` comes before ``part10``.

    >>> sorted(["a10.js", "a2.js", "a.js"], key=natural)
    ['a.js', 'a2.js', 'a10.js']
    """
    parts = re.findall(r"\d+|\D", name.removesuffix(PurePosixPath(name).suffix))
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]


def is_archive(source: str, head: bytes) -> bool:
    """Say whether a file with these first bytes is a zip or a tar; a folder is an archive, too."""
    if source != STANDARD and os.path.isdir(source):
        return True
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06") or (head[:2] == b"\x1f\x8b" and ".t" in source.lower())


@contextmanager
def open_archive(source: str) -> Iterator[Archive]:
    """Open a folder, a zip, a tar, one file, or standard input for ``-``; raises `InputError` naming it."""
    if source != STANDARD and os.path.isdir(source):
        yield _folder(source)
        return
    with ExitStack() as stack:
        stream = stack.enter_context(read_binary(source))
        head = b"" if source == STANDARD else stream.read(512)
        if source != STANDARD and stream.seekable():
            stream.seek(0)
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            yield _zip(stream, source, stack)
        elif is_archive(source, head):
            yield _tar(stream, source, stack)
        else:
            name = "standard input" if source == STANDARD else source
            size = 0 if source == STANDARD else os.fstat(stream.fileno()).st_size
            yield Archive(
                source, [Member(name, size, 0, lambda: io.BufferedReader(_Unclosed(stream), 1 << 16))], [], single=True
            )


class _Unclosed(io.RawIOBase):
    """Hands on a stream that others will close; may be opened twice if it can be sought."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._read = getattr(stream, "read1", stream.read)
        try:
            if stream.seekable():
                stream.seek(0)
        except (OSError, ValueError):
            pass

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _folder(source: str) -> Archive:
    members, faults = [], []
    root = Path(source)
    inside = root.resolve()

    def failed(error: OSError) -> None:
        name = os.path.relpath(error.filename or source, source)
        faults.append(Fault(name, f"cannot be read ({_reason(error)})"))

    for folder, folders, files in os.walk(root, onerror=failed):
        folders.sort()
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(root).as_posix()
            if _JUNK.search(name):
                continue
            if path.is_symlink() and inside not in path.resolve().parents:
                faults.append(Fault(name, "a link that leads out of the export is not followed"))
            elif path.is_file():
                members.append(Member(name, path.stat().st_size, 0, lambda path=path: path.open("rb")))  # type: ignore[misc]
    return Archive(source, members, faults)


def unsafe(name: str) -> str:
    """Return why a member's name is refused, or nothing.

    >>> unsafe("../../etc/passwd"), unsafe("data/tweets.js")
    ('its name leads out of the archive', '')
    """
    path = name.replace("\\", "/")
    if not path:
        return "it has no name"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/"):
        return "its name leads out of the archive"
    return "its name holds a null byte" if "\0" in path else ""


def _zip(stream: BinaryIO, source: str, stack: ExitStack) -> Archive:
    try:
        packed = stack.enter_context(zipfile.ZipFile(stream))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        return _rescued(stream, source, _reason(error))
    if len(packed.infolist()) > MAX_MEMBERS:
        raise InputError(f"more than {MAX_MEMBERS} members", place=source, remedy="give it the export alone")
    members, faults = [], []
    seen: set[str] = set()
    for info in packed.infolist():
        name = info.filename
        problem = unsafe(info.orig_filename) or unsafe(name)
        if stat.S_ISLNK(info.external_attr >> 16):
            problem = "a symbolic link is not followed"
        elif info.flag_bits & 0x1:
            problem = "it is encrypted"
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            problem = f"packed by method {info.compress_type}, which no platform uses"
        elif name in seen:
            problem = "a second member of this name"
        if problem:
            faults.append(Fault(name, f"refused: {problem}"))
        elif not info.is_dir() and not _JUNK.search(name):
            seen.add(name)
            opener = lambda info=info: packed.open(info)  # noqa: E731
            members.append(Member(name, info.file_size, info.compress_size, opener))  # type: ignore[arg-type]
    return Archive(source, members, faults, packed=os.fstat(stream.fileno()).st_size)


def _rescued(stream: BinaryIO, source: str, reason: str) -> Archive:
    """Return what a zip without its directory at the end still holds: downloads are cut off there."""
    members, faults = [], [Fault(source, f"the zip is cut off or damaged ({reason})")]
    for each in rescued_members(stream):
        problem = unsafe(each.name)
        if problem:
            faults.append(Fault(each.name, f"refused: {problem}"))
        elif not each.name.endswith("/") and not _JUNK.search(each.name):
            members.append(Member(each.name, each.size, each.packed, each.open))
    if not members:
        raise InputError(f"the zip cannot be read ({reason})", place=source, remedy="download the export again")
    return Archive(source, members, faults)


def _tar(stream: BinaryIO, source: str, stack: ExitStack) -> Archive:
    members, faults, total = [], [], 0
    try:
        total = os.fstat(stream.fileno()).st_size
        unpacked = _Bounded(stack.enter_context(gzip.GzipFile(fileobj=stream)), total)
        packed = stack.enter_context(tarfile.open(fileobj=unpacked, mode="r:"))  # noqa: SIM115 - closed by the stack
        while (info := packed.next()) is not None:
            name = info.name.removeprefix("./")
            problem = unsafe(name)
            if not problem and (info.issym() or info.islnk()):
                problem = "a link is not followed"
            if problem:
                faults.append(Fault(name, f"refused: {problem}"))
            elif info.isreg() and not _JUNK.search(name):
                opener = lambda info=info: packed.extractfile(info)  # noqa: E731
                members.append(Member(name, info.size, min(info.size, total), opener))  # type: ignore[arg-type]
    except _DAMAGE as error:
        faults.append(Fault(source, f"the tar is cut off or damaged ({_reason(error)})"))
    if not members:
        problem = faults[0].problem if faults else "the tar is empty"
        raise InputError(problem, place=source, remedy="download the export again")
    return Archive(source, members, faults, packed=total)


class _Bounded(io.BufferedReader):
    """What a tar is read from: what its headers say of sizes is not believed without bounds."""

    def __init__(self, stream: gzip.GzipFile, packed: int) -> None:
        super().__init__(stream)
        self._end = max(2 * FREE_RATIO_BYTES, MAX_RATIO * packed)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= FREE_RATIO_BYTES:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return super().read(size)

    def seek(self, target: int, whence: int = 0, /) -> int:
        if target > self._end:
            raise tarfile.ReadError(f"it unpacks to more than {MAX_RATIO} times its size, as a bomb does")
        return super().seek(target, whence)
