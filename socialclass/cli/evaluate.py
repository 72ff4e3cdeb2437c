"""`socialclass evaluate`: measure a model on a labelled corpus."""

import math
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from socialclass.cli.options import (
    GATE_EXIT,
    color_option,
    force_option,
    is_terminal,
    model_option,
    note,
    open_model,
    placed,
    read_options,
    refuse_overwriting,
)
from socialclass.reading import ReadOptions
from socialclass.writing.files import open_output

if TYPE_CHECKING:
    from socialclass.evaluation.gates import Gate, GateResult
    from socialclass.training.validation import Assessment

_EXAMPLES = """\b
Examples:
  socialclass evaluate held-out.csv
  socialclass evaluate -m my.joblib held-out.jsonl --fail-under macro_f1=0.8 --fail-under "recall:spam=0.9"
  socialclass evaluate held-out.csv --by platform --report evaluation.html
  socialclass evaluate -m my.joblib all-my-posts.csv --cv 5 --learning-curve
  socialclass evaluate held-out.csv --output-format json | jq .macro_f1
\b
Measures: accuracy, majority_baseline, macro_f1, macro_precision, macro_recall, matthews, coverage,
accuracy_of_labelled, expected_calibration_error, log_loss, brier_score, risk_coverage_area, and of a label
precision:LABEL, recall:LABEL, f1:LABEL, average_precision:LABEL.
Exit codes: 0 done, 1 error, 2 usage, 4 a --fail-under gate failed.
"""


def _parse_gates(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, float]]:
    """Read each NAME=VALUE."""
    found = []
    for value in values:
        name, _, bound = value.rpartition("=")
        try:
            number = float(bound)
        except ValueError:
            number = math.nan
        if not name or not math.isfinite(number):
            raise click.BadParameter(f"{value!r} is not NAME=VALUE, such as macro_f1=0.8", ctx, param)
        found.append((name, number))
    return found


@click.command("evaluate", epilog=_EXAMPLES)
@click.argument("corpus")
@model_option
@read_options
@click.option("--label-field", default="label", show_default=True, metavar="NAME", help="Column of the label.")
@click.option("--group-field", metavar="NAME", help="Column of the group; a group is drawn, and left out, as a whole.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Below this probability the label is 'uncertain', which counts as wrong.",
)
@click.option("--by", metavar="FIELD", help="Measure also for each value of this column.")
@click.option(
    "--cv",
    type=click.IntRange(2),
    metavar="K",
    help="Cross-validate instead: refit with the model's settings on CORPUS, K times without a K-th of it.",
)
@click.option("--learning-curve", is_flag=True, help="Refit on growing shares of CORPUS: would more texts help?")
@click.option(
    "--rounds", type=click.IntRange(0), default=1000, show_default=True, help="Bootstrap draws; 0: no intervals."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws and the folds.")
@click.option(
    "--fail-under",
    callback=_parse_gates,
    multiple=True,
    metavar="NAME=VALUE",
    help="Exit with 4 if the measure is lower (of errors and losses: if it is higher).",
)
@click.option(
    "--output-format",
    type=click.Choice(["table", "json", "junit", "github"]),
    default="table",
    show_default=True,
    help="github: annotations, and a summary of the step where GITHUB_STEP_SUMMARY names its file.",
)
@click.option("--report", metavar="FILE", help="Write an HTML page: curves, worst errors, strongest terms.")
@force_option
@color_option
def command(corpus: str, model: str | None, input_format: str, text_field: str | None, encoding: str,
            encoding_errors: str, label_field: str, group_field: str | None, min_confidence: float, by: str | None,
            cv: int | None, learning_curve: bool, rounds: int, seed: int, fail_under: list[tuple[str, float]],
            output_format: str, report: str | None, force: bool, color: str) -> None:  # fmt: skip
    """Measure a model on CORPUS (csv, tsv or jsonl with a text and a label)."""
    from socialclass.corpus import example_of, field_of
    from socialclass.evaluation import Gate, check_gates
    from socialclass.reading.source import read_records
    from socialclass.report.terminal import status
    from socialclass.training.validation import Plan, assess, is_own_corpus

    refuse_overwriting((report,), force, (corpus, model))
    if report is not None:
        from socialclass.report.plots import check_installed

        check_installed()
    classifier = open_model(model)
    records = list(read_records(corpus, ReadOptions(input_format, text_field, encoding, encoding_errors)))
    examples = [example_of(record, label_field, group_field) for record in records]
    values = [field_of(record, by, "--by") for record in records] if by is not None else None
    gates = [Gate(*each) for each in fail_under]
    _check_names(gates, sorted({each.label for each in examples}) if cv else classifier.classes)
    if not cv and is_own_corpus(classifier, examples):
        note(f"{corpus}: the model was fitted on these texts, so they flatter it; --cv 5 measures on unseen ones")
    plan = Plan(min_confidence, rounds, seed, cv or 0, learning_curve, values)
    strange = (
        str(row.place) for row, each in zip(records, examples, strict=True) if each.label not in classifier.classes
    )
    with placed(corpus if cv else next(strange, corpus)), status(is_terminal(sys.stderr)) as tick:
        assessment = assess(classifier, examples, plan, tick)
    results = check_gates(gates, assessment.evaluation)
    if report is not None:
        from socialclass.report.assessment import assessment_page

        page = assessment_page(assessment, corpus, model or "the bundled model", by or "", results)
        with open_output(report) as stream:
            stream.write(page.encode())
    _print(assessment, results, corpus, output_format, color)
    for each in results:
        if not each.passed:
            note(f"{corpus}: {each}")
    if not all(each.passed for each in results):
        click.get_current_context().exit(GATE_EXIT)


def _check_names(gates: "Sequence[Gate]", classes: Sequence[str]) -> None:
    from socialclass.evaluation.gates import UnknownMeasureError, check_names

    try:
        check_names(gates, classes)
    except UnknownMeasureError as error:
        raise click.BadParameter(str(error), param_hint="--fail-under") from None


def _print(assessment: "Assessment", results: "Sequence[GateResult]", corpus: str, wanted: str, color: str) -> None:
    from socialclass.report import machine

    if wanted == "table":
        from socialclass.report.terminal import make_console, print_assessment

        print_assessment(assessment, make_console(color))
    elif wanted == "json":
        _write(machine.as_json(assessment, results))
    elif wanted == "junit":
        _write(machine.as_junit(assessment, results, corpus))
    else:
        _write(machine.as_github(assessment, results, corpus))
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            with open(
                summary, "a", encoding="utf-8", errors="replace"
            ) as stream:  # the file is shared by the step's commands
                stream.write(machine.step_summary(assessment, results, corpus))


def _write(content: str) -> None:
    with open_output(None) as stream:
        stream.write(content.encode("utf-8", "replace"))
