"""The graph of who turns to whom: measures, communities, layout, export. The only importer of the graph library.

python-igraph was chosen by measurement (`python -m benchmarks.graphs`: 100,000 actors and 487,000 ties in 4 s and
162 MiB, where networkx takes 90 s and 713 MiB, and rustworkx has neither sampled betweenness nor communities). It is
an optional extra, and GPL-licensed: socialclass does not ship it, but who passes on both together passes them on under
the GPL.
"""

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from socialclass.analytics.gexf import xml_text
from socialclass.analytics.ties import Ties
from socialclass.errors import SocialclassError

Array = np.ndarray[Any, np.dtype[Any]]

EXACT_UP_TO = 2_000  # actors; beyond, betweenness is estimated from a sample of sources
SAMPLED_SOURCES = 256
DAMPING = 0.85
_SEED = 0
_ITERATIONS = 4  # of Leiden's method; ten give a modularity higher by less than 0.01, in twice the time


class Measures(NamedTuple):
    """What one side's graph says of each actor; actors without a tie have zeros and community -1.

    pagerank: sums to 1 over the actors with ties; betweenness: share of the shortest paths between others that lead
    through the actor, 0 to 1, in hops along the ties (estimated from `sources` starting points if they are not all);
    reciprocity: share of those the actor turns to who turn to them; spread: one minus the sum over communities of
    the squared share of the actor's ties (Guimera and Amaral, Nature 433, 2005): 0 for ties into one community only.
    turned_to, turned_by: how many others the actor turns to, and how many turn to the actor.
    """

    pagerank: Array
    betweenness: Array
    reciprocity: Array
    community: Array
    spread: Array
    turned_to: Array
    turned_by: Array
    sources: int
    modularity: float


class Network:
    """The graph of one side; actors without a tie are no part of it."""

    def __init__(self, ties: Ties) -> None:
        igraph = _library()
        self.ties = ties
        self.members = np.flatnonzero(ties.interactions)
        self._place = np.full(ties.actors, -1)
        self._place[self.members] = np.arange(len(self.members))
        edges = np.column_stack([self._place[ties.source], self._place[ties.target]])
        self.graph = igraph.Graph(n=len(self.members), edges=edges, directed=True)
        self.graph.es["weight"] = ties.weight.tolist()

    def measure(self) -> Measures:
        """Return the measures of all actors; equal input, equal output."""
        ties, size = self.ties, len(self.members)
        between, sources = self._betweenness()
        community, modularity = self._communities()
        turned_to = np.bincount(ties.source, minlength=ties.actors)
        mutual = np.bincount(ties.source, weights=ties.mutual, minlength=ties.actors)
        rank = self.graph.pagerank(weights="weight", damping=DAMPING) if size else []
        everyone = np.full(ties.actors, -1)
        everyone[self.members] = community
        return Measures(
            pagerank=self._spread_out(rank), betweenness=self._spread_out(between),
            reciprocity=np.divide(mutual, turned_to, out=np.zeros(ties.actors), where=turned_to > 0),
            community=everyone, spread=_participation(ties, everyone), turned_to=turned_to,
            turned_by=np.bincount(ties.target, minlength=ties.actors), sources=sources, modularity=modularity,
        )  # fmt: skip

    def _spread_out(self, values: Sequence[float]) -> Array:
        everyone = np.zeros(self.ties.actors)
        everyone[self.members] = values
        return everyone

    def _betweenness(self) -> tuple[Sequence[float], int]:
        size = len(self.members)
        if size < 3:
            return [0.0] * size, size
        sources = None
        if size > EXACT_UP_TO:
            sources = np.random.default_rng(_SEED).choice(size, SAMPLED_SOURCES, replace=False).tolist()
        found = np.asarray(self.graph.betweenness(directed=True, sources=sources))
        used = len(sources) if sources else size
        scaled: list[float] = (found * size / used / ((size - 1) * (size - 2))).tolist()
        return scaled, used

    def _communities(self) -> tuple[Sequence[int], float]:
        """Leiden's method for modularity (Traag, Waltman and van Eck, Scientific Reports 9, 2019)."""
        if not len(self.ties):
            return [0] * len(self.members), 0.0
        loose = self.graph.as_undirected(combine_edges="sum")
        with _seeded():
            found = loose.community_leiden("modularity", weights="weight", n_iterations=_ITERATIONS)
        membership = np.asarray(found.membership)
        _, first, number, sizes = np.unique(membership, return_index=True, return_inverse=True, return_counts=True)
        by_size = np.empty(len(sizes), np.int64)
        by_size[np.lexsort((first, -sizes))] = np.arange(len(sizes))  # the largest is 0
        return by_size[number].tolist(), float(found.modularity)

    def reach(self, actors: Sequence[int], steps: int = 2) -> list[int]:
        """Return how many others turn to each actor directly or over others, in so many steps."""
        places = [int(self._place[actor]) for actor in actors]
        there = [place for place in places if place >= 0]
        sizes = iter(self.graph.neighborhood_size(there, order=steps, mode="in", mindist=1) if there else [])
        return [next(sizes) if place >= 0 else 0 for place in places]

    def layout(self, actors: Sequence[int]) -> list[tuple[float, float]]:
        """Return coordinates, 0 to 1, for some of the actors, by the forces of their ties."""
        places = [int(self._place[actor]) for actor in actors]
        part = self.graph.induced_subgraph(places).as_undirected(combine_edges="sum")
        order = {place: i for i, place in enumerate(sorted(places))}  # a subgraph keeps the graph's order
        found = _laid_out(part)
        return [found[order[place]] for place in places]

    def edges(self, known: Array) -> list[tuple[int, int, float, int]]:
        """Return (source, target, weight, interactions), by places in `members`.

        known: which of `members` may have figures; a tie with another one is there, and weighs 1.
        """
        ties = self.ties
        source, target = self._place[ties.source], self._place[ties.target]
        told = known[source] & known[target]
        columns = (source, target, np.where(told, ties.weight, 1.0), np.where(told, ties.count, 1))
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def graphml(self, attributes: Mapping[str, Sequence[object]], known: Array) -> bytes:
        """Return the graph as GraphML.

        attributes: for each name a value an actor, in the order of `members`; known: as in `edges`.
        """
        copy = self.graph.copy()
        for name, values in attributes.items():
            copy.vs[name] = [xml_text(value) if isinstance(value, str) else value for value in values]
        edges = self.edges(known)
        copy.es["weight"] = [each[2] for each in edges]
        copy.es["interactions"] = [each[3] for each in edges]
        with tempfile.TemporaryDirectory() as folder:  # the library writes to files only
            path = Path(folder, "graph.graphml")
            copy.write_graphml(str(path))
            return path.read_bytes()


def lay_out(size: int, edges: Sequence[tuple[int, int, float]]) -> list[tuple[float, float]]:
    """Return coordinates, 0 to 1, for a small weighted graph."""
    graph = _library().Graph(n=size, edges=[edge[:2] for edge in edges])
    graph.es["weight"] = [edge[2] for edge in edges]
    return _laid_out(graph)


def _laid_out(graph: Any) -> list[tuple[float, float]]:
    """Fruchterman and Reingold's forces; weights are flattened, or one strong tie would draw two into one point.

    Each coordinate is moved half the way to its rank: else what has few ties drifts off, and the rest is left no room.
    """
    weights = [1 + weight**0.5 for weight in graph.es["weight"]] if graph.ecount() else None
    with _seeded():
        found = graph.layout_fruchterman_reingold(weights=weights, niter=1000, grid=False)
    columns = []
    for values in np.asarray(found.coords).reshape(-1, 2).T:
        low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
        if not high > low:
            columns.append([0.5] * len(values))
            continue
        rank = np.argsort(np.argsort(values, kind="stable"), kind="stable") / (len(values) - 1)
        columns.append(((values - low) / (high - low) / 2 + rank / 2).tolist())
    return list(zip(*columns, strict=True))


def _participation(ties: Ties, community: Array) -> Array:
    ends = np.concatenate([ties.source, ties.target])
    others = np.concatenate([ties.target, ties.source])
    weight = np.concatenate([ties.weight, ties.weight])
    groups = int(community.max(initial=0)) + 1
    cells, place = np.unique(ends * groups + community[others], return_inverse=True)
    inside = np.bincount(place, weights=weight, minlength=len(cells))
    total = np.bincount(ends, weights=weight, minlength=ties.actors)
    square = np.bincount(cells // groups, weights=inside**2, minlength=ties.actors)
    return np.where(total > 0, 1 - square / np.where(total > 0, total, 1) ** 2, 0.0)


@contextmanager
def _seeded() -> Iterator[None]:
    """Let the library draw the same numbers each time."""
    igraph = _library()
    igraph.set_random_number_generator(random.Random(_SEED))  # noqa: S311 - reproducible, no secret
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


def check_library() -> None:
    """Raise `SocialclassError` naming the pip line where the graph library is missing."""
    _library()


def has_library() -> bool:
    """Say whether the graph library is installed."""
    import importlib.util

    return importlib.util.find_spec("igraph") is not None


def _library() -> Any:
    try:
        import igraph
    except ImportError:
        raise SocialclassError(
            "who matters to a network needs the graph library", remedy="add it: pip install 'socialclass[network]'"
        ) from None
    return igraph
