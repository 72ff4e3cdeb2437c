"""The mix: how much is marketing, how much networking, by time, actor, channel or platform."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from socialclass.analytics.estimates import Estimate, missing, wilson
from socialclass.analytics.ledger import FEWEST_INTERACTIONS, Ledger
from socialclass.analytics.periods import PERIODS, is_known, period_name, period_of
from socialclass.analytics.quantification import BINS, ErrorRates, as_estimates, bins_of, corrected_shares

KEYS = (*PERIODS, "actor", "channel", "platform")
MOST_GROUPS = 500


class MixRow(NamedTuple):
    """The mix of one group.

    marketing, networking, uncertain: shares of the labels as given, with Wilson intervals.
    corrected: the share of marketing among what has a label, without the classifier's known errors; the rest of that
    is networking.
    """

    group: str
    activities: int
    marketing: Estimate
    networking: Estimate
    uncertain: Estimate
    corrected: Estimate


class Mix(NamedTuple):
    """The mix overall and by each key that was asked for.

    left_out: for each key, how many groups are not shown: too small, or beyond the largest `MOST_GROUPS`.
    """

    overall: MixRow
    by: dict[str, list[MixRow]]
    left_out: dict[str, int]
    method: str


def measure_mix(ledger: Ledger, by: Sequence[str], rates: ErrorRates | None, why_not: str = "") -> Mix:
    """Return the mix.

    by: names of `KEYS`; rates: None for no correction, and `why_not` says why.
    """
    rows = np.zeros(len(ledger), np.int64)
    overall, _ = _groups(ledger, rows, ["all"], rates, why_not)
    tables, left_out = {}, {}
    for key in dict.fromkeys(by):
        numbers, names = _numbers(ledger, key)
        tables[key], left_out[key] = _groups(ledger, numbers, names, rates, why_not, key)
    return Mix(overall[0], tables, left_out, _method(rates, why_not))


def _method(rates: ErrorRates | None, why_not: str) -> str:
    if rates is None:
        return f"not corrected: {why_not}"
    right = " and ".join(f"{100 * share:.0f}%" for share in rates.right)
    return (
        "maximum likelihood over the classifier's binned scores (adjusted counting after Forman 2008, by the "
        f"iteration of Saerens et al. 2002); error rates from {rates.source}: {right} of the truly marketing and "
        "truly networking texts got their label"
    )


def _numbers(ledger: Ledger, key: str) -> "tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Sequence[str]]":
    """Return each activity's group (-1 for none) and the groups' names."""
    if key not in PERIODS:
        numbers = {"actor": ledger.actor, "channel": ledger.channel, "platform": ledger.platform}[key]
        shown = [ledger.shown(i) for i in range(len(ledger.actors))] if key == "actor" else None
        return numbers.astype(np.int64), shown or {"channel": ledger.channels, "platform": ledger.platforms}.get(
            key, []
        )
    periods = period_of(ledger.when, key)
    known = is_known(periods)
    found, places = np.unique(periods[known], return_inverse=True)
    numbers = np.full(len(ledger), -1, np.int64)
    numbers[known] = places
    return numbers, [period_name(int(number), key) for number in found]


def _groups(
    ledger: Ledger, numbers: np.ndarray[tuple[int], np.dtype[np.int64]], names: Sequence[str],
    rates: ErrorRates | None, why_not: str, key: str = "",
) -> tuple[list[MixRow], int]:  # fmt: skip
    member = numbers >= 0
    size = len(names)
    labels = np.bincount(numbers[member] * 3 + ledger.label[member], minlength=size * 3).reshape(size, 3)
    totals = labels.sum(1)
    there = np.flatnonzero(totals >= (FEWEST_INTERACTIONS if key == "actor" else 1))
    kept = there if key in PERIODS or not key else there[np.argsort(-totals[there], kind="stable")]
    kept = kept[-MOST_GROUPS:] if key in PERIODS else kept[:MOST_GROUPS]
    place = np.full(size, -1)
    place[kept] = np.arange(len(kept))
    rows = np.flatnonzero(member & ~np.isnan(ledger.share))
    rows = rows[place[numbers[rows]] >= 0]
    cells = place[numbers[rows]] * BINS + bins_of(ledger.share[rows])
    histograms = np.bincount(cells, minlength=len(kept) * BINS).reshape(len(kept), BINS)
    corrected = _corrected(histograms, rates, why_not)
    found = []
    for group, each in zip(kept, corrected, strict=True):
        raw = [wilson(int(hits), int(totals[group])) for hits in labels[group]]
        found.append(MixRow(names[group], int(totals[group]), raw[0], raw[1], raw[2], each))
    if not key and not found:
        nothing = missing("there is no activity")
        found = [MixRow("all", 0, nothing, nothing, nothing, nothing)]
    return found, int((totals > 0).sum()) - len(kept)


def _corrected(
    histograms: np.ndarray[tuple[int, ...], np.dtype[np.int64]], rates: ErrorRates | None, why: str
) -> list[Estimate]:
    if rates is None:
        return [missing(why)] * len(histograms)
    return as_estimates(corrected_shares(histograms, rates), histograms.sum(1).tolist())
