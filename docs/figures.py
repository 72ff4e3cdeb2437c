"""The generated parts of README.md and models/README.md: help texts, tables, figures, examples' output.

``make readme`` writes them; a test checks that they are current.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import click

from socialclass import load_model, read_corpus
from socialclass.cli.main import COMMANDS, cli
from socialclass.evaluation import Evaluation, evaluate
from socialclass.formats import FORMATS

ROOT = Path(__file__).parent.parent


def test_set_evaluation() -> Evaluation:
    """Return the bundled model's measures on the bundled test set."""
    return evaluate(load_model(), read_corpus(str(ROOT / "data/test.jsonl")))


def real_posts() -> dict[str, float]:
    """Return the recorded figures on real posts; they need files that the repository does not hold."""
    figures: dict[str, float] = json.loads((ROOT / "models/real-posts.json").read_text(encoding="utf-8"))
    return figures


def score_line() -> str:
    """Return the sentence of the README that says how right the bundled model is."""
    real, own = real_posts(), test_set_evaluation()
    return (
        "How right it is: on real posts that nobody here wrote, the mean recall over seven sources and both labels is\n"
        f"**{real['as_is']:.2f}** ({real['masked']:.2f} with URLs, mentions and hashtags removed; measured "
        f"{real['date']}); on the bundled test set, which was\nwritten to be hard (the same topics on both sides), "
        f"macro-F1 is {own.macro_f1:.2f}. More in the [model card](models/README.md).\n"
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
        marks = ["yes" if part else "" for part in (row.reader, row.writer)]
        rows.append(f"| `{row.name}` | {marks[0]} | {marks[1]} | {' '.join(row.suffixes)} | {row.help} |")
    rows.append("| `table` | | yes | | rows of fixed width, coloured; what a terminal gets |")
    return "\n".join(rows) + "\n"


def help_texts() -> str:
    """Return the help of every command, as the terminal shows it."""
    parts = []
    for words in [[], *[[name] for name in COMMANDS], ["model", "show"]]:
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
    """Return the recorded recalls on real posts, a row a source."""
    figures = real_posts()
    sources: dict[str, dict[str, float]] = figures["sources"]  # type: ignore[assignment]
    rows = ["| source | label | texts | recall | masked |", "|---|---|---|---|---|"]
    for name, each in sources.items():
        rows.append(f"| {name} | {each['label']} | {each['rows']:,} | {each['as_is']:.3f} | {each['masked']:.3f} |")
    rows.append(f"| **source-macro recall** | | | **{figures['as_is']:.3f}** | **{figures['masked']:.3f}** |")
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
