"""Kill `classify --resume` with SIGKILL at random moments, go on, and compare: ``python -m benchmarks.kills [KILLS]``.

Each round labels a generated file into a new output, is killed until it ends by itself, and must end with the bytes of
a run that nobody disturbed. The rounds take turns at lines, CSV, JSON Lines, and records one by one.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXECUTABLE = str(Path(sys.executable).parent / "socialclass")
WAYS = {"lines": [], "csv": [], "jsonl": [], "one by one": ["--probabilities", "--output-format", "jsonl"]}
SOURCES = {"lines": "lines.txt", "csv": "posts.csv", "jsonl": "posts.jsonl", "one by one": "few.txt"}
RECORDS = {"lines": 600_000, "csv": 600_000, "jsonl": 400_000, "one by one": 60_000}


def write_input(path: Path, way: str) -> None:
    """Write the file that is labelled."""
    draw = random.Random(4)
    words = "20% off all boots this friday hey mum landed safely call you tonight new shop open".split()
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("id,text\n" if way == "csv" else "")
        for number in range(RECORDS[way]):
            text = " ".join(draw.choices(words, k=8))
            forms = {"csv": f'{number},"{text}"\n', "jsonl": json.dumps({"id": number, "text": text}) + "\n"}
            stream.write(forms.get(way, f"{number} {text}\n"))


def label(folder: Path, way: str, output: str, seconds: float | None = None) -> bool:
    """Run, kill after that time, and say whether it ended by itself."""
    words = [EXECUTABLE, "classify", SOURCES[way], *WAYS[way], "-o", output, "--resume", "--quiet"]
    with subprocess.Popen(words, cwd=folder) as process:
        try:
            if process.wait(seconds) == 0:
                return True
            raise SystemExit(f"{way}: exit {process.returncode}")
        except subprocess.TimeoutExpired:
            process.kill()
    return False


def main(wanted: int) -> int:
    """Return 1 if any output differs."""
    draw, kills, rounds, wrong, gone_on = random.Random(), 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for way in WAYS:
            write_input(folder / SOURCES[way], way)
            before, began = kills, time.monotonic()
            label(folder, way, "whole")
            seconds = time.monotonic() - began
            while kills - before < wanted / len(WAYS):  # on a busy machine one run takes more kills than that
                while not label(folder, way, "out", draw.uniform(0.05, seconds)):
                    kills += 1
                    state = folder / "out.checkpoint"
                    gone_on += state.exists() and json.loads(state.read_bytes())["reached"]["length"] > 0
                rounds += 1
                wrong += (folder / "out").read_bytes() != (folder / "whole").read_bytes() or any(folder.glob("out.*"))
                (folder / "out").unlink()
    sys.stdout.write(f"{kills} kills in {rounds} runs, {gone_on} went on from a checkpoint, {wrong} differences\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
