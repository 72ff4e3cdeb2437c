"""The corpus speaks ordinary English: the commonest words stand in it, in all its kinds."""

import re
from collections import Counter

from docs.corpus_card import rows_of, words_of
from tests.conftest import ROOT

LIST = (ROOT / "tests" / "common_words.txt").read_text(encoding="utf-8").split("\n")
COMMON = [word for word in LIST if word and not word.startswith("#")]
ROWS = rows_of("train") + rows_of("test")
WORD = re.compile(r"[^\W_]+(?:[.'][^\W_]+)*")


def texts_with_each_word() -> Counter[str]:
    """Return in how many texts each word stands; of "don't" and "u.s." also the parts."""
    found: Counter[str] = Counter()
    for row in ROWS:
        words = {word.replace("’", "'") for word in WORD.findall(words_of(row).replace("’", "'").lower())}
        found.update(words | {part for word in words for part in re.split(r"[.']", word)})
    return found


FOUND = texts_with_each_word()


def test_hardly_a_common_word_is_missing() -> None:
    """Of the 5,000 commonest English words at most 3% stand in no text."""
    missing = [word for word in COMMON if not FOUND[word]]
    assert len(COMMON) == 5000
    assert len(missing) <= 0.03 * len(COMMON), missing


def test_the_commonest_words_stand_in_several_texts() -> None:
    """Of the 2,000 commonest at most 5% stand in fewer than five texts."""
    rare = [word for word in COMMON[:2000] if FOUND[word] < 5]
    assert len(rare) <= 0.05 * 2000, rare
