"""The network as drawings that can be read at any size: people up to a few dozen, communities beyond."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from socialclass.analytics.analysis import Analysis
from socialclass.analytics.estimates import short
from socialclass.analytics.graph import Measures, Network, lay_out
from socialclass.analytics.ledger import FEWEST_INTERACTIONS
from socialclass.report.page import escape
from socialclass.report.style import SERIES

MOST_NODES = 60  # people in one drawing
MOST_BUBBLES = 12  # communities in one drawing
_WIDTH, _HEIGHT, _MARGIN, _FONT = 960.0, 620.0, 70.0, 15
_NAMED_PER_BUBBLE = 3
_ALWAYS_NAMED = 12  # of the largest circles: their names may cover a smaller one
_LETTERS = 18
_LEAST = 4.0  # radius of the smallest circle
_LETTER = 0.62  # width of a letter, in heights

Box = tuple[float, float, float, float]


class Node(NamedTuple):
    """A circle: place from 0 to 1, radius in units of the drawing, a text beside, one on pointing, one inside.

    color: number of the series, None for grey.
    """

    x: float
    y: float
    radius: float
    color: int | None
    label: str
    title: str
    mark: str = ""


class Edge(NamedTuple):
    """A line between two nodes, by their places."""

    source: int
    target: int
    width: float


def network_drawings(analysis: Analysis) -> list[tuple[str, str]]:
    """Return (SVG, caption) of the networking side: everybody, or the communities and the best connected."""
    network, measures = analysis.network, analysis.measures
    if network is None or measures is None or not len(network.ties):
        return []
    if len(network.members) <= MOST_NODES:
        caption = (
            f"All {len(network.members)} actors with networking ties. A circle's area is its PageRank, its colour its "
            "community, a line's width the interactions. Small and grey: fewer than five interactions, of which "
            "neither is shown. Other names had no room."
        )
        return [(_people(analysis, network, measures, network.members.tolist()), caption)]
    ranked = sorted(network.members.tolist(), key=lambda i: -measures.pagerank[i])[:MOST_NODES]
    return [
        (
            _communities(analysis, network, measures),
            "The largest communities of the networking side. A circle's area is its number of actors, a line's width "
            "the interactions between two (the three strongest of each are drawn); beside it those with the highest "
            "PageRank in it.",
        ),
        (
            _people(analysis, network, measures, ranked),
            f"The {MOST_NODES} actors with the highest PageRank of {len(network.members):,}, and the ties among them. "
            "A circle's area is its PageRank, its colour its community; grey: fewer than five interactions.",
        ),
    ]


def _people(analysis: Analysis, network: Network, measures: Measures, actors: list[int]) -> str:
    place = {actor: i for i, actor in enumerate(actors)}
    enough = network.ties.interactions >= FEWEST_INTERACTIONS
    top = max((float(measures.pagerank[i]) for i in actors if enough[i]), default=1.0) or 1.0
    spots = network.layout(actors)
    nodes = []
    for actor, (x, y) in zip(actors, spots, strict=True):
        if not enough[actor]:
            nodes.append(Node(x, y, _LEAST, None, "", "fewer than five interactions"))
            continue
        name, rank = analysis.ledger.shown(actor), float(measures.pagerank[actor])
        radius = _LEAST + 18 * sqrt(rank / top)
        nodes.append(Node(x, y, radius, int(measures.community[actor]), name, f"{name}: PageRank {short(rank)}"))
    weights: dict[tuple[int, int], float] = {}
    ties = network.ties
    for source, target, count in zip(ties.source.tolist(), ties.target.tolist(), ties.count.tolist(), strict=True):
        if source in place and target in place:
            one, other = sorted((place[source], place[target]))
            told = count if enough[source] and enough[target] else 0
            weights[one, other] = weights.get((one, other), 0) + told
    return _svg("network-people", "Drawing of who turns to whom", nodes, _edges(weights))


def _communities(analysis: Analysis, network: Network, measures: Measures) -> str:
    groups = min(MOST_BUBBLES, int(measures.community.max()) + 1)
    weights = _between(network, measures.community, groups)
    sizes = np.bincount(measures.community[network.members], minlength=groups)[:groups]
    spots = lay_out(groups, [(*pair, weight) for pair, weight in weights.items()])
    nodes = []
    for group, (x, y) in enumerate(spots):
        known = (measures.community == group) & (network.ties.interactions >= FEWEST_INTERACTIONS)
        inside = np.flatnonzero(known)
        leading = inside[np.argsort(-measures.pagerank[inside], kind="stable")][:_NAMED_PER_BUBBLE]
        names = ", ".join(_short(analysis.ledger.shown(int(i)), 14) for i in leading)
        radius = 10 + 34 * sqrt(float(sizes[group]) / float(sizes.max()))
        title = f"Community {group + 1}: {sizes[group]:,} actors"
        nodes.append(Node(x, y, radius, group, names, title, str(group + 1)))
    return _svg(
        "network-communities",
        "Drawing of the communities and the ties between them",
        nodes,
        _edges(_strongest(weights)),
    )


def _between(
    network: Network, community: np.ndarray[tuple[int], np.dtype[np.int64]], groups: int
) -> dict[tuple[int, int], float]:
    one, other = community[network.ties.source], community[network.ties.target]
    kept = (one != other) & (one < groups) & (other < groups)
    cells = np.minimum(one, other)[kept] * groups + np.maximum(one, other)[kept]
    sums = np.bincount(cells, weights=network.ties.count[kept], minlength=groups * groups)
    return {(int(i) // groups, int(i) % groups): float(sums[i]) for i in np.flatnonzero(sums)}


def _strongest(weights: dict[tuple[int, int], float], most: int = 3) -> dict[tuple[int, int], float]:
    """Return the ties that are among the strongest of one of their ends."""
    seen: dict[int, int] = {}
    kept = {}
    for pair, weight in sorted(weights.items(), key=lambda each: -each[1]):
        if min(seen.get(end, 0) for end in pair) < most:
            kept[pair] = weight
        for end in pair:
            seen[end] = seen.get(end, 0) + 1
    return kept


def _edges(weights: dict[tuple[int, int], float]) -> list[Edge]:
    top = max(weights.values(), default=0.0) or 1.0
    return [
        Edge(*pair, 0.7 + 5 * sqrt(weight / top)) for pair, weight in sorted(weights.items(), key=lambda each: each[1])
    ]


def _svg(name: str, description: str, nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    spots = [(_MARGIN + each.x * (_WIDTH - 2 * _MARGIN), _MARGIN + each.y * (_HEIGHT - 2 * _MARGIN)) for each in nodes]
    label = escape(description)
    parts = [f'<svg viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" id="{name}" role="img" aria-label="{label}">'
             f'<title>{label}</title><g stroke="var(--muted)" stroke-opacity="0.35" fill="none">']  # fmt: skip
    for source, target, width in edges:
        (x1, y1), (x2, y2) = spots[source], spots[target]
        parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke-width="{width:.2f}"/>')
    parts.append('</g><g stroke="var(--paper)" stroke-width="1.5">')
    order = sorted(range(len(nodes)), key=lambda i: -nodes[i].radius)
    for i in order:
        (x, y), node = spots[i], nodes[i]
        fill = "var(--muted)" if node.color is None else f"var(--c{node.color % SERIES + 1})"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{node.radius:.1f}" fill="{fill}">'
                     f"<title>{escape(node.title)}</title></circle>")  # fmt: skip
    parts.append(
        f'</g><g font-size="{_FONT}" fill="var(--ink)" stroke="var(--paper)" stroke-width="3" paint-order="stroke">'
    )
    parts += _labels(nodes, spots, order)
    parts.append('</g><g fill="var(--paper)" font-weight="600" text-anchor="middle">')
    marked = [(node, spot) for node, spot in zip(nodes, spots, strict=True) if node.mark]
    parts += [f'<text x="{x:.1f}" y="{y + 5:.1f}" font-size="{_FONT}">{node.mark}</text>' for node, (x, y) in marked]
    return "".join([*parts, "</g></svg>"])


def _labels(nodes: Sequence[Node], spots: Sequence[tuple[float, float]], order: Sequence[int]) -> list[str]:
    """Return the texts that find room beside, below or above their circle, the largest circles first."""
    circles = [(x - n.radius, y - n.radius, x + n.radius, y + n.radius) for n, (x, y) in zip(nodes, spots, strict=True)]
    taken: list[Box] = []
    found = []
    for rank, i in enumerate(order):
        node, (x, y) = nodes[i], spots[i]
        text = _short(node.label, 3 * _LETTERS)
        width = len(text) * _FONT * _LETTER
        gap = node.radius + 4
        places = (
            ("start", x + gap, y + 5),
            ("end", x - gap, y + 5),
            ("middle", x, y - gap),
            ("middle", x, y + gap + 11),
        )
        others = [circle for other, circle in enumerate(circles) if other != i]
        boxes = [(place, _box(*place, width)) for place in places if text]
        for obstacles in [[*taken, *others], taken][: 2 if rank < _ALWAYS_NAMED else 1]:
            free = [each for each in boxes if _inside(each[1]) and not any(_overlap(each[1], box) for box in obstacles)]
            if free:
                (anchor, left, base), box = free[0]
                taken.append(box)
                found.append(f'<text x="{left:.1f}" y="{base:.1f}" text-anchor="{anchor}">{escape(text)}</text>')
                break
    return found


def _box(anchor: str, left: float, base: float, width: float) -> Box:
    start = left - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return start, base - _FONT, start + width, base + 3


def _inside(box: Box) -> bool:
    return box[0] >= 0 and box[2] <= _WIDTH and box[1] >= 0 and box[3] <= _HEIGHT


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _short(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 1]}…"
