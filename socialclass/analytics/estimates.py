"""Figures with their intervals, and None with a reason where the input holds nothing to measure."""

from collections.abc import Sequence
from math import ceil, floor, log10, sqrt
from typing import Any, NamedTuple

import numpy as np

Z95 = 1.959963984540054  # of the normal distribution: 95% lie within


class Estimate(NamedTuple):
    """A figure, its 95% interval and how many records it rests on.

    value, low, high: None where nothing can be said; `why` then tells the reason.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    of: int = 0
    why: str = ""


def missing(why: str) -> Estimate:
    """Return a figure that is not there, and why.

    >>> missing("no record has a time").value is None
    True
    """
    return Estimate(None, why=why)


def short(number: float, places: int = 3) -> str:
    """Return a number to so many places, or to two digits where that would leave hardly any.

    >>> short(0.5), short(0.000231), short(0.003), short(0.0)
    ('0.500', '0.00023', '0.0030', '0.000')
    """
    if number and abs(number) < 10.0 ** (1 - places):
        return f"{number:.{1 - floor(log10(abs(number)))}f}"
    return f"{number:,.{places}f}"


def wilson(hits: int, of: int) -> Estimate:
    """Return a share with its Wilson score interval (Wilson, JASA 1927).

    >>> share = wilson(8, 10)
    >>> round(share.low, 2), share.value, round(share.high, 2)
    (0.49, 0.8, 0.94)
    """
    if not of:
        return missing("no record to count")
    share, spread = hits / of, Z95**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return Estimate(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)), of)


def median(values: "Sequence[float] | np.ndarray[Any, Any]", why: str = "no value") -> Estimate:
    """Return the median with an interval between two of the values: exact, whatever the distribution.

    The ranks are those of the binomial distribution's normal approximation (Conover, Practical Nonparametric
    Statistics, 3.2); below six values no interval has 95%, and none is given.

    >>> median([1, 2, 3, 4, 5, 6, 7, 8, 9])
    Estimate(value=5.0, low=2.0, high=8.0, of=9, why='')
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    size = len(ordered)
    if not size:
        return missing(why)
    middle = float(np.median(ordered))
    if size < 6:
        return Estimate(middle, None, None, size)
    half = Z95 * sqrt(size) / 2
    low, high = max(1, ceil(size / 2 - half)), min(size, ceil(size / 2 + half))
    return Estimate(middle, float(ordered[low - 1]), float(ordered[high - 1]), size)
