"""Texts to measure with, made from a seed: the bundled corpus's words, as often as there, in posts of 148 bytes."""

import csv
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from socialclass import read_corpus
from socialclass.corpus import Example
from socialclass.resources import find_resource

SIZE = 148  # bytes a post
PIECE = 100_000  # longer files repeat this many posts
CYRILLIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "абцдефгхийклмнопярстувшхыз")
EMOJI = ["😂", "❤️", "👍🏽", "🎉", "“так”", "…"]


@cache
def corpus() -> list[Example]:
    """Return the bundled training corpus, which the peers are trained on, too."""
    return list(read_corpus(str(find_resource("data", "train.jsonl"))))


@cache
def corpus_words() -> list[str]:
    """Return the words of the corpus, with repetitions."""
    return [word for each in corpus() for word in each.text.split() if word.isascii()]


def posts(count: int, seed: int = 0, other: bool = False) -> Iterator[str]:
    """Yield posts of `SIZE` bytes, in Cyrillic letters with emoji if `other`."""
    chance, words = random.Random(seed), corpus_words()
    for _ in range(count):
        text = ""
        while len(text.encode()) < SIZE:
            word = chance.choice(words)
            text += (chance.choice(EMOJI) if other and chance.random() < 0.1 else word) + " "
        text = text.lower().translate(CYRILLIC) if other else text
        yield text.encode()[:SIZE].decode(errors="ignore")


def write_lines(path: Path, count: int, begin: str = "", replaced: str = "") -> None:
    """Write posts, one a line, each after `begin` and with the characters of `replaced` made spaces."""
    table = str.maketrans(replaced, " " * len(replaced))
    piece = [f"{begin}{post.translate(table)}\n" for post in posts(min(count, PIECE))]
    with open(path, "w", encoding="utf-8") as file:
        for start in range(0, count, PIECE):
            file.writelines(piece[: count - start])


def write_tables(folder: Path, count: int) -> list[Path]:
    """Write the same posts as CSV and as JSON Lines, with an id; return both paths."""
    rows = [{"id": str(number), "text": text} for number, text in enumerate(posts(count, 2))]
    with open(folder / "posts.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)
    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return [folder / "posts.csv", folder / "posts.jsonl"]
