"""The generated part of data/README.md: what the corpus counts."""

import json
from collections import Counter
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of ``train`` or ``test``."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def counts_table() -> str:
    """Return texts, pairs, situations and words of each part, and the platforms of both."""
    table = ["| | train | test |", "|---|---|---|"]
    parts = [rows_of("train"), rows_of("test")]
    figures = {
        "texts": [len(rows) for rows in parts],
        "of them marketing": [sum(row["label"] == "social media marketing" for row in rows) for rows in parts],
        "contrast pairs": [len({row["pair"] for row in rows if row["pair"]}) for rows in parts],
        "situations": [len({row["situation"] for row in rows}) for rows in parts],
        "median words a text": [sorted(len(row["text"].split()) for row in rows)[len(rows) // 2] for rows in parts],
    }
    table += [f"| {name} | {train:,} | {test:,} |" for name, (train, test) in figures.items()]
    platforms = Counter(row["platform"] for rows in parts for row in rows).most_common()
    return "\n".join(table) + "\n\nPlatforms: " + ", ".join(f"{name} {count:,}" for name, count in platforms) + ".\n"


def second_reading() -> str:
    """Return how far the second, blind reading agreed."""
    figures = json.loads((DATA / "second-reading.json").read_text(encoding="utf-8"))
    return (
        f"{figures['texts']:,} texts were labelled a second time, by readers who saw only the text: Cohen's kappa "
        f"{figures['kappa']:.2f} with\n{figures['undecided']:,} undecided readings counted as disagreement, "
        f"{figures['kappa_of_decided']:.2f} without them. The {figures['undecided'] + figures['other_label']:,} texts "
        "on which the readers\ndid not agree were dropped.\n"
    )
