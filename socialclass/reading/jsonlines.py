"""JSON Lines: one JSON object a line. What was read is written again as it stood, with the added members at its end.

JSON, an array of such objects, is read too, whole; it is written as JSON Lines.
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

from socialclass.errors import InputError, UnknownFieldError
from socialclass.reading.record import Place, Record
from socialclass.reading.streams import decoded_lines

_LENIENT = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)  # only to find where an element ends
_BREAKS = str.maketrans("\r\n", "  ")
_BLANKS = re.compile(r"[ \t\r\n]*")


def read_json_lines(
    stream: BinaryIO,
    place: str,
    encoding: str,
    errors: str,
    text_field: str | None,
    first: int = 1,
    nothing_read: bool = True,
) -> Iterator[Record]:
    """Yield a record a line, blank lines skipped; a line that is no object with a text is a record with an `error`.

    first: the number of the first line; nothing_read: no object stood before it.
    Raises `UnknownFieldError` when not even the first object has the text field.
    """
    name = text_field if text_field is not None else "text"
    for number, line in enumerate(decoded_lines(stream, place, encoding, errors, first), first):
        line = line.strip(" \t\r\n")
        if not line:
            continue
        record = _record(line, name, Place(place, number), nothing_read)
        nothing_read = nothing_read and not record.raw
        yield record


def read_json(stream: BinaryIO, place: str, encoding: str, errors: str, text_field: str | None) -> Iterator[Record]:
    """Yield a record for each element of a JSON array, or for a document that is one object; it is read whole.

    Raises `InputError` where the document goes wrong between elements, and as `read_json_lines` does.
    """
    name, nothing_read = text_field if text_field is not None else "text", True
    text = "".join(decoded_lines(stream, place, encoding, errors))
    for element, line in _elements(text, place):
        record = _record(element, name, Place(place, line), nothing_read)
        nothing_read = nothing_read and not record.raw
        yield record


def _elements(text: str, place: str) -> Iterator[tuple[str, int]]:
    """Yield each element of an array as it stands, but on one line, and the line that it begins on.

    A document that is no array is the one element.
    """
    at, line, counted = _skip_blanks(text, 0), 1, 0
    in_array, more = text[at : at + 1] == "[", at < len(text)
    if in_array:
        at = _skip_blanks(text, at + 1)
        more = text[at : at + 1] != "]"
    while more:
        line, counted = line + text.count("\n", counted, at), at
        try:
            _, end = _LENIENT.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise _broken(text, place, error.pos, error.msg) from None
        except RecursionError:
            raise _broken(text, place, at, "nested too deeply") from None
        yield text[at:end].translate(_BREAKS), line  # breaks stand between tokens, and nowhere else
        at = _skip_blanks(text, end)
        more = in_array and text[at : at + 1] == ","
        at = _skip_blanks(text, at + 1) if more else at
    if in_array and text[at : at + 1] != "]":
        raise _broken(text, place, at, "',' or ']' is missing")
    at = _skip_blanks(text, at + 1) if in_array else at
    if at < len(text):
        raise _broken(text, place, at, "something follows the document")


def _skip_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _broken(text: str, place: str, at: int, why: str) -> InputError:
    line = text.count("\n", 0, at) + 1
    return InputError(f"not JSON: {why}", place=f"{place}:{line}", remedy="mend it; for an object a line: jsonl")


def _record(line: str, name: str, here: Place, nothing_read: bool) -> Record:
    """Return the record of an object as it stands; without `raw` where it is none."""
    content = _parse(line)
    if isinstance(content, str):
        return Record("", ("unreadable",), (line,), here, content)
    if nothing_read and name not in content:
        raise UnknownFieldError(name, content, place=str(here), option="--text-field")
    text = content.get(name)
    error = "" if isinstance(text, str) else f"no text: field {name!r} is {_kind(content, name)}"
    if not error and not _is_utf8(text):
        error = f"field {name!r} holds half of a surrogate pair"
    return Record("" if error else str(text), tuple(content), tuple(content.values()), here, error, line)


def _parse(line: str) -> dict[str, object] | str:
    """Return the object on the line, or what is wrong with it."""
    try:
        content = json.loads(line, object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        return "not JSON: nested too deeply"
    except ValueError as error:
        return f"not JSON: {error}"
    return content if isinstance(content, dict) else f"not an object but {_json_type(content)}"


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"key {twice!r} stands twice in one object")
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _kind(content: dict[str, object], name: str) -> str:
    return _json_type(content[name]) if name in content else "missing"


def _json_type(value: object) -> str:
    names = {str: "a string", list: "a list", dict: "an object", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _is_utf8(text: object) -> bool:
    try:
        str(text).encode()
    except UnicodeEncodeError:
        return False
    return True
