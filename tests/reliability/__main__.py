"""Run the named cases and write what came of them into docs/reliability.md."""

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

    def table(self) -> str:
        """Return the page."""
        rows = []
        for case in dict.fromkeys(self.cases.values()):
            outcomes = self.results[case] or ["not run"]
            result = outcomes[0] if len(set(outcomes)) == 1 else ", ".join(sorted(set(outcomes)))
            rows.append(
                f"| {' | '.join(part.replace('|', chr(92) + '|') for part in case)} | {len(outcomes)} | {result} |"
            )
        passed = sum(set(self.results[case]) == {"passed"} for case in set(self.cases.values()))
        return HEAD + "\n".join(rows) + f"\n\n{passed} of {len(set(self.cases.values()))} cases pass.\n"


def main() -> int:
    """Return pytest's exit code."""
    collector = Collector()
    code = pytest.main(["-q", str(Path(__file__).parent), *sys.argv[1:]], plugins=[collector])
    TABLE.write_text(collector.table(), encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
