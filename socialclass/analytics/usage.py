"""How a network is used: who talks with whom, two ways or one, how densely over time, who comes and who goes."""

from typing import Any, NamedTuple

import numpy as np

from socialclass.analytics.ledger import FEWEST_INTERACTIONS, Ledger
from socialclass.analytics.ties import SIDES, Ties, sides_of

Array = np.ndarray[Any, np.dtype[Any]]


class Pair(NamedTuple):
    """Two actors and how often each turned to the other."""

    one: int
    other: int
    forth: int
    back: int
    channels: int


class PeriodUse(NamedTuple):
    """One period of networking.

    active: actors who did something; ties: pairs (directed) who met; density: those of them whose both ends were active
    over those possible among the active, None below two; newcomers: not seen before; leavers: not seen after (None in
    the last period, of which nobody can say so; newcomers None in the first).
    """

    period: int
    active: int
    ties: int
    density: float | None
    newcomers: int | None
    leavers: int | None


class Usage(NamedTuple):
    """How the networking side is used.

    kinds: interactions of each kind; pairs: unordered pairs of actors who met; two_way: how many of them both ways;
    across: pairs who met in more than one channel, None where there are not two channels;
    top: the pairs that met most often; periods: in order of time.
    """

    actors: int
    interactions: int
    kinds: dict[str, int]
    pairs: int
    two_way: int
    across: int | None
    top: list[Pair]
    periods: list[PeriodUse]


def measure_usage(ledger: Ledger, ties: Ties, periods: Array, top: int = 20) -> Usage:
    """Return how the networking side is used.

    periods: for each activity the number of its period, negative beyond `-2**40` for none.
    An actor of fewer than `FEWEST_INTERACTIONS` interactions is in no list of pairs.
    """
    low, high = np.minimum(ties.source, ties.target), np.maximum(ties.source, ties.target)
    pairs, place = np.unique(low * ties.actors + high, return_inverse=True)
    forth = np.bincount(place, weights=ties.count * (ties.source == low), minlength=len(pairs)).astype(np.int64)
    back = np.bincount(place, weights=ties.count * (ties.source == high), minlength=len(pairs)).astype(np.int64)
    names = max(1, len(ledger.channels))
    channels = np.bincount(np.unique(place[ties.met] * names + ties.met_in) // names, minlength=len(pairs))
    one, other = pairs // max(1, ties.actors), pairs % max(1, ties.actors)
    shown = (ties.interactions[one] >= FEWEST_INTERACTIONS) & (ties.interactions[other] >= FEWEST_INTERACTIONS)
    ranked = np.flatnonzero(shown)[np.argsort(-(forth + back)[shown], kind="stable")][:top]
    columns = (one, other, forth, back, channels)
    return Usage(
        actors=int((ties.interactions > 0).sum()),
        interactions=int(ties.count.sum()),
        kinds=ties.kinds,
        pairs=len(pairs),
        two_way=int(((forth > 0) & (back > 0)).sum()),
        across=int((channels > 1).sum()) if len(ledger.channels) > 1 else None,
        top=[Pair(*(int(column[i]) for column in columns)) for i in ranked],
        periods=_periods(ledger, periods),
    )


def _periods(ledger: Ledger, periods: Array) -> list[PeriodUse]:
    """Count actors and ties of each period of the networking side."""
    side = (sides_of(ledger) == SIDES.index("networking")) & (periods > -(2**40)) & (ledger.actor >= 0)
    rows = np.flatnonzero(side)
    if not len(rows):
        return []
    numbers, place = np.unique(periods[rows], return_inverse=True)
    size = len(ledger.actors)
    seen = np.unique(place.astype(np.int64) * size + ledger.actor[rows])
    active = np.bincount(seen // size, minlength=len(numbers))
    _, first = np.unique(seen % size, return_index=True)  # the earliest period of each actor comes first
    _, last = np.unique((seen % size)[::-1], return_index=True)
    come = np.bincount(seen[first] // size, minlength=len(numbers))
    gone = np.bincount(seen[::-1][last] // size, minlength=len(numbers))
    met = side[ledger.tie_row]
    row, target = ledger.tie_row[met], ledger.tie_target[met].astype(np.int64)
    when = np.searchsorted(numbers, periods[row])
    pairs = np.unique((when * size + ledger.actor[row]) * size + target)
    ties = np.bincount(pairs // (size * size), minlength=len(numbers))
    both = np.isin(pairs // (size * size) * size + pairs % size, seen)  # who is turned to was active then, too
    inner = np.bincount(pairs[both] // (size * size), minlength=len(numbers))
    densities = [
        float(n) / (a * (a - 1)) if a > 1 else None for n, a in zip(inner.tolist(), active.tolist(), strict=True)
    ]
    return [
        PeriodUse(
            int(number),
            int(active[i]),
            int(ties[i]),
            densities[i],
            int(come[i]) if i else None,
            int(gone[i]) if i < len(numbers) - 1 else None,
        )
        for i, number in enumerate(numbers)
    ]
