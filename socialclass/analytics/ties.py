"""Ties: who turned to whom, counted and weighted, on one side of the mix. Counting only; no graph yet."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from socialclass.analytics.ledger import TIE_KINDS, Ledger

Array = np.ndarray[Any, np.dtype[Any]]

SIDES = ("marketing", "networking")  # the index is the ledger's code of the label
_WORDLESS = [TIE_KINDS.index("reaction"), TIE_KINDS.index("share")]
_DAY = 86_400.0


@dataclass(frozen=True)
class Ties:
    """Directed ties between actors, one row a pair: `source` turned to `target`.

    actors: how many there are; source, target: their numbers; count: interactions; weight: the same, decayed by age
    if that was asked for; met, met_in: each row's channels, once each, as (row, number of the channel).
    kinds: how many interactions of each of `TIE_KINDS`, over all pairs.
    interactions: for each actor, how many interactions it takes part in, on either end.
    """

    actors: int
    source: Array
    target: Array
    count: Array
    weight: Array
    met: Array
    met_in: Array
    kinds: dict[str, int]
    interactions: Array

    def __len__(self) -> int:
        return len(self.source)

    @property
    def mutual(self) -> Array:
        """For each tie, whether there is one the other way, too."""
        there = self.source.astype(np.int64) * self.actors + self.target
        back = self.target.astype(np.int64) * self.actors + self.source
        return np.isin(back, there)


def gather_ties(ledger: Ledger, side: str, half_life_days: float | None = None) -> Ties:
    """Return the ties of one of `SIDES`; an activity that is `uncertain` belongs to neither.

    But a reaction or a share has no words to be judged by: one that is uncertain belongs to the side of most of the
    labelled posts of whom it goes to. Not of the one post: the reactions to a brand's posts are many, and where a post
    is labelled wrong all of them would be.

    half_life_days: an interaction this much older than the latest weighs half; None weighs all alike. One without
    a time weighs as the oldest.
    """
    chosen = sides_of(ledger)[ledger.tie_row] == SIDES.index(side)
    rows, target, kind = ledger.tie_row[chosen], ledger.tie_target[chosen].astype(np.int64), ledger.tie_kind[chosen]
    source = ledger.actor[rows].astype(np.int64)
    named = source >= 0
    rows, source, target, kind = rows[named], source[named], target[named], kind[named]
    actors = len(ledger.actors)
    pairs, place = np.unique(source * actors + target, return_inverse=True)
    channel = ledger.channel[rows].astype(np.int64)
    met = np.unique((place * len(ledger.channels) + channel)[channel >= 0])
    return Ties(
        actors=actors,
        source=pairs // max(1, actors),
        target=pairs % max(1, actors),
        count=np.bincount(place, minlength=len(pairs)),
        weight=np.bincount(place, weights=_weights(ledger.when, rows, half_life_days), minlength=len(pairs)),
        met=met // max(1, len(ledger.channels)),
        met_in=met % max(1, len(ledger.channels)),
        kinds={name: int((kind == i).sum()) for i, name in enumerate(TIE_KINDS)},
        interactions=np.bincount(source, minlength=actors) + np.bincount(target, minlength=actors),
    )


def sides_of(ledger: Ledger) -> Array:
    """Return the place in `SIDES` of each activity, 2 for none, see `gather_ties`."""
    sides = ledger.label.copy()
    posts = ledger.post & (ledger.actor >= 0)
    of_each = [np.bincount(ledger.actor[posts & (sides == code)], minlength=len(ledger.actors)) for code in (0, 1)]
    most = np.where(of_each[0] > of_each[1], 0, np.where(of_each[1] > of_each[0], 1, 2))
    wordless = (sides[ledger.tie_row] == 2) & ~ledger.post[ledger.tie_row] & np.isin(ledger.tie_kind, _WORDLESS)
    sides[ledger.tie_row[wordless]] = most[ledger.tie_target[wordless]]
    return sides


def _weights(when: Array, rows: Array, half_life_days: float | None) -> Array:
    if half_life_days is None or not len(rows) or np.isnan(when[rows]).all():
        return np.ones(len(rows))
    age = (np.nanmax(when) - when[rows]) / _DAY
    weights: Array = 0.5 ** (np.where(np.isnan(age), np.nanmax(age), age) / half_life_days)
    return weights
