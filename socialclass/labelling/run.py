"""Many inputs, one labelled output: what `classify` does, for those who call it from Python, too.

It opens each input, knows its format, takes the fastest way that gives what is asked for (`line_way` for lines,
`table_way` for CSV and JSON Lines, else record by record), and writes. A run on files can be stopped anywhere and gone
on with.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from socialclass.errors import InputError
from socialclass.labelling.line_way import BEGINNING, Position, can_label_blocks, is_regular, label_blocks
from socialclass.labelling.record_way import BATCH, Labelled, LabelOptions, Tally, label_records
from socialclass.labelling.table_way import DelimitedLane, JsonLinesLane, Lane, label_table
from socialclass.model.classifier import Classifier
from socialclass.reading import Record, read_binary
from socialclass.reading.formats import input_format, open_records, place_of
from socialclass.reading.source import InputOptions, export_format, open_export
from socialclass.writing.files import open_output
from socialclass.writing.objects import JsonLinesWriter
from socialclass.writing.outputs import output_format, writer_for
from socialclass.writing.plain import PlainWriter
from socialclass.writing.table_rows import DelimitedWriter
from socialclass.writing.writer import Writer

if TYPE_CHECKING:
    from socialclass.labelling.checkpoint import Reached, Resumable
    from socialclass.privacy import Privacy

Note = Callable[[str], None]  # called with a line for people
Tick = Callable[[BinaryIO | None], None]  # called with the open input, and with None at its end
TableMaker = Callable[[BinaryIO, tuple[str, ...]], Writer]  # of an output and the names of the added fields


def _ignore(_: object) -> None:
    """Tell nobody."""


class BatchOptions(NamedTuple):
    """What is read and what is written.

    output_format: a name of `outputs.OUTPUT_FORMATS`, or ``auto`` for tsv from lines and each other input's own.
    header: True or False for a header row; None for the format's habit.
    csv_safe: cells that a spreadsheet would run as formulas get a ``'`` before them, in CSV and TSV.
    language_check: say ``not_english`` instead of guessing; None for exports only.
    privacy: what is hidden of people in the output.
    jobs: threads for a file; None for as many as there are processors.
    at_once: give each record out as it is labelled.
    """

    labels: LabelOptions = LabelOptions()
    reading: InputOptions = InputOptions()
    output_format: str = "auto"
    header: bool | None = None
    csv_safe: bool = False
    language_check: bool | None = None
    privacy: "Privacy | None" = None
    jobs: int | None = None
    at_once: bool = False


def label_files(
    sources: Sequence[str], classifier: Classifier, options: BatchOptions, output: str | None = None,
    resume: bool = False, note: Note = _ignore, tick: Tick | None = None, table: TableMaker | None = None,
) -> Tally:  # fmt: skip
    """Label files, exports or ``-`` for standard input, all into one file, or standard output for None.

    resume: go on with a run that was stopped, if there is one, and be such that one can be gone on with; for inputs
    that are files or folders, and an output that is a file. table: makes the writer, instead of that of a format.
    Raises `InputError` and `OutputError`.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from socialclass.model.persistence import load_model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "posts.txt").write_text("20% off all boots this Friday\\n")
    ...     tally = label_files([f"{folder}/posts.txt"], load_model(), BatchOptions(), f"{folder}/labelled.tsv")
    ...     tally.records, Path(folder, "labelled.tsv").read_text().split("\\t")[0]
    (1, 'social media marketing')
    """
    if resume and output is not None:
        from socialclass.labelling.checkpoint import resumable

        with resumable(output, _identity(sources, classifier, options), note) as run:
            batch = Batch(classifier, options, run.stream, note, tick)
            if run.start.done:
                return _tally(run.start.counts)
            batch.go_on(run)
            for number, source in enumerate(sources):
                batch.label(source, number)
            batch.finish()
        return batch.tally
    with open_output(output) as stream:
        batch = Batch(classifier, options, stream, note, tick, table)
        for source in sources:
            batch.label(source)
        batch.finish()
    return batch.tally


class Batch:
    """The one writer that all inputs of a run share; it is made when the first input's format is known."""

    def __init__(self, classifier: Classifier, options: BatchOptions, stream: BinaryIO, note: Note = _ignore,
                 tick: Tick | None = None, table: TableMaker | None = None) -> None:  # fmt: skip
        self._classifier, self._options, self._stream = classifier, options, stream
        self._note, self._tick, self._table = note, tick or _ignore, table
        self._jobs = options.jobs or processors()
        self._names = options.labels.names(classifier)
        self.tally = Tally()
        self._writer: Writer | None = None
        self._format = ""
        self._source = 0
        self._run: Resumable | None = None
        self._start: Reached | None = None

    def go_on(self, run: "Resumable") -> None:
        """Take up a run where it was stopped, and save from now on how far it is."""
        self._run, self._start = run, run.start
        if run.start.length:
            wanted = output_format(self._options.output_format, run.start.format)
            self._format = run.start.format
            self._writer = writer_for(wanted, self._stream, self._names, self._format, False, self._options.csv_safe)
            if isinstance(self._writer, DelimitedWriter) and run.start.names is not None:
                self._writer.names = tuple(run.start.names)
        self.tally = _tally(run.start.counts)

    def label(self, source: str, number: int = 0) -> None:
        """Label one input; its records go out as they come. number: its place among the inputs, from 0."""
        self._source = number
        if self._start is not None and number < self._start.source:
            return
        reading = self._options.reading
        export = export_format(source, reading)
        if export:
            writer = self._writer_for(export, source)
            if self._label_activities(source, export, writer):
                self._end(number)
                return
            with open_export(source, export, reading) as records:
                self._label_records(records, None, writer, of_export=True)
        else:
            with read_binary(source) as stream:
                self._label_stream(stream, source)
        self._end(number)

    def _end(self, number: int) -> None:
        """Take note that an input was read to its end."""
        self._tick(None)
        self._start = None
        self._reached(0, 1, False, number + 1)

    def finish(self) -> None:
        """Write what is still owed."""
        if self._writer is not None:
            self._writer.close()
        self._stream.flush()
        if self._run is not None:
            self._save("records", 0, 1, False, self._source + 1, done=True)

    def _label_stream(self, stream: BinaryIO, source: str) -> None:
        reading, options, place = self._options.reading, self._options.labels, place_of(source)
        name = input_format(stream, source, reading.format)
        writer = self._writer_for(name, source)
        if self._takes_blocks(name, writer):
            rows = label_blocks(stream, place, self._classifier, options.min_confidence, self.tally, self._jobs,
                                self._position(), self._reached_position)  # fmt: skip
            self._write_blocks(rows, stream)
            return
        lane = self._lane(name, writer, place)
        if lane is None:
            reading = replace(reading, format=name, on_header=self._expect)
            self._label_records(open_records(stream, source, reading), stream, writer)
            return
        found = label_table(stream, lane, self._classifier, options, self.tally, self._jobs,
                            self._position(), self._reached_position)  # fmt: skip
        self._write_table(found, stream, lane)

    def _expect(self, header: Sequence[str]) -> None:
        if isinstance(self._writer, DelimitedWriter):
            self._writer.expect(header, self._names)

    def _label_activities(self, source: str, export: str, writer: Writer) -> bool:
        """Label activities that stand on a line each, the fast way; False where there is none."""
        asked = self._options
        extra = asked.labels.probabilities or asked.labels.explain or asked.privacy
        plain = export == "activitystreams" and isinstance(writer, JsonLinesWriter) and not extra
        if not plain or not asked.reading.as_it_stood or not can_label_blocks(self._classifier):
            return False
        from socialclass.labelling.activity_way import ActivityLane, open_lines

        with open_lines(source) as stream:
            if stream is not None:
                options = asked.labels._replace(check_language=asked.language_check is not False)
                lane = ActivityLane(self._classifier, options, source)
                found = label_table(stream, lane, self._classifier, options, self.tally, self._jobs,
                                    self._position(), self._reached_position)  # fmt: skip
                self._write_table(found, stream, lane)
        return stream is not None

    def _label_records(
        self, records: Iterator[Record], stream: BinaryIO | None, writer: Writer, of_export: bool = False
    ) -> None:
        check = self._options.language_check
        options = self._options.labels._replace(check_language=of_export if check is None else check)
        before = self._start.at if self._start is not None else 0
        found = label_records(islice(records, before, None), self._classifier, options, self.tally)
        for number, labelled in enumerate(found, before + 1):
            self._write(writer, labelled, of_export)
            if self._options.at_once:
                self._stream.flush()
            if number % BATCH == 0:
                self._reached(number)
                if stream is not None:
                    self._tick(stream)

    def _write_blocks(self, blocks: Iterator[bytes], stream: BinaryIO) -> None:
        waited_for = self._options.at_once or not is_regular(stream)
        for rows in blocks:
            self._stream.write(rows)
            if waited_for:
                self._stream.flush()
            self._tick(stream)

    def _write_table(self, found: Iterator[bytes | Labelled], stream: BinaryIO, lane: Lane) -> None:
        writer = self._writer
        assert isinstance(writer, DelimitedWriter | JsonLinesWriter)
        waited_for = self._options.at_once or not is_regular(stream)
        for each in found:
            if isinstance(each, Labelled):
                self._write(writer, each)
            elif each:
                writer.write_rows(each, lane.names, self._names)
            if waited_for:
                self._stream.flush()
            if not isinstance(each, Labelled):
                self._tick(stream)

    def _write(self, writer: Writer, labelled: Labelled, of_export: bool = False) -> None:
        record, added = labelled
        if record.error:
            self._note(f"{record.place}: {record.error}")
        if self._options.privacy is not None:
            record, added = self._options.privacy.labelled(record, added, flat=of_export)
        writer.write(record, added)

    def _takes_blocks(self, name: str, writer: Writer) -> bool:
        return name == "lines" and isinstance(writer, PlainWriter) and not writer.safe and self._is_plain()

    def _is_plain(self) -> bool:
        """Say whether the core can read and write what is asked for."""
        asked, reading = self._options, self._options.reading
        plain = reading.encoding in ("utf-8", "utf-8-sig") and reading.errors == "strict"
        extra = asked.labels.probabilities or asked.labels.explain or asked.language_check or asked.privacy
        return plain and not extra and can_label_blocks(self._classifier)

    def _lane(self, name: str, writer: Writer, place: str) -> Lane | None:
        """Return the fast way from a table to the same format; None where there is none."""
        options, text_field = self._options.labels, self._options.reading.text_field
        if not self._is_plain():
            return None
        if isinstance(writer, DelimitedWriter) and {"csv": ",", "tsv": "\t"}.get(name) == writer.delimiter:
            return None if writer.safe else DelimitedLane(self._classifier, options, place, writer, text_field)
        if isinstance(writer, JsonLinesWriter) and name == "jsonl":
            return JsonLinesLane(self._classifier, options, place, text_field)
        return None

    def _writer_for(self, name: str, source: str) -> Writer:
        options = self._options
        if self._writer is None:
            self._format = name
            if self._table is not None:
                self._writer = self._table(self._stream, self._names)
            else:
                wanted = output_format(options.output_format, name)
                self._writer = writer_for(wanted, self._stream, self._names, name, options.header, options.csv_safe)
        elif self._table is None and options.output_format == "auto" and name != self._format:
            raise InputError(
                f"this is {name} after {self._format}, and one output has one format",
                place=source,
                remedy="say which: --output-format jsonl",
            )
        return self._writer

    def _position(self) -> Position:
        """Return where in the input to begin."""
        start = self._start
        return BEGINNING if start is None else Position(start.at, start.line, start.begun)

    def _reached_position(self, position: Position) -> None:
        self._reached(position.offset, position.line, position.begun, unit="bytes")

    def _reached(
        self, at: int, line: int = 1, begun: bool = False, source: int | None = None, unit: str = "records"
    ) -> None:
        if self._run is not None and self._run.is_due():
            self._save(unit, at, line, begun, self._source if source is None else source)

    def _save(self, unit: str, at: int, line: int, begun: bool, source: int, done: bool = False) -> None:
        from socialclass.labelling.checkpoint import Reached

        assert self._run is not None
        names = self._writer.names if isinstance(self._writer, DelimitedWriter) else None
        counts = {"labels": dict(self.tally.labels), "reasons": dict(self.tally.reasons),
                  "records": self.tally.records, "unreadable": self.tally.unreadable}  # fmt: skip
        own = None if names is None else list(names)
        self._run.save(lambda size: Reached(source, unit, at, line, begun, size, self._format, own, counts, done))


def _identity(sources: Sequence[str], classifier: Classifier, options: BatchOptions) -> dict[str, Any]:
    """Return what must not change between a run and the one that goes on with it."""
    from importlib.metadata import version

    from socialclass.labelling.checkpoint import source_identity
    from socialclass.model.persistence import fingerprint
    from socialclass.privacy import pseudonym

    labels, reading, privacy = options.labels, options.reading, options.privacy
    return {
        "the version of socialclass": version("socialclass"),
        "the scoring core": classifier.scorer.name,
        "the model": fingerprint(classifier),
        "--input-format": reading.format,
        "--text-field": reading.text_field,
        "--encoding": reading.encoding,
        "--encoding-errors": reading.errors,
        "--include-messages": reading.messages,
        "--output-format": options.output_format,
        "--min-confidence": labels.min_confidence,
        "--probabilities": labels.probabilities,
        "--explain": labels.explain,
        "--prefix": labels.prefix,
        "--header": options.header,
        "--csv-safe": options.csv_safe,
        "--language-check": options.language_check,
        "--mask": privacy is not None and privacy.masking,
        "--pseudonyms": pseudonym(privacy.key, "a checkpoint") if privacy is not None and privacy.key else None,
        "sources": [source_identity(source) for source in sources],
    }


def _tally(counts: dict[str, Any]) -> Tally:
    """Return the counts of a run that was stopped."""
    return Tally(
        Counter(counts.get("labels", {})), Counter(counts.get("reasons", {})),
        counts.get("records", 0), counts.get("unreadable", 0),
    )  # fmt: skip


def processors() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
