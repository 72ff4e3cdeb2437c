"""`socialclass compare`: which labels two models give differently."""

from typing import TYPE_CHECKING

import click

from socialclass.cli.options import (
    GATE_EXIT,
    UNREADABLE_EXIT,
    color_option,
    force_option,
    note,
    open_model,
    placed,
    read_options,
    refuse_overwriting,
)
from socialclass.reading import ReadOptions
from socialclass.writing.files import open_output

if TYPE_CHECKING:
    from socialclass.evaluation import Comparison

_EXAMPLES = """\b
Examples:
  socialclass compare old.joblib new.joblib posts.txt
  socialclass compare old.joblib new.joblib held-out.csv --max-flips 1%
  socialclass compare old.joblib new.joblib held-out.csv --output-format csv -o changed.csv
\b
Where FILE has labels: gains and losses, the difference in accuracy, and McNemar's test.
Exit codes: 0 done, 1 error, 2 usage, 3 some records could not be read, 4 more flips than --max-flips.
"""


def _parse_bound(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[float, bool] | None:
    """Read a share such as ``1%`` (and True), or a number of texts (and False)."""
    if value is None:
        return None
    share = value.endswith("%")
    try:
        number = float(value[:-1]) if share else float(int(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= (100 if share else float("inf")):
        raise click.BadParameter(f"{value!r} is neither a share such as 1% nor a number of texts", ctx, param)
    return number, share


@click.command("compare", epilog=_EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.argument("file")
@read_options
@click.option(
    "--label-field",
    metavar="NAME",
    help="Column of the true label; by default 'label' where there is one; '' for none.",
)
@click.option("--group-field", metavar="NAME", help="Column of the group; groups are drawn whole for the interval.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Below this probability a label is 'uncertain'.",
)
@click.option(
    "--max-flips", callback=_parse_bound, metavar="N", help="Exit with 4 if more texts change label: 1% or 20."
)
@click.option(
    "-n", "--changes", type=click.IntRange(0), default=20, show_default=True, help="Changed texts that a table shows."
)
@click.option("--output-format", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.option("-o", "--output", metavar="FILE", help="Write json or csv here instead of to standard output.")
@force_option
@color_option
def command(old: str, new: str, file: str, input_format: str, text_field: str | None, encoding: str,
            encoding_errors: str, label_field: str | None, group_field: str | None, min_confidence: float,
            max_flips: tuple[float, bool] | None, changes: int, output_format: str, output: str | None,
            force: bool, color: str) -> None:  # fmt: skip
    """Show which texts of FILE the model NEW labels otherwise than OLD, by how much, and whether that is better.

    FILE: lines, csv, tsv or jsonl, with or without labels.
    """
    from socialclass.evaluation.comparison import compare_records
    from socialclass.reading.source import read_records

    if output is not None and output_format == "table":
        raise click.UsageError("-o goes with --output-format json or csv")
    refuse_overwriting((output,), force, (old, new, file))
    models = open_model(old), open_model(new)
    records = list(read_records(file, ReadOptions(input_format, text_field, encoding, encoding_errors)))
    unreadable = [record for record in records if record.error]
    for record in unreadable:
        note(f"{record.place}: {record.error}")
    records = [record for record in records if not record.error]
    with placed(file):
        comparison = compare_records(*models, records, label_field, group_field, min_confidence)
    _print(comparison, [str(record.place) for record in records], changes, output_format, output, color)
    if max_flips is not None:
        bound, share = max_flips
        if (comparison.flip_rate * 100 if share else comparison.flips) > bound:
            found = f"{comparison.flips:,} of {comparison.texts:,} texts ({comparison.flip_rate:.2%}) change label"
            note(f"{file}: {found}, the gate {bound:g}{'%' if share else ' texts'}")
            click.get_current_context().exit(GATE_EXIT)
    if unreadable:
        click.get_current_context().exit(UNREADABLE_EXIT)


def _print(comparison: "Comparison", places: list[str], size: int, wanted: str, output: str | None, color: str) -> None:
    if wanted == "table":
        from socialclass.report.terminal import make_console, print_comparison

        print_comparison(comparison, places, size, make_console(color))
        return
    from socialclass.report.machine import comparison_csv, comparison_json

    content = (comparison_json if wanted == "json" else comparison_csv)(comparison, places)
    with open_output(output) as stream:
        stream.write(content.encode("utf-8", "replace"))
