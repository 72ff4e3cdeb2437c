"""The table of `benchmarks.speed`: kept as JSON beside this file, shown in the README."""

import json
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.timing import Row

RESULTS = Path(__file__).with_name("results.json")


def machine(packages: Sequence[str] = ("numpy", "pandas", "scikit-learn", "vowpalwabbit")) -> dict[str, Any]:
    """Return what the figures depend on beside the code; packages: those whose versions count."""
    import os
    import sys
    from importlib.metadata import version

    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = lines[0].split(":", 1)[1].strip() if lines else name
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": f"{os.cpu_count()} x {name}",
        "load": round(os.getloadavg()[1], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "system": sys.platform,
        "versions": {package: version(package) for package in packages},
    }


def save(rows: Sequence[Row], growth: Sequence[tuple[int, float, float]], notes: Sequence[str], path: Path) -> None:
    """Write what was measured; growth: lines, seconds and MiB."""
    content = {
        "machine": machine(),
        "rows": [row._asdict() for row in rows],
        "growth": [dict(zip(("lines", "seconds", "mebibytes"), each, strict=True)) for each in growth],
        "notes": list(notes),
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def table(path: Path = RESULTS) -> str:
    """Return the Markdown that the README shows."""
    content = json.loads(path.read_text(encoding="utf-8"))
    lines = ["| what | here | against | there | ratio | goal |", "|---|---:|---|---:|---:|---:|"]
    for each in content["rows"]:
        lines.append(_line(Row(**each)))
    lines += ["", "| lines | seconds | peak memory |", "|---:|---:|---:|"]
    lines += [f"| {row['lines']:,} | {row['seconds']:.2f} | {row['mebibytes']:.0f} MiB |" for row in content["growth"]]
    where = content["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in where["versions"].items())
    load = f" (load average {where['load']})" if where.get("load") else ""
    lines += ["", f"Measured {where['date']} on {where['processors']}{load}, Python {where['python']}, {versions}."]
    return "\n".join([*lines, *content["notes"]]) + "\n"


def _line(row: Row) -> str:
    if row.lower:
        ratio, goal = f"{row.ratio:.2f}", f"at most {row.goal:g}"
    else:
        ratio, goal = f"{row.ratio:.3g}x", f"{row.goal:g}x"
    met = row.ratio <= row.goal if row.lower else row.ratio >= row.goal
    return f"| {row.what} | {row.here} | {row.peer} | {row.there} | {ratio if met else f'*{ratio}*'} | {goal} |"
