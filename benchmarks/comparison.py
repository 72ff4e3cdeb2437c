"""The table of `benchmarks.researchers`: kept as JSON beside this file, shown in the README."""

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("researchers.json")


def markdown(path: Path = RESULTS) -> str:
    """Return the table that the documentation shows."""
    content = json.loads(path.read_text(encoding="utf-8"))
    names = [row["trainer"] for row in content["tables"][0]["rows"]]
    lines = ["| table | " + " | ".join(names) + " | lead over the best other |", "|---|" + "---|" * (len(names) + 1)]
    for each in content["tables"]:
        best = max(row["macro_f1"] for row in each["rows"])
        what = f"{each['table']}, {each['texts']:,} texts" + (f", {each['noise']:.0%} noise" if each["noise"] else "")
        low, high = each["lead"]["interval"]
        lead = f"{each['lead']['by']:+.3f} ({low:+.3f} to {high:+.3f})"
        lines.append(f"| {what} | {' | '.join(_cell(row, best) for row in each['rows'])} | {lead} |")
    where = content["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in where["versions"].items())
    load = f" (load average {where['load']})" if where.get("load") else ""
    told = (
        f"Measured {where['date']} with {content['budget']:g} s to search on {where['processors']}{load}, {versions}."
    )
    return "\n".join([*lines, "", told]) + "\n"


def _cell(row: dict[str, Any], best: float) -> str:
    score = f"{row['macro_f1']:.3f}"
    low, high = row["interval"]
    return f"{f'**{score}**' if row['macro_f1'] == best else score} ({low:.3f}–{high:.3f}), {row['seconds']:.1f} s"
