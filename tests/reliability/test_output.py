"""Output and environment: whole or not at all, the right exit code, the same bytes everywhere."""

import csv
import io
import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reliability.conftest import CHAT, EXECUTABLE, POST, Command, failed_cleanly


def case(name: str, expected: str) -> pytest.MarkDecorator:
    """Mark a test as a named case."""
    return pytest.mark.case("output", name, expected)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Return a file of 3 MB."""
    path = tmp_path / "many.txt"
    path.write_bytes((POST + b"\n" + CHAT + b"\n") * 40_000)
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 1 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@case("the reader closes the pipe", "141, silent")
@pytest.mark.parametrize("options", [[], ["--probabilities"], ["--output-format", "jsonl"]])
def test_closed_pipe(many: Path, options: list[str]) -> None:
    """`| head -n 1` ends the run."""
    script = f"{EXECUTABLE} classify {' '.join(options)} {many} | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "141"


@case("/dev/full", "1 with the reason")
def test_dev_full(posts: Path) -> None:
    """What is not written is told, even the last block."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([EXECUTABLE, "classify", posts], stdout=full, stderr=subprocess.PIPE, timeout=60)
    failed_cleanly(done, 1, "No space left on device")


@case("closed stdout", "1 with the reason")
@pytest.mark.parametrize("words", ["classify posts.txt", "--version", "--help", "model show", "analyze posts.txt"])
def test_closed_stdout(posts: Path, words: str) -> None:
    """A process started with standard output closed says so."""
    script = f"cd {posts.parent}; {EXECUTABLE} {words} >&-"
    done = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60)
    failed_cleanly(done, 1, "standard output is closed")


@case("disk full on -o", "1, the old file intact, no temp left")
def test_full_disk(command: Command, many: Path, small_disk: Path) -> None:
    """The old output stays until the new one is whole."""
    (small_disk / "out.tsv").write_bytes(b"old")
    failed_cleanly(command("classify", many, "-o", small_disk / "out.tsv"), 1, "No space left on device")
    assert [path.name for path in small_disk.iterdir()] == ["out.tsv"]
    assert (small_disk / "out.tsv").read_bytes() == b"old"


@case("file-size limit on -o", "1, the old file intact, no temp left")
def test_file_size_limit(command: Command, many: Path, tmp_path: Path) -> None:
    """`ulimit -f` is a small disk, too."""
    (tmp_path / "out.tsv").write_bytes(b"old")
    done = command("classify", many, "-o", "out.tsv", before=("prlimit", "--fsize=100000"))
    failed_cleanly(done, 1, "File too large")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.txt", "out.tsv"]
    assert (tmp_path / "out.tsv").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, marks=case("SIGINT", "130, no traceback"), id="SIGINT"),
        pytest.param(signal.SIGTERM, 143, marks=case("SIGTERM", "143, no traceback"), id="SIGTERM"),
        pytest.param(signal.SIGHUP, 129, marks=case("SIGHUP", "129, no temp left; nohup goes on"), id="SIGHUP"),
    ],
)
def test_signal(tmp_path: Path, number: int, code: int) -> None:
    """A run that is stopped while it waits leaves no output file and no traceback."""
    words = [EXECUTABLE, "classify", "--line-buffered", "-o", "out.tsv"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        process.stdin.write(POST + b"\n")
        process.stdin.flush()
        wait_for(lambda: any(tmp_path.iterdir()))
        process.send_signal(number)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == code
    assert stderr == b""
    assert list(tmp_path.iterdir()) == []


@case("SIGHUP", "129, no temp left; nohup goes on")
def test_nohup(tmp_path: Path) -> None:
    """What was told to survive its terminal does."""
    words = ["nohup", EXECUTABLE, "classify", "--line-buffered", "-o", "out.tsv"]
    with subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(POST + b"\n")
        process.stdin.flush()
        wait_for(lambda: any(tmp_path.iterdir()))
        process.send_signal(signal.SIGHUP)
        process.communicate(CHAT, timeout=60)
    assert process.returncode == 0
    assert (tmp_path / "out.tsv").read_bytes().count(b"\n") == 2


@case("kill -9 during -o", "no torn file")
def test_kill_during_output(many: Path, tmp_path: Path) -> None:
    """What is there under the output's name is the old file."""
    (tmp_path / "out.tsv").write_bytes(b"old")
    words = [EXECUTABLE, "classify", "-", "-o", "out.tsv"]
    with subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(many.read_bytes())
        process.stdin.flush()
        process.kill()
        process.wait()
    assert (tmp_path / "out.tsv").read_bytes() == b"old"


@case("symlink target", "written through")
def test_symlink(command: Command, posts: Path, tmp_path: Path) -> None:
    """The link stays a link; what it points at is new."""
    (tmp_path / "target.tsv").write_bytes(b"old")
    (tmp_path / "link.tsv").symlink_to("target.tsv")
    assert command("classify", posts, "-o", "link.tsv").returncode == 0
    assert (tmp_path / "link.tsv").is_symlink()
    assert (tmp_path / "target.tsv").read_bytes().count(b"\n") == 2


@case("/dev/null", "written to, never renamed over")
def test_dev_null(command: Command, posts: Path) -> None:
    """A device stays a device."""
    assert command("classify", posts, "-o", "/dev/null").returncode == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@case("-o a FIFO", "written to, never renamed over")
def test_output_fifo(posts: Path, tmp_path: Path) -> None:
    """A reader of a FIFO gets the rows."""
    os.mkfifo(tmp_path / "fifo")
    with subprocess.Popen([EXECUTABLE, "classify", posts, "-o", tmp_path / "fifo"]) as process:
        assert (tmp_path / "fifo").read_bytes().count(b"\n") == 2
    assert process.returncode == 0
    assert stat.S_ISFIFO(os.stat(tmp_path / "fifo").st_mode)


@case("-o what is open already: >(…), /dev/stdout, /dev/fd/3", "written to, never renamed over")
def test_output_descriptor(posts: Path, tmp_path: Path) -> None:
    """What the shell has opened gets the rows between what else is written to it."""
    parts = [
        "set -e",
        f"(echo first; {EXECUTABLE} classify {posts} -o /dev/stdout; echo last) > file",
        f"{EXECUTABLE} classify {posts} -o /dev/stdout | cat > piped",
        f"(echo first >&3; {EXECUTABLE} classify {posts} -o /dev/fd/3; echo last >&3) 3> third",
        f"{EXECUTABLE} classify {posts} -o >(cat > process; touch done)",
    ]
    subprocess.run(["bash", "-c", "\n".join(parts)], cwd=tmp_path, check=True, timeout=60)
    wait_for((tmp_path / "done").exists)
    rows = (tmp_path / "process").read_bytes()
    assert rows.count(b"\n") == 2
    assert (tmp_path / "piped").read_bytes() == rows
    assert (tmp_path / "file").read_bytes() == (tmp_path / "third").read_bytes() == b"first\n" + rows + b"last\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "done",
        "file",
        "piped",
        "posts.txt",
        "process",
        "third",
    ]


@case("--summary-json over an input or the output", "usage error, 2")
def test_summary_over_the_texts(command: Command, posts: Path, tmp_path: Path) -> None:
    """Counts replace no texts and no labels."""
    (tmp_path / "link").symlink_to("posts.txt")
    before = posts.read_bytes()
    for words in (["posts.txt"], ["link"], ["posts.txt", "-o", "link"]):
        failed_cleanly(command("classify", *words, "--summary-json", "./posts.txt"), 2, "would replace")
    words = ["classify", "posts.txt", "-o", "out", "--summary-json"]
    failed_cleanly(command(*words, tmp_path / "out"), 2, "would replace out")
    failed_cleanly(command(*words, "nowhere/out"), 1, "nowhere/out: No such file", "name another file")
    assert posts.read_bytes() == before


@case("read-only directory", "works")
def test_read_only_directory(command: Command, open_folder: Path, unprivileged: tuple[str, ...]) -> None:
    """Labelling writes nothing beside its output."""
    open_folder.chmod(0o555)
    done = command("classify", "posts.txt", before=unprivileged, cwd=open_folder, env={"HOME": str(open_folder)})
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 2


@case("no HOME", "works")
def test_no_home(command: Command, posts: Path) -> None:
    """No configuration is looked for."""
    assert command("classify", posts, before=("env", "-u", "HOME")).returncode == 0


@case("unwritable cache", "works")
def test_unwritable_cache(command: Command, posts: Path) -> None:
    """No cache is needed."""
    done = command("classify", posts, env={"XDG_CACHE_HOME": "/proc/nowhere", "HOME": "/proc/nowhere"})
    assert done.returncode == 0


ENVIRONMENTS = {
    "LC_ALL=C": {"LC_ALL": "C"},
    "LC_ALL=POSIX": {"LC_ALL": "POSIX"},
    "PYTHONIOENCODING=ascii": {"PYTHONIOENCODING": "ascii"},
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=case(name, "identical UTF-8 bytes")) for name in ENVIRONMENTS]
)
@pytest.mark.parametrize("options", [[], ["--output-format", "jsonl"], ["--output-format", "table"]])
def test_locale(command: Command, name: str, options: list[str]) -> None:
    """The output is UTF-8 whatever the environment says."""
    text = "schöne Grüße, mum 🙂\n".encode()
    plain = command("classify", *options, stdin=text, env={"LC_ALL": "C.UTF-8"})
    odd = command("classify", *options, stdin=text, env=ENVIRONMENTS[name])
    assert odd.stdout == plain.stdout
    assert odd.returncode == 0


@case("two writers to one model", "last wins, never mixed")
def test_two_writers(command: Command, tmp_path: Path) -> None:
    """Two trainings at once leave one of the two models, whole."""
    corpora = []
    for name in ("a", "b"):
        rows = [f'{{"text": "{word} {name} {i}", "label": "{word}"}}\n' for word in ("ad", "chat") for i in range(8)]
        (tmp_path / f"{name}.jsonl").write_text("".join(rows))
        assert command("train", f"{name}.jsonl", "--no-search", "-o", f"{name}.joblib").returncode == 0
        corpora.append((tmp_path / f"{name}.joblib").read_bytes())
    words = [EXECUTABLE, "train", "--no-search", "--force", "-o", "one.joblib"]
    processes = [subprocess.Popen([*words, f"{name}.jsonl"], cwd=tmp_path) for name in ("a", "b")]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    assert (tmp_path / "one.joblib").read_bytes() in corpora


@case("umask", "respected")
@pytest.mark.parametrize("mask", ["022", "077"])
def test_umask(posts: Path, tmp_path: Path, mask: str) -> None:
    """A new output has the permissions of any new file; an old one keeps its own."""
    script = f"umask {mask}; {EXECUTABLE} classify {posts} -o out.tsv"
    subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, timeout=60)
    assert stat.S_IMODE((tmp_path / "out.tsv").stat().st_mode) == 0o666 & ~int(mask, 8)
    (tmp_path / "out.tsv").chmod(0o640)
    subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, timeout=60)
    assert stat.S_IMODE((tmp_path / "out.tsv").stat().st_mode) == 0o640


@case("CSV formulas", "raw by default, --csv-safe prefixes '")
def test_csv_formulas(command: Command) -> None:
    """A spreadsheet would run a cell that begins with = + - @, a tab or a carriage return."""
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "hey mum"]
    table = io.StringIO(newline="")
    csv.writer(table).writerows([["id", "text"], *[[str(i), cell] for i, cell in enumerate(cells)]])
    raw = command("classify", "--input-format", "csv", stdin=table.getvalue().encode())
    safe = command("classify", "--input-format", "csv", "--csv-safe", stdin=table.getvalue().encode())
    texts = [[row[1] for row in csv.reader(io.StringIO(done.stdout.decode(), newline=""))] for done in (raw, safe)]
    assert texts[0] == ["text", *cells]
    assert texts[1] == ["text", *[f"'{cell}" for cell in cells[:-1]], "hey mum"]


@case("control characters, ANSI and bidi overrides", "escaped in the table")
def test_table_escapes(command: Command) -> None:
    """No text commands the terminal."""
    text = "hey \x1b[31mmum\x1b]0;title\x07 \u202eevil\u202c \x9b1m"
    done = command("classify", "--output-format", "table", "--color", "never", stdin=text.encode() + b"\n")
    for character in "\x1b\x07\u202e\u202c\x9b":
        assert character not in done.stdout.decode()
    assert "mum" in done.stdout.decode()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something has happened; fail after a minute."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
