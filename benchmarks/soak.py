"""Long runs with their memory watched, which must be flat and small.

    python -m benchmarks.soak [--lines 10000000] [--tables 2000000] [--write]

Writes texts of `benchmarks.texts` to temporary files, labels each by the command into /dev/null, with one thread and
with as many as there are processors, and samples the process's resident memory (Linux, /proc) fifty times
a second: when 100,000 records have been labelled, at the end, and at its peak. `--write` keeps the figures in
docs/soak.json, which docs/reliability.md shows. Exit code 1 if memory at the end is more than 8 MB above that at
100,000 records, or the peak above 300 MB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.texts import PIECE, write_lines, write_tables

RESULTS = Path(__file__).parent.parent / "docs/soak.json"
START = 100_000  # records: what is measured against is the memory when they have been labelled
GROWTH, BOUND = 8.0, 300.0  # MB
_MEGABYTE = 1_000_000


class Soak(NamedTuple):
    """One run: seconds, and resident memory (MB) at `START` records, at the end and at its peak."""

    what: str
    records: int
    threads: int
    seconds: float
    start: float
    end: float
    peak: float

    def holds(self) -> bool:
        """Say whether memory stayed within the bounds."""
        return self.end - self.start <= GROWTH and self.peak <= BOUND


def soak(path: Path, records: int, threads: int) -> Soak:
    """Label a file by the installed command and watch its memory."""
    command = [sys.executable, "-m", "socialclass", "classify", str(path), "--jobs", str(threads), "--quiet"]
    size, samples = path.stat().st_size, list[tuple[float, float]]()
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        home = Path(f"/proc/{process.pid}")
        while process.poll() is None:
            if sample := _sample(home, path):
                samples.append((sample[0] / size, sample[1]))
            time.sleep(0.02)
    seconds = time.perf_counter() - began
    assert process.returncode == 0, process.returncode
    start = next(memory for share, memory in samples if share * records >= START)
    return Soak(path.suffix[1:], records, threads, seconds, start, samples[-1][1], max(each for _, each in samples))


def _sample(home: Path, path: Path) -> tuple[int, float] | None:
    """Return how many bytes of the file a process has read, and its resident memory in MB; None if it is gone."""
    try:
        pages = int((home / "statm").read_text().split()[1])
        for link in (home / "fd").iterdir():
            if os.readlink(link) == str(path):
                position = (home / "fdinfo" / link.name).read_text().split()[1]
                return int(position), pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE
    except (OSError, IndexError):
        pass
    return None


def write_long_tables(folder: Path, records: int) -> list[Path]:
    """Write CSV and JSON Lines that repeat the same 100,000 rows."""
    paths = write_tables(folder, PIECE)
    for path in paths:
        header, rows = path.read_bytes().split(b"\n", 1) if path.suffix == ".csv" else (b"", path.read_bytes())
        with open(path, "wb") as stream:
            stream.write(header + b"\n" if header else b"")
            for _ in range(records // PIECE):
                stream.write(rows)
    return paths


def run(lines: int, tables: int) -> list[Soak]:
    """Make the files and label each, with one thread and with all."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.path.realpath(name))
        write_lines(folder / "posts.txt", lines)
        works = [(folder / "posts.txt", lines)]
        works += [(path, tables // PIECE * PIECE) for path in write_long_tables(folder, tables)]
        for path, records in works:
            for threads in sorted({1, os.cpu_count() or 1}):
                found.append(soak(path, records, threads))
                sys.stdout.write(_line(found[-1]) + "\n")
                sys.stdout.flush()
    return found


def _line(row: Soak) -> str:
    memory = f"{row.start:.1f} MB | {row.end:.1f} MB | {row.end - row.start:+.1f} MB | {row.peak:.1f} MB"
    return f"| {row.what} | {row.records:,} | {row.threads} | {row.seconds:.1f} | {memory} |"


def table() -> str:
    """Return the recorded figures as Markdown."""
    rows = [Soak(**row) for row in json.loads(RESULTS.read_text(encoding="utf-8"))]
    head = ["| input | records | threads | seconds | at 100,000 | at the end | growth | peak |", "|---|" + "---:|" * 7]
    return "\n".join([*head, *map(_line, rows)]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and say by the exit code whether the bounds were held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--tables", type=int, default=2_000_000, help="records of CSV and of JSON Lines")
    parser.add_argument("--write", action="store_true", help="keep the figures for the documentation")
    options = parser.parse_args(arguments)
    found = run(options.lines, options.tables)
    if options.write:
        RESULTS.write_text(json.dumps([row._asdict() for row in found], indent=1) + "\n", encoding="utf-8")
    broken = [row for row in found if not row.holds()]
    sys.stdout.write("".join(f"out of bounds: {row}\n" for row in broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
