"""`socialclass analyze`: the mix, the quality of the effort, who matters to the network."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from socialclass.analytics.analysis import Analysis, AnalysisSettings, analyze_ledger, as_plain
from socialclass.analytics.ledger import MARKETING, NETWORKING, LabelledActivity, Labels, collect
from socialclass.analytics.mix import KEYS
from socialclass.analytics.quantification import ErrorRates, error_rates
from socialclass.analytics.reading import FIELDS, Reading, open_labelled
from socialclass.analytics.wording import WordingCheck
from socialclass.cli.options import (
    UNREADABLE_EXIT,
    FloatParamType,
    color_option,
    is_terminal,
    model_option,
    note,
    open_model,
    privacy_of,
    read_options,
)
from socialclass.errors import CorpusError, OutputError
from socialclass.labelling.run import processors
from socialclass.model.classifier import Classifier
from socialclass.reading.source import InputOptions
from socialclass.reading.streams import STANDARD
from socialclass.writing.files import open_output

if TYPE_CHECKING:
    from socialclass.activity import Activity, Party
    from socialclass.privacy import Privacy

Tick = Callable[[int], None]

_EXAMPLES = """\b
Examples:
  socialclass analyze --pseudonyms "a long secret" --report network.html my-export.zip
  socialclass analyze --by month --by channel posts.csv --tables results/
  socialclass classify posts.jsonl -o labelled.jsonl && socialclass analyze --terms labelled.jsonl
  socialclass analyze --error-rates labelled-by-us.csv --output-format json posts.jsonl | jq .mix.overall.corrected
  socialclass analyze --half-life 90d --graph network.graphml my-export/
\b
Corrected shares are by maximum likelihood over binned scores (adjusted counting: Forman 2008, Saerens et al. 2002),
with error rates from --error-rates, or for the bundled model from its test set. A labelled sample of your own posts
is the right one: a hundred of each label narrow the interval.
\b
Exit codes: 0 done, 1 error, 2 usage, 3 some records could not be read.
"""
_UNITS = {"h": 1 / 24, "d": 1.0, "w": 7.0}


class _HalfLife(FloatParamType):
    """A number of hours, days or weeks, in days."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([hdw])", str(value).strip())
        days = float(found[1]) * _UNITS[found[2]] if found else 0.0
        if days <= 0:
            self.fail(f"{value!r} is no time such as 90d, 12w or 36h", param, ctx)
        return days


def _field_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each part of an activity whose column can be named."""
    for row in reversed([row for row in FIELDS if row.option]):
        tried = ", ".join(row.columns)
        what = row.option.removeprefix("--").removesuffix("-field")
        shown = f"Column or key of the {what}; by default {'the first of ' if len(row.columns) > 1 else ''}{tried}."
        function = click.option(row.option, f"{row.part}_field", metavar="NAME", help=shown)(function)
    return function


@click.command("analyze", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--pseudonyms",
    metavar="KEY",
    envvar="SOCIALCLASS_PSEUDONYMS",
    help="Show everybody under a stable pseudonym, keyed by KEY, by the content of a file (@FILE), or by "
    "SOCIALCLASS_PSEUDONYMS in the environment: for all that others will see.",
)
@click.option("--by", type=click.Choice(KEYS), multiple=True, help="Show the mix by this, too; may be given again.")
@click.option(
    "--brand",
    "brands",
    multiple=True,
    metavar="NAME",
    help="Id or name of an actor that is the brand; by default those the source calls an organisation.",
)
@click.option(
    "--error-rates",
    "error_corpus",
    metavar="CORPUS",
    help="Posts that you labelled (text, label): how the model errs on them corrects the shares.",
)
@click.option(
    "--half-life",
    type=_HalfLife(),
    metavar="TIME",
    help="In who matters, an interaction this much older weighs half: 90d, 12w, 36h.",
)
@click.option("--terms", is_flag=True, help="List texts that say 'social media' of networking, or the reverse.")
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="Rows of a ranking.")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--tables", metavar="DIR", help="Write all tables as CSV into this folder.")
@click.option("--report", metavar="FILE", help="Write one self-contained HTML page.")
@click.option("--graph", metavar="FILE", help="Write the networking graph: FILE.graphml or FILE.gexf.")
@model_option
@read_options
@_field_options
@click.option(
    "--marketing-label", default=MARKETING, show_default=True, metavar="NAME", help="What the input calls marketing."
)
@click.option(
    "--networking-label", default=NETWORKING, show_default=True, metavar="NAME", help="What the input calls networking."
)
@click.option("--include-messages", is_flag=True, help="Take the private messages of an export, too.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Below this probability the label is 'uncertain'.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on standard error.")
@color_option
def command(files: tuple[str, ...], pseudonyms: str | None, by: tuple[str, ...], brands: tuple[str, ...],
            error_corpus: str | None, half_life: float | None, terms: bool, top: int, output_format: str,
            tables: str | None, report: str | None, graph: str | None, model: str | None, input_format: str,
            text_field: str | None, encoding: str, encoding_errors: str, marketing_label: str, networking_label: str,
            include_messages: bool, min_confidence: float, quiet: bool, color: str,
            **fields: str | None) -> None:  # fmt: skip
    """Measure what FILEs hold: the mix of marketing and networking, the quality of the effort, and who matters.

    A FILE is an export as it was downloaded (file, folder or zip), or a table or JSON Lines, labelled by classify
    (predicted_label, probability), by hand, or not at all; what has no label gets one from the model. It tells roles
    in a network, not the worth of people, and nothing about anybody with fewer than five interactions.
    """
    _check_outputs(report, graph, tables)
    labels = Labels(marketing_label, networking_label)
    options = InputOptions(input_format, text_field, encoding, encoding_errors, include_messages)
    source = _Source(
        open_model(model),
        options,
        {name.removesuffix("_field"): value for name, value in fields.items() if value},
        min_confidence,
        privacy_of(False, pseudonyms),
        brands,
    )
    wording = WordingCheck(labels) if terms else None
    with ExitStack() as stack:
        stack.callback(_note_problems, source.reading, quiet)
        tick = None
        if not quiet and is_terminal(sys.stderr):
            from socialclass.report.terminal import counter

            tick = stack.enter_context(counter("activities"))
        ledger = collect(source.items(files or (STANDARD,), tick), labels, [wording.see] if wording else [])
        rates, why_not = _rates(source, model, error_corpus, labels)
        settings = AnalysisSettings(by, source.called(), half_life)
        analysis = analyze_ledger(ledger, settings, rates, why_not, wording, processors())
    _write(analysis, tables, report, graph, top)
    if output_format == "json":
        click.echo(json.dumps(as_plain(analysis), indent=2, ensure_ascii=False))
    else:
        from socialclass.report.terminal import make_console
        from socialclass.report.terminal_analysis import print_analysis

        print_analysis(analysis, top, make_console(color))
    if source.reading.unreadable:
        click.get_current_context().exit(UNREADABLE_EXIT)


def _note_problems(reading: Reading, quiet: bool) -> None:
    for problem in reading.problems if not quiet else ():
        note(problem)
    more = reading.unreadable - len(reading.problems)
    if more and not quiet:
        note(f"{more:,} more records could not be read")
    if reading.unread_times and not quiet:
        note(f"{reading.problem_time} is no known time, as {reading.unread_times:,} in all, and taken as none; "
             "write 2024-03-31T10:00:00Z, or name another column: --time-field NAME")  # fmt: skip


@dataclass
class _Source:
    """Where labelled activities come from; `reading` fills while they pass."""

    classifier: Classifier
    options: InputOptions
    fields: dict[str, str]
    min_confidence: float
    privacy: "Privacy | None"
    brands: tuple[str, ...]

    def __post_init__(self) -> None:
        self.reading = Reading()
        self._hidden_brands: dict[str, str] = {}

    def items(self, sources: tuple[str, ...], tick: Tick | None) -> Iterator[LabelledActivity]:
        """Yield everything in the sources."""
        hide = self.privacy.activity if self.privacy else None
        for source in sources:
            found = open_labelled(source, self.options, self.classifier, self.reading, self.fields, self.min_confidence)
            for number, item in enumerate(found):
                if tick is not None and number % 1000 == 0:
                    tick(1000)
                if hide is None:
                    yield item
                    continue
                hidden = hide(item.activity)
                if self.brands:
                    self._find_brands(item.activity, hidden)
                yield item._replace(activity=hidden)

    def _find_brands(self, activity: "Activity", hidden: "Activity") -> None:
        for shown, pseudonym in zip(_parties(activity), _parties(hidden), strict=True):
            for name in {shown.id, shown.name}.intersection(self.brands):
                self._hidden_brands.setdefault(name, pseudonym.id)

    def called(self) -> tuple[str, ...]:
        """Return the brands as the activities have them: under their pseudonyms if there are any."""
        return tuple(self._hidden_brands.get(brand, brand) for brand in self.brands)


def _parties(activity: "Activity") -> "list[Party]":
    return [activity.actor, activity.object.author, activity.in_reply_to.author, *activity.mentions]


def _rates(source: _Source, model: str | None, corpus: str | None, labels: Labels) -> tuple[ErrorRates | None, str]:
    """Return how the model errs, or why that is not known."""
    from socialclass.corpus import read_corpus
    from socialclass.resources import find_resource

    if source.reading.without_probability:
        return None, "labels without probabilities are taken as they are"
    if corpus is not None:
        missing = sorted({*labels} - {*source.classifier.classes})
        if missing:
            raise CorpusError(
                f"the model has no label {missing[0]!r}", place=corpus, remedy="name its labels, see --help"
            )
        return error_rates(source.classifier, read_corpus(corpus), labels, corpus, source.min_confidence), ""
    if model is not None or set(labels) != set(source.classifier.classes):
        return None, "how the model errs is not known; give a labelled sample: --error-rates CORPUS"
    examples = read_corpus(str(find_resource("data", "test.jsonl")))
    return error_rates(source.classifier, examples, labels, "the bundled test set", source.min_confidence), ""


def _check_outputs(report: str | None, graph: str | None, tables: str | None) -> None:
    """Refuse what cannot be written before an hour of reading."""
    for option, path in (("--report", report), ("--graph", graph)):
        folder = os.path.dirname(path or "")
        if path == "" or (folder and not os.path.isdir(folder)):
            raise OutputError("there is no such folder", place=folder, remedy=f"make it, or choose another {option}")
        if path and os.path.isdir(path):
            raise OutputError("it is a folder", place=path, remedy=f"name a file in it: {option} FILE")
    if tables is not None and os.path.exists(tables) and not os.path.isdir(tables):
        raise OutputError("it is no folder", place=tables, remedy="choose another --tables")
    if graph is not None and not graph.endswith((".graphml", ".gexf")):
        raise click.BadParameter(f"{graph!r} ends neither in .graphml nor in .gexf", param_hint="--graph")
    if graph is not None:
        from socialclass.analytics.graph import check_library

        check_library()
    if report is not None:
        from socialclass.report.plots import check_installed

        check_installed()


def _write(analysis: Analysis, tables: str | None, report: str | None, graph: str | None, top: int) -> None:
    if tables is not None:
        from socialclass.analytics.result_tables import write_tables

        write_tables(analysis, tables)
    if graph is not None:
        from socialclass.analytics.graph_file import write_graph

        write_graph(analysis, graph)
    if report is not None:
        from socialclass.report.analysis_page import analysis_page

        with open_output(report) as stream:
            stream.write(analysis_page(analysis, top).encode())
