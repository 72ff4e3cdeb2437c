"""Facts about whatever bytes come in: none is lost, none invented, and how the work is cut up changes nothing.

`HYPOTHESIS_PROFILE=full` gives each property 800 examples (`make fuzz` does), the default 60.
"""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from socialclass.labelling import line_way as blocks
from socialclass.model.classifier import Classifier
from socialclass.model.persistence import save_model
from socialclass.reading import AddedFields, Place, ReadOptions, Record, read_records
from socialclass.reading.formats import open_records
from socialclass.writing.outputs import writer_for
from tests.conftest import ROOT, TEXTS, Run
from tests.in_process import Outcome, count_lines, count_objects, count_rows, one_column, run_here
from tests.test_blocks import CSV, JSONL

PIECES = st.sampled_from(
    [b"free boots", b"hey mum", b"\n", b"\n", b"\r\n", b"\r", b"\t", b'"', b",", b"\x00", b"\x0b\x0c\x1c", b" ",
     "é\u2028😂\x85".encode(), b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"{}", b'{"text": "free"}\n',
     b"=1+1", b"\x1b[31m"]
)  # fmt: skip
ANY_BYTES = st.binary(max_size=60) | st.lists(PIECES, max_size=20).map(b"".join)
ENCODINGS = st.sampled_from([("--encoding-errors", "replace"), ("--encoding", "latin-1"), ()])
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", '"', "a,b", "a\tb", "a\nb", "a\r\nb", "\r", " a ", "=1", "\x00", "\u2028", "\ufeff", "free boots"]
)
NAMES = st.lists(CELLS.filter(lambda name: name.strip("\ufeff") == name != ""), min_size=1, max_size=4, unique=True)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, small_model: Classifier) -> Path:
    """A folder with a small model."""
    folder = tmp_path_factory.mktemp("room")
    save_model(small_model, folder / "m.joblib")
    return folder


def classify(room: Path, data: bytes, form: str, *options: str) -> Outcome:
    """Label bytes that stand in a file."""
    path = room / f"input.{form}"
    path.write_bytes(data)
    return run_here("classify", "-m", room / "m.joblib", "--input-format", form, path, *options)


def readable(data: bytes, options: tuple[str, ...]) -> bytes:
    """Return the bytes as the command takes them: decoded as it was told, and without a byte order mark."""
    text = data.decode("latin-1") if "latin-1" in options else data.decode("utf-8", "replace")
    return text.encode().removeprefix(b"\xef\xbb\xbf")


def is_refused(outcome: Outcome, data: bytes, options: tuple[str, ...]) -> bool:
    """Check that a refusal is one line, and that strict UTF-8 is refused where Python's decoder refuses it."""
    assert outcome.code in (0, 1, 3), outcome
    if outcome.code != 1:
        assert options or data.decode() is not None  # it is UTF-8
        return False
    assert outcome.err.splitlines()[-1].startswith("socialclass: ")
    return True


@given(data=ANY_BYTES, options=ENCODINGS)
def test_every_line_is_a_row(room: Path, data: bytes, options: tuple[str, ...]) -> None:
    """As many rows out as lines in, whatever the bytes; strict UTF-8 ends at the first line that is none."""
    outcome = classify(room, data, "lines", *options)
    wanted = count_lines(readable(data, options))
    if is_refused(outcome, data, options):
        assert "UTF-" in outcome.err or "packed by" in outcome.err
        assert outcome.out.count(b"\n") < max(wanted, 1)
    else:
        assert outcome.out.count(b"\n") == wanted


@pytest.mark.parametrize("form", ["csv", "tsv"])
@given(data=CSV | ANY_BYTES.map(lambda data: b"id,text\n" + data), options=ENCODINGS)
def test_every_row_of_a_table_is_a_row(room: Path, form: str, data: bytes, options: tuple[str, ...]) -> None:
    """As many rows out as in, malformed and ragged ones too; an open quote and a wrong header are errors."""
    delimiter = b"," if form == "csv" else b"\t"
    data = data.replace(b",", delimiter)
    outcome = classify(room, data, form, *options, "--prefix", "sc_")
    taken = readable(data, options)
    wanted = count_rows(taken, delimiter, blank_lines=one_column(taken, delimiter))
    if is_refused(outcome, data, options):
        known = ("never closed", "no column", "are named", "header row", "looks like a text", "separated by",
                 "carriage return", "UTF-", "encod", "packed by")  # fmt: skip
        assert any(part in outcome.err for part in known), outcome
        return
    assert wanted is not None
    assert count_rows(outcome.out, delimiter) == wanted


@given(data=JSONL | ANY_BYTES, options=ENCODINGS)
def test_every_line_of_json_is_an_object(room: Path, data: bytes, options: tuple[str, ...]) -> None:
    """As many objects out as lines that are not blank; what is no JSON says so in its place."""
    outcome = classify(room, b'{"text": "hi"}\n' + data, "jsonl", *options, "--prefix", "sc_")
    if is_refused(outcome, data, options):
        assert any(part in outcome.err for part in ("UTF-", "encod")), outcome
        return
    rows = [json.loads(line) for line in outcome.out.split(b"\n")[:-1]]
    assert len(rows) == 1 + count_objects(readable(b"\n" + data, options))
    wrong = [row for row in rows if row["sc_reason"].startswith("error: ")]
    assert (outcome.code == 3) == bool(wrong)
    assert len(outcome.err.splitlines()) == len(wrong)


@given(data=ANY_BYTES | JSONL.map(lambda lines: b"[" + b",".join(lines.split(b"\n")[:-1]) + b"]"), options=ENCODINGS)
def test_every_element_of_an_array_is_an_object(room: Path, data: bytes, options: tuple[str, ...]) -> None:
    """A document that Python's own reader takes gives as many objects as it has elements; another one an error."""
    outcome = classify(room, data, "json", *options, "--prefix", "sc_")
    if is_refused(outcome, data, options):
        return
    rows = outcome.out.split(b"\n")[:-1]
    taken = readable(data, options)
    found = json.loads(taken, parse_int=str) if taken.strip(b" \t\r\n") else []  # int() refuses 5,000 digits
    assert len(rows) == (len(found) if isinstance(found, list) else 1)


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
@given(names=NAMES, data=st.data())
def test_what_is_written_is_read(form: str, names: list[str], data: st.DataObject) -> None:
    """Fields of any characters come back as they were, with the added ones behind them."""
    names = [name for name in names if name != "text"] + ["text"]
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), min_size=1, max_size=4))
    out = io.BytesIO()
    writer = writer_for(form, out, ("label", "p", "reason"), form)
    for row in rows:
        writer.write(
            Record(row[-1], names, row, Place("-", 1)), AddedFields(("sc_l", "sc_p", "sc_r"), ("a", None, "b"))
        )
    found = list(open_records(io.BytesIO(out.getvalue()), "-", ReadOptions(form)))
    empty = None if form == "jsonl" else ""
    assert [list(record.names) for record in found] == [[*names, "sc_l", "sc_p", "sc_r"]] * len(rows)
    assert [list(record.values) for record in found] == [[*row, "a", empty, "b"] for row in rows]
    assert [record.text for record in found] == [row[-1] for row in rows]


@given(values=st.lists(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | CELLS, max_size=4))
def test_no_value_of_json_is_changed_by_a_table(values: list[object]) -> None:
    """A number, too, can be read from its cell as it was; only nothing and an empty string look the same."""
    out, names = io.BytesIO(), [f"n{number}" for number in range(len(values))]
    writer = writer_for("csv", out, ("label", "p", "reason"), "jsonl")
    record = Record("hi", ["text", *names], ["hi", *values], Place("-", 1))
    writer.write(record, AddedFields(("sc_l", "sc_p", "sc_r"), ("a", None, "b")))
    [again] = open_records(io.BytesIO(out.getvalue()), "-", ReadOptions("csv"))
    for cell, value in zip(again.values[1:-3], values, strict=True):
        assert cell == (value or "") if isinstance(value, str | None) else json.loads(str(cell)) == value


@given(texts=st.lists(CELLS | st.sampled_from(TEXTS), max_size=6))
def test_lines_come_back_but_for_tabs_and_returns(room: Path, texts: list[str]) -> None:
    """The text of a row is that of its line, with spaces for what would break the row."""
    texts = [text.replace("\n", " ").removeprefix("\ufeff").rstrip("\r") for text in texts]
    outcome = classify(room, "".join(f"{text}\n" for text in texts).encode(), "lines")
    rows = [row.split("\t") for row in outcome.out.decode().split("\n")[:-1]]
    assert [row[2] for row in rows] == [text.replace("\t", " ").replace("\r", " ") for text in texts]


TABLES: dict[str, Callable[[bytes], bytes]] = {
    "lines": lambda data: data,
    "csv": lambda data: b"id,text\n" + data,
    "jsonl": lambda data: b'{"text": "hi"}\n' + data,
}


@pytest.mark.parametrize("form", TABLES)
@given(data=CSV | JSONL | ANY_BYTES, size=st.integers(1, 80), jobs=st.integers(1, 3))
@example(data=b"free boots\n" * 40, size=16, jobs=3)
def test_how_the_work_is_cut_up_changes_nothing(room: Path, form: str, data: bytes, size: int, jobs: int) -> None:
    """Blocks of any size, threads, one record at a time, a pipe: the same bytes, code and messages."""
    content = TABLES[form](data)
    whole = classify(room, content, form)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", size)
        assert classify(room, content, form, "--jobs", str(jobs)) == whole
    assert classify(room, content, form, "--line-buffered") == whole
    piped = run_here("classify", "-m", room / "m.joblib", "--input-format", form, stdin=content)
    assert (piped.code, piped.out) == (whole.code, whole.out)


@given(texts=st.lists(CELLS | st.sampled_from(TEXTS), min_size=1, max_size=5))
def test_many_at_once_are_one_by_one(room: Path, texts: list[str]) -> None:
    """No record's label depends on the others around it."""
    lines = [json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n" for text in texts]
    together = classify(room, b"".join(lines), "jsonl")
    assert together.out == b"".join(classify(room, line, "jsonl").out for line in lines)


@pytest.mark.parametrize("form", ["lines", "csv", "jsonl"])
def test_the_hash_seed_changes_nothing(run: Run, tmp_path: Path, form: str) -> None:
    """Sets and dicts are ordered otherwise in each process; what comes out is not."""
    texts = [record.text for record in read_records(str(ROOT / "tests/golden/corpus.jsonl"), ReadOptions())]
    path = tmp_path / f"posts.{form}"
    if form == "jsonl":
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    elif form == "csv":
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows([("text",), *((text,) for text in texts)])
    else:
        path.write_text("\n".join(text.replace("\n", " ") for text in texts))
    command = ("classify", path, "--input-format", form, "--explain", "3", "--probabilities")
    runs = [run(*command, env={"PYTHONHASHSEED": str(seed)}) for seed in (0, 1, 4242)]
    assert runs[0].returncode == 0
    assert len({done.stdout for done in runs}) == 1
