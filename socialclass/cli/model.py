"""`socialclass model …`: show, verify, export."""

import json
import re

import click

from socialclass.cli.options import (
    GATE_EXIT,
    color_option,
    force_option,
    note,
    open_model,
    read_options,
    refuse_overwriting,
)
from socialclass.reading import ReadOptions, read_binary
from socialclass.resources import default_model_path, find_resource

_SHA256 = re.compile("[0-9a-f]{64}", re.I)

_VERIFY = """\b
Examples:
  socialclass model verify
  socialclass model verify my.joblib corpus.csv --label-field kind
  socialclass model verify my.joblib --expect-sha256 "$(cat my.joblib.sha256)"
\b
Exit codes: 0 identical, or the same but for rounding (another processor), 1 error, 2 usage, 4 different.
"""
_EXPORT = """\b
Examples:
  socialclass model export --to json -o model.json
  socialclass model export my.joblib --to sklearn -o pipeline.joblib
  socialclass model export my.joblib --to onnx -o model.onnx
"""


@click.group("model")
def command() -> None:
    """Look into a model file (nothing in it is run)."""


@command.command("show")
@click.argument("model", required=False)
@click.option("-n", "--terms", type=click.IntRange(0), default=20, show_default=True, help="Terms to show a label.")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@color_option
def show(model: str | None, terms: int, output_format: str, color: str) -> None:
    """Show what MODEL (by default the bundled one) is, what it was trained on, and its strongest terms."""
    classifier = open_model(model)
    path = model or default_model_path()
    if output_format == "json":
        weights = classifier.weights
        content = {
            "sha256": _sha256_of(path),
            "classes": classifier.classes,
            "terms": len(weights.terms),
            "analyzer": weights.analyzer.as_facts(),
            "damping": weights.damping,
            **classifier.facts,
            "strongest_terms": {
                label: [each._asdict() for each in found] for label, found in classifier.strongest_terms(terms).items()
            },
        }
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    from socialclass.report.terminal import make_console, print_model

    print_model(classifier, path, _sha256_of(path), terms, make_console(color))


def _sha256_of(path: str) -> str:
    import hashlib

    with read_binary(path) as stream:
        return hashlib.sha256(stream.read()).hexdigest()


@command.command("verify", epilog=_VERIFY)
@click.argument("model", required=False)
@click.argument("corpus", required=False)
@read_options
@click.option("--label-field", default="label", show_default=True, metavar="NAME", help="Column of the label.")
@click.option("--group-field", metavar="NAME", help="Column of the group, as when it was trained.")
@click.option("--expect-sha256", metavar="HEX", help="Check the bytes of MODEL; without CORPUS nothing is trained.")
def verify(model: str | None, corpus: str | None, input_format: str, text_field: str | None, encoding: str,
           encoding_errors: str, label_field: str, group_field: str | None,
           expect_sha256: str | None) -> None:  # fmt: skip
    """Train MODEL again as it says it was trained, and say whether the result is identical.

    MODEL is by default the bundled one, CORPUS the corpus that the bundled one was trained on.
    """
    path = model or default_model_path()
    if expect_sha256 is not None:
        if not _SHA256.fullmatch(expect_sha256.strip()):
            raise click.BadParameter("a SHA-256 is 64 hexadecimal digits", param_hint="--expect-sha256")
        found = _sha256_of(path)
        if found != expect_sha256.strip().lower():
            note(f"{path}: sha256 is {found}, expected {expect_sha256.strip().lower()}")
            click.get_current_context().exit(GATE_EXIT)
        click.echo(f"{path}: sha256 is as expected")
        if corpus is None:
            return
    from socialclass.corpus import read_corpus
    from socialclass.training.reproduction import reproduce

    classifier = open_model(model)
    reading = ReadOptions(input_format, text_field, encoding, encoding_errors)
    source = corpus or str(find_resource("data", "train.jsonl"))
    result = reproduce(classifier, read_corpus(source, reading, label_field, group_field), path)
    same = "identical" if result.identical else "the same but for rounding" if result.equivalent else "different"
    click.echo(f"{path}: {same} when trained again on {source}")
    for difference in result.differences:
        note(f"{path}: {difference}")
    if not result.equivalent:
        click.get_current_context().exit(GATE_EXIT)


@command.command("export", epilog=_EXPORT)
@click.argument("model", required=False)
@click.option("--to", "shape", required=True, type=click.Choice(["sklearn", "json", "onnx"]), help="See below.")
@click.option("-o", "--output", required=True, metavar="FILE", help="The file to write, whole or not at all.")
@force_option
def export(model: str | None, shape: str, output: str, force: bool) -> None:
    """Write MODEL (by default the bundled one) in the shape of another tool.

    \b
    sklearn  A scikit-learn Pipeline, texts in, with the same probabilities, in a joblib file. That is a pickle: open
             it only if you trust who made it, and only where socialclass is installed, whose analyser it calls.
    json     Terms, idf, coefficients, settings and the formula, as plain JSON.
    onnx     An ONNX graph from counts of terms to label and probabilities. ONNX has no operator for the analyser:
             count a text's terms by socialclass.analyze, in the order of the terms in the file's metadata.
    """
    from socialclass.training.exchange import export_model

    refuse_overwriting((output,), force, (model,))
    export_model(open_model(model), shape, output)
    if shape == "sklearn":
        note(f"{output} is a pickle: it runs code when it is opened, and needs socialclass where it is")
