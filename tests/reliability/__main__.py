"""Run the named cases and write what came of them into docs/reliability.md; ``--check`` runs none and compares."""

import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

TABLE = Path(__file__).parent.parent.parent / "docs/reliability.md"
HEAD = """# What must not break, and what came of it

Each row is a named case that runs against the installed command. `python -m tests.reliability` runs them all and writes
this page; `make test` runs the same tests.

| group | case | expected | tests | result |
|---|---|---|---|---|
"""

Case = tuple[str, str, str]


class Collector:
    """Gathers each case's results while pytest runs."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.results: dict[Case, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Remember which test belongs to which case."""
        for item in items:
            for mark in item.iter_markers("case"):
                self.cases[item.nodeid] = (str(mark.args[0]), str(mark.args[1]), str(mark.args[2]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test's outcome, once."""
        if report.nodeid in self.cases and (report.when == "call" or report.outcome != "passed"):
            self.results[self.cases[report.nodeid]].append(report.outcome)

    def heads(self) -> list[str]:
        """Return how the row of each case begins, in order."""
        cases = dict.fromkeys(self.cases.values())
        return [f"| {' | '.join(part.replace('|', chr(92) + '|') for part in case)} |" for case in cases]

    def table(self) -> str:
        """Return the page."""
        rows = []
        for case, head in zip(dict.fromkeys(self.cases.values()), self.heads(), strict=True):
            outcomes = self.results[case]
            result = outcomes[0] if len(set(outcomes)) == 1 else ", ".join(sorted(set(outcomes)))
            rows.append(f"{head} {len(outcomes)} | {result} |")
        passed = sum(set(self.results[case]) == {"passed"} for case in set(self.cases.values()))
        return HEAD + "\n".join(rows) + f"\n\n{passed} of {len(set(self.cases.values()))} cases pass.\n"


def check() -> int:
    """Return 1, and say why, if the page has other cases than the tests, or one that did not pass."""
    collector = Collector()
    pytest.main(["-q", "-q", "--collect-only", str(Path(__file__).parent)], plugins=[collector])
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if re.search(r"\| \d+ \|", line)]
    found = [re.sub(r" \d+ \| passed \|$", "", row) for row in rows]
    different = sorted(set(found) ^ set(collector.heads()))
    sys.stdout.write("".join(f"differs: {each}\n" for each in different))
    return int(bool(different))


def main() -> int:
    """Return pytest's exit code."""
    if "--check" in sys.argv:
        return check()
    collector = Collector()
    folder = Path(__file__).parent
    code = pytest.main(["-q", str(folder), f"--ignore={folder / 'test_page.py'}", *sys.argv[1:]], plugins=[collector])
    if missing := len(set(collector.cases.values()) - set(collector.results)):
        sys.stderr.write(f"{missing} cases were not run: {TABLE.name} stays as it was; run without options\n")
        return int(code) or 1
    TABLE.write_text(collector.table(), encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
