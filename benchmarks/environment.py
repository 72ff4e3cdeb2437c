"""An environment of its own for a comparison: this checkout, installed as users install it, beside its peers.

    python -m benchmarks.environment [options of benchmarks.speed]
    python -m benchmarks.environment researchers [options of benchmarks.researchers]

Makes `.bench-venv`, installs what is missing there, and runs `benchmarks.speed` in it; for `researchers` another one,
since SKLL wants an older scikit-learn. fastText's command line is
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
PEERS = {"speed": ("pandas", "vowpalwabbit"), "researchers": ("skll", "vowpalwabbit")}
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
_RUN = "import sys; sys.path.append(sys.argv.pop(1)); from benchmarks.{} import main; main()"


def make(name: str) -> Path:
    """Make the environment of a comparison, or bring the installed checkout up to date; return where its programs are.

    name: a key of `PEERS`.
    """
    home = ROOT / (".bench-venv" if name == "speed" else f".bench-venv-{name}")
    programs = home / ("Scripts" if sys.platform == "win32" else "bin")
    if not (programs / "python").exists():
        venv.create(home, with_pip=True)
    _pip(programs, "install", *PEERS[name])
    with tempfile.TemporaryDirectory() as folder:  # a copy: a build leaves its traces where it is done
        source = Path(folder) / "source"
        shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "dist", "*.so", "*.egg-info"))
        _pip(programs, "install", str(source))
        _pip(programs, "install", "--no-deps", "--force-reinstall", str(source))
    if not (programs / "fasttext").exists():
        try:
            _build_fasttext(programs)
        except (subprocess.CalledProcessError, OSError) as error:
            sys.stderr.write(f"fastText is left out: {error}\n")
    return programs


def _pip(programs: Path, *arguments: str) -> None:
    command = [str(programs / "python"), "-m", "pip", "-q", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def _build_fasttext(programs: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        _pip(programs, "download", "--no-deps", "--no-binary", "fasttext", "-d", name, FASTTEXT)
        with tarfile.open(next(Path(name).glob("*.tar.gz"))) as archive:
            archive.extractall(name, filter="data")
        for file, (before, after) in _MENDED.items():
            path = next(Path(name).glob(f"fasttext-*/src/{file}"))
            path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
        sources = [str(path) for path in Path(name).glob("fasttext-*/src/*.cc")]
        flags = ["-pthread", "-std=c++17", "-march=native", "-O3", "-funroll-loops", "-DNDEBUG", "-include", "cstdint"]
        subprocess.run(["c++", *flags, *sources, "-o", programs / "fasttext"], check=True)


def main() -> None:
    """Make the environment and measure in it."""
    name, options = ("researchers", sys.argv[2:]) if sys.argv[1:2] == ["researchers"] else ("speed", sys.argv[1:])
    programs = make(name)
    # -P and the checkout last on the path: `socialclass` is the installed one, `benchmarks` the checkout's
    command = [str(programs / "python"), "-P", "-c", _RUN.format(name), str(ROOT), *options]
    sys.exit(subprocess.run(command, cwd=ROOT).returncode)


if __name__ == "__main__":
    main()
