"""Who matters: the measures of both sides beside each other, and the roles that they tell apart.

Roles in a network, not the worth of people; and nothing about anybody of whom the input knows too little.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from socialclass.analytics.beside import measure_both
from socialclass.analytics.graph import Measures, Network
from socialclass.analytics.ledger import FEWEST_INTERACTIONS, Ledger
from socialclass.analytics.ties import Ties

Array = np.ndarray[Any, np.dtype[Any]]

MOST_PEOPLE = 1_000  # in tables; the page and the terminal show fewer
CONNECTOR, BROADCASTER = "connector", "broadcaster"
_HIGH_BETWEENNESS = 0.95  # quantile among those with networking ties
_SPREAD, _RECIPROCITY = 0.375, 0.3  # a quarter of the ties outside the largest community gives 0.375
_MOSTLY, _RARELY = 0.5, 0.25


class SideMeasures(NamedTuple):
    """What one side's graph says of a person: see `graph.Measures`; reach: others within two ties towards them."""

    interactions: int
    pagerank: float
    betweenness: float
    reach: int
    reciprocity: float
    spread: float
    community: int
    turned_to: int
    turned_by: int


class Person(NamedTuple):
    """Somebody in the network; a side of fewer than `FEWEST_INTERACTIONS` interactions has no figures (None).

    posts: what they published, of either label; marketing_posts: those of them labelled marketing;
    turning: share of the posts that turn to somebody, None of fewer than that; role: `CONNECTOR`,
    `BROADCASTER` or empty.
    """

    actor: int
    name: str
    kind: str
    role: str
    posts: int
    marketing_posts: int
    turning: float | None
    networking: SideMeasures | None
    marketing: SideMeasures | None


@dataclass(frozen=True)
class Matters:
    """Who matters to the network.

    people: those with enough interactions or posts, without the silent, by networking PageRank, then by marketing
    posts; at most `MOST_PEOPLE`; withheld: actors of whom the input knows too little; silent: actors who did something
    but never posted, and of how many; named_only: actors whom others name and who do nothing themselves.
    communities: sizes of the networking side's communities, the largest first; modularity: of that division.
    sources: starting points of the betweenness; exact where that is all actors with networking ties.
    """

    people: list[Person]
    withheld: int
    silent: int
    doing: int
    named_only: int
    communities: list[int]
    modularity: float
    sources: int
    members: int


def rank_people(
    ledger: Ledger, networking: Network, marketing: Network, processes: int = 1
) -> tuple[Matters, Measures]:
    """Return who matters, and the measures of the networking side for all actors; processes: see `beside`."""
    measures, other = measure_both(networking, marketing, processes)
    size = len(ledger.actors)
    acted = ledger.actor >= 0
    doing = np.bincount(ledger.actor[acted], minlength=size)
    posts = np.bincount(ledger.actor[acted & ledger.post], minlength=size)
    enough = np.maximum(np.maximum(networking.ties.interactions, marketing.ties.interactions), posts)
    silent = (doing > 0) & (posts == 0)
    known = np.flatnonzero((enough >= FEWEST_INTERACTIONS) & ~silent)
    chosen = _chosen(known, measures, other, posts)
    columns = _post_columns(ledger, size)
    roles = _roles(networking.ties, measures, posts, *columns)
    sides = [_side(networking, measures, chosen), _side(marketing, other, chosen)]
    people = [
        Person(int(actor), ledger.shown(int(actor)), ledger.kinds[actor], roles.get(int(actor), ""), int(posts[actor]),
               int(columns[0][actor]),
               float(columns[1][actor] / posts[actor]) if posts[actor] >= FEWEST_INTERACTIONS else None,
               sides[0][i], sides[1][i])
        for i, actor in enumerate(chosen)
    ]  # fmt: skip
    community = measures.community[measures.community >= 0]
    return Matters(
        people=people, withheld=int((enough < FEWEST_INTERACTIONS).sum()), silent=int(silent.sum()),
        doing=int((doing > 0).sum()), named_only=int((doing == 0).sum()),
        communities=np.bincount(community).tolist() if len(community) else [], modularity=measures.modularity,
        sources=measures.sources, members=len(networking.members),
    ), measures  # fmt: skip


def _chosen(known: Array, measures: Measures, other: Measures, posts: Array) -> list[int]:
    """Return the leaders of every measure, by networking PageRank."""
    ranks = [measures.pagerank, measures.betweenness, other.pagerank, other.betweenness, posts]
    share = MOST_PEOPLE // len(ranks)
    leaders = {int(i) for rank in ranks for i in known[np.argsort(-rank[known], kind="stable")][:share]}
    by_rank = known[np.argsort(-measures.pagerank[known], kind="stable")].tolist()
    leaders |= set(by_rank[: max(0, MOST_PEOPLE - len(leaders))])
    return [actor for actor in by_rank if actor in leaders]


def _post_columns(ledger: Ledger, size: int) -> "tuple[Array, Array]":
    """Return each actor's marketing posts, and posts that turn to somebody."""
    said = ledger.post & (ledger.actor >= 0)
    turned = ledger.reply | (ledger.mentions > 0)
    turned[np.unique(ledger.tie_row)] = True
    marketing = np.bincount(ledger.actor[said & (ledger.label == 0)], minlength=size)
    return marketing, np.bincount(ledger.actor[said & turned], minlength=size)


def _roles(ties: Ties, measures: Measures, posts: Array, marketing_posts: Array, turning: Array) -> dict[int, str]:
    tied = ties.interactions > 0
    high = np.quantile(measures.betweenness[tied], _HIGH_BETWEENNESS) if tied.any() else 0.0
    connects = (
        (ties.interactions >= FEWEST_INTERACTIONS)
        & (measures.betweenness > 0)
        & (measures.betweenness >= high)
        & (measures.spread >= _SPREAD)
        & (measures.reciprocity >= _RECIPROCITY)
    )
    shouts = (
        (marketing_posts >= FEWEST_INTERACTIONS)
        & (marketing_posts > _MOSTLY * posts)
        & (turning <= _RARELY * posts)
    )  # fmt: skip
    return dict.fromkeys(np.flatnonzero(connects).tolist(), CONNECTOR) | dict.fromkeys(
        np.flatnonzero(shouts).tolist(), BROADCASTER
    )


def _side(network: Network, measures: Measures, chosen: list[int]) -> list[SideMeasures | None]:
    counts = network.ties.interactions
    reach = network.reach(chosen)
    return [
        SideMeasures(
            int(counts[i]), float(measures.pagerank[i]), float(measures.betweenness[i]), reach[place],
            float(measures.reciprocity[i]), float(measures.spread[i]), int(measures.community[i]),
            int(measures.turned_to[i]), int(measures.turned_by[i]),
        )
        if counts[i] >= FEWEST_INTERACTIONS
        else None
        for place, i in enumerate(chosen)
    ]  # fmt: skip
