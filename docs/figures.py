"""The generated parts of README.md and models/README.md: help texts, tables, figures, examples' output.

``make readme`` writes them; a test checks that they are current.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from docs.corpus_card import rows_of, texts_of
from socialclass import Classifier, Example, Prediction, load_model, read_corpus
from socialclass.cli.main import COMMANDS, cli
from socialclass.curation import KINDS
from socialclass.evaluation import Evaluation, evaluate, risk_coverage
from socialclass.reading import FORMATS
from socialclass.reading.platforms import EXPORTS
from socialclass.training.vectors import count_examples
from socialclass.writing import OUTPUT_FORMATS

ROOT = Path(__file__).parent.parent
SUBCOMMANDS = (
    "corpus check",
    "corpus split",
    "corpus suggest",
    "corpus label",
    "model show",
    "model verify",
    "model export",
)


def test_set_evaluation() -> Evaluation:
    """Return the bundled model's measures on the texts of the bundled test set."""
    return evaluate(load_model(), _test_examples("text"))


def _test_examples(kind: str) -> list[Example]:
    """Return the examples of the test set whose row holds a ``text``, or an ``activity``."""
    examples = read_corpus(str(ROOT / "data/test.jsonl"))
    return [example for row, example in zip(rows_of("test"), examples, strict=True) if kind in row]


def real_posts() -> dict[str, Any]:
    """Return the recorded figures on real posts; they need files that the repository does not hold."""
    figures: dict[str, Any] = json.loads((ROOT / "models/real-posts.json").read_text(encoding="utf-8"))
    return figures


def score_line() -> str:
    """Return the sentence of the README that says how right the bundled model is."""
    real, own = real_posts(), test_set_evaluation()
    as_is, cut = real["as_is"], real["masked"]
    return (
        f"How right it is: on {len(real['sources'])} sources of real posts that nobody here wrote, the mean recall "
        f"over sources and both labels is\n**{as_is['recall']:.2f}** ({cut['recall']:.2f} with URLs, mentions and "
        f"hashtags removed; AUC {as_is['auc']:.2f}; measured {real['date']}). The settings were chosen on "
        "these\nsources, so expect other sources to give some points less. On the bundled test set macro-F1 is "
        f"{own.macro_f1:.2f}. More in the [model card](models/README.md).\n"
    )


def shell(command: str) -> str:
    """Return a command's output as a fenced block."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"COLUMNS": "110", "NO_COLOR": "1"}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, cwd=ROOT, check=True)
    body = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    return f"```text\n{body}\n```\n"


def formats_table() -> str:
    """Return the table of formats."""
    rows = ["| format | read | written | suffix | what it is |", "|---|---|---|---|---|"]
    for row in FORMATS:
        written = "yes" if row.name in OUTPUT_FORMATS else ""
        rows.append(f"| `{row.name}` | yes | {written} | {' '.join(row.suffixes)} | {row.help} |")
    rows.append("| `table` | | yes | | rows of fixed width, coloured; what a terminal gets |")
    return "\n".join(rows) + "\n"


def finding_kinds() -> str:
    """Return the table of what `corpus check` finds."""
    rows = ["| kind | what it is | what to do |", "|---|---|---|"]
    return "\n".join([*rows, *(f"| `{kind.name}` | {kind.help} | {kind.remedy} |" for kind in KINDS)]) + "\n"


def exports_table() -> str:
    """Return the table of exports."""
    rows = ["| format | what is read |", "|---|---|"]
    rows += [f"| `{row.name}` | {row.files} |" for row in sorted(EXPORTS, key=lambda row: row.name)]
    return "\n".join(rows) + "\n"


def help_texts() -> str:
    """Return the help of every command, as the terminal shows it."""
    parts = []
    for words in [[], *[[name] for name in COMMANDS], *[words.split() for words in SUBCOMMANDS]]:
        context: click.Context = click.Context(cli, info_name="socialclass", terminal_width=100)
        command: click.Command = cli
        for word in words:
            assert isinstance(command, click.Group)
            found = command.get_command(context, word)
            assert found is not None
            command = found
            context = click.Context(command, info_name=word, parent=context, terminal_width=100)
        title = " ".join(["socialclass", *words])
        body = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts.append(f"<details><summary><code>{title} --help</code></summary>\n\n```text\n{body}\n```\n\n</details>\n")
    return "\n".join(parts)


def label_table() -> str:
    """Return precision, recall and F1 of each label on the bundled test set, and the measures over all."""
    measured = test_set_evaluation()
    rows = ["| label | precision | recall | F1 | texts |", "|---|---|---|---|---|"]
    for label, each in measured.labels.items():
        rows.append(f"| {label} | {each.precision:.3f} | {each.recall:.3f} | {each.f1:.3f} | {each.support} |")
    over_all = (
        f"accuracy {measured.accuracy:.3f}, macro-F1 {measured.macro_f1:.3f}, expected calibration error "
        f"{measured.expected_calibration_error:.3f}, coverage {measured.coverage:.3f}, {measured.texts} texts"
    )
    return "\n".join(rows) + f"\n\n{over_all[0].upper()}{over_all[1:]}.\n"


def real_table() -> str:
    """Return the recorded figures on real posts, a row a source."""
    figures = real_posts()
    sources: dict[str, dict[str, float]] = figures["sources"]
    rows = ["| source | label | texts | recall | masked |", "|---|---|---|---|---|"]
    for name, each in sources.items():
        rows.append(f"| {name} | {each['label']} | {each['rows']:,} | {each['as_is']:.3f} | {each['masked']:.3f} |")
    names = {"source-macro recall": "recall", "AUC": "auc", "calibration error": "calibration_error"}
    for title, name in names.items():
        both = [f"**{figures[view][name]:.3f}**" for view in ("as_is", "masked")]
        rows.append(f"| **{title}** | | | {' | '.join(both)} |")
    for label in sorted({str(each["label"]) for each in sources.values()}):
        both = [f"{figures[view]['recall_of_labels'][label]:.3f}" for view in ("as_is", "masked")]
        rows.append(f"| mean recall of {label} | | | {' | '.join(both)} |")
    return f"Measured {figures['date']}.\n\n" + "\n".join(rows) + "\n"


def facts_table() -> str:
    """Return what the model file says of its training."""
    model = load_model()
    facts = model.facts
    rows = [
        (
            "corpus",
            f"data/train.jsonl, {facts['corpus']['texts']:,} texts, SHA-256 `{facts['corpus']['sha256'][:16]}…`",
        ),
        ("terms", f"{len(model.weights.terms):,}"),
        ("settings", f"`{json.dumps(facts['settings'])}`"),
        ("calibration", f"`{json.dumps(facts['calibration'])}`"),
        ("cross-validation", f"`{json.dumps(facts['cross_validation'])}`"),
        ("seed", str(facts["seed"])),
    ]
    return "\n".join(["| fact | value |", "|---|---|", *[f"| {name} | {value} |" for name, value in rows]]) + "\n"


_VIEWS = {"as is": "as_is", "masked": "masked"}


def _figures(row: dict[str, Any], part: str) -> str:
    return " | ".join(f"{row[view][part]['recall']:.3f}, {row[view][part]['auc']:.3f}" for view in _VIEWS.values())


def experiments_table() -> str:
    """Return the recorded comparison of settings: recall and AUC on each half of the sources."""
    heads = [f"{half}, {view}" for half in ("half", "other half") for view in _VIEWS]
    rows = [f"| variant | terms | cross-validated | {' | '.join(heads)} |", "|---|---|---|" + "---|" * len(heads)]
    for each in _experiments()["variants"]:
        halves = " | ".join(_figures(each, half) for half in ("half", "other half"))
        rows.append(f"| {each['name']} | {each['terms']:,} | {each['cross_validated']:.3f} | {halves} |")
    return "\n".join(rows) + "\n"


def curve_table() -> str:
    """Return the recorded learning curve: recall and AUC on each half of the sources."""
    heads = [f"{half}, {view}" for half in ("all", "half", "other half") for view in _VIEWS]
    rows = [f"| texts | {' | '.join(heads)} |", "|---|" + "---|" * len(heads)]
    for each in _experiments()["curve"]:
        parts = " | ".join(_figures(each, half) for half in ("all", "half", "other half"))
        rows.append(f"| {each['texts']:,} | {parts} |")
    return "\n".join(rows) + "\n"


def risk_table() -> str:
    """Return error rates by coverage, on the bundled test set and (recorded) on real posts."""
    outcomes = [
        (prediction.probability, prediction.label == example.label)
        for example, prediction in _predicted_test_set()
        if prediction.probability is not None
    ]
    real = real_posts()["as_is"]["risk_coverage"]
    assert isinstance(real, list)
    rows = [
        "| share labelled | test set: `--min-confidence` | error | real posts: `--min-confidence` | error |",
        "|---|---|---|---|---|",
    ]
    own = risk_coverage(outcomes, [point[0] for point in real])
    for (coverage, least, error), (_, real_least, real_error) in zip(own, real, strict=True):
        rows.append(f"| {coverage:.0%} | {least:.2f} | {error:.3f} | {real_least:.2f} | {real_error:.3f} |")
    return "\n".join(rows) + "\n"


def pairs_line() -> str:
    """Return how many contrast pairs of the test set have both halves right."""
    rows = [row for row in rows_of("test") if "text" in row]
    pairs: dict[str, list[bool]] = {}
    for row, (_, prediction) in zip(rows, _predicted_test_set(), strict=True):
        if row.get("pair"):
            pairs.setdefault(row["pair"], []).append(prediction.label == row["label"])
    both = sum(all(right) for right in pairs.values())
    return f"Of the test set's {len(pairs)} contrast pairs {both} ({both / len(pairs):.0%}) have both halves right.\n"


def activities_table() -> str:
    """Return the share of the test set's activities that are labelled right, by what the model sees of them."""
    model = load_model()
    examples = _test_examples("activity")
    table = ["| activities | rows | all of it | facts alone | words alone |", "|---|---|---|---|---|"]
    for name, wordless in (("without a word", True), ("with words", False)):
        part = [example for example in examples if (not example.text) == wordless]
        shares = [
            evaluate(model, [example._replace(**change) for example in part]).accuracy
            for change in ({}, {"text": ""}, {"facts": ()})
        ]
        table.append(f"| {name} | {len(part)} | {' | '.join(f'{share:.3f}' for share in shares)} |")
    return "\n".join(table) + "\n"


WEAK_EVIDENCE: dict[str, Callable[[str], str]] = {
    "a URL added": lambda text: f"{text} https://t.co/Ab12cd",
    "URLs removed": lambda text: re.sub(r"(https?://|www\.)\S+", "", text),
    "a mention put before": lambda text: f"@kim_29 {text}",
    "a mention added": lambda text: f"{text} @kim_29",
    "mentions removed": lambda text: re.sub(r"(?<!\w)@\w+", "", text),
    "a hashtag added": lambda text: f"{text} #tbt",
    "hash signs removed": lambda text: text.replace("#", ""),
}


def flips(model: Classifier, texts: Sequence[str], change: Callable[[str], str]) -> float:
    """Return the share of the texts whose label a change of the text flips."""
    before, after = model.predict(texts), model.predict([change(text) for text in texts])
    return sum(one.label != other.label for one, other in zip(before, after, strict=True)) / len(texts)


def flips_table() -> str:
    """Return how many labels of the bundled test set a link, a mention or a hashtag more or less flips."""
    texts = [example.text for example in _test_examples("text")]
    rows = [f"| {name} | {flips(load_model(), texts, change):.1%} |" for name, change in WEAK_EVIDENCE.items()]
    return "\n".join(["| change | labels that flip |", "|---|---|", *rows]) + "\n"


def kinds_recall_table() -> str:
    """Return the recall of each kind of the bundled test set's texts, the lowest first."""
    right: dict[tuple[str, str], list[bool]] = {}
    for row, (_, prediction) in zip(texts_of("test"), _predicted_test_set(), strict=True):
        right.setdefault((row["label"], row["kind"]), []).append(prediction.label == row["label"])
    table = ["| kind | label | texts | recall |", "|---|---|---|---|"]
    for (label, kind), found in sorted(right.items(), key=lambda item: sum(item[1]) / len(item[1])):
        table.append(f"| {kind} | {label} | {len(found)} | {sum(found) / len(found):.2f} |")
    return "\n".join(table) + "\n"


def words_table(number: int = 40) -> str:
    """Return the terms that weigh most in the corpus for each label: coefficient times idf times the texts with it."""
    model = load_model()
    counted = count_examples(read_corpus(str(ROOT / "data/train.jsonl")), model.weights.analyzer)
    counts = dict(zip(counted.terms, counted.matrix.getnnz(axis=0).tolist(), strict=True))
    carried = {
        term: coef * idf * counts[term]
        for term, coef, idf in zip(model.weights.terms, model.weights.coef[0], model.weights.idf, strict=True)
    }
    lines = []
    for label, sign in zip(model.classes, (-1, 1), strict=True):
        best = sorted(carried, key=lambda term: sign * carried[term], reverse=True)[:number]
        lines.append(f"- **{label}**: " + ", ".join(f"`{term}`" for term in best))
    return "\n".join(lines) + "\n"


def calibration_line() -> str:
    """Return the calibration errors."""
    own, real = test_set_evaluation().expected_calibration_error, real_posts()["as_is"]["calibration_error"]
    return f"Expected calibration error: {own:.3f} on the test set, {real:.3f} on the real posts.\n"


def _predicted_test_set() -> list[tuple[Example, Prediction]]:
    examples = _test_examples("text")
    return list(zip(examples, load_model().predict([example.text for example in examples]), strict=True))


def _experiments() -> dict[str, list[dict[str, Any]]]:
    content: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "models/experiments.json").read_text("utf-8"))
    return content
