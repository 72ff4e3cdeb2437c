"""The quality of the effort: what the marketing side publishes, and what comes back."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from math import log, sqrt
from typing import Any, NamedTuple

import numpy as np

from socialclass.analytics.estimates import Estimate, median, missing, wilson
from socialclass.analytics.ledger import COUNTS, FEWEST_INTERACTIONS, TIE_KINDS, Ledger
from socialclass.analytics.periods import is_known, period_of
from socialclass.errors import InputError
from socialclass.model.text import AnalyzerSettings, analyze

Array = np.ndarray[Any, np.dtype[Any]]

_FEWEST_POSTS = 20  # below it no best and worst quarter
_SHOWN_TERMS = 12
_TERM_PRIOR = 0.5
_BRAND_KINDS = frozenset({"Organization", "Service"})
_TELLING = 1.96  # standard deviations from which a term is shown
_TIES_OF = {"reactions": ("reaction",), "replies": ("reply",), "shares": ("share",)}


class TermScore(NamedTuple):
    """A term that tells the best posts from the worst, or the other way round.

    score: log odds ratio in units of its standard deviation; best, worst: posts of each side that hold the term.
    """

    term: str
    score: float
    best: int
    worst: int


class Effort(NamedTuple):
    """What the marketing side does, and what it gets back; a figure that the input cannot give says why.

    whose: in words, whose posts these are, after "posts labelled marketing"; brands: how many actors that is, 0 for
    everybody's.
    weekly: posts a week; hours: posts by weekday (Monday first) and hour, UTC, shape (7, 24), or None.
    reactions, replies, shares: per post; response_rate: share of the messages to the brand that it answered;
    response_hours: until its first answer; answered: share of posts that somebody answered;
    dialogue: share of posts that turn to somebody (a reply or a mention).
    """

    whose: str
    brands: int
    posts: int
    weekly: Estimate
    hours: list[list[int]] | None
    reactions: Estimate
    replies: Estimate
    shares: Estimate
    response_rate: Estimate
    response_hours: Estimate
    answered: Estimate
    dialogue: Estimate
    best_terms: list[TermScore]
    worst_terms: list[TermScore]
    why_no_terms: str


def measure_effort(ledger: Ledger, brands: Sequence[str] = ()) -> Effort:
    """Return the figures of the marketing side.

    brands: ids or names of the actors that are the brand; by default those that the source calls an organisation.
    """
    ours = brand_actors(ledger, brands)
    known = len(ours) > 0
    posts = ledger.post & (ledger.label == 0)
    if known:
        posts &= np.isin(ledger.actor, ours)
    rows = np.flatnonzero(posts)
    got = {name: _per_post(ledger, rows, name) for name in COUNTS}
    rate, hours = _responses(ledger, ours)
    best, worst, why = _terms(ledger, rows, got["reactions"][0])
    if len(rows) < FEWEST_INTERACTIONS:  # they may be of one person
        few = missing(f"it takes {FEWEST_INTERACTIONS} such posts, not {len(rows)}")
        return Effort(_whose(ledger, ours), len(ours), len(rows), few, None, few, few, few, rate, hours, few, few,
                      best, worst, why)  # fmt: skip
    return Effort(
        whose=_whose(ledger, ours), brands=len(ours), posts=len(rows), weekly=_weekly(ledger, rows),
        hours=_hours(ledger.when[rows]), **{name: _median_of(*got[name]) for name in COUNTS},
        response_rate=rate, response_hours=hours, answered=_answered(ledger, rows, *got["replies"]),
        dialogue=_dialogue(ledger, rows), best_terms=best, worst_terms=worst, why_no_terms=why,
    )  # fmt: skip


def brand_actors(ledger: Ledger, brands: Sequence[str]) -> Array:
    """Return the numbers of the brand's actors; raises `InputError` for a name that nobody has."""
    if not brands:
        return np.array([i for i, kind in enumerate(ledger.kinds) if kind in _BRAND_KINDS], np.int64)
    by_name = {name: i for i, name in reversed([*enumerate(ledger.labels_of_actors), *enumerate(ledger.actors)])}
    unknown = [name for name in brands if name not in by_name]
    if unknown:
        raise InputError(f"no actor is called {unknown[0]!r}", remedy="give --brand an id or a name of the input")
    return np.array(sorted({by_name[name] for name in brands}), np.int64)


def _whose(ledger: Ledger, ours: Array) -> str:
    if not len(ours):
        return "of everybody, since the input does not say who the brand is (--brand NAME does)"
    names = ", ".join(ledger.shown(int(i)) for i in ours[:3])
    return f"by {names}" + (f" and {len(ours) - 3} more" if len(ours) > 3 else "")


def _weekly(ledger: Ledger, rows: Array) -> Estimate:
    weeks = period_of(ledger.when[rows], "week")
    weeks = weeks[is_known(weeks)]
    if not len(weeks):
        return missing("no such post has a time")
    return median(np.bincount(weeks - weeks.min()), "no week")


def _hours(when: Array) -> list[list[int]] | None:
    known = when[~np.isnan(when)].astype(np.int64)
    if not len(known):
        return None
    cells = ((known // 86_400 + 3) % 7) * 24 + known // 3600 % 24
    grid: list[list[int]] = np.bincount(cells, minlength=168).reshape(7, 24).tolist()
    return grid


def _per_post(ledger: Ledger, rows: Array, name: str) -> "tuple[Array, str]":
    """Return how many of a kind each post got, NaN where unknown, and why if none is known.

    What the source reports comes first; where it reports nothing for any post, those in the input are counted, if
    it holds any at all.
    """
    reported = ledger.counts[name][rows]
    if (reported >= 0).any():
        return np.where(reported >= 0, reported, np.nan).astype(np.float64), ""
    kinds = [TIE_KINDS.index(kind) for kind in _TIES_OF[name]]
    own = np.unique(ledger.tie_row[np.isin(ledger.tie_kind, kinds)])
    answered = ledger.answers[own]
    answered = answered[answered >= 0]
    if not len(answered):
        return np.full(len(rows), np.nan), f"the input holds no {name} to these posts, and no counts of them"
    return np.bincount(answered, minlength=len(ledger))[rows].astype(np.float64), ""


def _median_of(values: Array, why: str) -> Estimate:
    return median(values[~np.isnan(values)], why or "there is no such post")


def _answered(ledger: Ledger, rows: Array, replies: Array, why: str) -> Estimate:
    known = replies[~np.isnan(replies)]
    return wilson(int((known > 0).sum()), len(known)) if len(known) else missing(why or "there is no such post")


def _dialogue(ledger: Ledger, rows: Array) -> Estimate:
    turned = ledger.reply | (ledger.mentions > 0)
    turned[np.unique(ledger.tie_row[ledger.tie_kind == TIE_KINDS.index("thread")])] = True
    if not turned[ledger.post].any():
        return missing("no record of the input says whom it answers or mentions")
    return wilson(int(turned[rows].sum()), len(rows))


def _responses(ledger: Ledger, ours: Array) -> tuple[Estimate, Estimate]:
    """Return the share of messages to the brand that it answered, and the hours until its first answer."""
    if not len(ours):
        nothing = missing("the input does not say who the brand is; name it: --brand NAME")
        return nothing, nothing
    is_ours = np.zeros(len(ledger.actors) + 1, bool)
    is_ours[ours] = True
    by_us = is_ours[ledger.actor] & (ledger.actor >= 0) & ledger.post
    to_us = np.unique(ledger.tie_row[is_ours[ledger.tie_target]])
    asked = to_us[ledger.post[to_us] & ~by_us[to_us]]
    if not len(asked):
        nothing = missing("the input holds no message of others to the brand")
        return nothing, nothing
    if not by_us.any():
        nothing = missing("the input holds no post of the brand")
        return nothing, nothing
    few = missing(f"it takes {FEWEST_INTERACTIONS} messages of others to the brand, not {len(asked)}")
    if len(asked) < FEWEST_INTERACTIONS:
        return few, few
    first = _first_answers(ledger, asked, np.flatnonzero(by_us))
    times = [(first[row] - ledger.when[row]) / 3600 for row in first]
    timed = [hours for hours in times if hours >= 0]
    if 0 < len(timed) < FEWEST_INTERACTIONS:
        few = missing(f"it takes {FEWEST_INTERACTIONS} answers with a time, not {len(timed)}")
        return wilson(len(first), len(asked)), few
    return wilson(len(first), len(asked)), median(timed, "no answered message has a time")


def _first_answers(ledger: Ledger, asked: Array, by_us: Array) -> dict[int, float]:
    """Return, for each answered message, when the brand first answered: it, or later in its thread."""
    first: dict[int, float] = {}
    for row, when in zip(ledger.answers[by_us].tolist(), ledger.when[by_us].tolist(), strict=True):
        if row >= 0:
            first[row] = min(first.get(row, when), when)
    threads: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for row, thread, when in zip(by_us.tolist(), ledger.thread[by_us].tolist(), ledger.when[by_us].tolist(),
                                 strict=True):  # fmt: skip
        if thread and when == when:
            threads[thread].append((when, row))
    for times in threads.values():
        times.sort()
    found = {}
    for row in asked.tolist():
        times, when = threads.get(int(ledger.thread[row]), []), float(ledger.when[row])
        later = bisect_left(times, (when, row))  # of the same second (or day, where that is all) by their order
        if row in first:
            found[row] = first[row]
        elif when == when and later < len(times):
            found[row] = times[later][0]
    return found


def _terms(ledger: Ledger, rows: Array, reactions: Array) -> tuple[list[TermScore], list[TermScore], str]:
    """Return the terms of the posts with most and with least reactions.

    Quarters of the posts with known reactions; log odds ratio with an informative prior, in standard deviations
    (Monroe, Colaresi and Quinn, Political Analysis 16, 2008).
    """
    known = dict(zip(rows.tolist(), reactions.tolist(), strict=True))
    scored = [(known[row], row, text) for row, text in ledger.texts if known.get(row, float("nan")) >= 0]
    if len(scored) < _FEWEST_POSTS:
        return [], [], f"reactions are known of {len(scored)} posts with words; it takes {_FEWEST_POSTS}"
    scored.sort(key=lambda each: (-each[0], each[1]))
    size = len(scored) // 4
    if scored[size - 1][0] == scored[-size][0]:
        return [], [], "the posts hardly differ in reactions"
    best, worst = _document_counts(scored[:size]), _document_counts(scored[-size:])
    scores = []
    for term in {*best, *worst}:
        here, there = best[term] + _TERM_PRIOR, worst[term] + _TERM_PRIOR
        odds = log(here / (size + 1 - here)) - log(there / (size + 1 - there))
        scores.append(TermScore(term, odds / sqrt(1 / here + 1 / there), best[term], worst[term]))
    scores.sort(key=lambda each: (-each.score, each.term))
    telling = [[each for each in scores if each.score >= _TELLING][:_SHOWN_TERMS]]
    telling.append([each for each in reversed(scores) if each.score <= -_TELLING][:_SHOWN_TERMS])
    return telling[0], telling[1], "" if any(telling) else "no term stands out"


def _document_counts(scored: Sequence[tuple[float, int, str]]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for _, _, text in scored:
        for term in set(analyze(text, AnalyzerSettings(ngrams=1, prefix=0))):
            if any(character.isalnum() for character in term):
                counts[term] += 1
    return counts
