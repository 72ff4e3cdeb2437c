"""Measure a model on real posts of other people, and record the figures for the model card.

    python -m benchmarks.real_posts FOLDER [--record]

FOLDER holds JSONL files with `text`, `label` and `source`. Source-macro recall is the mean over the sources of each
label of the share that got this label, averaged over the labels. It is taken once on the texts as they are and once
with URLs, mentions and hashtags removed, since those alone tell companies from people on some platforms.
The posts themselves are no part of the repository: they belong to those who wrote them.
"""

import argparse
import datetime
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from socialclass import Classifier, load_model
from socialclass.evaluation import calibration_error, risk_coverage

Post = dict[str, str]
MASKED = re.compile(r"https?://\S+|www\.\S+|<\w+>|[@#]\w+")
RECORD = Path(__file__).parent.parent / "models" / "real-posts.json"
COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


def read_posts(folder: Path) -> list[Post]:
    """Return all posts of a folder."""
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").split("\n")
        if line
    ]


def masked(posts: Sequence[Post]) -> list[Post]:
    """Return the posts without URLs, mentions and hashtags; a post of nothing else is left out."""
    cut = [{**post, "text": " ".join(MASKED.sub(" ", post["text"]).split())} for post in posts]
    return [post for post in cut if post["text"]]


def recalls(posts: Sequence[Post], labels: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return the recall of each (label, source), from the label that each post was given."""
    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for post, label in zip(posts, labels, strict=True):
        hits[post["label"], post["source"]].append(label == post["label"])
    return {key: mean(found) for key, found in sorted(hits.items())}


def source_macro(recall: dict[tuple[str, str], float]) -> float:
    """Return the mean over labels of the mean over the label's sources."""
    by_label: dict[str, list[float]] = defaultdict(list)
    for (label, _), value in recall.items():
        by_label[label].append(value)
    return mean(mean(values) for values in by_label.values())


def measure(classifier: Classifier, posts: Sequence[Post]) -> dict[str, Any]:
    """Return all figures, ready for JSON."""
    predictions, cut = classifier.predict([post["text"] for post in posts]), masked(posts)
    as_is = recalls(posts, [prediction.label for prediction in predictions])
    without = recalls(cut, [prediction.label for prediction in classifier.predict([post["text"] for post in cut])])
    outcomes = [
        (prediction.probability, prediction.label == post["label"])
        for post, prediction in zip(posts, predictions, strict=True)
        if prediction.probability is not None
    ]
    rows: dict[tuple[str, str], int] = defaultdict(int)
    for post in posts:
        rows[post["label"], post["source"]] += 1
    return {
        "date": datetime.date.today().isoformat(),
        "as_is": round(source_macro(as_is), 4),
        "masked": round(source_macro(without), 4),
        "expected_calibration_error": round(calibration_error(outcomes), 4),
        "risk_coverage": [[round(number, 4) for number in point] for point in risk_coverage(outcomes, COVERAGES)],
        "sources": {
            key[1]: {
                "label": key[0],
                "rows": rows[key],
                "as_is": round(as_is[key], 4),
                "masked": round(without[key], 4),
            }
            for key in as_is
        },
    }


def main() -> None:
    """Print the figures, and record them if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--record", action="store_true", help=f"write models/{RECORD.name}")
    options = parser.parse_args()
    text = json.dumps(measure(load_model(options.model), read_posts(options.folder)), indent=2)
    print(text)
    if options.record:
        RECORD.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
