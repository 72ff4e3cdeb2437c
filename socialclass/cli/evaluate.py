"""`socialclass evaluate`: measure a model on a labelled corpus."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from socialclass.cli.options import GATE_EXIT, color_option, model_option, note, open_model, read_options
from socialclass.formats import ReadOptions

_EXAMPLES = """\b
Examples:
  socialclass evaluate held-out.csv
  socialclass evaluate -m my.joblib held-out.jsonl --fail-under macro_f1=0.8 --fail-under "recall:spam=0.9"
  socialclass evaluate held-out.csv --output-format json | jq .macro_f1
\b
Measures: accuracy, macro_f1, expected_calibration_error, coverage, precision:LABEL, recall:LABEL, f1:LABEL.
Exit codes: 0 done, 1 error, 2 usage, 4 a --fail-under gate failed.
"""


if TYPE_CHECKING:
    _ParamType = click.ParamType[tuple[str, float]]
else:
    _ParamType = click.ParamType  # no generic before Click 8.4


class _Gate(_ParamType):
    """NAME=VALUE, with VALUE from 0 to 1."""

    name = "name=value"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        if isinstance(value, tuple):
            return value
        name, equals, bound = str(value).rpartition("=")
        try:
            number = float(bound)
        except ValueError:
            number = -1.0
        if not equals or not name or not 0 <= number <= 1:
            self.fail(f"{value!r} is not NAME=VALUE with a value from 0 to 1, such as macro_f1=0.8", param, ctx)
        return name, number


@click.command("evaluate", epilog=_EXAMPLES, short_help="Measure a model on a labelled corpus.")
@click.argument("corpus")
@model_option
@read_options
@click.option("--label-field", default="label", show_default=True, metavar="NAME", help="Column of the label.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Below this probability the label is 'uncertain', which counts as wrong.",
)
@click.option(
    "--fail-under",
    type=_Gate(),
    multiple=True,
    metavar="NAME=VALUE",
    help="Exit with 4 if the measure is lower (the calibration error: if it is higher).",
)
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@color_option
def command(corpus: str, model: str | None, input_format: str, text_field: str | None, encoding: str,
            encoding_errors: str, label_field: str, min_confidence: float, fail_under: tuple[tuple[str, float], ...],
            output_format: str, color: str) -> None:  # fmt: skip
    """Measure a model on CORPUS (csv, tsv or jsonl with a text and a label)."""
    from socialclass.corpus import read_corpus
    from socialclass.evaluation import evaluate

    classifier = open_model(model)
    reading = ReadOptions(input_format, text_field, encoding, encoding_errors)
    evaluation = evaluate(classifier, read_corpus(corpus, reading, label_field), min_confidence)
    if output_format == "json":
        click.echo(json.dumps(asdict(evaluation), indent=2, ensure_ascii=False))
    else:
        from socialclass.render import make_console, print_evaluation

        print_evaluation(evaluation, make_console(color))
    failed = False
    for name, bound in fail_under:
        try:
            value = evaluation.figure(name)
        except KeyError:
            raise click.BadParameter(f"no measure {name!r}; see --help", param_hint="--fail-under") from None
        low = value > bound if name == "expected_calibration_error" else value < bound
        if low:
            note(f"{corpus}: {name} is {value:.4f}, the gate {bound}")
            failed = True
    if failed:
        click.get_current_context().exit(GATE_EXIT)
