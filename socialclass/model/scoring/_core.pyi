from collections.abc import Callable, Sequence
from typing import TypeVar

from _typeshed import ReadableBuffer

_T = TypeVar("_T", bound=tuple[int, tuple[float, ...]])

PLAIN: int
COMBINING: int
COMPLEX: int
LONGEST_TEXT: int

def line_feeds(data: ReadableBuffer, /) -> int: ...
def all_moderate(data: ReadableBuffer, /) -> bool: ...
def last_row_end(block: ReadableBuffer, delimiter: int, /) -> int: ...

class Core:
    def __init__(
        self,
        *,
        terms: bytes,
        idf: ReadableBuffer,
        coef: ReadableBuffer,
        intercept: ReadableBuffer,
        damping: float,
        ngrams: int,
        prefix: int,
        entities: int,
        start: str,
        platform: str,
        platform_names: tuple[str, ...],
        lone_terms: bytes,
        meaning_of: Callable[[int], tuple[int, bytes]],
        normalize: Callable[[str], str],
        fold: Callable[[str], str],
    ) -> None: ...
    def score(
        self, texts: tuple[str, ...], kind: type[_T], facts: tuple[Sequence[str], ...] | None = None, /
    ) -> list[_T] | None: ...
    def label_lines(
        self, block: ReadableBuffer, labels: tuple[bytes, ...], min_confidence: float, /
    ) -> tuple[bytes, tuple[int, ...], int]: ...
    def label_csv(
        self,
        block: ReadableBuffer,
        start: int,
        pieces: tuple[bytes, ...],
        min_confidence: float,
        delimiter: int,
        columns: int,
        column: int,
        /,
    ) -> tuple[bytes, tuple[int, ...], int]: ...
    def label_jsonl(
        self,
        block: ReadableBuffer,
        start: int,
        pieces: tuple[bytes, ...],
        min_confidence: float,
        field: bytes,
        taken: tuple[bytes, ...],
        /,
    ) -> tuple[bytes, tuple[int, ...], int]: ...
    def label_activities(
        self,
        block: ReadableBuffer,
        start: int,
        line: int,
        pieces: tuple[bytes, ...],
        min_confidence: float,
        file: bytes,
        taken: tuple[bytes, ...],
        helpers: tuple[
            Callable[[bytes], tuple[int, bool, tuple[str, ...]] | None],
            Callable[[str], str],
            Callable[[str], bool] | None,
            bytes,
            bytes,
        ],
        /,
    ) -> tuple[bytes, tuple[int, ...], int]: ...
    def count(self, texts: tuple[str, ...], lone_terms: bytes, /) -> tuple[bytes, bytes, bytes, bytes]: ...
