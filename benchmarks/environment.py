"""An environment of its own for the comparison: this checkout, installed as users install it, beside its peers.

    python -m benchmarks.environment [options of benchmarks.speed]

Makes `.bench-venv`, installs what is missing there, and runs `benchmarks.speed` in it. fastText's command line is
built from the sources that its package on PyPI carries, with the flags of its own Makefile; where that fails, its rows
are left out and the table says so. Vowpal Wabbit's is the one in its wheel (`python -m vowpalwabbit`).
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".bench-venv"
BIN = HOME / ("Scripts" if sys.platform == "win32" else "bin")
PEERS = ["pandas", "vowpalwabbit"]
FASTTEXT = "fasttext==0.9.3"
# two faults of its sources that make autotune fail by chance: with one thread nine tenths of the matrix stay as the
# memory was, and the timer ends at once where it starts before it is told to go on
_MENDED = {
    "densematrix.cc": (
        "uniformThread(a, 0, seed);",
        "for (int block = 0; block < 10; block++) uniformThread(a, block, seed);",
    ),
    "autotune.cc": ("  timer_ = std::thread(", "  continueTraining_ = true;\n  timer_ = std::thread("),
}
_RUN = "import sys; sys.path.append(sys.argv.pop(1)); from benchmarks.speed import main; main()"


def make() -> None:
    """Make the environment, or bring the installed checkout up to date."""
    if not (BIN / "python").exists():
        venv.create(HOME, with_pip=True)
    _pip("install", *PEERS)
    with tempfile.TemporaryDirectory() as name:  # a copy: a build leaves its traces where it is done
        source = Path(name) / "source"
        shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "dist", "*.so", "*.egg-info"))
        _pip("install", str(source))
        _pip("install", "--no-deps", "--force-reinstall", str(source))
    if not (BIN / "fasttext").exists():
        try:
            _build_fasttext()
        except (subprocess.CalledProcessError, OSError) as error:
            sys.stderr.write(f"fastText is left out: {error}\n")


def _pip(*arguments: str) -> None:
    subprocess.run([BIN / "python", "-m", "pip", "-q", "--disable-pip-version-check", *arguments], check=True)


def _build_fasttext() -> None:
    with tempfile.TemporaryDirectory() as name:
        _pip("download", "--no-deps", "--no-binary", "fasttext", "-d", name, FASTTEXT)
        with tarfile.open(next(Path(name).glob("*.tar.gz"))) as archive:
            archive.extractall(name, filter="data")
        for file, (before, after) in _MENDED.items():
            path = next(Path(name).glob(f"fasttext-*/src/{file}"))
            path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
        sources = [str(path) for path in Path(name).glob("fasttext-*/src/*.cc")]
        flags = ["-pthread", "-std=c++17", "-march=native", "-O3", "-funroll-loops", "-DNDEBUG", "-include", "cstdint"]
        subprocess.run(["c++", *flags, *sources, "-o", BIN / "fasttext"], check=True)


def main() -> None:
    """Make the environment and measure in it."""
    make()
    # -P and the checkout last on the path: `socialclass` is the installed one, `benchmarks` the checkout's
    sys.exit(subprocess.run([BIN / "python", "-P", "-c", _RUN, str(ROOT), *sys.argv[1:]], cwd=ROOT).returncode)


if __name__ == "__main__":
    main()
