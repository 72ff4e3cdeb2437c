"""The page of the named cases is that of the cases there are."""

import subprocess
import sys

from tests.conftest import ROOT


def test_the_page_lists_the_cases() -> None:
    """docs/reliability.md has a row for each marked case and no other, and each passed when it was written."""
    words = [sys.executable, "-m", "tests.reliability", "--check"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
