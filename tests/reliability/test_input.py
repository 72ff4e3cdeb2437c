"""Bad and odd input: never lose, reorder or invent a record."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.reliability.conftest import CHAT, EXECUTABLE, POST, Command, failed_cleanly


def case(name: str, expected: str) -> pytest.MarkDecorator:
    """Mark a test as a named case."""
    return pytest.mark.case("input", name, expected)


@case("empty input", "0 records, exit 0")
@pytest.mark.parametrize("name", ["lines", "csv", "tsv", "jsonl", "text"])
def test_empty_input(command: Command, name: str) -> None:
    """Nothing in, nothing out."""
    done = command("classify", "--input-format", name)
    if name == "text":
        assert done.stdout.count(b"\n") == 1  # one file is one text, and this one is empty
    else:
        assert done.stdout == b""
    assert done.returncode == 0


@case("no final newline", "last record kept")
def test_no_final_newline(command: Command) -> None:
    """The last line counts although nothing ends it."""
    assert (
        command("classify", stdin=POST + b"\n" + CHAT).stdout
        == command("classify", stdin=POST + b"\n" + CHAT + b"\n").stdout
    )


@case("CRLF", "CR stripped")
def test_crlf(command: Command) -> None:
    """Windows' line ends leave no trace."""
    assert (
        command("classify", stdin=POST + b"\r\n" + CHAT + b"\r\n").stdout
        == command("classify", stdin=POST + b"\n" + CHAT + b"\n").stdout
    )


@case("BOM", "BOM stripped")
@pytest.mark.parametrize("name", ["lines", "csv", "jsonl"])
def test_byte_order_mark(command: Command, name: str) -> None:
    """A byte order mark is no part of the first record."""
    data = {"lines": POST, "csv": b"text\n" + POST, "jsonl": json.dumps({"text": POST.decode()}).encode()}[name] + b"\n"
    marked, plain = (command("classify", "--input-format", name, stdin=each) for each in (b"\xef\xbb\xbf" + data, data))
    assert marked.stdout == plain.stdout
    assert marked.returncode == 0


@case("UTF-16", "error naming the encoding")
@pytest.mark.parametrize("name", ["lines", "csv", "jsonl"])
def test_utf16(command: Command, name: str) -> None:
    """The message says what it is and how to read it; then it is read."""
    data = "text\nhello mum\n".encode("utf-16")
    failed_cleanly(command("classify", "--input-format", name, stdin=data), 1, "UTF-16", "--encoding utf-16")
    assert command("classify", "--encoding", "utf-16", stdin=data).stdout.endswith(b"\thello mum\n")


@case("invalid UTF-8", "error naming line and byte; --encoding-errors replace goes on")
@pytest.mark.parametrize("name", ["lines", "csv", "jsonl"])
def test_invalid_utf8(command: Command, name: str) -> None:
    """The first bad byte is named by its line; the rows before it are out."""
    rows = {"lines": b"ab\nc\xffd\n", "csv": b"text\nc\xffd\n", "jsonl": b'{"text":"a"}\n{"text":"\xff"}\n'}
    done = command("classify", "--input-format", name, stdin=rows[name])
    failed_cleanly(done, 1, ":2: byte", "0xff", "not UTF-8", "--encoding-errors replace")
    done = command("classify", "--input-format", name, "--encoding-errors", "replace", stdin=rows[name])
    assert done.returncode == 0
    assert "\ufffd".encode() in done.stdout


@case("NUL, U+2028, U+0085, form feed inside a text", "data, still one record")
def test_odd_characters_are_data(command: Command) -> None:
    """Only a line feed ends a line."""
    text = "mum\0 lands\u2028at\x85nine\x0c sharp\x1c\x1d\v"
    for options in ([], ["--probabilities"]):
        done = command("classify", *options, stdin=text.encode() + b"\n")
        assert done.returncode == 0
        assert done.stdout.count(b"\n") == 1
        assert text.encode() in done.stdout


@case("CSV: newline in quotes", "one record")
def test_csv_newline_in_quotes(command: Command) -> None:
    """A cell may hold lines."""
    done = command("classify", "--input-format", "csv", stdin=b'id,text\n1,"hey mum\nlanded"\n2,sale\n')
    rows = list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))
    assert [row[:2] for row in rows] == [["id", "text"], ["1", "hey mum\nlanded"], ["2", "sale"]]


@case("CSV: doubled quotes", "one record")
def test_csv_doubled_quotes(command: Command) -> None:
    """A quote in a cell is doubled, in and out."""
    done = command("classify", "--input-format", "csv", stdin=b'id,text\n1,"she said ""hey"", mum"\n')
    rows = list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))
    assert rows[1][1] == 'she said "hey", mum'


@case("CSV: field over 131,072", "read")
def test_csv_large_field(command: Command) -> None:
    """Python's own limit is no limit here."""
    field = b"mum " * 50_000
    done = command("classify", "--input-format", "csv", stdin=b"id,text\n1," + field + b"\n")
    assert done.returncode == 0
    assert field in done.stdout


@case("CSV: ragged row", "record error, exit 3")
def test_csv_ragged_row(command: Command) -> None:
    """The row is named, kept, and the others are labelled."""
    done = command(
        "classify", "--input-format", "csv", stdin=b"id,text\n1,hey mum\n2\n3,sale,surplus\n4,hey mum landed safely\n"
    )
    failed_cleanly(done, 3, ":3: 1 cells", ":4: 3 cells")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[1]["reason"].startswith("error: ")
    assert rows[3]["predicted_label"]
    assert not rows[3]["reason"]


@case("CSV: unterminated quote", "error naming the line where it starts")
def test_csv_unterminated_quote(command: Command) -> None:
    """Not the end of the file, which is far from the fault."""
    rows = b'id,text\n1,fine\n2,"never closed\n' + b"3,more\n" * 2000
    failed_cleanly(command("classify", "--input-format", "csv", stdin=rows), 1, ":3: ", "never closed")


@case("CSV: a header row alone", "0 records, exit 0, a header row out")
@pytest.mark.parametrize("options", [[], ["--probabilities"], ["--csv-safe"], ["--resume"]])
def test_csv_header_alone(command: Command, tmp_path: Path, options: list[str]) -> None:
    """A day without posts is a table all the same."""
    (tmp_path / "a.csv").write_bytes(b"id,text\n")
    done = command("classify", "a.csv", *options, "-o", "out.csv")
    assert done.returncode == 0
    assert (tmp_path / "out.csv").read_bytes().startswith(b"id,text,predicted_label,probability,reason")
    assert (tmp_path / "out.csv").read_bytes().count(b"\n") == 1
    (tmp_path / "b.csv").write_bytes(b"text,id\nhey mum,1\n")
    both = command("classify", "a.csv", "b.csv", "--output-format", "csv").stdout
    assert both == command("classify", "b.csv").stdout
    assert command("classify", "a.csv", "--no-header").stdout == b""


@case("CSV: one column, and no header row", "error: the first text is no header")
@pytest.mark.parametrize("first", [b"hey mum", b'"sale, now"', b"Sale!", "\U0001f642".encode(), b""])
def test_csv_without_a_header(command: Command, first: bytes) -> None:
    """A text that is taken for the header is a text that is lost."""
    done = command("classify", "--input-format", "csv", stdin=(first or b'""') + b"\nhome soon\n")
    failed_cleanly(done, 1, "looks like a text", "--text-field", "--input-format lines")
    words = ["classify", "--input-format", "csv", "--text-field", first.decode().strip('"')]
    assert command(*words, stdin=(first or b'""') + b"\nhome soon\n").stdout.count(b"\n") == 2


@case("packed by gzip, xz or zstd", "error naming what packs it")
@pytest.mark.parametrize("name", ["posts.txt.gz", "posts.csv.gz", "posts.csv", "-"])
def test_packed(command: Command, tmp_path: Path, name: str) -> None:
    """No encoding would make texts of it."""
    data = gzip.compress(b"text\nhey mum\n")
    (tmp_path / "posts.csv").write_bytes(data)
    (tmp_path / name).write_bytes(data)
    failed_cleanly(command("classify", name, stdin=data), 1, "packed by gzip", "gzip -dc")
    for packer, start in (("xz", b"\xfd7zXZ\0"), ("zstd", b"\x28\xb5\x2f\xfd")):
        failed_cleanly(command("classify", stdin=start + bytes(9)), 1, f"packed by {packer}")


@case("CSV: lines that end with CR alone", "error that says so, and how to mend it")
def test_csv_of_carriage_returns(command: Command) -> None:
    """Where only the header ends with a line feed, each record is named."""
    failed_cleanly(command("classify", "--input-format", "csv", stdin=b"id,text\r1,hey\r"), 1, ":1: ", "tr '\\r'")
    done = command("classify", "--input-format", "csv", stdin=b"id,text\n1,hey\r2,mum\n3,sale\n")
    failed_cleanly(done, 3, ":2: a carriage return stands outside of quotes")
    assert done.stdout.count(b"\n") == 3


@case("JSONL to CSV: the first lines are bad", "record errors, exit 3; the columns are those of the first object")
def test_bad_json_before_the_columns_are_known(command: Command) -> None:
    """A line that is no object has no columns to give; an object with a wrong text is put under its own."""
    rows = b'[oops\n7\n{"id": 1, "text": "hey mum"}\n{"text": 5, "id": 2}\n[]\n'
    done = command("classify", "--input-format", "jsonl", "--output-format", "csv", stdin=rows)
    failed_cleanly(done, 3, ":1: ", ":2: ", ":4: ", ":5: ")
    table = list(csv.reader(io.StringIO(done.stdout.decode())))
    assert [row[:2] for row in table] == [
        ["id", "text"],
        ["[oops", ""],
        ["7", ""],
        ["1", "hey mum"],
        ["2", "5"],
        ["[]", ""],
    ]
    for count in (2, 2000):
        done = command("classify", "--input-format", "jsonl", "--output-format", "csv", stdin=b"[]\n" * count)
        assert done.stdout.splitlines()[0] == b"unreadable,predicted_label,probability,reason"
        assert done.stdout.count(b"\n") == 1 + count


@case("duplicate text column", "error that lists the columns")
def test_duplicate_text_column(command: Command) -> None:
    """Which of two is meant cannot be guessed."""
    done = command("classify", "--input-format", "csv", stdin=b"id,text,text\n1,a,b\n")
    failed_cleanly(done, 1, "id, text, text")


@case("missing text column", "error that lists the columns")
@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_missing_text_column(command: Command, name: str) -> None:
    """The message says what there is, and the option."""
    data = {"csv": b"id,body\n1,a\n", "jsonl": b'{"id": 1, "body": "a"}\n'}[name]
    failed_cleanly(command("classify", "--input-format", name, stdin=data), 1, "id, body", "--text-field")


BAD_JSON = {
    "bad line": b"{oops",
    "not an object": b"[1, 2]",
    "text missing or not a string": b'{"text": 5}',
    "NaN": b'{"text": "a", "n": NaN}',
    "nesting of 100,000": b'{"text": "a", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "5,000-digit integer": b'{"text": "a", "n": ' + b"7" * 5000 + b"}",
    "lone surrogate": b'{"text": "a\\ud800"}',
    "duplicate keys": b'{"text": "a", "text": "b"}',
}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(line, id=name, marks=pytest.mark.case("input", f"JSONL: {name}", "record error, exit 3"))
        for name, line in BAD_JSON.items()
    ],
)
def test_bad_json_line(command: Command, line: bytes) -> None:
    """One record out for it, with the error; its neighbours are labelled; no traceback."""
    rows = b'{"text": "hey mum, landed safely"}\n' + line + b'\n{"text": "20% off boots"}\n'
    done = command("classify", "--input-format", "jsonl", stdin=rows)
    failed_cleanly(done, 3, ":2: ")
    written = done.stdout.split(b"\n")
    assert len(written) == 4
    assert b'"predicted_label": "social networking"' in written[0]
    assert b'"reason": "error: ' in written[1]
    assert b'"predicted_label": "social media marketing"' in written[2]


@case("directory", "named error, 1")
def test_directory(command: Command, tmp_path: Path) -> None:
    """A folder that is no export is named."""
    (tmp_path / "folder").mkdir()
    failed_cleanly(command("classify", "folder"), 1, "folder: ")


@case("no permission", "named error, 1")
def test_no_permission(command: Command, open_folder: Path, unprivileged: tuple[str, ...]) -> None:
    """A file, or a file in a folder, that may not be read is named; so is a folder that may not be written to."""
    (open_folder / "posts.txt").chmod(0)
    done = command("classify", "posts.txt", before=unprivileged, cwd=open_folder)
    failed_cleanly(done, 1, "posts.txt: Permission denied")
    (open_folder / "posts.txt").chmod(0o644)
    open_folder.chmod(0o555)
    for options in ([], ["--resume"]):
        done = command("classify", "posts.txt", "-o", "out.tsv", *options, before=unprivileged, cwd=open_folder)
        failed_cleanly(done, 1, "out.tsv: Permission denied")
    (open_folder / "closed").mkdir(0)
    failed_cleanly(
        command("classify", "closed/a.txt", before=unprivileged, cwd=open_folder), 1, "closed/a.txt: Permission denied"
    )
    assert sorted(path.name for path in open_folder.iterdir()) == ["closed", "posts.txt"]


@case("missing file", "named error, 1")
def test_missing_file(command: Command) -> None:
    """A file that is not there is named."""
    failed_cleanly(command("classify", "nowhere.txt"), 1, "nowhere.txt: No such file")


@case("FIFO, short reads", "the same bytes out as from a file")
@pytest.mark.parametrize("name", ["lines", "csv", "jsonl"])
def test_fifo(command: Command, tmp_path: Path, name: str) -> None:
    """Bytes that come in crumbs give the same output."""
    rows = {
        "lines": (POST + b"\n" + "schöne Grüße, mum\n".encode()) * 20,
        "csv": b"id,text\n" + '1,"hey ""mum"",\nschön"\n'.encode() * 20,
        "jsonl": '{"text": "hey mum, schön"}\n'.encode() * 20,
    }[name]
    (tmp_path / "file").write_bytes(rows)
    whole = command("classify", "--input-format", name, "file")
    os.mkfifo(tmp_path / "fifo")

    def feed() -> None:
        with open(tmp_path / "fifo", "wb", buffering=0) as fifo:
            for start in range(0, len(rows), 7):
                fifo.write(rows[start : start + 7])

    feeder = threading.Thread(target=feed)
    feeder.start()
    crumbs = command("classify", "--input-format", name, "fifo")
    feeder.join()
    assert crumbs.stdout == whole.stdout
    assert crumbs.returncode == 0


@case("input is the output", "safe")
@pytest.mark.parametrize("name", ["posts.csv", "link.csv"])
def test_input_is_the_output(command: Command, tmp_path: Path, name: str) -> None:
    """A file is labelled in place, also by way of a link; every row is there."""
    (tmp_path / "posts.csv").write_bytes(b"id,text\n" + b"".join(b"%d,hey mum\n" % i for i in range(50_000)))
    (tmp_path / "link.csv").symlink_to("posts.csv")
    done = command("classify", "posts.csv", "-o", name)
    assert done.returncode == 0
    assert (tmp_path / "posts.csv").read_bytes().count(b"\n") == 50_001
    assert (tmp_path / "link.csv").is_symlink()


@case("a line of a typist", "answered at once")
def test_a_line_is_answered_at_once(tmp_path: Path) -> None:
    """With --line-buffered the answer comes before the next line is written."""
    words = ["timeout", "60", EXECUTABLE, "classify", "--line-buffered"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (POST, CHAT):
            process.stdin.write(line + b"\n")
            process.stdin.flush()
            assert process.stdout.readline().endswith(line + b"\n")


MEMORY = 64 << 20  # bytes that a process may have beside what its files and libraries map


@case("a line of 100 MB", "bounded memory; first 64 KiB judged; reason truncated; all of it written")
@pytest.mark.parametrize("source", ["file", "pipe"])
def test_line_of_100_mb(command: Command, tmp_path: Path, source: str) -> None:
    """The line passes in parts; its neighbours and the counts are right."""
    with open(tmp_path / "long.txt", "wb") as stream:
        stream.write(POST + b"\n")
        for _ in range(100):
            stream.write(b"hey mum\t" * (1_000_000 // 8))
        stream.write(b"\r\n" + CHAT)
    done = run_measured(tmp_path, source)
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "counts.json").read_bytes())
    assert (summary["records"], summary["reasons"]) == (3, {"truncated": 1})
    assert int(done.stderr) << 10 < MEMORY
    with open(tmp_path / "out.tsv", "rb") as stream:
        rows = [line.split(b"\t") for line in stream]
    assert [row[0] for row in rows] == [b"social media marketing", b"social networking", b"social networking"]
    assert rows[1][2] == b"hey mum " * (100_000_000 // 8) + b"\n"
    rows.clear()
    short = command("classify", stdin=b"hey mum\t" * 8192).stdout
    with open(tmp_path / "out.tsv", "rb") as stream:
        stream.readline()
        assert stream.read(40) == short[:40]


def run_measured(folder: Path, source: str) -> "subprocess.CompletedProcess[bytes]":
    """Label long.txt in a process whose greatest size, in KiB, comes out on standard error."""
    words = [EXECUTABLE, "classify", "-o", "out.tsv", "--summary-json", "counts.json", "--jobs", "2", "--quiet"]
    script = (
        "import resource, subprocess, sys\n"
        "code = subprocess.call(sys.argv[1:])\n"
        "sys.stderr.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))\n"
        "sys.exit(code)"
    )
    limits = ["prlimit", f"--data={640 << 20}", sys.executable, "-c", script]
    words = [*limits, *words, "long.txt" if source == "file" else "-"]
    with open(folder / "long.txt", "rb") as stream:
        if source == "file":
            return subprocess.run(words, cwd=folder, capture_output=True, timeout=120)
        with subprocess.Popen(["cat"], stdin=stream, stdout=subprocess.PIPE) as cat:
            return subprocess.run(words, cwd=folder, stdin=cat.stdout, capture_output=True, timeout=120)


@case("a text of over 64 KiB in CSV or JSON Lines, or beside other columns", "reason truncated; all of it written")
@pytest.mark.parametrize("pure", ["", "1"])
def test_long_texts(command: Command, tmp_path: Path, pure: str) -> None:
    """What comes after the first 64 KiB decides nothing; both cores and all ways agree."""
    text = "hey mum " * 8192 + "20% off all boots " * 10_000
    short = "hey mum " * 8192
    (tmp_path / "a.csv").write_text(f"id,text\n1,{text}\n2,{short}\n")
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": each}) + "\n" for each in (text, short)))
    (tmp_path / "a.txt").write_text(f"{text}\n{short}\n")
    env = {"SOCIALCLASS_PURE": pure} if pure else {}
    rows = []
    for name, options in (("csv", []), ("jsonl", []), ("txt", []), ("txt", ["--explain", "2"])):
        done = command("classify", f"a.{name}", "--output-format", "jsonl", *options, env=env)
        rows.append([json.loads(line) for line in done.stdout.splitlines()])
    for long_row, short_row in rows:
        assert (long_row["text"], long_row["reason"], short_row["reason"]) == (text, "truncated", "")
        for name in ("predicted_label", "probability"):
            assert long_row[name] == short_row[name] == rows[0][1][name]
    assert rows[3][0]["explanation"] == rows[3][1]["explanation"]
    for name in ("csv", "jsonl", "txt"):
        done = command("classify", f"a.{name}", "--summary-json", "counts.json", env=env)
        assert text.encode().rstrip() in done.stdout.replace(b"\t", b" ")
        assert json.loads((tmp_path / "counts.json").read_bytes())["reasons"] == {"truncated": 1}


@case("invalid UTF-8 deep in a line of 1 MB", "error naming line and byte")
@pytest.mark.parametrize("pure", ["", "1"])
def test_invalid_utf8_in_a_long_line(command: Command, pure: str) -> None:
    """Also where the line passes in parts."""
    env = {"SOCIALCLASS_PURE": pure} if pure else {}
    done = command("classify", stdin=POST + b"\n" + "é".encode() * 500_000 + b"\xe9 mum\n", env=env)
    failed_cleanly(done, 1, "standard input:2: byte 1000001 of the line (0xe9) is not UTF-8")
