"""Inputs that once failed, found by `make fuzz`: each target's facts hold for them now."""

from pathlib import Path

import pytest

from benchmarks.fuzz.targets import BY_NAME

CRASHES = sorted(path for path in (Path(__file__).parent / "crashes").glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", CRASHES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_once_failed_holds(path: Path) -> None:
    """The folder names the target, the file what is odd about it."""
    BY_NAME[path.parent.name].check(path.read_bytes())


@pytest.mark.parametrize("name", BY_NAME)
def test_every_target_holds_for_its_seeds(name: str) -> None:
    """What fuzzing starts from is in order, so that a finding is one."""
    for seed in BY_NAME[name].seeds():
        BY_NAME[name].check(seed)
