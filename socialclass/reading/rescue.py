"""A zip whose end is missing: the members that stand before the cut, found by their own headers."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = struct.Struct("<4s5H3I2H")
_CHUNK = 1 << 16
_STORED, _DEFLATED = 0, 8


@dataclass(frozen=True)
class Rescued:
    """A member by its local header; size and packed are 0 where the header does not say."""

    name: str
    size: int
    packed: int
    method: int
    start: int
    stream: BinaryIO

    def open(self) -> BinaryIO:
        """Return the member's bytes, as far as they go; past the cut it raises `EOFError`."""
        return io.BufferedReader(_Unpacking(self), _CHUNK)


class _Unpacking(io.RawIOBase):
    """Inflates, or hands on, what follows a local header."""

    def __init__(self, member: Rescued) -> None:
        self._member, self.at = member, member.start
        self._inflate = zlib.decompressobj(-15) if member.method == _DEFLATED else None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        data = self._inflated(len(buffer)) if self._inflate else self._stored(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _packed(self, size: int) -> bytes:
        self._member.stream.seek(self.at)
        data = self._member.stream.read(size)
        if not data:
            raise EOFError("the file ends in the middle of this member")
        self.at += len(data)
        return data

    def _stored(self, size: int) -> bytes:
        left = self._member.start + self._member.packed - self.at
        return self._packed(min(size, left)) if left else b""

    def _inflated(self, size: int) -> bytes:
        assert self._inflate is not None
        while not self._inflate.eof:
            data = self._inflate.decompress(self._inflate.unconsumed_tail or self._packed(_CHUNK), size)
            if self._inflate.eof:
                self.at -= len(self._inflate.unused_data)
            if data:
                return data
        return b""


def rescued_members(stream: BinaryIO) -> Iterator[Rescued]:
    """Yield the members in order, the last one cut; ends at the first header that is none."""
    at = 0
    while True:
        stream.seek(at)
        head = stream.read(_HEADER.size)
        if len(head) < _HEADER.size:
            return
        magic, _, flags, method, _, _, _, packed, size, name_size, extra_size = _HEADER.unpack(head)
        if magic != b"PK\x03\x04" or flags & 1 or method not in (_STORED, _DEFLATED):
            return
        name = stream.read(name_size)
        streamed = bool(flags & 8) or 0xFFFFFFFF in (packed, size)
        if len(name) < name_size or (streamed and method == _STORED):
            return
        start = at + _HEADER.size + name_size + extra_size
        encoding = "utf-8" if flags & 0x800 else "cp437"
        if streamed:
            size = packed = 0
        member = Rescued(name.decode(encoding, "replace"), size, packed, method, start, stream)
        yield member
        at = _end(member, stream) if streamed else start + packed


def _end(member: Rescued, stream: BinaryIO) -> int:
    """Return where the next header begins, behind data whose size stands after them."""
    unpacking = _Unpacking(member)
    room = bytearray(_CHUNK)
    try:
        while unpacking.readinto(room):
            pass
    except (EOFError, zlib.error):
        return stream.seek(0, io.SEEK_END)
    stream.seek(unpacking.at)
    found = stream.read(64).find(b"PK\x03\x04")
    return unpacking.at + found if found >= 0 else stream.seek(0, io.SEEK_END)
