"""`socialclass corpus …`: check, split, suggest, label."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from socialclass.cli.options import (
    GATE_EXIT,
    FloatParamType,
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
from socialclass.corpus import label_of
from socialclass.reading import AddedFields, ReadOptions, Record
from socialclass.reading.source import read_records

F = TypeVar("F", bound=Callable[..., Any])

_CHECK = """\b
Examples:
  socialclass corpus check corpus.csv
  socialclass corpus check train.jsonl --against test.jsonl --strict --ignore suspect
  socialclass corpus check corpus.csv --output-format json | jq .counts
\b
Exit codes: 0 done, 1 error, 2 usage, 4 --strict and there is a finding.
"""
_SPLIT = """\b
Examples:
  socialclass corpus split corpus.csv --train train.csv --test test.csv
  socialclass corpus split posts.jsonl --group-field author --share 30% --train a.jsonl --test b.jsonl
"""
_SUGGEST = """\b
Examples:
  socialclass corpus suggest posts.jsonl --number 100 -o next.jsonl
  socialclass corpus suggest -m my.joblib posts.csv | head
"""
_LABEL = """\b
Examples:
  socialclass corpus label posts.txt -o labelled.jsonl
  socialclass corpus label posts.csv -m my.joblib --number 200 -o labelled.jsonl
  socialclass corpus label posts.txt --label advert --label chat --order file -o labelled.jsonl
"""


class _Share(FloatParamType):
    """A part of a whole: 20% or 0.2."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        try:
            number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            number = 0.0
        if not 0 < number < 1:
            self.fail(f"{value!r} is not a share above 0 and under 1, such as 20% or 0.2", param, ctx)
        return number


def labelled_options(function: F) -> F:
    """Add the options that say how labelled rows are read."""
    function = click.option("--group-field", metavar="NAME", help="Column of the group that stays together.")(function)
    function = click.option(
        "--label-field", default="label", show_default=True, metavar="NAME", help="Column of the label."
    )(function)
    return read_options(function)


@click.group("corpus")
def command() -> None:
    """Work on a labelled corpus (csv, tsv or jsonl with a text and a label)."""


def _ignore_option(function: F) -> F:
    """Add ``--ignore`` with the kinds of findings, which are known without fitting anything."""
    from socialclass.curation import KINDS

    return click.option(
        "--ignore",
        multiple=True,
        type=click.Choice([kind.name for kind in KINDS]),
        metavar="KIND",
        help=f"Leave a kind of finding out: {', '.join(kind.name for kind in KINDS)}.",
    )(function)


@command.command("check", epilog=_CHECK)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--against", multiple=True, metavar="FILE", help="Held-out rows: texts and groups on both sides leak.")
@labelled_options
@_ignore_option
@click.option("--near", type=click.FloatRange(0.3, 1), default=0.7, show_default=True, metavar="SHARE",
              help="Least share of common words and pairs of words of near copies.")  # fmt: skip
@click.option("--suspects", type=click.IntRange(0), default=60, show_default=True, metavar="N",
              help="Name at most N likely label errors; 0 fits no model.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Of the folds behind the suspects.")
@click.option("--strict", is_flag=True, help="Exit with 4 if there is any finding.")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@color_option
def check(files: tuple[str, ...], against: tuple[str, ...], input_format: str, text_field: str | None, encoding: str,
          encoding_errors: str, label_field: str, group_field: str | None, ignore: tuple[str, ...], near: float,
          suspects: int, seed: int, strict: bool, output_format: str, color: str) -> None:  # fmt: skip
    """Say what in the corpus FILE... would mislead a model: place, problem, remedy.

    Duplicates and near copies, one text under two labels, leaks into --against, rows without text or label, rare
    labels, handles and other marks that give a label away, and likely label errors.
    """
    from socialclass.curation import CheckOptions, check_rows, read_rows, report

    reading = ReadOptions(input_format, text_field, encoding, encoding_errors)
    rows, held_out = (
        [row for name in names for row in read_rows(name, reading, label_field, group_field)]
        for names in (files, against)
    )
    options = CheckOptions(near=near, suspects=suspects, ignore=frozenset(ignore), seed=seed)
    with placed(", ".join(files)):
        findings = check_rows(rows, held_out, options)
    if output_format == "json":
        click.echo(json.dumps(report(findings, len(rows) + len(held_out)), ensure_ascii=False, indent=2))
    else:
        from socialclass.curation import KINDS
        from socialclass.report.terminal import make_console, print_findings

        print_findings(findings, KINDS, len(rows) + len(held_out), make_console(color))
    if strict and findings:
        click.get_current_context().exit(GATE_EXIT)


@command.command("split", epilog=_SPLIT)
@click.argument("file")
@click.option("--train", "train_path", required=True, metavar="FILE", help="Where the rows to learn from go.")
@click.option("--test", "test_path", required=True, metavar="FILE", help="Where the rows to measure on go.")
@click.option("--share", type=_Share(), default="20%", show_default=True, help="Of each label, for the test side.")
@labelled_options
@click.option("--seed", type=int, default=0, show_default=True, help="Equal rows and seed give an equal split.")
@force_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def split(file: str, train_path: str, test_path: str, share: float, input_format: str, text_field: str | None,
          encoding: str, encoding_errors: str, label_field: str, group_field: str | None, seed: int, force: bool,
          quiet: bool) -> None:  # fmt: skip
    """Divide the corpus FILE into rows to learn from and rows to measure on.

    Each label keeps its share; a group, equal texts and near copies stay on one side. Rows are written as they stood.
    """
    from socialclass.curation import read_rows, split_rows, write_rows

    if os.path.realpath(train_path) == os.path.realpath(test_path):
        raise click.BadParameter("is the same file as --train", param_hint="--test")
    refuse_overwriting((train_path, test_path), force, (file,))
    rows = read_rows(file, ReadOptions(input_format, text_field, encoding, encoding_errors), label_field, group_field)
    with placed(file):
        sides = split_rows(rows, share, seed)
    for path, side in zip((train_path, test_path), sides, strict=True):
        write_rows([row.record for row in side], path, file)
        if not quiet:
            note(f"{path}: {len(side):,} of {len(rows):,} rows")


def _unlabelled(file: str, reading: ReadOptions, label_field: str) -> list[Record]:
    """Return the records of a file that have a text and no label yet."""
    found = []
    for record in read_records(file, reading):
        label = dict(zip(record.names, record.values, strict=False)).get(label_field)
        if not record.error and not label_of(label):
            found.append(record)
    return found


@command.command("suggest", epilog=_SUGGEST)
@click.argument("file")
@model_option
@click.option("-n", "--number", type=click.IntRange(1), default=50, show_default=True, help="Texts to suggest.")
@read_options
@click.option(
    "--label-field", default="label", show_default=True, metavar="NAME", help="Rows that have it are left out."
)
@click.option("-o", "--output", metavar="FILE", help="Write here, whole or not at all, instead of standard output.")
@click.option("--prefix", default="", metavar="TEXT", help="Put TEXT before the names of the added fields.")
@force_option
def suggest(file: str, model: str | None, number: int, input_format: str, text_field: str | None, encoding: str,
            encoding_errors: str, label_field: str, output: str | None, prefix: str, force: bool) -> None:  # fmt: skip
    """Choose the texts of FILE that are most worth labelling: uncertain, and different from each other.

    Writes their rows, the best first, with these fields added: predicted_label, score (0 to 1) and reason.
    """
    from socialclass.curation import suggest, write_rows

    refuse_overwriting((output,), force, (file, model))
    records = _unlabelled(file, ReadOptions(input_format, text_field, encoding, encoding_errors), label_field)
    if not records:
        note(f"{file}: no row has a text and no label in {label_field!r}: there is nothing to suggest")
    facts = [record.facts for record in records]
    chosen = suggest(open_model(model), [record.text for record in records], number, facts if any(facts) else None)
    names = tuple(prefix + name for name in ("predicted_label", "score", "reason"))
    picked = [records[each.row] for each in chosen]
    added = [AddedFields(names, (each.label, each.score, each.reason)) for each in chosen]
    write_rows(picked, output or "-", file, added)


@command.command("label", epilog=_LABEL)
@click.argument("file")
@click.option(
    "-o", "--output", required=True, metavar="FILE", help="JSON Lines file that the labelled rows are added to."
)
@model_option
@click.option("--label", "labels", multiple=True, metavar="NAME", help="A label to choose from; else the model's.")
@click.option("--order", type=click.Choice(["suggest", "file"]), default="suggest", show_default=True,
              help="What is most worth labelling first, or as the file has it.")  # fmt: skip
@click.option("-n", "--number", type=click.IntRange(1), default=50, show_default=True, help="Texts to ask for.")
@read_options
@click.option(
    "--label-field", default="label", show_default=True, metavar="NAME", help="Rows that have it are left out."
)
def label(file: str, output: str, model: str | None, labels: tuple[str, ...], order: str, number: int,
          input_format: str, text_field: str | None, encoding: str, encoding_errors: str,
          label_field: str) -> None:  # fmt: skip
    """Label texts of FILE in the terminal, one key a text.

    Each label is on disk before the next text is shown. Stop at any time; the same command goes on where it stopped.
    Keys: a digit for a label, s skip, u undo, q quit, ? help.
    """
    from socialclass.cli.keyboard import DIGITS, farewell, label_by_key
    from socialclass.curation import Session

    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise click.UsageError("'corpus label' asks for keys: run it in a terminal, with nothing piped in or out")
    if not output.endswith((".jsonl", ".ndjson")):
        raise click.BadParameter("labelled rows are JSON Lines: name a file that ends in .jsonl", param_hint="--output")
    if os.path.realpath(file) == os.path.realpath(output):
        raise click.BadParameter("is FILE itself", param_hint="--output")
    records = _unlabelled(file, ReadOptions(input_format, text_field, encoding, encoding_errors), label_field)
    classifier = open_model(model)
    names = labels or classifier.classes
    if not 2 <= len(names) <= len(DIGITS):
        raise click.BadParameter(f"{len(names)} labels; there are keys for 2 to {len(DIGITS)}", param_hint="--label")
    with Session(records, output, label_field, text_field) as session:
        session.choose(classifier if order == "suggest" else None, number)
        label_by_key(session, names)
        click.echo(farewell(session, model, label_field))
