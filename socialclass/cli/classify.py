"""`socialclass classify`: label lines or rows."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import click

from socialclass.blocks import can_label_blocks, is_regular, label_blocks
from socialclass.classifier import Classifier
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
from socialclass.errors import InputError
from socialclass.formats import (
    OUTPUT_FORMATS,
    ReadOptions,
    Record,
    open_output,
    read_binary,
    writer_for,
)
from socialclass.formats.delimited import DelimitedWriter
from socialclass.formats.jsonlines import JsonLinesWriter
from socialclass.formats.lines import PlainWriter
from socialclass.formats.records import Writer
from socialclass.formats.streams import STANDARD
from socialclass.formats.table import input_format, open_records, output_format, place_of
from socialclass.inputs import InputOptions, export_format, open_export
from socialclass.labelling import Labelled, LabelOptions, Tally, label_records
from socialclass.tables import DelimitedLane, JsonLinesLane, Lane, label_table

if TYPE_CHECKING:
    from socialclass.privacy import Privacy

Tick = Callable[[BinaryIO | None], None]  # called with the open input, and with None at its end

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


@click.command("classify", epilog=_EXAMPLES, short_help="Label texts, line by line or row by row.")
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
@click.option("--header/--no-header", default=None, help="Write a header row; by default all but tsv for lines do.")
@click.option("--line-buffered", is_flag=True, help="Answer each line at once, as on a terminal.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Threads for a file; by default as many as there are processors.",
)
@click.option("--summary", is_flag=True, help="Print the counts of labels to standard error.")
@click.option("--summary-json", metavar="FILE", help="Write the counts as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on standard error.")
@color_option
def command(files: tuple[str, ...], model: str | None, input_format: str, text_field: str | None, encoding: str,
            encoding_errors: str, output_format: str, output: str | None, min_confidence: float, probabilities: bool,
            explain: int, include_messages: bool, language_check: bool | None, mask: bool, pseudonyms: str | None,
            prefix: str, header: bool | None, line_buffered: bool, jobs: int | None, summary: bool,
            summary_json: str | None, quiet: bool, color: str) -> None:  # fmt: skip
    """Label each text of FILE, or of standard input, as marketing or networking.

    One record in, one record out, in order, with all its own fields and these added: predicted_label, probability
    (of that label), and reason (empty, or why the label is 'uncertain': no_known_terms, low_confidence, empty,
    not_english).
    """
    sources = files or (STANDARD,)
    classifier = open_model(model)
    to_terminal = output is None and is_terminal(sys.stdout)
    if STANDARD in sources and is_terminal(sys.stdin) and not quiet:
        note("reading texts from the keyboard, one a line; Ctrl-D ends, --help shows more")
    if output_format == "auto" and to_terminal:
        output_format = "table"
    at_once = line_buffered or (to_terminal and STANDARD in sources)
    options = LabelOptions(min_confidence, probabilities, explain, prefix, *((1,) if at_once else ()))
    privacy = privacy_of(mask, pseudonyms)
    stood, hide = output_format in ("auto", "jsonl"), privacy.activity if privacy else None
    reading = InputOptions(input_format, text_field, encoding, encoding_errors, include_messages, stood, hide)
    tally = Tally()
    with ExitStack() as stack:
        if not quiet and is_terminal(sys.stderr) and not to_terminal:
            from socialclass.render import progress

            tick = stack.enter_context(progress(sources))
        else:
            tick = None
        stream = stack.enter_context(open_output(output))
        run = _Run(classifier, options, tally, stream, output_format, header, color, quiet, jobs,
                   language_check, privacy)  # fmt: skip
        for source in sources:
            run.label(source, reading, at_once, tick)
        run.finish()
    if summary:
        from socialclass.render import print_summary

        print_summary(tally)
    if summary_json:
        _write_summary(tally, summary_json)
    if tally.unreadable:
        click.get_current_context().exit(UNREADABLE_EXIT)


class _Run:
    """The one writer that all inputs of a run share; it is made when the first input's format is known."""

    def __init__(self, classifier: Classifier, options: LabelOptions, tally: Tally, stream: BinaryIO,
                 wanted: str, header: bool | None, color: str, quiet: bool, jobs: int | None,
                 language_check: bool | None = None, privacy: "Privacy | None" = None) -> None:  # fmt: skip
        self._jobs = jobs or _processors()
        self._language_check, self._privacy = language_check, privacy
        self._classifier, self._options, self._tally, self._stream = classifier, options, tally, stream
        self._wanted, self._header, self._color, self._quiet = wanted, header, color, quiet
        self._writer: Writer | None = None
        self._format = ""

    def label(self, source: str, reading: ReadOptions, at_once: bool, tick: Tick | None) -> None:
        """Label one input; its records go out as they come."""
        export = export_format(source, reading)
        if export:
            writer = self._writer_for(export, source)
            with open_export(source, export, reading) as records:
                ticked = records if tick is None else _ticking(records, None, tick)
                self._write_labelled(ticked, writer, at_once, of_export=True)
            return
        with read_binary(source) as stream:
            name = input_format(stream, source, reading.format)
            writer = self._writer_for(name, source)
            if self._takes_blocks(name, reading, writer):
                self._label_blocks(stream, source, at_once, tick)
                return
            lane = self._lane(name, reading, writer, place_of(source))
            if lane is not None:
                self._label_table(stream, lane, at_once, tick)
                return
            records = open_records(stream, source, replace(reading, format=name))
            if tick is not None:
                records = _ticking(records, stream, tick)
            self._write_labelled(records, writer, at_once)

    def _write_labelled(
        self, records: Iterator[Record], writer: Writer, at_once: bool, of_export: bool = False
    ) -> None:
        check = self._language_check if self._language_check is not None else of_export
        options = replace(self._options, check_language=check)
        for labelled in label_records(records, self._classifier, options, self._tally):
            self._write(writer, labelled, of_export)
            if at_once:
                self._stream.flush()

    def _takes_blocks(self, name: str, reading: ReadOptions, writer: Writer) -> bool:
        return name == "lines" and isinstance(writer, PlainWriter) and self._is_plain(reading)

    def _is_plain(self, reading: ReadOptions) -> bool:
        """Say whether the core can read and write what is asked for."""
        plain = reading.encoding in ("utf-8", "utf-8-sig") and reading.errors == "strict"
        extra = self._options.probabilities or self._options.explain or self._language_check or self._privacy
        return plain and not extra and can_label_blocks(self._classifier)

    def _lane(self, name: str, reading: ReadOptions, writer: Writer, place: str) -> Lane | None:
        """Return the fast way from a table to the same format; None where there is none."""
        if not self._is_plain(reading):
            return None
        if isinstance(writer, DelimitedWriter) and {"csv": ",", "tsv": "\t"}.get(name) == writer.delimiter:
            return DelimitedLane(self._classifier, self._options, place, writer, reading.text_field)
        if isinstance(writer, JsonLinesWriter) and name == "jsonl":
            return JsonLinesLane(self._classifier, self._options, place, reading.text_field)
        return None

    def _label_table(self, stream: BinaryIO, lane: Lane, at_once: bool, tick: Tick | None) -> None:
        writer, added = self._writer, self._options.names(self._classifier)
        assert isinstance(writer, DelimitedWriter | JsonLinesWriter)
        waited_for = at_once or not is_regular(stream)
        for each in label_table(stream, lane, self._classifier, self._options, self._tally, self._jobs):
            if isinstance(each, Labelled):
                self._write(writer, each)
            elif each:
                writer.write_rows(each, lane.names, added)
            if waited_for:
                self._stream.flush()
            if tick is not None and not isinstance(each, Labelled):
                tick(stream)
        if tick is not None:
            tick(None)

    def _write(self, writer: Writer, labelled: Labelled, of_export: bool = False) -> None:
        record, added = labelled
        if record.error and not self._quiet:
            note(f"{record.place}: {record.error}")
        if self._privacy is not None:
            record, added = self._privacy.labelled(record, added, flat=of_export)
        writer.write(record, added)

    def _label_blocks(self, stream: BinaryIO, source: str, at_once: bool, tick: Tick | None) -> None:
        """Label lines where nothing is asked for but label, probability and text."""
        place = place_of(source)
        waited_for = at_once or not is_regular(stream)
        minimum = self._options.min_confidence
        for rows in label_blocks(stream, place, self._classifier, minimum, self._tally, self._jobs):
            self._stream.write(rows)
            if waited_for:
                self._stream.flush()
            if tick is not None:
                tick(stream)
        if tick is not None:
            tick(None)

    def _writer_for(self, name: str, source: str) -> Writer:
        if self._writer is None:
            self._format = name
            names = self._options.names(self._classifier)
            if self._wanted == "table":
                from socialclass.render import TableWriter

                self._writer = TableWriter(self._stream, names, self._classifier.classes, self._color)
            else:
                wanted = output_format(self._wanted, name)
                self._writer = writer_for(wanted, self._stream, names, name, self._header)
        elif self._wanted == "auto" and name != self._format:
            raise InputError(
                f"this is {name} after {self._format}, and one output has one format",
                place=source,
                remedy="say which: --output-format jsonl",
            )
        return self._writer

    def finish(self) -> None:
        """Write what is still owed."""
        if self._writer is not None:
            self._writer.close()
        self._stream.flush()


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _ticking(records: Iterator[Record], stream: BinaryIO | None, tick: Tick) -> Iterator[Record]:
    for number, record in enumerate(records):
        if number % 1000 == 0 and stream is not None:
            tick(stream)
        yield record
    tick(None)


def _write_summary(tally: Tally, path: str) -> None:
    content = {
        "records": tally.records,
        "labels": dict(tally.labels),
        "reasons": dict(tally.reasons),
        "unreadable": tally.unreadable,
    }
    with open_output(path) as stream:
        stream.write((json.dumps(content, indent=2) + "\n").encode())
