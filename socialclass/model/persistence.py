"""The model file: a Classifier to bytes and back, without ever running what a file contains.

The file is what ``joblib.dump`` makes of a dict of builtins, so ``joblib.load`` opens it too. The reader here uses
neither joblib nor a plain unpickler: it caps the size (nothing is compressed: what is read is all there is), reads the
opcodes against a short list that cannot name a class or call anything, and then checks checksum, shapes and values.
"""

import hashlib
import json
import os
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from socialclass.errors import ModelError
from socialclass.model.classifier import UNCERTAIN, Classifier
from socialclass.model.scoring import Terms, Weights, all_moderate, line_feeds
from socialclass.model.text import AnalyzerSettings
from socialclass.resources import default_model_path
from socialclass.writing.files import open_output

FORMAT, VERSION = "socialclass-model", 1
MAX_FILE = 512 << 20  # bytes
_MAX_HEADER = 4 << 20  # bytes; a search's trials are some ten thousand
_MAX_OPCODES = 1000  # a model needs about 60
_SUFFIX_HINT = "train one with 'socialclass train CORPUS -o MODEL'"


def save_model(classifier: Classifier, path: str | os.PathLike[str]) -> None:
    """Write the model file, whole or not at all; equal classifiers give equal bytes.

    Raises `OutputError` when the file cannot be written.
    """
    import joblib

    header, arrays = _to_parts(classifier)
    content = {
        "format": FORMAT,
        "version": VERSION,
        "header": header,
        "arrays": arrays,
        "sha256": _checksum(header, arrays),
    }
    with open_output(os.fspath(path)) as stream:
        joblib.dump(content, stream, protocol=4)  # uncompressed: unpacking took longer than all the rest of opening


def fingerprint(classifier: Classifier) -> str:
    """Return the SHA-256 of a model: equal for equal models, as the one in its file.

    >>> fingerprint(load_model()) == fingerprint(load_model())
    True
    """
    return _checksum(*_to_parts(classifier))


def load_model(path: str | os.PathLike[str] | None = None) -> Classifier:
    """Read a model file, or the bundled one; nothing in it is run.

    Raises `ModelError` when the file is missing, damaged, too large, or no socialclass model.
    """
    path = default_model_path() if path is None else path
    place = os.fspath(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise ModelError(error.strerror or str(error), place=place, remedy=_SUFFIX_HINT) from error
    try:
        return _from_parts(*_verified(_Opcodes(data).read()))
    except _RefusedError as reason:
        raise ModelError(f"not a usable socialclass model: {reason}", place=place, remedy=_SUFFIX_HINT) from None


class _RefusedError(Exception):
    """Why the bytes are not a model."""


class _Opcodes:
    """Reads the few pickle opcodes that a dict of str, int and bytes is made of.

    Anything else (GLOBAL, REDUCE, BUILD, EXT, PERSID, LONG_BINPUT …) is refused before it has any meaning: there is
    no code here that could look up a name or call one. Opcode values and layouts: CPython's ``pickletools``.
    """

    # (SHORT_)BINUNICODE, (SHORT_)BINBYTES, BINBYTES8
    _STRINGS: ClassVar = {0x8C: "<B", 0x58: "<I", 0x43: "<B", 0x42: "<I", 0x8E: "<Q"}
    _INTEGERS: ClassVar = {0x4B: "<B", 0x4D: "<H", 0x4A: "<i"}  # BININT1, BININT2, BININT
    _MARK = object()

    def __init__(self, data: bytes) -> None:
        self.data, self.at = memoryview(data), 0  # a view: the arrays are most of the file, and are not copied here
        self.stack: list[Any] = []
        self.memo: list[Any] = []

    def read(self) -> object:
        """Return the one object that the data describes."""
        if len(self.data) > MAX_FILE:
            raise _RefusedError(f"larger than {MAX_FILE >> 20} MiB")
        if self.data[:1].tobytes() != b"\x80":  # PROTO
            raise _RefusedError("another kind of file")
        for _ in range(_MAX_OPCODES):
            opcode = self._take(1)[0]
            if opcode == 0x2E:  # STOP
                if self.at != len(self.data) or len(self.stack) != 1:
                    raise _RefusedError("other data follows the model")
                return self.stack[0]
            self._step(opcode)
        raise _RefusedError(f"more than {_MAX_OPCODES} opcodes")

    def _step(self, opcode: int) -> None:
        if opcode in self._STRINGS:
            value = self._take(self._number(self._STRINGS[opcode]))
            self.stack.append(_utf8(value) if opcode in (0x8C, 0x58) else value)
        elif opcode in self._INTEGERS:
            self.stack.append(self._number(self._INTEGERS[opcode]))
        elif opcode == 0x80:  # PROTO
            if self._number("<B") not in (4, 5):
                raise _RefusedError("an unknown pickle protocol")
        elif opcode == 0x95:  # FRAME: a hint for buffering
            if self._number("<Q") > len(self.data) - self.at:
                raise _RefusedError("it ends early")
        elif opcode == 0x7D:  # EMPTY_DICT
            self.stack.append({})
        elif opcode == 0x28:  # MARK
            self.stack.append(self._MARK)
        elif opcode == 0x94:  # MEMOIZE
            self.memo.append(self._top())
        elif opcode == 0x68:  # BINGET
            number = self._number("<B")
            if number >= len(self.memo) or isinstance(self.memo[number], dict):
                raise _RefusedError("a reference to nothing")
            self.stack.append(self.memo[number])
        elif opcode == 0x75:  # SETITEMS
            self._set_items()
        else:
            raise _RefusedError(f"it holds pickle opcode 0x{opcode:02x}, which no model needs (a program, perhaps)")

    def _set_items(self) -> None:
        marks = [i for i, value in enumerate(self.stack) if value is self._MARK]
        if not marks or marks[-1] == 0 or not isinstance(self.stack[marks[-1] - 1], dict):
            raise _RefusedError("items without a dict")
        items = self.stack[marks[-1] + 1 :]
        del self.stack[marks[-1] :]
        if len(items) % 2 or not all(isinstance(key, str) for key in items[::2]):
            raise _RefusedError("items without names")
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))

    def _top(self) -> Any:
        if not self.stack or self.stack[-1] is self._MARK:
            raise _RefusedError("it ends early")
        return self.stack[-1]

    def _number(self, layout: str) -> int:
        value: int = struct.unpack(layout, self._take(struct.calcsize(layout)))[0]
        return value

    def _take(self, size: int) -> memoryview:
        if size > len(self.data) - self.at:
            raise _RefusedError("it ends early")
        self.at += size
        return self.data[self.at - size : self.at]


def _verified(content: object) -> tuple[str, Mapping[str, memoryview]]:
    """Return header and arrays of a content dict whose form and checksum are right."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _RefusedError("another kind of file")
    if content.get("version") != VERSION:
        raise _RefusedError(f"model version {content.get('version')!r}; this socialclass reads version {VERSION}")
    header, arrays = content.get("header"), content.get("arrays")
    if not isinstance(header, str) or not isinstance(arrays, dict):
        raise _RefusedError("no header or arrays")
    if len(header) > _MAX_HEADER:
        raise _RefusedError(f"a header of more than {_MAX_HEADER >> 20} MiB")
    if not all(isinstance(value, memoryview) for value in arrays.values()):
        raise _RefusedError("arrays that are not bytes")
    if content.get("sha256") != _checksum(header, arrays):
        raise _RefusedError("its checksum does not match (damaged or altered)")
    return header, arrays


def _to_parts(classifier: Classifier) -> tuple[str, dict[str, bytes]]:
    weights = classifier.weights
    header = {
        "classes": list(classifier.classes),
        "analyzer": weights.analyzer.as_facts(),
        "damping": weights.damping,
        "facts": dict(classifier.facts),
    }
    arrays = {
        "terms": "\n".join(weights.terms).encode(),
        "idf": _pack(array("d", weights.idf)),
        "coef": _pack(array("d", [value for row in weights.coef for value in row])),
        "intercept": _pack(array("d", weights.intercept)),
    }
    return json.dumps(header, ensure_ascii=False, sort_keys=True), arrays


# what other commands read of the facts, and as what; settings of training are read as `_SETTINGS`, sources as `str`
_NUMBER = (int, float)
_FACTS: dict[str, type | tuple[type, ...]] = {
    "calibration": dict, "corpus": dict, "cross_validation": dict, "search": dict, "settings": dict, "sources": list,
    "versions": dict,
}  # fmt: skip
_SETTINGS: dict[str, type | tuple[type, ...]] = {
    "analyzer": dict, "min_df": int, "damping": _NUMBER, "idf_power": _NUMBER, "C": _NUMBER, "calibrate": bool,
    "class_weight": (str, type(None)),
}  # fmt: skip


def _check_facts(facts: Any) -> None:
    """Raise `ValueError` where the facts are not what those who read them take them for."""
    if not isinstance(facts, dict):
        raise TypeError
    settings, sources = facts.get("settings", {}), facts.get("sources", [])
    right = all(isinstance(facts[name], kind) for name, kind in _FACTS.items() if name in facts)
    right = right and all(isinstance(settings[name], kind) for name, kind in _SETTINGS.items() if name in settings)
    right = right and _is_analyzer(settings.get("analyzer", {}).values())
    for source in sources if right else ():
        values = [*source.values()] if isinstance(source, dict) and "path" in source else [0]
        right = right and all(value is None or isinstance(value, str) for value in values)
    if not right:
        raise ValueError("facts of another form")


def _is_analyzer(values: Iterable[object]) -> bool:
    return all(type(value) is int and 0 <= value <= 64 for value in values)


def _from_parts(text: str, arrays: Mapping[str, memoryview]) -> Classifier:
    try:
        header = json.loads(text)
        json.dumps(header, ensure_ascii=False).encode()  # raises where a name holds half of a surrogate pair
        classes = header["classes"]
        settings = AnalyzerSettings.from_facts(header["analyzer"])
        damping, facts = float(header["damping"]), header["facts"]
        _check_facts(facts)
        _utf8(arrays["terms"])
        terms = Terms(bytes(arrays["terms"]), line_feeds(arrays["terms"]) + 1)
        idf, coef, intercept = (_unpack_floats(arrays[name]) for name in ("idf", "coef", "intercept"))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise _RefusedError(f"an incomplete header ({type(error).__name__})") from None
    if not isinstance(classes, list) or not all(isinstance(name, str) and name for name in classes):
        raise _RefusedError("classes without names")
    if len(set(classes)) < max(2, len(classes)) or UNCERTAIN in classes:
        raise _RefusedError("fewer than two classes, or two of one name")
    if not _is_analyzer(settings):
        raise _RefusedError("unknown analyzer settings")
    rows = 1 if len(classes) == 2 else len(classes)
    size = len(terms)
    if len(idf) != size or len(coef) != rows * size or len(intercept) != rows:
        raise _RefusedError("arrays of unequal length")
    if not (all(all_moderate(arrays[name]) for name in ("idf", "coef", "intercept")) and abs(damping) < 1e77):
        raise _RefusedError("numbers that are not finite, or beyond 1e77")
    parts = (coef,) if rows == 1 else tuple(coef[row * size : (row + 1) * size] for row in range(rows))
    return Classifier(tuple(classes), Weights(terms, idf, parts, tuple(intercept), damping, settings), facts)


def _pack(values: "array[float]") -> bytes:
    if sys.byteorder == "big":
        values = array("d", values)
        values.byteswap()
    return values.tobytes()


def _unpack_floats(data: memoryview) -> "array[float]":
    values = array("d")
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _utf8(data: memoryview) -> str:
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        raise _RefusedError("text that is not UTF-8") from None


def _checksum(header: str, arrays: Mapping[str, bytes | memoryview]) -> str:
    digest = hashlib.sha256()
    for name, data in [("header", header.encode()), *sorted(arrays.items())]:
        digest.update(f"{name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()
