"""What several tests share: the command in a real process, and a small model."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from socialclass.model.classifier import Classifier
from socialclass.training import train

ROOT = Path(__file__).parent.parent
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

# a table is as wide as it is by itself, not as the terminal or the process that runs the tests
os.environ.pop("COLUMNS", None)

# how many examples the properties of test_properties.py get: few where all tests run, 8,000 and more in `make fuzz`
# "ci" draws the same examples each time: chance belongs to `make fuzz`
settings.register_profile("ci", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("full", max_examples=800, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

TEXTS = (
    "20% off all boots today", "shop our new range of boots", "join our webinar on boots", "free shipping on orders",
    "book a table at our place", "our report is out today", "hey mum landed safely", "see you tonight mum",
    "did you fix the build", "my cat ate your sock", "who has the keys mate", "lol same here mate",
)  # fmt: skip
LABELS = ("marketing",) * 6 + ("networking",) * 6


@pytest.fixture
def run() -> Run:
    """Run ``python -m socialclass ARGS`` and return exit code, standard output and error as bytes."""

    def run_command(*args: str | Path, stdin: bytes = b"", **options: object) -> "subprocess.CompletedProcess[bytes]":
        environment = {"PYTHONPATH": str(ROOT), **os.environ, **options.pop("env", {})}  # type: ignore[dict-item]
        command = [sys.executable, "-m", "socialclass", *map(str, args)]
        return subprocess.run(command, input=stdin, capture_output=True, timeout=120, env=environment, **options)  # type: ignore[call-overload,no-any-return]

    return run_command


@pytest.fixture(scope="session")
def small_model() -> Classifier:
    """A classifier of twelve texts."""
    return train(TEXTS, LABELS)
