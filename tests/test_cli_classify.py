"""The contract of `classify`, through real processes."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run

LINES = b"Join us Friday: 20% off all boots, code BOOTS20\nhey mum, landed safely, call you tonight\n"
COMMAND = [sys.executable, "-m", "socialclass"]


def test_lines_are_two_tab_separated_rows(run: Run) -> None:
    """The README's first example: one marketing, one networking."""
    done = run("classify", stdin=LINES)
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert [row[0] for row in rows] == ["social media marketing", "social networking"]
    assert all(re.fullmatch(r"0\.\d{4}", row[1]) for row in rows)
    assert [row[2] for row in rows] == LINES.decode().splitlines()


def test_one_record_out_for_each_line_in(run: Run) -> None:
    """Blank lines, tabs, CRLF, NUL, U+2028 and a missing last line feed lose and invent nothing."""
    texts = ["", "a\tb", "c\u2028d\x85e\x0cf", "g\x00h", "last"]
    rows = run("classify", stdin="\n".join(texts).encode() + b"").stdout.decode().split("\n")
    assert rows.pop() == ""
    assert [row.split("\t", 2)[2] for row in rows] == [text.replace("\t", " ") for text in texts]
    assert run("classify", stdin=b"a\r\nb\r\n").stdout.count(b"\n") == 2
    assert run("classify", stdin=b"").stdout == b""


def test_csv_keeps_every_column_and_row(run: Run, tmp_path: Path) -> None:
    """Own columns stay; a ragged row gives exit 3, is named, and is still there."""
    table = tmp_path / "export.csv"
    table.write_text('id,body,author\n1,"20% off, today\nonly",shop\n2,see you mum\n3,lol same,"a ""b"" c"\n')
    out = tmp_path / "out.csv"
    done = run("classify", "--input-format", "csv", "--text-field", "body", table, "-o", out)
    assert done.returncode == 3
    assert done.stderr.decode() == f"socialclass: {table}:4: 2 cells where the header has 3\n"
    rows = list(csv.reader(io.StringIO(out.read_text(), newline="")))
    assert rows[0] == ["id", "body", "author", "predicted_label", "probability", "reason"]
    assert [row[:3] for row in rows[1:]] == [
        ["1", "20% off, today\nonly", "shop"],
        ["2", "see you mum", ""],
        ["3", "lol same", 'a "b" c'],
    ]
    assert rows[2][3:] == ["uncertain", "", "error: 2 cells where the header has 3"]


def test_jsonl_keeps_every_member(run: Run, tmp_path: Path) -> None:
    """Added members come last; a bad line is a record with an error."""
    source = tmp_path / "posts.jsonl"
    source.write_text('{"id": 1, "text": "20% off boots"}\nnot json\n')
    done = run("classify", source)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert list(rows[0]) == ["id", "text", "predicted_label", "probability", "reason"]
    assert rows[1]["unreadable"] == "not json"
    assert rows[1]["predicted_label"] == "uncertain"
    assert rows[1]["reason"].startswith("error: not JSON")


def test_probabilities_and_explanations(run: Run) -> None:
    """Columns are named by the classes; the explanation's parts sum to the logit."""
    done = run("classify", "--probabilities", "--explain", "2", "--output-format", "jsonl", stdin=LINES)
    for line in done.stdout.splitlines():
        row = json.loads(line)
        shares = [row["social media marketing"], row["social networking"]]
        assert max(shares) == row["probability"]
        assert sum(shares) == pytest.approx(1, abs=2e-4)
        numbers = [float(part.rsplit(" ", 1)[1]) for part in row["explanation"].split("; ")]
        assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.005)


def test_min_confidence_and_summary(run: Run, tmp_path: Path) -> None:
    """Everything below the asked probability is uncertain; the counts say so."""
    counts = tmp_path / "counts.json"
    done = run("classify", "--min-confidence", "1", "--summary", "--summary-json", counts, stdin=LINES)
    assert {line.split(b"\t")[0] for line in done.stdout.splitlines()} == {b"uncertain"}
    assert json.loads(counts.read_text()) == {
        "records": 2,
        "labels": {"uncertain": 2},
        "reasons": {"low_confidence": 2},
        "unreadable": 0,
    }
    assert b"low_confidence" in done.stderr


def test_taken_names_offer_a_prefix(run: Run) -> None:
    """A column that would be doubled is an error, and --prefix the remedy."""
    data = b"text,reason\nfree boots,x\n"
    done = run("classify", "--input-format", "csv", stdin=data)
    assert done.returncode == 1
    assert b"already has 'reason'; give the added fields a prefix: --prefix" in done.stderr
    done = run("classify", "--input-format", "csv", "--prefix", "sc_", stdin=data)
    assert done.stdout.splitlines()[0] == b"text,reason,sc_predicted_label,sc_probability,sc_reason"


@pytest.mark.parametrize(
    ("args", "stdin", "message"),
    [
        (["missing.txt"], b"", r"missing\.txt: No such file or directory"),
        (["docs"], b"", r"docs: no export of a known platform"),
        (["--input-format", "csv"], b"text;label\nhi;a\n", r"separated by semicolons; save the table with commas"),
        (["--input-format", "csv", "--text-field", "nope"], b"id,body\n1,a\n", r"no column 'nope'; .* id, body"),
        ([], b"ok\nb\xe9d\n", r"standard input:2: byte 2 of the line \(0xe9\) is not UTF-8"),
        (["-m", "LICENSE"], b"", r"LICENSE: not a usable socialclass model"),
        (["-o", "no/such/folder"], b"a\n", r"no/such/folder: No such file or directory"),
    ],
)
def test_bad_input_is_one_clear_line(run: Run, args: list[str], stdin: bytes, message: str) -> None:
    """Exit 1, one line on standard error, no traceback."""
    done = run("classify", *args, stdin=stdin, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert re.match("socialclass: .*" + message, done.stderr.decode())


def test_wrong_usage_is_exit_2(run: Run) -> None:
    """Unknown options and values are not runtime errors."""
    assert run("classify", "--nope").returncode == 2
    assert run("classify", "--min-confidence", "7").returncode == 2
    assert run("frobnicate").returncode == 2
    assert run().returncode == 2
    assert run("--help").returncode == 0


def test_a_failed_run_leaves_the_old_output(run: Run, tmp_path: Path) -> None:
    """-o is replaced when all is written and not before; nothing else is left behind."""
    out = tmp_path / "out.tsv"
    out.write_text("old")
    assert run("classify", "-o", out, stdin=b"ok\n\xff\n").returncode == 1
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.tsv"]


def test_input_may_be_the_output(run: Run, tmp_path: Path) -> None:
    """A file can be labelled in place."""
    table = tmp_path / "t.csv"
    table.write_text("text\n" + "free boots\n" * 3000)
    assert run("classify", table, "-o", table).returncode == 0
    assert len(table.read_text().splitlines()) == 3001


def test_a_symlink_is_written_through_and_devices_are_not_replaced(run: Run, tmp_path: Path) -> None:
    """-o LINK changes what it points at; -o /dev/null stays a device."""
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    assert run("classify", "-o", link, stdin=LINES).returncode == 0
    assert link.is_symlink()
    assert target.read_bytes().count(b"\n") == 2
    assert run("classify", "-o", "/dev/null", stdin=LINES).returncode == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_closed_pipe_is_silent(run: Run, tmp_path: Path) -> None:
    """`| head` ends the run with 141 and without a word."""
    posts = tmp_path / "posts.txt"
    posts.write_bytes(LINES * 20_000)
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m socialclass classify '{posts}' | head -n 1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.splitlines()[-1] == b"141"
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error(run: Run) -> None:
    """What cannot be written is told, with exit 1."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, "classify"], input=LINES, stdout=full, stderr=subprocess.PIPE, cwd=ROOT)
    assert done.returncode == 1
    assert b"No space left" in done.stderr


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.UTF-8"])
def test_output_is_utf8_whatever_the_locale(run: Run, locale: str) -> None:
    """The same bytes under every locale."""
    done = run("classify", stdin="café 😂 call mum\n".encode(), env={"LC_ALL": locale, "PYTHONIOENCODING": "ascii"})
    assert done.stdout.endswith("\tcafé 😂 call mum\n".encode())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(("signal", "code"), [("INT", 130), ("TERM", 143)])
def test_signals_have_their_own_exit_codes(signal: str, code: int) -> None:
    """Ctrl-C and SIGTERM end a waiting run without a traceback."""
    process = subprocess.Popen(
        [*COMMAND, "classify", "--line-buffered"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(b"call mum\n")
    process.stdin.flush()
    assert process.stdout.readline()  # answered before the input ends
    os.kill(process.pid, getattr(__import__("signal"), f"SIG{signal}"))
    assert process.wait(20) == code
    assert process.stderr.read() == b""
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


def terminal_output(args: list[str], stdin: bytes, columns: int = 100) -> str:
    """Run the command with its output on a pseudo-terminal and return what it shows."""
    main, side = pty.openpty()
    chunks: list[bytes] = []

    def collect() -> None:
        try:
            while data := os.read(main, 65536):
                chunks.append(data)
        except OSError:
            return

    reader = threading.Thread(target=collect)
    reader.start()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    subprocess.run([*COMMAND, *args], input=stdin, stdout=side, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment)
    os.close(side)
    reader.join(20)
    os.close(main)
    return b"".join(chunks).decode()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX terminals")
def test_a_terminal_gets_a_table() -> None:
    """On a terminal there are colours and one screen line a record; control characters cannot command it."""
    shown = terminal_output(["classify"], b"call mum \x1b[2J now " + b"long " * 100 + b"\n", columns=80)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert shown != plain
    assert "\x1b[2J" not in plain
    assert r"call mum \x1b[2J now" in plain
    assert all(len(line) <= 80 for line in plain.splitlines())
    assert "\x1b" not in terminal_output(["classify", "--color", "never"], LINES)


def test_a_json_array_is_read_by_its_name(run: Run, tmp_path: Path) -> None:
    """Posts in one array come out as JSON Lines, in order."""
    posts = [{"id": number, "text": text} for number, text in enumerate(["20% off all boots", "hey mum"])]
    (tmp_path / "posts.json").write_text(json.dumps(posts, indent=2))
    done = run("classify", "posts.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [{"id": row["id"], "text": row["text"]} for row in rows] == posts
    assert run("classify", "--input-format", "json", stdin=json.dumps(posts).encode()).stdout.count(b"\n") == 2
