"""Text to terms: normalise, tokenise, n-grams. What the model sees of a text, and nothing else.

Training and running both call `analyze`, so there is no skew between them. Nothing is learnt or weighted here.
The text itself is never changed: normalising happens in a copy that only the features see.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

LONGEST_TEXT = 1 << 16  # bytes of UTF-8 that are judged of a text; the compiled core knows it, too

PLATFORM = "<platform>"
START = "<start>"
URL = "<url>"

# The platform never decides: all these names are one token, which alone is no term. Words that are mostly
# something else in English (teams, threads, signal, x) are left out.
PLATFORM_NAMES = frozenset(
    """bluesky confluence discord facebook fb flickr ig insta instagram intranet irc jive linkedin mastodon messenger
    myspace orkut pinterest quora reddit sharepoint slack snapchat telegram tiktok tumblr twitter wechat weibo whatsapp
    wiki wikis yammer youtube""".split()
)

# Marks that code and paths are full of are terms; all other ASCII punctuation only counts beside a word, since how
# often somebody exclaims is a habit and not a purpose.
LONE_TERMS = frozenset("%$£€`{}[]()<>=\\/_~|*;")
_NO_TERMS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") - LONE_TERMS | {PLATFORM, START}
ENTITY_MARKS = frozenset("@#")

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]")
_TYPOGRAPHIC = str.maketrans("‘’ʼ“”„", "'''\"\"\"")
_HASHTAG = re.compile(r"#(\w+)")
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MENTION = re.compile(r"(?<![\w.+-])@(\w+)")
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_DIGITS = str.maketrans("123456789", "000000000")

_SHORTEST_PART = 4  # of a handle: shorter parts are initials and first names

# One pass over the normalised text. A URL, a mail address or a mention is consumed without giving a token, unless the
# settings ask for entities: that there is one is a habit of a place, not of a purpose; so are emoji. A word may hold
# apostrophes.
_WORD_OR_MARK = r"([^\W_]+(?:'[^\W_]+)*|[!-/:-@[-`{-~£€])"
_LINK = r"(?:https?://|www\.)\S+|(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*"
_ACCOUNT = r"[\w.+-]*@[\w.-]*"
_TOKEN = re.compile(rf"{_LINK}|{_ACCOUNT}|{_WORD_OR_MARK}")
_ENTITY = re.compile(rf"(?P<link>{_LINK})|(?P<account>{_ACCOUNT})|{_WORD_OR_MARK}")
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*)?")
_PLAIN_TOKEN = re.compile(_WORD_OR_MARK)  # the same for a text without links and mentions, three times as fast


class AnalyzerSettings(NamedTuple):
    """What `analyze` makes of tokens; saved with the model.

    ngrams: longest run of neighbouring tokens that is a term (1 or 2).
    prefix: tokens longer than this many characters also give their first `prefix` characters as a term, so that
        "discounted" is evidence where the corpus only has "discount"; 0 for none.
    entities: 1 to make a URL the tokens ``<url>`` and its host, a mention or a mail address the token ``@``, and to
        keep the ``#`` of a hashtag as one; 0 for none of these, since in other places they are as common as the place
        has it.
    """

    ngrams: int = 2
    prefix: int = 5
    entities: int = 1

    def as_facts(self) -> dict[str, int]:
        """Return the settings as a model file holds them; without entities, as before there were any.

        >>> AnalyzerSettings().as_facts(), AnalyzerSettings(entities=0).as_facts()
        ({'ngrams': 2, 'prefix': 5, 'entities': 1}, {'ngrams': 2, 'prefix': 5})
        """
        return {name: value for name, value in self._asdict().items() if name != "entities" or value}

    @classmethod
    def from_facts(cls, facts: Mapping[str, int]) -> "AnalyzerSettings":
        """Return the settings that a model file holds; raises `TypeError` for one that there is not.

        >>> AnalyzerSettings.from_facts({"ngrams": 1, "prefix": 0})
        AnalyzerSettings(ngrams=1, prefix=0, entities=0)
        """
        return cls(**{"entities": 0, **facts})


def fold_compatibility(text: str) -> str:
    """Return the text with compatibility forms and typographic quotes folded and invisible characters removed.

    >>> fold_compatibility("ＳＡＬＥ\\u200b ‘now’")
    "SALE 'now'"
    """
    if text.isascii():
        return text
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_TYPOGRAPHIC)


def normalize(text: str, entities: int = 0) -> str:
    """Return the copy of `text` that features are made from: folded, hashtags opened, lower case, every digit a 0.

    >>> normalize("ＳＡＬＥ\\u200b at #BlackFriday2024"), normalize("#BlackFriday", entities=1)
    ('sale at black friday0000', '#black friday')
    """
    return _in_lower_case(fold_compatibility(text), entities)


def _in_lower_case(text: str, entities: int) -> str:
    if "#" in text:
        mark = "#" if entities else ""
        text = _HASHTAG.sub(lambda tag: mark + _CAMEL_CASE.sub(" ", tag[1]), text)
    return text.lower().translate(_DIGITS)


def tokenize(text: str, entities: int = 0) -> list[str]:
    """Return the tokens of a text, in order: words and single marks; every digit is 0.

    >>> tokenize("@ana Don't miss 20% off on Facebook: https://t.co/x1")
    ["don't", 'miss', '00', '%', 'off', 'on', '<platform>', ':']
    >>> tokenize("@ana #sale www.shop.example/a", entities=1)
    ['@', '#', 'sale', '<url>', 'shop.example']
    """
    return _tokens(normalize(text, entities), entities)


def _tokens(text: str, entities: int) -> list[str]:
    if "@" in text or "/" in text or "www." in text:
        found = list(_with_entities(text)) if entities else list(filter(None, _TOKEN.findall(text)))
    else:
        found = _PLAIN_TOKEN.findall(text)
    if PLATFORM_NAMES.isdisjoint(found):
        return found
    return [PLATFORM if token in PLATFORM_NAMES else token for token in found]


def _with_entities(text: str) -> Iterator[str]:
    for found in _ENTITY.finditer(text):
        if found["account"]:
            yield "@"
        elif found["link"]:
            yield URL
            host = _HOST.match(found["link"])
            if host and host[1]:
                yield host[1]
        else:
            yield found[0]


def addressees(text: str) -> list[str]:
    """Return what the handles of mentioned accounts are made of: whom a text speaks to.

    A mention by itself gives nothing; a part of four letters or more gives ``@part``, of six or more also its last
    four, since most handles are not written in camel case.

    >>> addressees("@TernAirHelp my bag! cc @anna_k @ternsupport")
    ['@tern', '@help', '@anna', '@ternsupport', '@*port']
    """
    return _parts_of_handles(fold_compatibility(text))


def _parts_of_handles(text: str) -> list[str]:
    if "@" not in text:
        return []
    parts = [part.lower() for handle in _MENTION.findall(text) for part in _NAME_PART.findall(handle)]
    whole = [f"@{part}" for part in parts if len(part) >= _SHORTEST_PART]
    return whole + [f"@*{part[-_SHORTEST_PART:]}" for part in parts if len(part) >= _SHORTEST_PART + 2]


def analyze(text: str, settings: AnalyzerSettings = AnalyzerSettings()) -> list[str]:
    """Return the terms of a text, with repetitions: tokens, prefixes (ending in ``*``), neighbouring pairs, addressees.

    Punctuation and platform names are terms only in a pair with something that is a term alone.

    >>> analyze("Ordered, on Slack", AnalyzerSettings(ngrams=2, prefix=5))
    ['ordered', 'on', 'order*', '<start> ordered', 'ordered ,', ', on', 'on <platform>']
    >>> analyze("@ana #sale", AnalyzerSettings(ngrams=1, prefix=0, entities=1))
    ['@', '#', 'sale']
    """
    folded = fold_compatibility(text)
    tokens = _tokens(_in_lower_case(folded, settings.entities), settings.entities)
    no_terms = _NO_TERMS - ENTITY_MARKS if settings.entities else _NO_TERMS
    terms = [token for token in tokens if token not in no_terms]
    pairs = pairwise([START, *tokens]) if settings.ngrams > 1 else ()
    if settings.prefix:
        size = settings.prefix
        terms += [f"{token[:size]}*" for token in terms if len(token) > size and token != URL]
    terms += [f"{left} {right}" for left, right in pairs if right not in no_terms or left not in no_terms]
    return terms + _parts_of_handles(folded)


def beginning(text: str) -> str:
    """Return what of a text is judged: itself, or whole characters of the first `LONGEST_TEXT` bytes of a longer one.

    >>> short = "hey mum"
    >>> beginning(short) is short, len(beginning("é" * LONGEST_TEXT)), len(beginning("x€" * LONGEST_TEXT))
    (True, 32768, 32768)
    """
    if len(text) <= LONGEST_TEXT // 4:
        return text
    start = text[: LONGEST_TEXT + 1].encode("utf-8", "surrogatepass")
    if len(start) <= LONGEST_TEXT:
        return text
    end = LONGEST_TEXT
    while start[end] & 0xC0 == 0x80:  # within a character
        end -= 1
    return start[:end].decode("utf-8", "surrogatepass")
