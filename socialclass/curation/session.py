"""Session: labels given one at a time by a person, each safe on disk before the next is asked for.

It keeps a JSON Lines file that only grows, or loses the line that an undo takes back. It asks and draws nothing.
"""

import json
import os
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import BinaryIO

from socialclass.curation.suggesting import suggest
from socialclass.errors import InputError, OutputError
from socialclass.model.classifier import Classifier
from socialclass.reading import ReadOptions, Record, read_records


class Session:
    """The texts that are still to be labelled, and the file of those that are.

    A text that the file already holds is not asked for again, so a session continues where the last one stopped;
    skipped texts come again. Use it as a context manager.

    >>> import tempfile
    >>> from socialclass.reading import Place
    >>> record = Record("hi mum", ("text",), ("hi mum",), Place("posts.jsonl", 1))
    >>> with tempfile.TemporaryDirectory() as folder, Session([record], folder + "/labelled.jsonl") as session:
    ...     session.answer("networking")
    ...     session.labelled, session.current
    (1, None)
    """

    def __init__(
        self, records: Sequence[Record], path: str, label_field: str = "label", text_field: str | None = None
    ) -> None:
        self.path, self._label_field = path, label_field
        if text_field is None and records:
            text_field = "text" if "text" in records[0].names else records[0].names[0]
        held = {record.text.strip() for record in _records_of(path, text_field)}
        self._stream = _open_to_append(path)
        self.labelled_before = len(held)
        self.waiting = _distinct(records, held)
        self.at = 0
        self._undo: list[int | None] = []  # length of the file before each answer; None for a skip

    def choose(self, classifier: Classifier | None, number: int) -> None:
        """Keep `number` of the waiting texts: those that `suggest` chooses, in its order, or the first of the file."""
        rows: Iterable[int] = range(len(self.waiting))
        if classifier is not None:
            facts = [record.facts for record in self.waiting]
            texts = [record.text for record in self.waiting]
            rows = [each.row for each in suggest(classifier, texts, number, facts if any(facts) else None)]
        self.waiting = [self.waiting[row] for row in rows][:number]

    @property
    def current(self) -> Record | None:
        """The record to label now, or None at the end."""
        return self.waiting[self.at] if self.at < len(self.waiting) else None

    @property
    def labelled(self) -> int:
        """How many texts this session has labelled."""
        return sum(size is not None for size in self._undo)

    def answer(self, label: str) -> None:
        """Write the current record with its label, and go on when that is on disk."""
        record = self.current
        assert record is not None, "nothing is left to label"
        fields = {**dict(zip(record.names, record.values, strict=False)), self._label_field: label}
        size = self._stream.seek(0, os.SEEK_END)
        self._stream.write(json.dumps(fields, ensure_ascii=False).encode() + b"\n")
        self._keep()
        self._undo.append(size)
        self.at += 1

    def skip(self) -> None:
        """Go on without a label."""
        self._undo.append(None)
        self.at += 1

    def undo(self) -> bool:
        """Go back by one text and take its label out of the file; False at this session's beginning."""
        if not self._undo:
            return False
        size = self._undo.pop()
        if size is not None:
            self._stream.truncate(size)
            self._keep()
        self.at -= 1
        return True

    def _keep(self) -> None:
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise OutputError(error.strerror or str(error), place=self.path, remedy="make room, then go on") from error

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def _open_to_append(path: str) -> BinaryIO:
    try:
        return open(path, "ab")
    except OSError as error:
        raise OutputError(error.strerror or str(error), place=path, remedy="choose another -o") from error


def _mend_end(path: str) -> None:
    """Cut off what a crash left of a last line; give a whole one that lacks it its line feed."""
    try:
        with open(path, "r+b") as stream:
            content = stream.read()
            last = content[content.rfind(b"\n") + 1 :]
            if last and _is_object(last):
                stream.write(b"\n")
            elif last.startswith(b"{"):
                stream.truncate(len(content) - len(last))
    except OSError as error:
        raise OutputError(error.strerror or str(error), place=path, remedy="choose another -o") from error


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _records_of(path: str, text_field: str | None) -> list[Record]:
    if not os.path.exists(path):
        return []
    _mend_end(path)
    records = list(read_records(path, ReadOptions("jsonl", text_field)))
    for record in records:
        if record.error:
            raise InputError(record.error, place=str(record.place), remedy="mend it, or choose another -o")
    return records


def _distinct(records: Sequence[Record], held: set[str]) -> list[Record]:
    """Return the records with a text that is not held yet, each text once."""
    seen = {"", *held}
    found = []
    for record in records:
        text = record.text.strip()
        if text not in seen and not record.error:
            seen.add(text)
            found.append(record)
    return found
