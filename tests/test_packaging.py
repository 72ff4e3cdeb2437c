"""Wheel, source archive, checkout: each finds the bundled model and corpus."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT

SHIPPED = {"socialclass/models/default.joblib", "socialclass/data/train.jsonl", "socialclass/data/test.jsonl"}
TRACKED = ["pyproject.toml", "README.md", "LICENSE", "socialclass", "data", "models"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an sdist, and a wheel from the sdist, of a copy of this checkout."""
    return build(tmp_path_factory, "source")


def build(tmp_path_factory: pytest.TempPathFactory, name: str, *options: str) -> Path:
    """Build a copy of this checkout, in a folder of that name; the archives carry one fixed date."""
    source, out = tmp_path_factory.mktemp(name), tmp_path_factory.mktemp("dist")
    for each in TRACKED:
        if (ROOT / each).is_dir():
            shutil.copytree(ROOT / each, source / each, ignore=shutil.ignore_patterns("__pycache__", "*.so", "*.pyd"))
        else:
            shutil.copy(ROOT / each, source)
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", str(out), str(source)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_a_wheel_is_reproducible(built: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Built again, elsewhere and later, the wheel has the same bytes."""
    again = build(tmp_path_factory, "elsewhere", "--wheel")
    first, second = (next(folder.glob("*.whl")) for folder in (built, again))
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def labels(python_path: Path, cwd: Path) -> str:
    """Classify one line with the package found on `python_path` alone."""
    code = f"import sys; sys.path.insert(0, {str(python_path)!r}); from socialclass.cli import main; sys.exit(main())"
    command = [sys.executable, "-I", "-c", code, "classify"]
    done = subprocess.run(command, input="call mum tonight\n", capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\t")[0]


def test_the_wheel_carries_model_and_corpus(built: Path, tmp_path: Path) -> None:
    """An installed wheel classifies anywhere, offline."""
    wheel = next(built.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        assert set(archive.namelist()) >= SHIPPED
        archive.extractall(tmp_path / "site")
    assert labels(tmp_path / "site", tmp_path) == "social networking"


@pytest.mark.skipif(not sysconfig.get_config_var("CC") or not shutil.which("cc"), reason="no compiler here")
def test_an_installed_wheel_scores_by_its_core(built: Path, tmp_path: Path) -> None:
    """A wheel built where there is a compiler holds the core, and the core is what scores, outside the checkout."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        core = [name for name in archive.namelist() if name.startswith("socialclass/model/scoring/_core.")]
        assert any(name.endswith((".so", ".pyd")) for name in core), core
        archive.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import socialclass.model.scoring as scoring; "
        f"assert scoring.__file__.startswith({str(tmp_path)!r}), scoring.__file__; assert scoring.Scorer.name == 'C'"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_source_archive_carries_model_and_corpus(built: Path, tmp_path: Path) -> None:
    """An unpacked sdist classifies as it lies there."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    home = next(path for path in tmp_path.iterdir() if path.is_dir())
    assert (home / "models/default.joblib").exists()
    assert labels(home, tmp_path) == "social networking"


def test_a_bare_checkout_finds_them(tmp_path: Path) -> None:
    """Also the editable install: the package beside data/ and models/."""
    for name in ("socialclass", "models"):
        (tmp_path / name).symlink_to(ROOT / name)
    assert labels(tmp_path, tmp_path) == "social networking"


def test_all_that_is_installed_for_the_tests_is_locked() -> None:
    """What `make test` installs is named in the lock file, down to what the packages need in turn."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = content["optional-dependencies"]
    waiting = [*content["dependencies"], *(each for needed in extras.values() for each in needed)]
    locked = dict(line.split("==") for line in (ROOT / "requirements/dev.txt").read_text().split() if "==" in line)
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = Requirement(waiting.pop())
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in seen or key[0] in ("socialclass", "setuptools"):  # pip-tools leaves setuptools to the environment
            continue
        seen.add(key)
        assert key[0] in locked, f"{wanted}: run make lock"
        assert wanted.specifier.contains(locked[key[0]], prereleases=True), wanted
        for needed in metadata.requires(wanted.name) or ():
            marker = Requirement(needed).marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in (wanted.extras or {""})):
                waiting.append(needed)


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    """What `make oldest` installs is the least that pyproject.toml allows, for each package a user needs."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = content["optional-dependencies"]
    needed = [
        *content["dependencies"],
        *(each for name in extras if name not in ("all", "test") for each in extras[name]),
    ]
    oldest = dict(line.split("==") for line in (ROOT / "requirements/oldest.txt").read_text().split() if "==" in line)
    for each in map(Requirement, needed):
        [bound] = each.specifier
        found = oldest[canonicalize_name(each.name)]
        assert (bound.operator, Version(found).release[:2]) == (">=", Version(bound.version).release[:2]), each
