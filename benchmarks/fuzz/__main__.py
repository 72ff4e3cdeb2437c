"""Fuzzes each target for a while; a finding is kept as a file and ends the run with exit code 1.

    python -m benchmarks.fuzz [--seconds 60] [--keep FOLDER] [TARGET]...

Needs atheris (``python -m pip install atheris``; wheels for Linux). Each target runs in a process of its own, from
seeds in the code, with 10 seconds for an input and 2 GiB. A finding's input goes to FOLDER, named by its target; moved
to ``tests/crashes/TARGET/``, it is a test for good.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.fuzz.targets import BY_NAME, Target

_LIMITS = ("-timeout=10", "-rss_limit_mb=2048", "-max_len=4096", "-print_final_stats=1", "-verbosity=0")


def main() -> int:
    """Run the targets asked for, one after the other, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*BY_NAME, []], metavar="TARGET", help=", ".join(BY_NAME))
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="folder for inputs that fail")
    options = parser.parse_args()
    found = [name for name in options.targets or BY_NAME if not fuzz(BY_NAME[name], options.seconds, options.keep)]
    return 1 if found else 0


def fuzz(target: Target, seconds: int, keep: Path) -> bool:
    """Fuzz one target; return whether nothing was found."""
    keep.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder, "corpus"), Path(folder, "words")
        corpus.mkdir()
        for number, seed in enumerate(target.seeds()):
            (corpus / str(number)).write_bytes(seed)
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words))
        command = [sys.executable, "-m", "benchmarks.fuzz.run", target.name, f"-max_total_time={seconds}", *_LIMITS]
        command += [f"-dict={words}"] if target.words else []
        command += [f"-artifact_prefix={keep}/{target.name}-", str(corpus)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    runs = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    sys.stdout.write(f"{target.name:8} {int(runs[0]) if runs else 0:>9,} inputs, ")
    sys.stdout.write("nothing found\n" if done.returncode == 0 else f"FOUND\n{done.stdout}{_said(done.stderr)}\n")
    sys.stdout.flush()
    return done.returncode == 0


def _said(log: str) -> str:
    return "\n".join(line for line in log.splitlines() if not line.startswith(("INFO", "WARNING", "0x", "Base64")))


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    sys.exit(main())
