"""`socialclass classify`: label lines or rows."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO

import click

from socialclass.cli.options import (
    UNREADABLE_EXIT,
    color_option,
    is_terminal,
    model_option,
    note,
    open_model,
    privacy_of,
    privacy_options,
    read_options,
)
from socialclass.labelling.record_way import LabelOptions, Tally
from socialclass.labelling.run import BatchOptions, TableMaker, label_files
from socialclass.model.classifier import Classifier
from socialclass.reading.source import InputOptions
from socialclass.reading.streams import STANDARD
from socialclass.writing.files import open_output
from socialclass.writing.outputs import OUTPUT_FORMATS
from socialclass.writing.writer import Writer

_EXAMPLES = """\b
Examples:
  socialclass classify posts.txt
  socialclass classify < posts.txt | cut -f1 | sort | uniq -c
  socialclass classify --text-field body export.csv -o labelled.csv
  socialclass classify --input-format jsonl --min-confidence 0.8 - < posts.jsonl
  tail -f posts.txt | socialclass classify --line-buffered
  socialclass classify slack-export.zip -o labelled.jsonl
\b
Exit codes: 0 done, 1 error, 2 usage, 3 some records could not be read.
"""


@click.command("classify", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@model_option
@read_options
@click.option(
    "--output-format",
    type=click.Choice(["auto", "table", *OUTPUT_FORMATS]),
    default="auto",
    show_default=True,
    help="auto: a table on a terminal, else tsv for lines, the input's own for the rest.",
)
@click.option("-o", "--output", metavar="FILE", help="Write here, whole or not at all, instead of standard output.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Below this probability the label is 'uncertain'.",
)
@click.option("--probabilities", is_flag=True, help="Add a column for the probability of each class.")
@click.option(
    "--explain",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Add the N strongest terms with their contributions to the logit.",
)
@click.option("--include-messages", is_flag=True, help="Label the private messages of an export, too.")
@click.option(
    "--language-check/--no-language-check",
    default=None,
    help="Say 'not_english' instead of guessing at other languages; by default for exports and activities.",
)
@privacy_options
@click.option("--prefix", default="", metavar="TEXT", help="Put TEXT before the names of the added fields.")
@click.option("--csv-safe", is_flag=True,
              help="In CSV and TSV, put ' before a cell that a spreadsheet would run as a formula.")  # fmt: skip
@click.option("--header/--no-header", default=None, help="Write a header row; by default all but tsv for lines do.")
@click.option("--line-buffered", is_flag=True, help="Answer each line at once, as on a terminal.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Threads for a file; by default as many as there are processors.",
)
@click.option("--resume", is_flag=True,
              help="Go on where a run with --resume was stopped; the output is the same. Needs -o.")  # fmt: skip
@click.option("--summary", is_flag=True, help="Print the counts of labels to standard error.")
@click.option("--summary-json", metavar="FILE", help="Write the counts as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on standard error.")
@color_option
def command(files: tuple[str, ...], model: str | None, input_format: str, text_field: str | None, encoding: str,
            encoding_errors: str, output_format: str, output: str | None, min_confidence: float, probabilities: bool,
            explain: int, include_messages: bool, language_check: bool | None, mask: bool, pseudonyms: str | None,
            prefix: str, csv_safe: bool, header: bool | None, line_buffered: bool, jobs: int | None, resume: bool,
            summary: bool, summary_json: str | None, quiet: bool, color: str) -> None:  # fmt: skip
    """Label each text of FILE, or of standard input, as marketing or networking.

    One record in, one record out, in order, with all its own fields and these added: predicted_label, probability
    (of that label), and reason (empty, or why the label is 'uncertain': no_known_terms, low_confidence, empty,
    not_english; or 'truncated', where only the first 64 KiB of a long text were judged).
    """
    sources = files or (STANDARD,)
    if summary_json:
        _check_summary(summary_json, (*sources, *([output] if output else [])))
    if resume:
        _check_resume(sources, output, output_format)
    classifier = open_model(model)
    to_terminal = output is None and is_terminal(sys.stdout)
    if STANDARD in sources and is_terminal(sys.stdin) and not quiet:
        note("reading texts from the keyboard, one a line; Ctrl-D ends, --help shows more")
    if output_format == "auto" and to_terminal:
        output_format = "table"
    at_once = line_buffered or (to_terminal and STANDARD in sources)
    labels = LabelOptions(min_confidence, probabilities, explain, prefix, *((1,) if at_once else ()))
    privacy = privacy_of(mask, pseudonyms)
    stood, hide = output_format in ("auto", "jsonl"), privacy.activity if privacy else None
    reading = InputOptions(input_format, text_field, encoding, encoding_errors, include_messages, stood, hide)
    options = BatchOptions(labels, reading, output_format, header, csv_safe, language_check, privacy, jobs, at_once)
    table = _table_maker(classifier, color) if output_format == "table" else None
    with ExitStack() as stack:
        tick = None
        if not quiet and is_terminal(sys.stderr) and not to_terminal:
            from socialclass.report.terminal import progress

            tick = stack.enter_context(progress(sources))
        tally = label_files(sources, classifier, options, output, resume, _ignore if quiet else note, tick, table)
    if summary:
        from socialclass.report.terminal import print_summary

        print_summary(tally)
    if summary_json:
        _write_summary(tally, summary_json)
    if tally.unreadable:
        click.get_current_context().exit(UNREADABLE_EXIT)


def _table_maker(classifier: Classifier, color: str) -> TableMaker:
    """Return what makes the writer of a table on a terminal."""

    def table(stream: BinaryIO, names: tuple[str, ...]) -> Writer:
        from socialclass.report.terminal import TableWriter

        return TableWriter(stream, names, classifier.classes, color)

    return table


def _ignore(_: str) -> None:
    """Tell nobody."""


def _check_resume(sources: Sequence[str], output: str | None, output_format: str) -> None:
    """Refuse --resume for what is not there a second time."""
    problem = ""
    if output in (None, STANDARD) or (os.path.exists(output) and not os.path.isfile(output)):
        problem = "--resume needs a file to go on with: -o FILE"
    elif output_format == "table":
        problem = "--resume writes tsv, csv or jsonl, no table"
    elif STANDARD in sources:
        problem = "--resume cannot read standard input a second time; name a FILE"
    for source in sources:
        if not problem and os.path.exists(source) and not (os.path.isfile(source) or os.path.isdir(source)):
            problem = f"--resume cannot read {source} a second time: it is no file"
    if problem:
        raise click.UsageError(problem)


def _check_summary(path: str, others: Sequence[str]) -> None:
    """Refuse to write the counts over the texts or the labels."""
    for other in others:
        same = other != STANDARD and os.path.realpath(path) == os.path.realpath(other)
        if same and (os.path.isfile(path) or not os.path.exists(path)):
            raise click.UsageError(f"--summary-json {path} would replace {other}; name another file")


def _write_summary(tally: Tally, path: str) -> None:
    content = {
        "records": tally.records,
        "labels": dict(tally.labels),
        "reasons": dict(tally.reasons),
        "unreadable": tally.unreadable,
    }
    with open_output(path) as stream:
        stream.write((json.dumps(content, indent=2) + "\n").encode())
