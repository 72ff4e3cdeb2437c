"""The fast lane for tables gives what the readers and writers give, byte for byte, errors and counts too."""

import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from socialclass.errors import SocialclassError
from socialclass.labelling import run as batch
from socialclass.labelling import table_way as tables
from socialclass.labelling.record_way import LabelOptions, Tally
from socialclass.labelling.run import Batch, BatchOptions
from socialclass.model.classifier import Classifier
from socialclass.model.scoring import compiled
from socialclass.reading.source import InputOptions
from tests.test_core import classifier

BITS = st.sampled_from(
    [
        b'"', b'""', b'",', b',"', b'"\n', b'\n"', b",", b"\t", b"\n", b"\n", b"\r\n", b"\r", b"\r\r\n", b"\n\n", b" ",
        b"free", b"boots,", b"mum\n", "é".encode(), "\u2028".encode(), b"\x00", b"\xff", b"\xed\xa0\x80", b"\xe2\x82",
        b"\xef\xbb\xbf", b"1,free boots\n", b'2,"hey ""mum"""\n', b'3,"a\nb"\n', b"4,5\" pipe\n", b"5,a,b\n", b"6\n",
    ]
)  # fmt: skip
HEADERS = st.sampled_from(
    [b"id,text\n", b"id,text\n", b"id,text\r\n", b"text\n", b"text,reason\n", b'"id","te""xt",text\n', b"id\ttext\n",
     b"\xef\xbb\xbfid,text\n", b"id,body\n", b"", b"\n", b'"a\nb",text\n', b"text,text\n", b"\xff\xfe"]
)  # fmt: skip
CSV = st.tuples(HEADERS, st.lists(BITS, max_size=30).map(b"".join)).map(b"".join)

STRINGS = st.sampled_from(
    ["free boots", "hey mum", "", " ", "é😂", 'a "b" \\ / c', "\u2028\x7f", "\t\n\r\b\f", "\x00", "\ud83d",
     "\ude00", "#BlackFriday"]
)  # fmt: skip
KEYS = st.sampled_from(["text", "id", "body", "a", "b", "é", "reason", "x" * 9, "\n", '"'])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | STRINGS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.builds(
    lambda first, text, last, ascii_only: json.dumps({**first, "text": text, **last}, ensure_ascii=ascii_only).encode(
        errors="surrogatepass"
    ),
    st.dictionaries(KEYS, VALUES, max_size=2),
    STRINGS | VALUES,
    st.dictionaries(KEYS, VALUES, max_size=2),
    st.booleans(),
)
ODD_LINES = st.sampled_from(
    [
        b"", b" \t", b"\r", b"{}", b"[]", b"null", b'"text"', b"{", b'{"text": "a"', b'{"text": "a"} x',
        b'{"text":"a",}',
        b'{"text": "a", "text": "b"}', b'{"text": "a", "b": {"c": 1, "c": 2}}', b'{"text": "a\tb"}',
        b'{"text": "\xff"}',
        b' { "text" : "free" } \r', b'{"text": "a", "n": 01}', b'{"text": "a", "n": -0.5e+7, "m": 1E400}',
        b'{"text": "a", "n": NaN}', b'{"text": "a", "n": -Infinity}', b'{"text": "a", "n": 1.}',
        b'{"text": "a", "n": +1}',
        b'{"text": "\\ud83d\\ude00 \\u00e9 \\/"}', b'{"text": "\\ud83d x"}', b'{"text": "\\ude00"}',
        b'{"text": "\\x"}',
        b'{"text": "\\u00g0"}', b'{"te\\u0078t": "a"}', b'{"text": "a", "te\\u0078t": "b"}', b"{'text': 'a'}",
        b'{"text": "a", "deep": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"text": "a", "deep": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"text": "a", "n": ' + b"9" * 5000 + b"}", b'{"text":"a"}{"text":"b"}',
        b"\xef\xbb\xbf" + b'{"text": "free"}',
        b'{"a": tru, "text": "x"}', b'{"a": true, "b": false, "c": null, "text": "mum"}',
        b'{"a": [1, 2,], "text": "x"}',
        b'{"text": null}', b'{"text": ["free"]}', b'{"id": "free"}', '{"text": "a"}\u2028'.encode(),
        b'\xc2\xa0{"text": "a"}',
        b'{"text": "a"\x0b}', b'{"text": "free boots"  \t}', b'{\t "text": "free boots"}', b'{"text": "\xed\xa0\x80"}',
    ]
)  # fmt: skip


def mutate(line: bytes, at: float, new: bytes) -> bytes:
    """Put something else in place of a byte."""
    where = int(at * len(line))
    return line[:where] + new + line[where + 1 :]


LINES = OBJECTS | OBJECTS | ODD_LINES | st.builds(mutate, OBJECTS, st.floats(0, 1), st.binary(max_size=2))
JSONL = st.lists(LINES, max_size=12).map(b"\n".join)


class Outcome(NamedTuple):
    output: bytes
    tally: Tally
    notes: list[str]
    error: str


def label(
    paths: list[Path], name: str, model: Classifier, size: int, field: str | None, jobs: int, minimum: float = 0.6
) -> Outcome:
    """Label files as `classify` does, in blocks of `size` bytes; with 0, record by record."""
    out, notes, error = io.BytesIO(), list[str](), ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "can_label_blocks", lambda _: size > 0)
        patch.setattr(tables, "block_size", lambda _: size)
        options = BatchOptions(LabelOptions(minimum), InputOptions(name, field), jobs=jobs)
        run = Batch(model, options, out, notes.append)
        try:
            for path in paths:
                run.label(str(path))
            run.finish()
        except SocialclassError as problem:
            error = str(problem)
    return Outcome(out.getvalue(), run.tally, notes, error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blocks")


@pytest.fixture(scope="module")
def model(small_model: Classifier) -> Classifier:
    """A model one of whose classes needs quotes in CSV and an escape in JSON."""
    made = classifier(small_model.weights, compiled.Scorer)
    renamed = Classifier(('mark,"eting"', "networking"), made.weights)
    renamed.__dict__["scorer"] = made.scorer
    return renamed


def assert_same(
    folder: Path, contents: list[bytes], name: str, model: Classifier, size: int, field: str | None, jobs: int
) -> None:
    """Check that blocks change nothing."""
    paths = [folder / f"{number}.{name}" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    assert label(paths, name, model, size, field, jobs) == label(paths, name, model, 0, field, 1)


SIZES = st.integers(1, 60) | st.just(1 << 18)


@pytest.mark.parametrize("name", ["csv", "tsv"])
@given(contents=st.lists(CSV, min_size=1, max_size=2), size=SIZES, jobs=st.integers(1, 2))
@example(contents=[b'id,text\n1,a\r"b",c\n2,"x"y,"z\n3,"q\nr"\n'], size=3, jobs=1)
@example(contents=[b'id,text\n1,"never closed\n2,b\n'], size=3, jobs=1)
@settings(max_examples=100, deadline=None)
def test_rows_in_blocks_are_the_rows_one_by_one(
    folder: Path, model: Classifier, name: str, contents: list[bytes], size: int, jobs: int
) -> None:
    """Wherever the blocks are cut: ragged and malformed rows, quotes, line ends, bytes that are not UTF-8."""
    if name == "tsv":
        contents = [content.replace(b",", b"\t") for content in contents]
    assert_same(folder, contents, name, model, size, None, jobs)


@given(
    contents=st.lists(JSONL, min_size=1, max_size=2),
    size=SIZES,
    jobs=st.integers(1, 2),
    field=st.sampled_from([None, None, "body", "é", '"']),
)
@settings(max_examples=150, deadline=None)
def test_json_lines_in_blocks_are_the_lines_one_by_one(
    folder: Path, model: Classifier, contents: list[bytes], size: int, jobs: int, field: str | None
) -> None:
    """Wherever the blocks are cut: damaged and doubtful JSON, names that are taken, escapes, deep nesting."""
    assert_same(folder, contents, "jsonl", model, size, field, jobs)


@given(line=LINES)
@settings(max_examples=150, deadline=None)
def test_every_line_of_json_is_taken_as_python_takes_it(folder: Path, model: Classifier, line: bytes) -> None:
    """Each kind of line after a good one, so that no error hides it."""
    assert_same(folder, [b'{"text": "hey"}\n' + line + b'\n{"text": "mum"}'], "jsonl", model, 1 << 18, None, 1)


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_a_record_that_is_too_long_is_left_to_python(
    folder: Path, model: Classifier, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is waited for is bounded; the rest of the stream comes out all the same."""
    monkeypatch.setattr(tables, "LONGEST", 100)
    long = "free \n" * 100
    if name == "csv":
        content = f'id,text\n1,a\n2,"{long}"\n3,b\n4\n5,"c\n'
    else:
        content = "".join(json.dumps({"text": text}) + "\n" for text in ("a", long, "b")) + "{}\n"
    assert_same(folder, [content.encode()], name, model, 32, None, 1)


def test_names_of_the_added_fields_may_be_prefixed(folder: Path, model: Classifier) -> None:
    """The prefix is written as JSON and CSV write it."""
    (folder / "p.jsonl").write_text('{"text": "a"}\n{"text": "free boots"}\n')
    (folder / "p.csv").write_text("text\na\nfree boots\n")
    for name in ("jsonl", "csv"):
        rows = []
        for fast in (True, False):
            out = io.BytesIO()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(batch, "can_label_blocks", lambda _, fast=fast: fast)
                options = BatchOptions(LabelOptions(prefix='é,"null, '), header=False, jobs=1)
                Batch(model, options, out).label(str(folder / f"p.{name}"))
            rows.append(out.getvalue())
        assert rows[0] == rows[1]


def test_most_records_of_a_table_stay_in_the_core(folder: Path, model: Classifier) -> None:
    """What is common in exports is no reason to leave the fast lane: escapes, quotes, nesting, blank lines."""
    line = (
        '{"text": "caf\\u00e9 \\"free\\" \\ud83d\\ude00", "user": {"name": "é", "tags": [1, null, {"a": -1.5e3}]}}\n\n'
    )
    row = 'é,"a ""b"", c",5" pipe\r\n\r\n'
    scorer = model.scorer
    assert isinstance(scorer, compiled.Scorer)
    pieces = (b"",) * 12
    done = scorer.label_jsonl(line.encode() * 50, 0, pieces, 0.0, b"text", (b"reason",))
    assert (sum(done.counts), done.stop) == (50, 50 * len(line.encode()))
    rows = scorer.label_csv(row.encode() * 50, 0, pieces, 0.0, ",", 3, 1)
    assert (sum(rows.counts), rows.stop) == (50, 50 * len(row.encode()))


def test_wrong_arguments_are_refused(model: Classifier) -> None:
    """A start outside of the block, a column that is none, too few pieces."""
    scorer = model.scorer
    assert isinstance(scorer, compiled.Scorer)
    with pytest.raises(ValueError, match="not in the block"):
        scorer.label_jsonl(b"", 1, (b"",) * 12, 0.0, b"text", ())
    with pytest.raises(ValueError, match="none of the columns"):
        scorer.label_csv(b"", 0, (b"",) * 12, 0.0, ",", 1, 1)
    with pytest.raises(ValueError, match="two for each class"):
        scorer.label_csv(b"", 0, (b"",) * 11, 0.0, ",", 1, 0)
