"""What every format reads and writes: a Record in, the same record with added fields out."""

import json
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, NamedTuple

Value = str | float | None


class Place(NamedTuple):
    """Where a record begins: the file's name and the line, from 1.

    >>> str(Place("posts.csv", 17))
    'posts.csv:17'
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Record(NamedTuple):
    """One text with the fields that it came with.

    text: what is to be labelled; empty where `error` says why the record cannot be read.
    names, values: the record's own fields; a ragged CSV row has more or fewer values than names.
    raw: the record as it stood in the input, for writers that hand it on unchanged.
    facts: terms beside those of the text, as `activity.facts` makes them.
    language: of the text, as the source declares it; empty where it does not.
    """

    text: str
    names: Sequence[str]
    values: Sequence[object]
    place: Place
    error: str = ""
    raw: str = ""
    facts: Sequence[str] = ()
    language: str = ""


class AddedFields(NamedTuple):
    """What labelling adds to a record; `names` are the same for a whole run.

    The first three are always label, probability and reason; columns that were asked for follow.
    """

    names: tuple[str, ...]
    values: tuple[Value, ...]


def without_formula(cell: str) -> str:
    """Return a cell that no spreadsheet runs: one that begins as a formula does gets a quote before it.

    >>> [without_formula(cell) for cell in ("=1+1", "@SUM(A1)", "hey mum", "")]
    ["'=1+1", "'@SUM(A1)", 'hey mum', '']
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_cell(value: object) -> str:
    """Return an added field's value as a cell of a text table: numbers to four decimals, nothing for None.

    >>> [as_cell(0.123456), as_cell(None), as_cell("a")]
    ['0.1235', '', 'a']
    """
    return f"{value:.4f}" if isinstance(value, float) else own_cell(value)


def own_cell(value: object) -> str:
    """Return a record's own value as a cell of a text table: strings as they are, nothing for None, the rest as JSON.

    >>> [own_cell(1e-09), own_cell(None), own_cell("a"), own_cell([True])]
    ['1e-09', '', 'a', '[true]']
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    import json

    return json.dumps(value, ensure_ascii=False)


def with_leaves(value: object, change: Callable[[object, str], object], name: str = "") -> object:
    """Return a JSON value with each string, number, boolean and null changed, knowing the name of its member.

    There is no recursion: JSON may be nested nearly as deep as Python's stack.

    >>> with_leaves({"a": [1, {"b": 2}]}, lambda leaf, name: (name, leaf))
    {'a': [('a', 1), {'b': ('b', 2)}]}
    """
    whole: dict[Any, Any] = {name: value}
    places: list[tuple[Any, Any, str]] = [(whole, name, name)]
    while places:
        held, key, called = places.pop()
        each = held[key]
        if isinstance(each, list):
            held[key] = each = list(each)
            places += [(each, number, called) for number in range(len(each))]
        elif isinstance(each, dict):
            held[key] = each = dict(each)
            places += [(each, member, str(member)) for member in each]
        else:
            held[key] = change(each, called)
    return whole[name]


def as_members(content: dict[str, object]) -> str:
    """Return the members of an object as they stand between its braces; what JSON has no number for is null.

    >>> as_members({"a": None, "b": "é", "c": [float("inf")]})
    '"a": null, "b": "é", "c": [null]'
    """
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False)[1:-1]
    except ValueError:
        return json.dumps(with_leaves(content, _finite), ensure_ascii=False)[1:-1]


def _finite(value: object, name: str) -> object:
    return None if isinstance(value, float) and not isfinite(value) else value
