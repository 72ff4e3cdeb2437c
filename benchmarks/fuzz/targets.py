"""What is fuzzed: functions of bytes that end in silence, or in an error that is a finding.

They need no fuzzer: the tests run them over the inputs that once failed (``tests/crashes``).
"""

import io
import json
import os
import pickle
import struct
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from benchmarks.fuzz.guard import nothing_happens
from socialclass.errors import ModelError
from socialclass.labelling.record_way import UNCERTAIN_REASONS
from socialclass.model.persistence import _checksum, load_model
from socialclass.model.scoring import compiled, reference
from socialclass.model.text import AnalyzerSettings, analyze
from socialclass.reading.platforms import EXPORT_FORMATS
from tests.conftest import ROOT
from tests.exports_made import EXPORTS_MADE
from tests.in_process import Outcome, count_lines, count_objects, count_rows, one_column, run_here

GOLDEN = ROOT / "tests/golden/model.joblib"
_LONGEST_TEXT = 2000  # bytes that the analyser is given; more is slow and says nothing new
_MADE = {name: files for name, files, _, _ in EXPORTS_MADE}
_NUMBER = struct.pack("<d", 1.0)
_SMALL = b"\n\n".join(
    [
        b'{"classes": ["ads", "chat"], "analyzer": {"ngrams": 2, "prefix": 5}, "damping": 1.0, "facts": {}}',
        b"boots\nfree\nmum",
        *(_NUMBER * 3, _NUMBER + struct.pack("<d", -2.0) + _NUMBER, _NUMBER),
    ]
)
_HEADERS = (b"id,text\n", b"text\n", b'"a\nb",text,id\r\n', b"")


class Target(NamedTuple):
    """A row of the table: the function, what it starts from, and words of its grammar."""

    name: str
    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    words: tuple[str, ...] = ()


def check_model(data: bytes) -> None:
    """A file is a model or a `ModelError`, and nothing happens while it is read; a model answers.

    The first byte says whether the rest is the file as it stands, or header and arrays under a right checksum.
    """
    content = data[1:] if data[:1] < b"\x80" else _signed(data[1:])
    with _file(content, ".joblib") as path:
        try:
            with nothing_happens():
                load_model(path)
        except ModelError as error:
            if "\n" in str(error):
                raise
            return
        outcome = run_here("classify", "-m", path, "--explain", "2", stdin=b"free boots\n\nhey mum\n")
        assert run_here("model", "show", path, "--output-format", "json").code == 0
    assert outcome.code == 0, outcome.err
    assert outcome.out.count(b"\n") == 3


def _signed(data: bytes) -> bytes:
    """Return a model file of header, terms, idf, coefficients and intercept, which a blank line parts."""
    header, terms, *floats = [*data.split(b"\n\n"), b"", b"", b"", b"", b""][:5]
    names = ("idf", "coef", "intercept")
    arrays = {"terms": terms, **dict(zip(names, floats, strict=True))}
    text = header.decode("utf-8", "replace")
    content = {"format": "socialclass-model", "version": 1, "header": text, "arrays": arrays}
    return pickle.dumps({**content, "sha256": _checksum(text, arrays)}, protocol=4)


def _model_seeds() -> list[bytes]:
    return [b"\x80" + _SMALL, b"\x00" + _signed(_SMALL), b"\x00" + GOLDEN.read_bytes()]


def check_csv(data: bytes) -> None:
    """As many rows out as in; the lanes agree."""
    choice, body = _split(data)
    header, delimiter = _HEADERS[choice % 4], b",\t"[choice >> 2 & 1 :][:1]
    body = (header + body).replace(b",", delimiter)
    suffix = ".csv" if delimiter == b"," else ".tsv"
    outcome = _both_lanes(body, suffix, choice)
    first = body.removeprefix(b"\xef\xbb\xbf")
    rows = count_rows(first, delimiter, blank_lines=one_column(first, delimiter))
    if outcome.code in (0, 3):
        assert rows is not None
        assert count_rows(outcome.out, delimiter) == rows, (rows, outcome)
    elif rows is None:
        assert "not UTF-8" in outcome.err or "never closed" in outcome.err or _is_header_fault(outcome.err), outcome


def _is_header_fault(message: str) -> bool:
    known = (
        "no column",
        "columns are named",
        "header row",
        "looks like",
        "separated by",
        "already has",
        "UTF-16",
        "carriage",
        "packed",
    )
    return any(part in message for part in known)


def check_jsonl(data: bytes) -> None:
    """As many objects out as lines in; each line out is JSON; the lanes agree."""
    choice, body = _split(data)
    outcome = _both_lanes(body, ".jsonl", choice)
    lines = outcome.out.split(b"\n")[:-1]
    assert all(isinstance(json.loads(line), dict) for line in lines)
    if outcome.code in (0, 3):
        assert len(lines) == count_objects(body.removeprefix(b"\xef\xbb\xbf")), outcome


def check_lines(data: bytes) -> None:
    """As many rows out as lines in; the lanes agree."""
    choice, body = _split(data)
    outcome = _both_lanes(body, ".txt", choice)
    if outcome.code == 0:
        assert outcome.out.count(b"\n") == count_lines(body.removeprefix(b"\xef\xbb\xbf"))
    else:
        assert "UTF-" in outcome.err or "packed by" in outcome.err, outcome


def _both_lanes(body: bytes, suffix: str, choice: int) -> Outcome:
    """Label bytes through the compiled lane, and through the readers; return what both give."""
    with _file(body, suffix) as path:
        common = ("classify", "-m", _small_model(), path, *(("--min-confidence", "0.7") if choice & 8 else ()))
        outcome = run_here(*common)
        assert outcome.code in (0, 1, 3), outcome
        assert (outcome.code == 0) == (outcome.err == ""), outcome
        slow = run_here(*common, "--encoding", "utf8")  # a name that only the readers know, not the core
    assert slow.code == outcome.code, (outcome, slow)
    assert slow.out == outcome.out or slow.code == 1, (outcome, slow)
    return outcome


def check_text(data: bytes) -> None:
    """The compiled core finds the terms that `text.analyze` finds, for each setting."""
    choice, body = _split(data)
    settings = AnalyzerSettings(1 + choice % 2, choice >> 1 & 7, choice >> 4 & 1)
    texts = body[:_LONGEST_TEXT].decode("utf-8", "replace").split("\x00")
    wanted = [Counter(analyze(text, settings)) for text in texts]
    assert _counted(compiled.count_terms(texts, settings)) == wanted, texts


def _counted(counts: reference.Counts) -> list[Counter[str]]:
    terms, found = list(counts.terms), []
    for start, end in pairwise(counts.ends):
        indices, numbers = counts.indices[start:end], counts.counts[start:end]
        found.append(Counter({terms[index]: number for index, number in zip(indices, numbers, strict=True)}))
    return found


def check_zip(data: bytes) -> None:
    """A zip gives records or one error; each record comes out; nothing happens but reading."""
    choice, body = _split(data)
    _read_export(body, ".zip", choice)


def check_export(data: bytes) -> None:
    """So does a platform's export of which one member is replaced, in a zip or alone."""
    choice, body = _split(data)
    number, body = _split(body)
    files = _MADE[EXPORT_FORMATS[choice % len(EXPORT_FORMATS)]]
    name = sorted(files)[number % len(files)]
    if number & 128:
        _read_export(body, Path(name).suffix, choice)
        return
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for each, content in files.items():
            archive.writestr(zipfile.ZipInfo(each), body if each == name else content)
    _read_export(packed.getvalue(), ".zip", choice)


def _read_export(body: bytes, suffix: str, choice: int) -> None:
    form = EXPORT_FORMATS[choice % len(EXPORT_FORMATS)]
    options = (*(("--include-messages",) if choice & 64 else ()), *(("--mask",) if choice & 128 else ()))
    with _file(body, suffix) as path:
        command = ("classify", "-m", _small_model(), path, "--input-format", form, *options, "--output-format")
        before = sorted(os.listdir(path.parent))
        table = run_here(*command, "csv")  # before the guard is up: modules are imported when they are needed
        run_here(*command, "jsonl")
        with nothing_happens():
            outcome = run_here(*command, "jsonl")
        assert sorted(os.listdir(path.parent)) == before
        assert outcome.code in (0, 1, 3), outcome
    lines = [json.loads(line, parse_constant=_no_constant) for line in outcome.out.split(b"\n")[:-1]]
    wrong = sum(str(line.get("reason", "")).startswith("error: ") for line in lines)
    assert (outcome.code == 3) == (wrong > 0) or outcome.code == 1, outcome
    said = {line["reason"] for line in lines if not line["reason"].startswith("error: ")}
    assert said <= {"", "not_english", "truncated", *UNCERTAIN_REASONS}, said
    assert table.code in (outcome.code, 1), (table, outcome)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _split(data: bytes) -> tuple[int, bytes]:
    """Return the first byte as a number, and the rest."""
    return (data[0], data[1:]) if data else (0, b"")


@cache
def _small_model() -> Path:
    """Return a model of three terms: opening it takes no time."""
    path = Path(_folder().name, "small.joblib")
    path.write_bytes(_signed(_SMALL))
    return path


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)


class _file:  # noqa: N801 - used as a function
    """Put bytes into a file for a while, in memory where the system has such a place."""

    def __init__(self, data: bytes, suffix: str) -> None:
        self._path = Path(_folder().name, f"input{suffix}")
        self._path.write_bytes(data)

    def __enter__(self) -> Path:
        return self._path

    def __exit__(self, *_: object) -> None:
        self._path.unlink()


def _zip_seeds() -> list[bytes]:
    seeds = []
    for number, name in enumerate(EXPORT_FORMATS):
        for packing in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", packing) as archive:
                for each, content in list(_MADE[name].items())[:3]:
                    archive.writestr(zipfile.ZipInfo(each), content)
            seeds.append(bytes([number]) + packed.getvalue())
    return seeds


def _export_seeds() -> list[bytes]:
    return [
        bytes([number, place | alone]) + _MADE[name][file]
        for number, name in enumerate(EXPORT_FORMATS)
        for place, file in enumerate(sorted(_MADE[name]))
        for alone in (0, 128)
    ]


TARGETS = (
    Target(
        "model", check_model, _model_seeds,
        ('"classes"', '"analyzer"', '"damping"', '"facts"', '"ngrams"', '"prefix"', "socialclass-model", "1e999",
         "\\ud800", "cos\nsystem\n", "\\n\\n"),
    ),
    Target(
        "csv", check_csv,
        lambda: [b"\x001,free boots\n2,\"a \"\"b\"\"\nc\"\n", b"\x01free\n\nmum\r\n", b"\x0c1\t2\t\"x\"\n3\n"],
        ('""', '","', '"\n', "\r\n", "\r", "\xef\xbb\xbf", "text", "reason"),
    ),
    Target(
        "jsonl", check_jsonl,
        lambda: [b'\x00{"text": "free boots", "n": [1, {"a": null}]}\n{"id": 1}\n[]\n{"text": "\\ud83d\\ude00"}'],
        ('{"text": "', '"}\n', "\\u", "\\ud83d", "[", "{", "null", "true", "NaN", "-1e9", '"reason": '),
    ),
    Target("lines", check_lines, lambda: [b"\x00free boots\nhey mum\r\n\n", "\x08é\u2028x\x85 😂".encode()]),
    Target(
        "text", check_text,
        lambda: [b"\x03Free #BlackFriday2024 @TernAirHelp https://t.co/x\0e\xcc\x81", "\x0bİ ΟΔΟΣ ﬁ ① क्षि 각".encode()],
        ("http://", "www.", "@", "#", "\u0301", "\u200d", "facebook", "'", "İ", "Σ"),
    ),
    Target("zip", check_zip, _zip_seeds, ("PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "../", "tweets.js", "outbox.json")),
    Target(
        "export", check_export, _export_seeds,
        ('"type"', '"object"', '"actor"', '"items"', '"content"', '"ts"', '"tweet"', "window.YTD.tweets.part0 = [",
         '"to"', '"tag"', "null", "[]", "{}", "1e999", "-1", "\\ud83d", "<p>", "&#", "9" * 30),
    ),
)  # fmt: skip
BY_NAME = {target.name: target for target in TARGETS}
