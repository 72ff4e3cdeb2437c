"""Text to terms: normalise, tokenise, n-grams. What the model sees of a text, and nothing else.

Training and running both call `analyze`, so there is no skew between them. Nothing is learnt or weighted here.
The text itself is never changed: normalising happens in a copy that only the features see.
"""

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

PLATFORM = "<platform>"
START = "<start>"

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

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]")
_TYPOGRAPHIC = str.maketrans("‘’ʼ“”„", "'''\"\"\"")
_HASHTAG = re.compile(r"#(\w+)")
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = str.maketrans("123456789", "000000000")

# One pass over the normalised text. A URL, a mail address or a mention is consumed without giving a token: each is a
# habit of a place, not of a purpose; so are emoji. A word may hold apostrophes.
_TOKEN = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*"
    r"|[\w.+-]*@[\w.-]*"
    r"|([^\W_]+(?:'[^\W_]+)*|[!-/:-@[-`{-~£€])"
)


class AnalyzerSettings(NamedTuple):
    """What `analyze` makes of tokens; saved with the model.

    ngrams: longest run of neighbouring tokens that is a term (1 or 2).
    prefix: tokens longer than this many characters also give their first `prefix` characters as a term, so that
        "discounted" is evidence where the corpus only has "discount"; 0 for none.
    """

    ngrams: int = 2
    prefix: int = 5


def normalize(text: str) -> str:
    """Return the copy of `text` that features are made from: compatibility forms folded, hashtags opened, lower case.

    >>> normalize("ＳＡＬＥ\\u200b at #BlackFriday2024")
    'sale at black friday0000'
    """
    if not text.isascii():
        text = fold_compatibility(text)
    if "#" in text:
        text = _HASHTAG.sub(lambda tag: _CAMEL_CASE.sub(" ", tag[1]), text)
    return text.lower().translate(_DIGITS)


def fold_compatibility(text: str) -> str:
    """Return the text with compatibility forms folded, invisible characters left out, quotes straight.

    >>> fold_compatibility("“ﬁne\\u200b”")
    '"fine"'
    """
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_TYPOGRAPHIC)


def tokenize(text: str) -> list[str]:
    """Return the tokens of a text, in order: words and single marks; every digit is 0.

    >>> tokenize("@ana Don't miss 20% off on Facebook: https://t.co/x1")
    ["don't", 'miss', '00', '%', 'off', 'on', '<platform>', ':']
    """
    found = filter(None, _TOKEN.findall(normalize(text)))
    return [PLATFORM if token in PLATFORM_NAMES else token for token in found]


def analyze(text: str, settings: AnalyzerSettings = AnalyzerSettings()) -> list[str]:
    """Return the terms of a text, with repetitions: tokens, their prefixes (ending in ``*``) and neighbouring pairs.

    Punctuation and platform names are terms only in a pair with something that is a term alone.

    >>> analyze("Ordered, on Slack", AnalyzerSettings(ngrams=2, prefix=5))
    ['ordered', 'on', 'order*', '<start> ordered', 'ordered ,', ', on', 'on <platform>']
    """
    tokens = tokenize(text)
    terms = [token for token in tokens if _is_term(token)]
    pairs = pairwise([START, *tokens]) if settings.ngrams > 1 else ()
    if settings.prefix:
        size = settings.prefix
        terms += [f"{token[:size]}*" for token in terms if len(token) > size]
    terms += [f"{left} {right}" for left, right in pairs if _is_term(right) or _is_term(left)]
    return terms


def _is_term(token: str) -> bool:
    return token[0].isalnum() or token in LONE_TERMS
