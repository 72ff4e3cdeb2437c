"""`socialclass train`: fit a model on a labelled corpus."""

import sys

import click

from socialclass.cli.options import note, read_options
from socialclass.formats import ReadOptions

_EXAMPLES = """\b
Examples:
  socialclass train corpus.csv -o my.joblib
  socialclass train posts.jsonl --text-field body --label-field kind -o my.joblib
  socialclass classify -m my.joblib new-posts.txt
"""


@click.command("train", epilog=_EXAMPLES, short_help="Fit a model on a labelled corpus.")
@click.argument("corpus")
@click.option("-o", "--output", "model", required=True, metavar="MODEL", help="The model file to write.")
@read_options
@click.option("--label-field", default="label", show_default=True, metavar="NAME", help="Column of the label.")
@click.option("--group-field", metavar="NAME", help="Column of the group; no group is on both sides of a split.")
@click.option(
    "--class-weight",
    type=click.Choice(["none", "balanced"]),
    default="none",
    show_default=True,
    help="'balanced' weighs labels inversely to their frequency.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Equal corpus and seed give an equal file.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def command(corpus: str, model: str, input_format: str, text_field: str | None, encoding: str, encoding_errors: str,
            label_field: str, group_field: str | None, class_weight: str, seed: int, quiet: bool) -> None:  # fmt: skip
    """Fit a model on CORPUS (csv, tsv or jsonl with a text and a label) and write it to MODEL."""
    from socialclass.corpus import read_corpus
    from socialclass.persistence import save_model
    from socialclass.training import TrainSettings, train_examples

    reading = ReadOptions(input_format, text_field, encoding, encoding_errors)
    examples = read_corpus(corpus, reading, label_field, group_field)
    if not quiet and sys.stderr is not None and sys.stderr.isatty():
        note(f"fitting on {len(examples):,} texts")
    settings = TrainSettings(class_weight=None if class_weight == "none" else class_weight)
    classifier = train_examples(examples, settings, seed)
    save_model(classifier, model)
    if not quiet:
        measured = classifier.facts.get("cross_validation")
        score = f"; cross-validated macro-F1 {measured['macro_f1']:.3f}" if measured else "; too few texts to calibrate"
        note(f"{model}: {len(examples):,} texts, {len(classifier.weights.terms):,} terms{score}")
