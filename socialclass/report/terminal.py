"""Results as tables and progress on a terminal; the only importer of rich."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from socialclass.labelling.record_way import Tally
from socialclass.model.classifier import UNCERTAIN, Classifier, Explanation
from socialclass.reading.record import AddedFields, Record, as_cell

if TYPE_CHECKING:
    from socialclass.curation import Finding, Kind
    from socialclass.evaluation import Comparison, Evaluation
    from socialclass.training.validation import Assessment, CurvePoint, FoldScore

_STYLES = ("bold cyan", "bold magenta", "bold green", "bold yellow", "bold blue")
_UNSURE = "dim"
_BAR = 12  # characters of the longest contribution bar
# C0 and C1 controls, and the marks that reorder text: shown as escapes, so that a post cannot command a terminal
_CONTROLS = (
    {
        i: f"\\x{i:02x}" if i < 256 else f"\\u{i:04x}"
        for i in [*range(32), *range(127, 160), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    }
    | {9: " ", 10: " ", 13: " "}
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
)  # lone surrogates have no UTF-8


def printable(text: str) -> str:
    """Return the text on one line, with control and reordering characters escaped.

    >>> printable("red \\x1b[31m")
    'red \\\\x1b[31m'
    """
    return text.translate(_CONTROLS)


class _Pipe(Console):
    """A console whose reader may leave: rich would exit with 1, which is no code for that."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def make_console(color: str = "auto", *, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console for standard output or error; `color` is auto, always or never.

    In a pipe nothing is cut at 80 columns.
    """
    stream = sys.stderr if stderr else sys.stdout
    terminal = stream is not None and stream.isatty()
    if width is None and not terminal and "COLUMNS" not in os.environ:
        width = 120
    force = {"always": True, "never": False, "auto": None}[color]
    return _Pipe(file=stream, width=width, force_terminal=force, highlight=False, markup=False, emoji=False)


class TableWriter:
    """Labelled records as rows of fixed width, written as they come: no table waits for its last row."""

    def __init__(
        self,
        stream: BinaryIO,
        names: tuple[str, ...],
        classes: Sequence[str],
        color: str = "auto",
        console: Console | None = None,
    ) -> None:
        self._stream = stream
        self._console = console or make_console(color)
        self._styles = dict(zip(classes, _STYLES, strict=False)) | {UNCERTAIN: _UNSURE}
        self._label_width = max(map(len, [*classes, UNCERTAIN]))
        self._names = names
        self._headed = False

    def write(self, record: Record, added: AddedFields) -> None:
        """Write one record as a row, and what was asked for in rows below it; a head before the first."""
        rows = self.rows(record, added) if self._headed else [self.head(), *self.rows(record, added)]
        self._headed = True
        with self._console.capture() as captured:
            for row in rows:
                self._console.print(row, soft_wrap=True)
        self._stream.write(captured.get().encode())

    def head(self) -> Text:
        """Return the row of the columns' names."""
        return self._row("label", "prob.", "text", "bold", "bold")

    def rows(self, record: Record, added: AddedFields) -> list[Text]:
        """Return the row of a record, and a row for each column that was asked for."""
        label, probability, reason, *asked_for = added.values
        shown = f"{probability:.3f}" if isinstance(probability, float) else ""
        text = f"[{reason}] {record.text}" if reason else record.text
        rows = [self._row(str(label), shown, text, self._styles.get(str(label), ""))]
        for name, value in zip(self._names[3:], asked_for, strict=True):
            rows.append(self._row("", "", f"  {name}: {as_cell(value)}", text_style="dim"))
        return rows

    def _row(self, label: str, probability: str, text: str, style: str = "", text_style: str = "") -> Text:
        first = Text(printable(label), style)
        first.truncate(self._label_width, pad=True)
        last = Text(printable(text), text_style)
        last.truncate(max(20, self._console.width - self._label_width - 10), overflow="ellipsis")
        return Text.assemble(first, "  ", (probability.rjust(6), text_style), "  ", last)

    def close(self) -> None:
        """Nothing is owed."""


def print_explanation(explanation: Explanation, classes: Sequence[str], size: int, console: Console) -> None:
    """Print a prediction and its strongest terms with signed bars."""
    prediction = explanation.prediction
    style = dict(zip(classes, _STYLES, strict=False)).get(prediction.label, _UNSURE)
    head = Text.assemble((printable(prediction.label), style))
    if prediction.probability is not None:
        head.append(f"  probability {prediction.probability:.3f}, logit {explanation.logit:+.3f}")
    else:
        head.append(f"  ({prediction.reason.replace('_', ' ')})")
    console.print(head)
    if prediction.probability is None:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("term")
    table.add_column("contribution", justify="right")
    table.add_column("")
    shown = explanation.contributions[:size]
    rest = explanation.contributions[size:]
    top = max([abs(each.contribution) for each in shown], default=1.0) or 1.0
    for term, value in shown:
        bar = "█" * max(1, round(_BAR * abs(value) / top))
        table.add_row(Text(printable(term)), f"{value:+.3f}", Text(bar, style if value > 0 else "dim"))
    if rest:
        table.add_row(Text(f"({len(rest)} more)", "dim"), f"{sum(each.contribution for each in rest):+.3f}", "")
    table.add_row(Text("(intercept)", "dim"), f"{explanation.intercept:+.3f}", "")
    console.print(table)


def print_assessment(assessment: "Assessment", console: Console) -> None:
    """Print all measures as tables, and what else was asked for."""
    print_evaluation(assessment.evaluation, console)
    if assessment.by:
        _print_by(assessment.by, console)
    if assessment.fold_scores:
        _print_folds(assessment.fold_scores, console)
    if assessment.learning_curve:
        _print_curve(assessment.learning_curve, console)


def print_evaluation(evaluation: "Evaluation", console: Console) -> None:
    """Print all measures as tables, with their intervals where there are any."""
    from socialclass.evaluation.measures import LABEL_MEASURES, MEASURES

    overall = _grid("measure", "value", "95% interval")
    for row in MEASURES:
        value = getattr(evaluation, row.name)
        if value is not None:
            overall.add_row(row.name.replace("_", " "), f"{value:.4f}", _interval(evaluation, row.name))
    overall.add_row("texts", f"{evaluation.texts:,}")
    console.print(overall)
    labels = _grid("label", *[row.name.replace("_", " ") for row in LABEL_MEASURES], "texts", "95% interval of f1")
    for label, each in evaluation.labels.items():
        values = [getattr(each, row.name) for row in LABEL_MEASURES]
        shown = ["" if value is None else f"{value:.4f}" for value in values]
        labels.add_row(printable(label), *shown, f"{each.support:,}", _interval(evaluation, f"f1:{label}"))
    console.print()
    console.print(labels)
    _print_counts("true \\ predicted", evaluation.confusion, console)


def _grid(first: str, *others: str) -> Table:
    table = Table(first, box=None, pad_edge=False)
    for name in others:
        table.add_column(printable(name), justify="right")
    return table


def _interval(evaluation: "Evaluation", name: str) -> str:
    found = evaluation.intervals.get(name)
    return f"{found[0]:.3f} to {found[1]:.3f}" if found else ""


def _print_counts(title: str, counts: Mapping[str, Mapping[str, int]], console: Console) -> None:
    table = _grid(title, *next(iter(counts.values())))
    for label, row in counts.items():
        table.add_row(printable(label), *[f"{count:,}" for count in row.values()])
    console.print()
    console.print(table)


def _print_by(by: "Mapping[str, Evaluation]", console: Console) -> None:
    names = ("accuracy", "majority_baseline", "macro_f1", "expected_calibration_error")
    table = _grid("group", "texts", *[name.replace("_", " ") for name in names], "95% interval of accuracy")
    for value, each in by.items():
        figures = [f"{getattr(each, name):.4f}" for name in names]
        table.add_row(printable(value) or "(none)", f"{each.texts:,}", *figures, _interval(each, "accuracy"))
    console.print()
    console.print(table)


def _print_folds(scores: "Sequence[FoldScore]", console: Console) -> None:
    table = _grid("fold", "texts", "accuracy", "macro f1")
    for number, each in enumerate(scores, 1):
        table.add_row(str(number), f"{each.texts:,}", f"{each.accuracy:.4f}", f"{each.macro_f1:.4f}")
    console.print()
    console.print(table)


def _print_curve(curve: "Sequence[CurvePoint]", console: Console) -> None:
    table = _grid("fitted on", "macro f1 on unseen texts", "least fold", "best fold", "on own texts")
    for each in curve:
        figures = [f"{value:.4f}" for value in each[1:]]
        table.add_row(f"{each.texts:,} texts", *figures)
    console.print()
    console.print(table)


def print_comparison(comparison: "Comparison", places: Sequence[str], size: int, console: Console) -> None:
    """Print how two models differ, and the `size` texts that moved most; places: where each text stands."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_row("texts", f"{comparison.texts:,}")
    table.add_row("change label", f"{comparison.flips:,} ({comparison.flip_rate:.2%})")
    table.add_row("mean shift of probability", f"{comparison.mean_shift:.4f}")
    if comparison.labelled and comparison.p_value is not None:
        table.add_row("labelled texts", f"{comparison.labelled:,}")
        table.add_row("accuracy", f"{comparison.old_accuracy:.4f} to {comparison.new_accuracy:.4f}")
        interval = comparison.interval
        shown = f" (95% interval {interval[0]:+.4f} to {interval[1]:+.4f})" if interval else ""
        table.add_row("difference", f"{comparison.difference:+.4f}{shown}")
        table.add_row("gains, losses", f"{comparison.gains:,}, {comparison.losses:,}")
        p_value = comparison.p_value
        table.add_row("McNemar's test", f"p = {p_value:.4f}" if p_value >= 0.0001 else "p < 0.0001")
    console.print(table)
    if not comparison.changes:
        return
    _print_counts("old \\ new", comparison.moves, console)
    console.print()
    for each in comparison.changes[:size]:
        head = f"{places[each.position]}  {each.old.label} to {each.new.label}, {each.shift:+.3f}"
        console.print(Text(printable(f"{head}, {each.effect}" if each.effect else head), "bold"), soft_wrap=True)
        line = Text(f"  {printable(each.text)}")
        line.truncate(max(20, console.width), overflow="ellipsis")
        console.print(line, soft_wrap=True)
    if len(comparison.changes) > size:
        console.print(f"({len(comparison.changes) - size:,} more: --output-format csv lists all)", style="dim")


@contextmanager
def status(wanted: bool) -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being done; yields what to call with it. Nothing is shown unless wanted."""
    if not wanted:
        yield lambda _: None
        return
    with make_console(stderr=True).status("") as shown:
        yield shown.update


def print_findings(findings: "Sequence[Finding]", kinds: "Sequence[Kind]", rows: int, console: Console) -> None:
    """Print what is wrong with a corpus: kind by kind, a line a finding, and the counts."""
    for kind in kinds:
        found = [finding for finding in findings if finding.kind == kind.name]
        if not found:
            continue
        console.print(Text.assemble((f"{kind.name}: {len(found):,}", "bold"), f"  {kind.help}; {kind.remedy}"))
        for finding in found:
            line = Text.assemble("  ", (printable(finding.place), "cyan"), f": {printable(finding.problem)}")
            console.print(line, soft_wrap=True)
    console.print(f"{len(findings):,} findings in {rows:,} rows")


def print_model(classifier: Classifier, path: str, sha256: str, size: int, console: Console) -> None:
    """Print the card of a model: what it is, what it was trained on, its strongest terms."""
    weights, facts = classifier.weights, classifier.facts
    card = Table(box=None, pad_edge=False, show_header=False)
    card.add_row("model", Text(printable(path)))
    card.add_row("sha256", sha256)
    card.add_row("classes", Text(", ".join(map(printable, classifier.classes))))
    card.add_row("terms", f"{len(weights.terms):,}")
    card.add_row("analyzer", _named(weights.analyzer.as_facts()))
    for name, value in facts.items():
        if name == "search":  # a line a trial would bury the rest; --output-format json has them
            value = {part: each for part, each in value.items() if part != "trials"}
        shown = _named(value) if isinstance(value, Mapping) else str(value)
        card.add_row(Text(printable(name.replace("_", " "))), Text(printable(shown)))
    console.print(card)
    for label, terms in classifier.strongest_terms(size).items():
        console.print()
        _print_terms(console, f"strongest for {printable(label)}", [term for term, _ in terms])


def _print_terms(console: Console, title: str, terms: Sequence[str]) -> None:
    console.print(Text.assemble((f"{title}: ", "bold"), Text(", ".join(map(printable, terms)))))


def _named(content: Mapping[str, Any]) -> str:
    plain = ((name, value) for name, value in content.items())
    return ", ".join(
        f"{name} {json.dumps(value, ensure_ascii=False) if isinstance(value, (Mapping, list)) else value}"
        for name, value in plain
    )


def print_summary(tally: Tally) -> None:
    """Print the counts of a run to standard error."""
    console = make_console(stderr=True)
    table = Table(box=None, pad_edge=False, show_header=False)
    for label, count in sorted(tally.labels.items(), key=lambda each: (-each[1], each[0])):
        table.add_row(printable(label), f"{count:,}", f"{100 * count / tally.records:.1f} %")
    for reason, count in sorted(tally.reasons.items()):
        table.add_row(Text(f"  {reason}", "dim"), f"{count:,}", "")
    if tally.unreadable:
        table.add_row(Text("  unreadable", "red"), f"{tally.unreadable:,}", "")
    table.add_row("records", f"{tally.records:,}", "")
    console.print(table)


@contextmanager
def progress(sources: Sequence[str]) -> Iterator[Callable[[BinaryIO | None], None]]:
    """Show a bar on standard error once a run has lasted a second; yields what to call with the open input."""
    sizes = {name: os.path.getsize(name) for name in sources if name != "-" and os.path.isfile(name)}
    total = sum(sizes.values()) if len(sizes) == len(sources) else None
    bar = Progress(
        TextColumn("labelling"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=make_console(stderr=True), transient=True,
    )  # fmt: skip
    task = bar.add_task("", total=total)
    began, done, last, shown = time.monotonic(), 0, 0, False

    def tick(stream: BinaryIO | None) -> None:
        nonlocal shown, done, last
        if stream is None:
            done += last
            last = 0
        elif stream.seekable():
            last = stream.tell()
        if not shown and time.monotonic() - began > 1.0:
            bar.start()
            shown = True
        bar.update(task, completed=done + last)

    try:
        yield tick
    finally:
        if shown:
            bar.stop()


@contextmanager
def counter(what: str) -> Iterator[Callable[[int], None]]:
    """Show a growing count on standard error once a run has lasted a second; yields what to call with each step."""
    bar = Progress(
        TextColumn("{task.completed:,} " + what), TimeElapsedColumn(), console=make_console(stderr=True), transient=True
    )
    task = bar.add_task("", total=None)
    began, shown = time.monotonic(), False

    def tick(step: int) -> None:
        nonlocal shown
        if not shown and time.monotonic() - began > 1.0:
            bar.start()
            shown = True
        bar.advance(task, step)

    try:
        yield tick
    finally:
        if shown:
            bar.stop()


def print_rows(console: Console, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a titled table of cells: the first column left, the others right; no header for two nameless columns."""
    console.print()
    console.print(Text(title, "bold"))
    table = Table(box=None, pad_edge=False, show_header=any(header), header_style="dim")
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left", overflow="fold" if not number else "ellipsis")
    for row in rows:
        table.add_row(*[Text(printable(cell)) for cell in row])
    console.print(table)


def print_note(console: Console, text: str) -> None:
    """Print a sentence in small print."""
    console.print(Text(printable(text), "dim"))


@contextmanager
def search_progress() -> Iterator[Callable[[float, int, float], None]]:
    """Show a bar on standard error while settings are searched; yields what to call after each trial.

    It takes the share of the budget used (0 to 1), the number of trials, and the best macro-F1 so far.
    """
    columns = (TextColumn("searching"), BarColumn(), TextColumn("{task.fields[state]}"))
    with Progress(*columns, console=make_console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0, state="first trial")

        def tick(share: float, trials: int, best: float) -> None:
            bar.update(task, completed=share, state=f"{trials} trials, best macro-F1 {best:.3f}, Ctrl-C takes it")

        yield tick
