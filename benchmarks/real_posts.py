"""Measure a model on real posts of other people, and record the figures for the model card.

    python -m benchmarks.real_posts FOLDER [--record]

FOLDER holds JSONL files with `text`, `label` and `source`. Source-macro recall is the mean over the sources of each
label of the share that got this label, averaged over the labels; the area under the ROC curve (AUC) and the calibration
error weigh every source alike. All is taken once on the texts as they are and once with URLs, mentions and hashtags
removed, since those alone tell companies from people on some platforms.
The posts themselves are no part of the repository: they belong to those who wrote them.
"""

import argparse
import datetime
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from sklearn.metrics import roc_auc_score

from socialclass import Classifier, load_model
from socialclass.evaluation import risk_coverage

Post = dict[str, str]
MARKETING, NETWORKING = "social media marketing", "social networking"
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


def halves(sources: Sequence[tuple[str, str]], seed: int = 0) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the (label, source) pairs in two halves, each with half of either label's sources, drawn by the seed.

    >>> [len(half) for half in halves([("a", "x"), ("a", "y"), ("b", "x"), ("b", "z")])]
    [2, 2]
    """
    chosen: set[tuple[str, str]] = set()
    for label in sorted({label for label, _ in sources}):
        own = sorted(source for source in set(sources) if source[0] == label)
        chosen.update(random.Random(seed).sample(own, len(own) // 2))
    return chosen, set(sources) - chosen


def area(posts: Sequence[Post], shares: Sequence[float], label: str = MARKETING) -> float:
    """Return the area under the ROC curve of the label's probabilities, every source of one weight."""
    keys = [(post["label"], post["source"]) for post in posts]
    sizes = Counter(keys)
    truth = [post["label"] == label for post in posts]
    return float(roc_auc_score(truth, shares, sample_weight=[1.0 / sizes[key] for key in keys]))


def calibration(posts: Sequence[Post], outcomes: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Return the calibration error of (probability of the label given, is it right), sources weighing alike."""
    keys = [(post["label"], post["source"]) for post in posts]
    sizes, total = Counter(keys), 0.0
    off: dict[int, float] = defaultdict(float)
    for key, (probability, right) in zip(keys, outcomes, strict=True):
        off[min(int((probability - 0.5) * 2 * bins), bins - 1)] += (probability - right) / sizes[key]
        total += 1.0 / sizes[key]
    return sum(map(abs, off.values())) / total


def measure(classifier: Classifier, posts: Sequence[Post]) -> dict[str, Any]:
    """Return all figures, ready for JSON."""
    figures: dict[str, Any] = {"date": datetime.date.today().isoformat()}
    sources: dict[tuple[str, str], dict[str, Any]] = {}
    place = classifier.classes.index(MARKETING)
    for name, these in (("as_is", posts), ("masked", masked(posts))):
        predictions = classifier.predict([post["text"] for post in these])
        outcomes = [
            (prediction.probability or 0.5, prediction.label == post["label"])
            for post, prediction in zip(these, predictions, strict=True)
        ]
        found = recalls(these, [prediction.label for prediction in predictions])
        figures[name] = {
            "recall": round(source_macro(found), 4),
            "recall_of_labels": {
                label: round(mean(value for (own, _), value in found.items() if own == label), 4)
                for label in classifier.classes
            },
            "auc": round(area(these, [prediction.probabilities[place] for prediction in predictions]), 4),
            "calibration_error": round(calibration(these, outcomes), 4),
            "risk_coverage": [[round(number, 4) for number in point] for point in risk_coverage(outcomes, COVERAGES)],
        }
        rows = Counter((post["label"], post["source"]) for post in these)
        for key, value in found.items():
            own = sources.setdefault(key, {"label": key[0], "rows": rows[key]})
            own[name] = round(value, 4)
    figures["sources"] = {source: own for (_, source), own in sorted(sources.items())}
    return figures


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
