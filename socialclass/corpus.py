"""A labelled corpus: read, counted, fingerprinted. It is not learnt from here."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from socialclass.errors import CorpusError, InputError, UnknownFieldError
from socialclass.model.classifier import UNCERTAIN
from socialclass.reading import ReadOptions, Record
from socialclass.reading.record import own_cell
from socialclass.reading.source import read_records


class Example(NamedTuple):
    """A labelled text.

    group: examples of one group are never divided between training and testing; empty for none.
    facts: terms beside those of the text, as `activity.facts` makes them.
    """

    text: str
    label: str
    group: str = ""
    facts: tuple[str, ...] = ()


def read_corpus(
    path: str, reading: ReadOptions | None = None, label_field: str = "label", group_field: str | None = None
) -> list[Example]:
    """Return the examples of a CSV, TSV or JSONL file, or of a folder that holds a folder of .txt files for each label.

    A JSONL row may hold an ActivityStreams `activity` for a text.

    group_field: column of the group; None for ``situation``, else ``pair``, where the corpus has them.
    Raises `InputError` for a record that cannot be read: a corpus is taken whole or not at all.
    """
    reading = reading or ReadOptions()
    if os.path.isdir(path):
        return _read_folder(Path(path), reading)
    if label_field == (reading.text_field or "text"):
        raise InputError(
            f"text and label are both read from {label_field!r}",
            place=path,
            remedy="name two columns: --label-field NAME",
        )
    return [example_of(record, label_field, group_field) for record in read_records(path, reading)]


def example_of(record: Record, label_field: str = "label", group_field: str | None = None) -> Example:
    """Return the example that a record holds; raises `InputError` where it has no text, label or group."""
    if record.error:
        raise InputError(record.error, place=str(record.place), remedy="mend or remove this record")
    fields = dict(zip(record.names, record.values, strict=True))
    for name in (label_field, group_field):
        if len(fields) < len(record.names) and list(record.names).count(str(name)) > 1:
            raise InputError(f"two columns are named {name!r}", place=str(record.place), remedy="rename one of them")
    if label_field not in fields:
        raise UnknownFieldError(label_field, fields, place=str(record.place), option="--label-field")
    label = label_of(fields[label_field])
    if not label:
        raise InputError(f"no label in {label_field!r}", place=str(record.place), remedy="label or remove this record")
    return Example(record.text, label, group_of(record, group_field), tuple(record.facts))


def label_of(value: object) -> str:
    """Return a field's value as a label: text, or a number or truth value of JSON as JSON writes it; else nothing.

    >>> [label_of(value) for value in (" ad ", 1, 0.5, True, None, ["ad"], float("nan"))]
    ['ad', '1', '0.5', 'true', '', '', '']
    """
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value) if isinstance(value, int | float) and value == value else ""


def group_of(record: Record, group_field: str | None) -> str:
    """Return the group of a record, as `read_corpus` says; raises `UnknownFieldError` for a field it does not have."""
    if group_field is not None:
        return field_of(record, group_field, "--group-field")
    fields = dict(zip(record.names, record.values, strict=False))
    return next((str(fields[name]) for name in ("situation", "pair") if fields.get(name)), "")


def field_of(record: Record, name: str, option: str) -> str:
    """Return a field of a record as text; raises `UnknownFieldError` naming the option that asked for it."""
    fields = dict(zip(record.names, record.values, strict=False))
    if name not in fields:
        raise UnknownFieldError(name, fields, place=str(record.place), option=option)
    return own_cell(fields[name])


def _read_folder(folder: Path, reading: ReadOptions) -> list[Example]:
    """Return an example for each file ``folder/LABEL/NAME.txt``, in the order of names; hidden ones are no data."""
    examples = []
    whole = replace(reading, format="text")
    for home in sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")):
        for file in sorted(each for each in home.iterdir() if not each.name.startswith(".")):
            if file.suffix.lower() != ".txt" or not file.is_file():
                raise InputError("not a .txt file", place=str(file), remedy="a label's folder holds .txt files")
            examples += [Example(record.text.strip(), home.name) for record in read_records(str(file), whole)]
    if not examples:
        raise InputError("no LABEL/*.txt in this folder", place=str(folder), remedy="make a folder for each label")
    return examples


def check_corpus(examples: Sequence[Example]) -> Counter[str]:
    """Return the number of examples of each label; raises `CorpusError` where nothing can be learnt."""
    counts = Counter(example.label for example in examples)
    if not counts:
        raise CorpusError("the corpus is empty", remedy="give it labelled texts")
    if len(counts) < 2:
        raise CorpusError(f"every text has the label {next(iter(counts))!r}", remedy="give it texts of two labels")
    if UNCERTAIN in counts:
        problem = f"{counts[UNCERTAIN]} texts have the label {UNCERTAIN!r}, which says that nothing is known"
        raise CorpusError(problem, remedy="call that class otherwise, or leave its texts out")
    return counts


def fingerprint(examples: Sequence[Example]) -> str:
    """Return a SHA-256 (hex) of texts, labels, groups and facts in order; equal corpora have equal fingerprints."""
    digest = hashlib.sha256()
    for example in examples:
        for part in (*example[:3], *example.facts):
            data = part.encode()
            digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()
