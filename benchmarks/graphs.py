"""Compare graph libraries on what `socialclass analyze` asks of one: 100,000 actors, a million ties.

    pip install networkx igraph rustworkx scipy
    python -m benchmarks.graphs [--actors 100000] [--ties 500000] [--sources 32]

Each library runs in a process of its own, on the same ties; shown are seconds and the peak memory of the process.
Betweenness is sampled from the same number of sources where the library can, and left out where it cannot: exact
betweenness at this size takes hours in each of them.
"""

import argparse
import importlib.metadata
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

Ties = "np.ndarray[Any, Any]"
LIBRARIES = {"networkx": "BSD-3-Clause", "igraph": "GPL-2.0-or-later", "rustworkx": "Apache-2.0"}


def generated_ties(actors: int, ties: int, seed: int = 0) -> "np.ndarray[Any, Any]":
    """Return distinct (source, target, weight) rows: skewed degrees, and most ties inside groups of about 200."""
    random = np.random.default_rng(seed)
    source = (actors * random.power(0.5, ties)).astype(np.int64)
    near = (source // 200) * 200 + random.integers(0, 200, ties)
    far = (actors * random.power(0.3, ties)).astype(np.int64)
    target = np.where(random.random(ties) < 0.8, near, far) % actors
    pairs, weights = np.unique(np.column_stack([source, target])[source != target], axis=0, return_counts=True)
    return np.column_stack([pairs, weights])


def with_networkx(actors: int, ties: Any, sources: int) -> dict[str, Callable[[], object]]:
    """Return what networkx does, step by step."""
    import networkx

    graph = networkx.DiGraph()

    def build() -> object:
        graph.add_nodes_from(range(actors))
        graph.add_weighted_edges_from(map(tuple, ties.tolist()))
        return graph

    return {
        "build": build,
        "pagerank": lambda: networkx.pagerank(graph),
        "betweenness": lambda: networkx.betweenness_centrality(graph, k=sources, seed=0),
        "communities": lambda: networkx.community.louvain_communities(graph.to_undirected(), seed=0),
    }


def with_igraph(actors: int, ties: Any, sources: int) -> dict[str, Callable[[], object]]:
    """Return what igraph does, step by step."""
    import igraph

    graphs: list[Any] = []
    chosen = np.random.default_rng(0).choice(actors, sources, replace=False).tolist()
    undirected: list[Any] = []

    def build() -> object:
        graphs.append(igraph.Graph(n=actors, edges=ties[:, :2], directed=True))
        graphs[0].es["weight"] = ties[:, 2].tolist()
        return graphs

    def communities() -> object:
        undirected.append(graphs[0].as_undirected(combine_edges="sum"))
        return undirected[0].community_multilevel(weights="weight")

    return {
        "build": build,
        "pagerank": lambda: graphs[0].pagerank(weights="weight"),
        "betweenness": lambda: graphs[0].betweenness(sources=chosen),
        "communities": communities,
    }


def with_rustworkx(actors: int, ties: Any, sources: int) -> dict[str, Callable[[], object]]:
    """Return what rustworkx does, step by step; it can neither sample betweenness nor find communities."""
    import rustworkx

    graph = rustworkx.PyDiGraph()

    def build() -> object:
        graph.add_nodes_from(list(range(actors)))
        return graph.add_edges_from(list(map(tuple, ties.tolist())))

    return {"build": build, "pagerank": lambda: rustworkx.pagerank(graph, weight_fn=float)}


STEPS = {"networkx": with_networkx, "igraph": with_igraph, "rustworkx": with_rustworkx}


def measure(library: str, actors: int, ties: int, sources: int) -> None:
    """Print a row of the table for one library."""
    rows = generated_ties(actors, ties)
    found = {}
    for name, step in STEPS[library](actors, rows, sources).items():
        began = time.perf_counter()
        step()
        found[name] = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells = [
        f"{found[name]:9.1f}" if name in found else "        -"
        for name in ("build", "pagerank", "betweenness", "communities")
    ]
    print(f"{library:10} {importlib.metadata.version(library):8} {LIBRARIES[library]:18}", *cells, f"{peak:7.0f} MiB")


def main() -> None:
    """Measure each library in its own process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actors", type=int, default=100_000)
    parser.add_argument("--ties", type=int, default=500_000)
    parser.add_argument("--sources", type=int, default=32)
    parser.add_argument("--only", choices=LIBRARIES)
    options = parser.parse_args()
    if options.only:
        measure(options.only, options.actors, options.ties, options.sources)
        return
    print(f"{options.actors:,} actors, {len(generated_ties(options.actors, options.ties)):,} ties, seconds")
    print(
        f"{'library':10} {'version':8} {'licence':18}     build  pagerank  between.  communit.     memory", flush=True
    )
    for library in LIBRARIES:
        passed = [f"--actors={options.actors}", f"--ties={options.ties}", f"--sources={options.sources}"]
        subprocess.run([sys.executable, "-m", "benchmarks.graphs", "--only", library, *passed], check=True)


if __name__ == "__main__":
    main()
