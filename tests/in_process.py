"""The real command in this process, and how many records an input holds, counted apart from the readers."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from socialclass.cli.main import main


class Outcome(NamedTuple):
    """What a run gave."""

    code: int
    out: bytes
    err: str


def run_here(*args: object, stdin: bytes = b"") -> Outcome:
    """Run the command line in this process; what it does not turn into an exit code comes out as it is."""
    with _standard_streams(stdin) as (out, err):
        code = main([str(each) for each in args])
    return Outcome(code, out.getvalue(), err.getvalue())


@contextmanager
def _standard_streams(stdin: bytes) -> Iterator[tuple[io.BytesIO, io.StringIO]]:
    kept = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.StringIO()
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin)))
    sys.stdout, sys.stderr = io.TextIOWrapper(out), err
    try:
        yield out, err
    finally:
        sys.stdout.detach()
        sys.stdin, sys.stdout, sys.stderr = kept


def count_lines(data: bytes) -> int:
    """Return how many lines there are; only a line feed ends one.

    >>> count_lines(b""), count_lines(b"a"), count_lines(b"a\\n"), count_lines(b"\\n\\n"), count_lines(b"a\\rb\\x0c")
    (0, 1, 1, 2, 1)
    """
    return data.count(b"\n") + (not data.endswith(b"\n") and data != b"")


def count_objects(data: bytes) -> int:
    """Return how many lines hold more than blanks.

    >>> count_objects(b'{}\\n \\t\\r\\n[')
    2
    """
    return sum(bool(line.strip(b" \t\r")) for line in data.split(b"\n"))


def count_rows(data: bytes, delimiter: bytes = b",", blank_lines: bool = False) -> int | None:
    """Return how many rows a table has, its header among them; None where a quote is never closed.

    A row is a line, and goes on where the line ends inside quotes. One that is malformed (something else than a
    delimiter behind a closing quote, or behind a carriage return) ends with its line.
    blank_lines: they are rows, as they are where a row has one cell.

    >>> count_rows(b'a,b\\n"x\\ny",1\\n\\n5" pipe,2\\n"a"b"\\nlast'), count_rows(b'a,"b')
    (5, None)
    """
    rows, state, blank = 0, "start", True
    for line in data.split(b"\n")[: count_lines(data)]:
        for at in range(len(line)):
            state = _after(state, line[at : at + 1], delimiter)
        if state == "quoted":
            blank = False
            continue
        rows += blank_lines or not (blank and line.strip(b"\r") == b"")
        state, blank = "start", True
    return None if state == "quoted" else rows


def _after(state: str, character: bytes, delimiter: bytes) -> str:
    """Return where in a row one is behind a character."""
    if state == "malformed":
        return state
    if state == "quoted":
        return "closed" if character == b'"' else "quoted"
    if state == "return":
        return "return" if character == b"\r" else "malformed"
    if character == delimiter:
        return "start"
    if character == b"\r":
        return "return"
    if character == b'"' and state in ("start", "closed"):
        return "quoted"
    return "malformed" if state == "closed" else "plain"


def one_column(data: bytes, delimiter: bytes = b",") -> bool:
    """Say whether the header row has one cell.

    >>> one_column(b"text"), one_column(b"id,text")
    (True, False)
    """
    lines = io.StringIO(data.decode("utf-8", "replace"), newline="\n")
    try:
        return len(next(csv.reader(lines, delimiter=delimiter.decode()), ())) == 1
    except csv.Error:
        return False
