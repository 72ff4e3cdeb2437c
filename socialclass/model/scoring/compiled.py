"""The scoring of `reference`, in C: the same contract and the same numbers, some forty times as fast.

The rules about characters stay here, in Python: the core asks once what a character becomes and keeps the answer.
"""

import unicodedata
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import NamedTuple

from socialclass.model.scoring import _core, reference
from socialclass.model.scoring.reference import Counts, Scores, Weights
from socialclass.model.text import (
    ENTITY_MARKS,
    LONE_TERMS,
    PLATFORM,
    PLATFORM_NAMES,
    START,
    AnalyzerSettings,
    fold_compatibility,
    normalize,
)

LONG_LINE = -2  # see LabelledBlock.bad_byte

all_moderate, line_feeds = _core.all_moderate, _core.line_feeds


class LabelledBlock(NamedTuple):
    """What `Scorer.label_lines` made of a block.

    rows: label, probability and text of each line, tab-separated.
    counts: lines a class, then lines without text, without a known term, below the confidence, and not in English.
    bad_byte: position in the line after the last row of a byte that is not UTF-8; -1 if there is none; `LONG_LINE`
        where that line is longer than `text.LONGEST_TEXT` and left to Python.
    """

    rows: bytes
    counts: tuple[int, ...]
    bad_byte: int


class LabelledTable(NamedTuple):
    """What `Scorer.label_csv` and `Scorer.label_jsonl` made of a block.

    rows: the records' own bytes, each with what was added.
    counts: as in `LabelledBlock`.
    stop: where in the block labelling stopped: its end, or a record that is left to Python.
    """

    rows: bytes
    counts: tuple[int, ...]
    stop: int


class ActivityHelpers(NamedTuple):
    """What the core asks while it labels activities.

    shape_of: given an activity's shape in JSON, the number of the string that is its text (-1 for none), whether that
        is HTML, and its facts; None for one that Python must read.
    html_to_text: takes HTML out of a text; is_foreign: says whether a text is not English; None if nobody asks.
    foreign_words, english_words: function words, joined by spaces, that speak for other languages and for English.
    """

    shape_of: Callable[[bytes], tuple[int, bool, tuple[str, ...]] | None]
    html_to_text: Callable[[str], str]
    is_foreign: Callable[[str], bool] | None
    foreign_words: bytes
    english_words: bytes


class Scorer(reference.Scorer):
    """Scores texts with fixed weights, and labels whole blocks of lines.

    >>> from socialclass.model.text import AnalyzerSettings
    >>> weights = Weights(("free", "mum"), [1.0, 1.0], ([-2.0, 2.0],), (0.0,), 0.0, AnalyzerSettings(1, 0))
    >>> scorer = Scorer(weights)
    >>> scorer.score(["hi mum", "???"])
    [Scores(known=1, scores=(2.0,)), Scores(known=0, scores=(0.0,))]
    >>> scorer.label_lines(b"hi mum\\n", (b"ads", b"chat", b"uncertain"))
    LabelledBlock(rows=b'chat\\t0.8808\\thi mum\\n', counts=(0, 1, 0, 0, 0, 0), bad_byte=-1)
    """

    name = "C"

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._core = _core_of(weights)

    def score(self, texts: Iterable[str], facts: Iterable[Sequence[str]] | None = None) -> list[Scores]:
        """Return the scores of each text, in order; facts: for each text, terms beside its own."""
        texts = tuple(texts)
        facts = None if facts is None else tuple(facts)
        scored = self._core.score(texts, Scores, facts)
        return super().score(texts, facts) if scored is None else scored

    def label_lines(self, block: bytes, labels: tuple[bytes, ...], min_confidence: float = 0.0) -> LabelledBlock:
        """Label the lines of a block; other threads run meanwhile.

        labels: what is written for each class, and last for a line that gets none.
        min_confidence: below this probability (0 to 1) a line gets none.
        """
        return LabelledBlock(*self._core.label_lines(block, labels, min_confidence))

    def label_csv(
        self, block: bytes, start: int, pieces: tuple[bytes, ...], min_confidence: float,
        delimiter: str, columns: int, column: int,
    ) -> LabelledTable:  # fmt: skip
        """Label the rows of a block from `start` on, up to its end or a row that Python must read.

        pieces: what is written before and after the probability, for each class and then for each reason.
        columns: how many cells a row has; column: which of them is the text, from 0.
        """
        code = ord(delimiter)
        return LabelledTable(*self._core.label_csv(block, start, pieces, min_confidence, code, columns, column))

    def label_jsonl(
        self, block: bytes, start: int, pieces: tuple[bytes, ...], min_confidence: float,
        field: bytes, taken: tuple[bytes, ...],
    ) -> LabelledTable:  # fmt: skip
        """Label the JSON objects of a block of lines, as `label_csv` does.

        field: the member that is the text; taken: members that no object may have, since they are added.
        """
        return LabelledTable(*self._core.label_jsonl(block, start, pieces, min_confidence, field, taken))

    def label_activities(
        self, block: bytes, start: int, line: int, pieces: tuple[bytes, ...], min_confidence: float,
        file: bytes, taken: tuple[bytes, ...], helpers: ActivityHelpers,
    ) -> LabelledTable:  # fmt: skip
        """Label the ActivityStreams objects of a block of lines, as `label_jsonl` does.

        line: the number of the line at `start`; file: the member that says where an object stood, with its comma.
        """
        return LabelledTable(
            *self._core.label_activities(block, start, line, pieces, min_confidence, file, taken, helpers)
        )

    @staticmethod
    def last_row_end(block: bytes, delimiter: str) -> int:
        """Return where the last whole CSV row of a block ends, which begins with a row; 0 if none is whole."""
        return _core.last_row_end(block, ord(delimiter))


def count_terms(texts: Iterable[str], settings: AnalyzerSettings) -> Counts:
    """Return the terms of the texts and their counts, as `reference.count_terms` does.

    >>> counts = count_terms(["hi mum hi", "hi"], AnalyzerSettings(1, 0))
    >>> list(counts.terms), list(counts.ends), list(counts.indices), list(counts.counts)
    (['hi', 'mum'], [0, 2, 3], [0, 1, 0], [2, 1, 1])
    """
    core = _core_of(Weights((), (), ((),), (0.0,), 0.0, settings))
    joined, ends, indices, counts = core.count(tuple(texts), _lone_terms(settings))
    terms = reference.Terms(joined) if joined else ()
    return Counts(terms, memoryview(ends).cast("q"), memoryview(indices).cast("i"), memoryview(counts).cast("i"))


def _lone_terms(settings: AnalyzerSettings) -> bytes:
    return "".join(LONE_TERMS | ENTITY_MARKS if settings.entities else LONE_TERMS).encode()


def _core_of(weights: Weights) -> _core.Core:
    coef = array("d")
    for row in weights.coef:
        coef.extend(_packed(row))
    return _core.Core(
        terms=_joined(weights.terms),
        idf=_packed(weights.idf),
        coef=coef,
        intercept=_packed(weights.intercept),
        damping=weights.damping,
        ngrams=weights.analyzer.ngrams,
        prefix=weights.analyzer.prefix,
        entities=weights.analyzer.entities,
        start=START,
        platform=PLATFORM,
        platform_names=tuple(PLATFORM_NAMES),
        lone_terms=_lone_terms(weights.analyzer),
        meaning_of=meaning_of,
        normalize=partial(normalize, entities=weights.analyzer.entities),
        fold=fold_compatibility,
    )


def meaning_of(code: int) -> tuple[int, bytes]:
    """Return what `text.normalize` makes of a character that is not ASCII, and whether its neighbours matter.

    ASCII letters keep their case, since hashtags are opened after this and before lower case.

    >>> meaning_of(ord("É")) == (_core.PLAIN, "é".encode()), meaning_of(ord("™")) == (_core.PLAIN, b"TM")
    (True, True)
    """
    character = chr(code)
    normal = unicodedata.normalize("NFKC", character)
    if "\ud800" <= character <= "\udfff" or any(each in "Σİ" or _composes(each) for each in normal):
        return _core.COMPLEX, b""
    marks = sum(unicodedata.combining(each) != 0 for each in normal)
    if marks and normal != character:
        return _core.COMPLEX, b""
    meaning = "".join(each if each.isascii() else each.lower() for each in fold_compatibility(character))
    return _core.COMBINING if marks else _core.PLAIN, meaning.encode()


def _composes(character: str) -> bool:
    """Say whether the character may become one with the character before; parts of Korean syllables do."""
    if "\u1100" <= character <= "\u11ff":
        return True
    return unicodedata.category(character)[0] == "M" and character in _composing_marks()


@cache
def _composing_marks() -> frozenset[str]:
    decompositions = (unicodedata.decomposition(chr(code)).split() for code in range(0xA0, 0x20000))
    return frozenset(chr(int(parts[1], 16)) for parts in decompositions if len(parts) == 2 and parts[0][0] != "<")


def _joined(terms: Sequence[str]) -> bytes:
    if not isinstance(terms, reference.Terms):  # from a file they are joined already, and without line feeds
        return "\n".join("" if "\n" in term else term for term in terms).encode("utf-8", "surrogatepass")
    return terms.joined


def _packed(values: Sequence[float]) -> "array[float]":
    return values if isinstance(values, array) and values.typecode == "d" else array("d", values)
