"""Bytes in and out: opening files, decoding lines, writing whole files or nothing. No format is known here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from socialclass.errors import InputError

STANDARD = "-"
LONGEST_LINE = 1 << 18  # bytes of a line that `line_blocks` hands out whole
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# how packed files begin, and what unpacks them
_PACKED = {b"\x1f\x8b\x08": "gzip", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


class Block(NamedTuple):
    """Whole lines, or a part of a line that is too long to be held.

    end: where it ends in the stream, in bytes from where reading began.
    part: where in its line a part begins, -1 for whole lines; last: whether it ends its line. A part has whole
        characters, where they are UTF-8, and no line end.
    """

    data: bytes
    end: int
    part: int = -1
    last: bool = True


@contextmanager
def read_binary(source: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input for ``-``, for reading bytes; raises `InputError` naming it."""
    if source == STANDARD:
        if sys.stdin is None:
            raise InputError("standard input is closed", remedy="name a FILE")
        yield sys.stdin.buffer
        return
    try:
        stream = open(source, "rb")  # noqa: SIM115 - closed below; errors of reading are not errors of opening
    except OSError as error:
        raise InputError(error.strerror or str(error), place=source, remedy="name a readable file") from error
    with stream:
        yield stream


def decoded_lines(stream: BinaryIO, place: str, encoding: str, errors: str, first: int = 1) -> Iterator[str]:
    """Yield the stream's lines, each with its line end; only a line feed ends a line.

    first: the number of the stream's first line; before line 1 a byte order mark is dropped.
    Raises `InputError` with line and byte for what is not in `encoding`.
    """
    if encoding not in ("utf-8", "utf-8-sig"):
        yield from _transcoded_lines(stream, place, encoding, errors)
        return
    for number, line in enumerate(stream, first):
        if number == 1:
            line = without_mark(line, place)
            if not line:
                return  # a byte order mark and nothing else
        try:
            yield line.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            raise not_utf8(line[error.start], error.start, f"{place}:{number}") from None


def line_blocks(stream: BinaryIO, place: str, size: int, begun: bool = False) -> Iterator[Block]:
    """Yield the stream in blocks of whole lines, as soon as there are any: about `size` bytes or what a pipe holds.

    A byte order mark is dropped, unless the stream has `begun` before; nothing is decoded. A line longer than
    `LONGEST_LINE` comes in parts.
    """
    read = getattr(stream, "read1", stream.read)
    pending: list[bytes] = []
    waiting = end = 0
    part = -1
    while chunk := read(size):
        pending.append(chunk)
        waiting += len(chunk)
        if part < 0 and waiting <= LONGEST_LINE and b"\n" not in chunk:
            continue
        data = b"".join(pending)
        if not begun:
            begun, data = True, without_mark(data, place)
            end = waiting - len(data)
        if part >= 0 and (feed := data.find(b"\n")) >= 0:
            end += feed + 1
            yield Block(data[:feed].removesuffix(b"\r"), end, part)
            data, part = data[feed + 1 :], -1
        if part < 0 and (cut := data.rfind(b"\n") + 1):
            end += cut
            yield Block(data[:cut], end)
            data = data[cut:]
        if (part >= 0 or len(data) > LONGEST_LINE) and (cut := _whole_characters(data)):
            end += cut
            yield Block(data[:cut], end, max(part, 0), False)
            data, part = data[cut:], max(part, 0) + cut
        pending, waiting = [data], len(data)
    if waiting or part >= 0:
        data = b"".join(pending)
        yield Block(data if begun else without_mark(data, place), end + waiting, part)


def _whole_characters(data: bytes) -> int:
    """Return how many bytes to hand out, so that the rest is half a character, or what may be half a line end, or none.

    >>> _whole_characters("né".encode()[:-1]), _whole_characters(b"n\\r"), _whole_characters("né".encode())
    (1, 1, 3)
    """
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte >= 0xC0:
            size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if size > back else len(data)
        if byte < 0x80:
            break
    return len(data) - data.endswith(b"\r")


def without_mark(start: bytes, place: str) -> bytes:
    """Return a stream's first bytes without a byte order mark; raises `InputError` for UTF-16 and what is packed."""
    if start[:2] in _UTF16:
        raise InputError("this is UTF-16, not UTF-8", place=place, remedy="say so: --encoding utf-16")
    for mark, name in _PACKED.items():
        if start.startswith(mark):
            raise InputError(f"this is packed by {name}", place=place, remedy=f"unpack it first: {name} -dc FILE")
    return start.removeprefix(b"\xef\xbb\xbf")


def not_utf8(byte: int, position: int, place: str) -> InputError:
    """Return the error for a byte, at a position of a line, that is not UTF-8."""
    return InputError(
        f"byte {position + 1} of the line (0x{byte:02x}) is not UTF-8",
        place=place,
        remedy="name the encoding (--encoding latin-1), or go on with --encoding-errors replace",
    )


def _transcoded_lines(stream: BinaryIO, place: str, encoding: str, errors: str) -> Iterator[str]:
    import io

    number = 0
    try:
        text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="\n")
        for number, line in enumerate(text, 1):
            yield line.removeprefix("\ufeff") if number == 1 else line
        text.detach()
    except LookupError:
        raise InputError(f"unknown encoding {encoding!r}", place=place, remedy="try utf-8 or latin-1") from None
    except UnicodeError as error:
        raise InputError(
            f"not {encoding} ({getattr(error, 'reason', error)})",
            place=f"{place}:{number + 1}",
            remedy="name another --encoding, or go on with --encoding-errors replace",
        ) from None
