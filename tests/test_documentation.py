"""What the documentation shows is what happens."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = ["README.md", "models/README.md", "data/README.md", "docs/soak.md"]
COMMANDS = [line[2:] for line in re.findall(r"^\$ .*", README, re.M) if "socialclass " in line and "git " not in line]


@pytest.mark.parametrize("page", PAGES)
def test_generated_parts_are_current(page: str) -> None:
    """Help texts, tables, figures and outputs are those of this checkout; `make readme` mends them."""
    done = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "-I", str(ROOT), page], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}: run 'make readme'"


def test_python_examples_run() -> None:
    """The README's Python runs as it stands."""
    for block in re.findall(r"```python\n(.*?)```", README, re.S):
        done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_shell_examples_run(tmp_path: Path) -> None:
    """The README's commands succeed, in order, where a reader would run them."""
    for name in ("data", "examples", "models"):
        (tmp_path / name).symlink_to(ROOT / name)
    alias = f'set -o pipefail; socialclass() {{ {shlex.quote(sys.executable)} -m socialclass "$@"; }}; '
    assert len(COMMANDS) >= 8
    for command in COMMANDS:
        command = command.removeprefix(".venv/bin/")
        done = subprocess.run(["bash", "-c", alias + command], capture_output=True, text=True, cwd=tmp_path)
        allowed = {0, 141} if "| head" in command else {0}
        assert done.returncode in allowed, f"{command}: {done.stderr}"


def test_the_picture_is_of_this_model() -> None:
    """docs/demo.svg shows the sample export's texts; `make picture` draws it."""
    svg = (ROOT / "docs/demo.svg").read_text(encoding="utf-8")
    assert "networking" in svg
    assert "rhubarb" in svg
