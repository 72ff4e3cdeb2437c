"""JSON and CSV files of any size, one record at a time: what is complete is given, and then one error if it is cut."""

import codecs
import json
import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

from socialclass.errors import InputError

CHUNK = 1 << 16  # bytes read at once
LONGEST = 64 << 20  # characters of one value: what is longer is no record but a fault
_FIRST_LINE = 1 << 20  # bytes; a longer first line is a document, not a line of many
_BLANK = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEAR_THE_END = 16  # characters: an error this near to the end of what was read may be mended by reading on


class Item(NamedTuple):
    """A record as the file holds it.

    position: from 1: the line of a JSON Lines file or of a CSV row, else the number in the list.
    raw: the record's own text, where it stands on one line; list: the name of the list that it stood in.
    """

    value: Any
    file: str
    position: int
    raw: str = ""
    list: str = ""


class Unreadable(NamedTuple):
    """A record, or the rest of a file, that cannot be read."""

    file: str
    position: int
    error: str
    raw: str = ""


class _JsonError(Exception):
    """What is wrong, for people."""


def _no_number(name: str) -> None:
    """NaN and Infinity are no JSON: nothing."""


def _any_int(digits: str) -> int | str:
    """Return a whole number, or its digits where Python would not convert so many."""
    return int(digits) if len(digits) < 4000 else digits


_DECODER = json.JSONDecoder(strict=False, parse_constant=_no_number)
_CAREFUL = json.JSONDecoder(strict=False, parse_constant=_no_number, parse_int=_any_int)


def parse_json(text: str) -> Any:
    """Return the value of a JSON text; raises `ValueError` or `RecursionError`, saying what is wrong.

    Half surrogate pairs become U+FFFD, so that what is read can be written.

    >>> parse_json('{"a": "\\\\ud83d", "n": NaN}')
    {'a': '\ufffd', 'n': None}
    """
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        value = _CAREFUL.decode(text)
    return clean(value) if "\\ud" in text or "\\uD" in text else value


def clean(value: Any) -> Any:
    """Return the value with half surrogate pairs replaced."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [clean(each) for each in value]
    if isinstance(value, dict):
        return {clean(key): clean(each) for key, each in value.items()}
    return value


def decoder_of(head: bytes) -> codecs.IncrementalDecoder:
    """Return a decoder by the byte order mark; UTF-8 where there is none."""
    utf16 = head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")()


class _Reader:
    """A window that moves over a stream of characters; values are taken from its beginning."""

    def __init__(self, stream: BinaryIO, head: bytes = b"") -> None:
        self._stream, self._head = stream, head
        self._decoder: codecs.IncrementalDecoder | None = None
        self._window, self._at, self._before, self._ended = "", 0, 0, False
        self._fault = ""  # met while reading ahead: what stands before it is given first

    @property
    def offset(self) -> int:
        """Characters taken so far."""
        return self._before + self._at

    def _more(self) -> bool:
        """Read on, twice as much as is held; False at the end."""
        if self._ended:
            return False
        self._before += self._at
        held = self._window[self._at :]
        if len(held) > LONGEST:
            raise _JsonError(f"a value of more than {LONGEST >> 20} million characters")
        read = self._head or self._read(max(CHUNK, len(held)))
        self._head = b""
        self._ended = not read
        self._window, self._at = held + self._decoded(read), 0
        return True

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except InputError as error:
            self._fault = error.problem
            return b""

    def _decoded(self, data: bytes) -> str:
        self._decoder = self._decoder or decoder_of(data)
        try:
            return self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            self._ended = True
            cut = "the file ends" if not data else f"byte 0x{error.object[error.start]:02x} is not UTF-8"
            self._fault = self._fault or cut
            return str(error.object[: error.start].decode("utf-8", "ignore"))

    def peek(self) -> str:
        """Return the next character that is no blank, or nothing at the end."""
        while True:
            match = _BLANK.match(self._window, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._more():
                return ""

    def take(self, wanted: str) -> bool:
        """Take the next character if it is one of these."""
        found = self.peek()
        if found and found in wanted:
            self._at += 1
            return True
        return False

    def skip_to(self, wanted: str) -> None:
        """Pass everything before the next of these characters."""
        pattern = re.compile(f"[{re.escape(wanted)}]")
        while True:
            match = pattern.search(self._window, self._at)
            self._at = match.start() if match else len(self._window)
            if match or not self._more():
                return

    def value(self) -> tuple[Any, str]:
        """Return the next value and its own text; raises `_JsonError`."""
        if not self.peek():
            raise self.broken()
        while True:
            try:
                value, end = _raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                unended = error.msg.startswith(("Unterminated string", "Invalid \\"))
                if (unended or error.pos >= len(self._window) - _NEAR_THE_END) and self._more():
                    continue
                raise self.broken(error) from None
            except RecursionError:
                raise _JsonError("nested too deeply") from None
            # a number may go on behind the window
            if end < len(self._window) or not self._more():
                raw = self._window[self._at : end]
                self._at = end
                return (clean(value) if "\\ud" in raw or "\\uD" in raw else value), raw

    def broken(self, error: json.JSONDecodeError | None = None) -> _JsonError:
        """Return what is wrong where no value could be read."""
        if self._fault:
            return _JsonError(self._fault)
        if error is None or (self._ended and error.pos >= len(self._window) - 1) or "Unterminated" in error.msg:
            return _JsonError(f"the JSON ends in the middle, at character {self._before + len(self._window)}")
        return _JsonError(f"not JSON at character {self._before + error.pos + 1}: {error.msg}")


def _raw_decode(text: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _CAREFUL.raw_decode(text, at)


ListNames = Callable[[str], bool]


def read_json(
    stream: BinaryIO, file: str, is_list: ListNames, *, prefix: bool = False, head: bytes = b""
) -> Iterator[Item | Unreadable]:
    """Yield the records of a JSON document, or of several in a row.

    An array's elements are records; so are those of an object's members that are arrays and whose name `is_list` takes.
    An object without such a member is a record. prefix: skip what stands before the first bracket
    (``window.YTD.tweets.part0 = [``). Memory holds one record, whatever the size of the file.
    """
    reader = _Reader(stream, head)
    position = 1
    try:
        if prefix:
            reader.skip_to("[{")
            if not reader.peek() and reader.offset and not reader._fault:
                raise _JsonError("there is no JSON in it")
        while reader.peek():
            for value, raw, name in _records(reader, is_list):
                yield Item(value, file, position, raw if "\n" not in raw else "", name)
                position += 1
        if reader._fault:
            raise reader.broken()
    except _JsonError as error:
        yield Unreadable(file, position, str(error))


def _records(reader: _Reader, is_list: ListNames) -> Iterator[tuple[Any, str, str]]:
    if reader.take("["):
        yield from _elements(reader, "")
    elif reader.take("{"):
        yield from _members(reader, is_list)
    else:
        value, raw = reader.value()
        yield value, raw, ""


def _elements(reader: _Reader, name: str) -> Iterator[tuple[Any, str, str]]:
    if reader.take("]"):
        return
    while True:
        value, raw = reader.value()
        yield value, raw, name
        if reader.take("]"):
            return
        if not reader.take(","):
            raise _wrong(reader, "',' or ']'")


def _members(reader: _Reader, is_list: ListNames) -> Iterator[tuple[Any, str, str]]:
    rest: dict[str, Any] = {}
    was_list = False
    while not reader.take("}"):
        if (rest or was_list) and not reader.take(","):
            raise _wrong(reader, "',' or '}'")
        key, _ = reader.value()
        if not isinstance(key, str) or not reader.take(":"):
            raise _wrong(reader, "a name and ':'")
        if is_list(key) and reader.take("["):
            was_list = True
            yield from _elements(reader, key)
        else:
            rest[key] = reader.value()[0]
    if not was_list:
        yield rest, "", ""


def _wrong(reader: _Reader, wanted: str) -> _JsonError:
    if not reader.peek():
        return reader.broken()
    return _JsonError(f"not JSON at character {reader.offset + 1}: {wanted} should stand here")


def read_json_lines(
    lines: Iterator[bytes], file: str, is_list: ListNames = lambda name: False, first: int = 1
) -> Iterator[Item | Unreadable]:
    """Yield a record a line, or those of the lists in it; blank lines are skipped, what is no JSON is unreadable."""
    number = first - 1
    while True:
        number += 1
        try:
            line = next(lines, None)
        except InputError as error:
            yield Unreadable(file, number, error.problem)
            return
        if line is None:
            return
        item = parse_line(line, file, number)
        if isinstance(item, Item) and item.value.__class__ is dict:
            names = [name for name, each in item.value.items() if each.__class__ is list and is_list(name)]
            if names:
                yield from _of_lists(item, names)
                continue
        if item is not None:
            yield item


def _of_lists(item: Item, names: list[str]) -> Iterator[Item]:
    several = [(name, each) for name in names for each in item.value[name]]
    for number, (name, each) in enumerate(several, 1):
        yield Item(each, item.file, item.position + number - 1, "", name)


def parse_line(line: bytes, file: str, number: int) -> Item | Unreadable | None:
    """Return the record of a line, None for a blank one."""
    text = ""
    try:
        text = line.decode().strip(" \t\r\n\ufeff")
        return Item(parse_json(text), file, number, text) if text else None
    except RecursionError:
        return Unreadable(file, number, "not JSON: nested too deeply", text)
    except UnicodeDecodeError as error:
        return Unreadable(file, number, f"byte {error.start + 1} of the line is not UTF-8")
    except ValueError as error:
        return Unreadable(file, number, f"not JSON: {error}", text)


def read_json_or_lines(stream: BinaryIO, file: str, is_list: ListNames) -> Iterator[Item | Unreadable]:
    """Yield the records of JSON Lines, or of a JSON document: by the name, or by a first line that is an object."""
    try:
        head = first_line(stream)
    except InputError as error:
        yield Unreadable(file, 1, error.problem)
        return
    if are_lines(head, file):
        yield from read_json_lines(chain((head,), stream), file, is_list)
    else:
        yield from read_json(stream, file, is_list, head=head)


def first_line(stream: BinaryIO) -> bytes:
    """Return the first line that is not blank, or as much of it as shows what the stream is."""
    head = stream.readline(_FIRST_LINE)
    while head and not head.strip():
        head = stream.readline(_FIRST_LINE)
    return head


def are_lines(head: bytes, file: str) -> bool:
    """Say whether a stream that begins so is JSON Lines."""
    bare = head.strip().removeprefix(b"\xef\xbb\xbf")
    # a file of one line without an end may be a document that was cut
    one_object = head.endswith(b"\n") and bare[:1] == b"{" and bare[-1:] == b"}"
    return file.lower().endswith((".jsonl", ".ndjson")) or one_object


def load_json(stream: BinaryIO, longest: int = LONGEST) -> Any:
    """Return a small file's value, such as a list of users; None where it is no JSON or too large."""
    reader = _Reader(stream)
    try:
        reader.skip_to("[{")
        with stream:
            return reader.value()[0] if reader.peek() else None
    except _JsonError:
        return None


def named(names: Collection[str]) -> ListNames:
    """Return a test for these names."""
    return frozenset(names).__contains__
