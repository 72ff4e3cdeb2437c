import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialclass.errors import InputError, UnknownFieldError
from socialclass.reading import FORMATS, AddedFields, Place, ReadOptions, Record
from socialclass.reading.formats import open_records
from socialclass.reading.streams import decoded_lines
from socialclass.writing.outputs import writer_for

ADDED = AddedFields(("predicted_label", "probability", "reason"), ("x", 0.5, ""))


def read(data: bytes, name: str, **options: Any) -> list[Record]:
    return list(open_records(io.BytesIO(data), "in", ReadOptions(name, **options)))


def write(records: list[Record], name: str, read_as: str) -> bytes:
    stream = io.BytesIO()
    writer = writer_for(name, stream, ADDED.names, read_as)
    for record in records:
        writer.write(record, ADDED)
    writer.close()
    return stream.getvalue()


cell = st.text(st.characters(exclude_categories=["Cs"]))
row = st.fixed_dictionaries({"id": cell, "text": cell})


@given(st.lists(row))
def test_jsonl_keeps_every_member(rows: list[dict[str, str]]) -> None:
    """What was read is written again, with the added members."""
    data = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows).encode()
    again = [json.loads(line) for line in write(read(data, "jsonl"), "jsonl", "jsonl").split(b"\n") if line]
    assert again == [{**each, "predicted_label": "x", "probability": 0.5, "reason": ""} for each in rows]


@pytest.mark.parametrize("name", ["csv", "tsv"])
@given(rows=st.lists(row, min_size=1))
def test_delimited_tables_keep_every_cell(name: str, rows: list[dict[str, str]]) -> None:
    """Quotes, line breaks and delimiters inside cells survive a round trip."""
    names, place = ("id", "text"), Place("in", 1)
    records = [Record(each["text"], names, [each[name] for name in names], place) for each in rows]
    again = read(write(records, name, name), name)
    assert [list(record.values[:2]) for record in again] == [[each["id"], each["text"]] for each in rows]
    assert [record.text for record in again] == [each["text"] for each in rows]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"))))
def test_lines_are_divided_by_line_feeds_only(texts: list[str]) -> None:
    """NUL, U+2028, U+0085 and form feeds are data; N lines are N records."""
    assert [record.text for record in read("".join(f"{each}\n" for each in texts).encode(), "lines")] == texts


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\n\nb\n", ["a", "", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("a\u2028b\x0cc\x85\n".encode(), ["a\u2028b\x0cc\x85"]),
        (b"a\x00b\n", ["a\x00b"]),
    ],
)
def test_lines(data: bytes, texts: list[str]) -> None:
    """Blank lines, CRLF, BOM and a missing last line feed."""
    assert [record.text for record in read(data, "lines")] == texts


def test_csv_header_may_have_a_bom_and_crlf() -> None:
    """A spreadsheet's export is read as it is."""
    records = read(b'\xef\xbb\xbftext,id\r\n"two\r\nlines, ""quoted""",7\r\n', "csv")
    assert records[0].text == 'two\r\nlines, "quoted"'
    assert list(records[0].values) == ['two\r\nlines, "quoted"', "7"]


def test_ragged_rows_are_records_with_an_error() -> None:
    """A row with too many or too few cells is kept and named by its line."""
    records = read(b"id,text\n1,a\n2\n3,c,d\n", "csv")
    assert [(str(record.place), record.error) for record in records] == [
        ("in:2", ""),
        ("in:3", "1 cells where the header has 2"),
        ("in:4", "3 cells where the header has 2"),
    ]
    table = write(records, "csv", "csv").decode().splitlines()
    assert table[2:] == ["2,,x,0.5000,", "3,c,x,0.5000,,d"]


def test_an_unclosed_quote_is_named_where_it_starts() -> None:
    """The error points at the row that opens the quote, not at the end of the file."""
    with pytest.raises(InputError, match=r"in:3: a quoted field begins"):
        read(b'id,text\n1,a\n2,"b\n3,c\n4,d\n', "csv")


def test_a_cell_may_be_larger_than_the_csv_module_likes() -> None:
    """Python's default limit of 131,072 characters is lifted."""
    assert len(read(b"text\n" + b"a" * 200_000 + b"\n", "csv")[0].text) == 200_000


@pytest.mark.parametrize("name", ["csv", "tsv"])
def test_an_unknown_column_lists_the_columns(name: str) -> None:
    """The error says what there is to choose from."""
    data = b"id,body,author\n1,a,b\n".replace(b",", b"," if name == "csv" else b"\t")
    with pytest.raises(UnknownFieldError, match=r"no column 'text'; choose one of: id, body, author \(--text"):
        read(data, name)


def test_a_duplicate_text_column_is_an_error() -> None:
    """There is no guessing which of two columns is meant."""
    with pytest.raises(InputError, match="2 columns are named 'text'"):
        read(b"text,text\na,b\n", "csv")


def test_the_only_column_is_the_text() -> None:
    """A table of one column needs no --text-field; its blank lines are empty texts."""
    assert [record.text for record in read(b"body\na\n\nb\n", "csv")] == ["a", "", "b"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not an object but a list"),
        (b'{"id": 1}', "field 'text' is missing"),
        (b'{"text": 5}', "field 'text' is a number"),
        (b'{"text": null}', "field 'text' is null"),
        (b'{"text": "a", "n": NaN}', "NaN is no JSON value"),
        (b'{"text": "a", "text": "b"}', "key 'text' stands twice"),
        (b'{"text": "\\ud800"}', "surrogate"),
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"text": "a", "n": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_bad_json_lines_are_records_with_an_error(line: bytes, error: str) -> None:
    """One bad line costs one record, which is still written."""
    records = read(b'{"text": "ok"}\n' + line + b'\n{"text": "ok"}\n', "jsonl")
    assert [bool(record.error) for record in records] == [False, True, False]
    assert error in records[1].error
    assert len(write(records, "jsonl", "jsonl").splitlines()) == 3


def test_an_array_of_objects_is_read() -> None:
    """Each element is a record on the line where it begins, written as it stood; what is none has an error."""
    data = b' [\n {"id": 1.10,\r\n  "text": "a"},\n 7, {"text": 5},\n{"text": "b", "n": NaN}, {"text": "c"}\n]\n'
    records = read(data, "json")
    assert [(record.text, record.place.line, bool(record.error)) for record in records] == [
        ("a", 2, False), ("", 4, True), ("", 4, True), ("", 5, True), ("c", 5, False)
    ]  # fmt: skip
    assert write(records, "jsonl", "json").startswith(b'{"id": 1.10,    "text": "a", "predicted_label"')
    assert [record.text for record in read(b'{"text":\n"a"}', "json")] == ["a"]
    assert read(b"[]", "json") == read(b"", "json") == read(b" [ ]\n", "json") == []


@pytest.mark.parametrize(
    ("rest", "line", "why"),
    [
        (b"", 1, "',' or ']' is missing"),
        (b",\n]", 2, "Expecting value"),
        (b'\n{"text": "b"}]', 2, "',' or ']' is missing"),
        (b"]\n\nx", 3, "something follows"),
        (b',\n{"text": "b', 2, "Unterminated string"),
        (b"," + b"[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_a_broken_array_ends_where_it_breaks(rest: bytes, line: int, why: str) -> None:
    """The records before are out; the message names the line."""
    records = open_records(io.BytesIO(b'[{"text": "a"}' + rest), "in", ReadOptions("json"))
    assert next(records).text == "a"
    with pytest.raises(InputError, match=f"in:{line}: not JSON: .*{why}"):
        list(records)


def test_numbers_of_json_stay_as_they_stood() -> None:
    """Ids too long for a float, and floats' last digits, are not touched."""
    line = b'{"id": 12345678901234567890123, "x": 1.10, "text": "a"}\n'
    assert write(read(line, "jsonl"), "jsonl", "jsonl").startswith(line[:-2])


def test_jsonl_to_csv_takes_its_columns_from_the_first_record() -> None:
    """A later record may lack a field, but not bring one that would be lost."""
    assert write(read(b'{"text": "a", "n": [1]}\n{"text": "b"}\n', "jsonl"), "csv", "jsonl").splitlines()[1:] == [
        b"a,[1],x,0.5000,",
        b"b,,x,0.5000,",
    ]
    with pytest.raises(InputError, match=r"in:2: field 'extra' is not in the first record"):
        write(read(b'{"text": "a"}\n{"text": "b", "extra": 1}\n', "jsonl"), "csv", "jsonl")


@pytest.mark.parametrize("name", [row.name for row in FORMATS])
def test_what_is_not_utf8_is_named_by_line_and_byte(name: str) -> None:
    """The place of the first bad byte, and what to do."""
    start = {"jsonl": b'{"text": "a"}\n', "json": b"[\n"}.get(name, b"text\n")
    with pytest.raises(InputError, match=r"in:2: byte 5 of the line \(0xe9\) is not UTF-8; .*--encoding latin-1"):
        read(start + b"caf\xc3\xa9"[:3] + b"x\xe9\n", name)
    with pytest.raises(InputError, match="UTF-16"):
        read("text\n".encode("utf-16"), name)


def test_other_encodings_can_be_named() -> None:
    """latin-1 and utf-16 are read; unknown names are an error."""
    assert read("café\nnaïve".encode("latin-1"), "lines", encoding="latin-1")[1].text == "naïve"
    assert read("café\nnaïve".encode("utf-16"), "lines", encoding="utf-16")[1].text == "naïve"
    assert read(b"caf\xe9\n", "lines", errors="replace")[0].text == "caf\ufffd"
    with pytest.raises(InputError, match="unknown encoding 'klingon'"):
        read(b"a\n", "lines", encoding="klingon")


@pytest.mark.parametrize(("name", "read_as"), [("csv", "csv"), ("tsv", "tsv"), ("tsv", "lines")])
def test_no_cell_is_a_formula_where_that_is_asked_for(name: str, read_as: str) -> None:
    """Every cell, names of columns too; JSON Lines stay as they are."""
    stream = io.BytesIO()
    writer = writer_for(name, stream, ("@label", "probability", "reason", "=x"), read_as, True, safe=True)
    record = Record("-1", ("text",), ("-1",), Place("in", 1))
    writer.write(record, AddedFields(("@label", "probability", "reason", "=x"), ("+a", 0.5, "", "\ta")))
    cells = stream.getvalue().decode().replace("," if name == "csv" else "\t", "\n").splitlines()
    assert {"'@label", "'=x", "'-1", "'+a"} <= set(cells)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize("errors", ["strict", "replace"])
def test_a_byte_order_mark_alone_is_no_line(errors: str) -> None:
    """An editor's empty file has no record, however wrong bytes are taken."""
    assert list(decoded_lines(io.BytesIO(b"\xef\xbb\xbf"), "in", "utf-8", errors)) == []
