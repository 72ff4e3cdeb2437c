"""Values out of JSON that others wrote: what has another type than expected is nothing, not an error."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_DIGITS = re.compile(r"-?\d{1,17}(?:\.\d+)?")


def string(value: Any) -> str:
    """Return a string, a number as its digits, nothing for the rest.

    >>> string("a"), string(12), string(None), string(["a"])
    ('a', '12', '', '')
    """
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def member(value: Any, *names: str) -> Any:
    """Return the value under the names, one inside the other; None where the way ends.

    >>> member({"a": {"b": 1}}, "a", "b"), member({"a": []}, "a", "b")
    (1, None)
    """
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def first(value: Any, *names: str) -> str:
    """Return the first of the members that is a string with something in it."""
    return next((found for name in names if (found := string(member(value, name)))), "")


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list; an object alone is a list of one."""
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def count(value: Any) -> int | None:
    """Return a count, which some platforms write as a string; None where it is none.

    >>> count("12"), count(3), count("many"), count(True)
    (12, 3, None, None)
    """
    found = string(value)
    return int(found) if re.fullmatch(r"\d{1,12}", found) and found.isascii() else None


def counts(**values: Any) -> dict[str, int]:
    """Return the counts that are known."""
    found = {name: count(value) for name, value in values.items()}
    return {name: number for name, number in found.items() if number is not None}


def from_epoch(value: Any) -> str:
    """Return ISO 8601 of seconds, milliseconds or microseconds since 1970; nothing for what is none.

    >>> from_epoch(1433558319), from_epoch("1433558319.000002"), from_epoch(1433558319000000)
    ('2015-06-06T02:38:39Z', '2015-06-06T02:38:39Z', '2015-06-06T02:38:39Z')
    """
    found = str(value) if isinstance(value, float) else string(value)
    if not _DIGITS.fullmatch(found):
        return ""
    seconds = float(found)
    while abs(seconds) > 1e11:
        seconds /= 1000
    try:
        return iso(datetime.fromtimestamp(seconds, UTC)) if seconds else ""
    except (ValueError, OverflowError, OSError):
        return ""


def iso(time: datetime) -> str:
    """Return ISO 8601 to the second, in UTC where the time has a zone."""
    if time.tzinfo is None:
        return time.isoformat(timespec="seconds")
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_FORMATS = ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%d %H:%M", "%d %b %Y", "%b %d, %Y", "%d/%m/%y", "%Y-%m-%d", "%m/%d/%y, %I:%M %p", "%m/%d/%Y",
            "%d.%m.%y, %H:%M", "%d.%m.%Y, %H:%M", "%d.%m.%Y", "%d/%m/%y, %H:%M", "%d/%m/%Y, %H:%M",
            "%d/%m/%Y %H:%M", "%d/%m/%Y")  # fmt: skip
# months by their first letters in the languages that downloads are made in, where English ones begin otherwise
_MONTHS = {
    "ene": "Jan", "gen": "Jan", "janv": "Jan", "jän": "Jan", "fév": "Feb", "fev": "Feb", "mär": "Mar", "mrz": "Mar",
    "mrt": "Mar", "maa": "Mar", "avr": "Apr", "abr": "Apr", "mai": "May", "mei": "May", "mag": "May", "maj": "May",
    "giu": "Jun", "juin": "Jun", "juil": "Jul", "lug": "Jul", "aoû": "Aug", "ago": "Aug", "set": "Sep", "ott": "Oct",
    "out": "Oct", "okt": "Oct", "dez": "Dec", "dic": "Dec", "déc": "Dec",
}  # fmt: skip
_MONTH = re.compile(r"(?<=\d)[. ] ?(?:de )?([^\W\d_]{3,10})\.? (?:de )?(?=\d{4}\b)")


def from_words(value: Any) -> str:
    """Return ISO 8601 of a date as platforms write it; the words themselves where they are not known.

    >>> from_words("Thu Nov 03 08:50:26 +0000 2022"), from_words("2024-01-12 17:29:56 UTC")
    ('2022-11-03T08:50:26Z', '2024-01-12T17:29:56Z')
    >>> from_words("2023-12-05T11:45:22.122Z"), from_words("03 Nov 2022"), from_words("yesterday")
    ('2023-12-05T11:45:22Z', '2022-11-03T00:00:00', 'yesterday')
    >>> from_words("3 de agosto de 2024"), from_words("12. Mär. 2024"), from_words("5/3/24, 7:52\u202fPM")
    ('2024-08-03T00:00:00', '2024-03-12T00:00:00', '2024-05-03T19:52:00')
    """
    text = string(value).strip()
    zoned = re.sub(r" (UTC|GMT|Z)$", " +0000", _MONTH.sub(_in_english, " ".join(text.split())))
    try:
        return iso(datetime.fromisoformat(zoned.replace(" +0000", "+00:00")))
    except (ValueError, OverflowError):
        pass
    for form in _FORMATS:
        try:
            return iso(datetime.strptime(zoned, form))
        except (ValueError, OverflowError):
            continue
    try:
        return iso(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return text


def _in_english(match: re.Match[str]) -> str:
    month = match[1].lower()
    found = next((_MONTHS[month[:size]] for size in (4, 3) if month[:size] in _MONTHS), month[:3].title())
    return f" {found} "


def in_utc(value: Any) -> str:
    """Return a date without a zone as one in UTC, for a platform that writes UTC without saying so.

    >>> in_utc("2025-07-01 14:33:22"), in_utc("03 Mai 2024"), in_utc("soon")
    ('2025-07-01T14:33:22Z', '2024-05-03T00:00:00Z', 'soon')
    """
    found = from_words(value)
    return f"{found}Z" if _LOCAL.fullmatch(found) else found


_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def stable_id(*parts: Any) -> str:
    """Return an id for what has none: the same parts give the same id.

    >>> stable_id("reddit", "2024", "Hello")
    'sha256:b0227fff6154a33e'
    """
    data = "\x1f".join(map(str, parts)).encode("utf-8", "replace")
    return f"sha256:{hashlib.sha256(data).hexdigest()[:16]}"


def unique(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return the values once each, in order."""
    return tuple(dict.fromkeys(values))
