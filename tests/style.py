"""Features of style, not of purpose: what a fingerprint check looks at."""

import re
from collections.abc import Callable
from functools import partial

MARKS = '!?.,:;"()-/&+*%$£_=`'
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_MENTIONS_FIRST = re.compile(r"^(@\w+\s*)+")


def _contains(mark: str, text: str) -> bool:
    return mark in text


STYLE: dict[str, Callable[[str], bool]] = {
    **{mark: partial(_contains, mark) for mark in MARKS},
    "ellipsis": lambda text: "…" in text or "..." in text,
    "apostrophe": lambda text: "'" in text or "’" in text,
    "emoji": lambda text: bool(_EMOJI.search(text)),
    "lower-case start": lambda text: bool(re.match(r"[^A-Za-z]*[a-z]", _MENTIONS_FIRST.sub("", text))),
    "capitals": lambda text: bool(re.search(r"\b[A-Z]{3,}\b", text)),
    "url": lambda text: bool(re.search(r"https?://|www\.|\w\.\w{2,3}/", text)),
    "mention": lambda text: bool(re.search(r"@\w", text)),
    "hashtag": lambda text: bool(re.search(r"#\w", text)),
    "digit": lambda text: bool(re.search(r"\d", text)),
    "final full stop": lambda text: text.endswith("."),
    "line break": lambda text: "\n" in text,
    "under 6 words": lambda text: len(text.split()) < 6,
    "over 20 words": lambda text: len(text.split()) > 20,
    "over 45 words": lambda text: len(text.split()) > 45,
}
