"""Days, weeks and months: numbers for times, and names for the numbers. All in UTC."""

from datetime import date, timedelta
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

PERIODS = ("day", "week", "month")
_DAY = 86_400


def period_of(when: Array, period: str) -> Array:
    """Return the number of each time's period (int64), an impossible one (`is_known`) where it is NaN.

    >>> import numpy as np
    >>> numbers = period_of(np.array([0.0, 86_400.0 * 40]), "month")
    >>> [period_name(int(number), "month") for number in numbers]
    ['1970-01', '1970-02']
    """
    known = ~np.isnan(when)
    days = np.floor_divide(np.where(known, when, 0), _DAY).astype(np.int64)
    if period == "day":
        numbers = days
    elif period == "week":
        numbers = (days + 3) // 7  # 1970 began on a Thursday
    else:
        numbers = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where(known, numbers, -(2**40))


def is_known(numbers: Array) -> Array:
    """Say which of the numbers of `period_of` stand for a time."""
    return numbers > -(2**40)


def period_name(number: int, period: str) -> str:
    """Return a period's name: its day, its week's Monday, or its month.

    >>> period_name(0, "day"), period_name(0, "week"), period_name(13, "month")
    ('1970-01-01', '1969-12-29', '1971-02')
    """
    if period == "month":
        return f"{1970 + number // 12}-{number % 12 + 1:02d}"
    days = number if period == "day" else number * 7 - 3
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()


def fitting_period(when: Array) -> str:
    """Return the period that gives a readable number of points: days for a month, weeks for a year and a half."""
    known = when[~np.isnan(when)]
    span = float(known.max() - known.min()) / _DAY if len(known) else 0.0
    return "day" if span <= 31 else "week" if span <= 550 else "month"
