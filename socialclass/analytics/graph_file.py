"""The networking graph as a file for other tools: GraphML or GEXF."""

import numpy as np

from socialclass.analytics.analysis import Analysis
from socialclass.analytics.gexf import write_gexf
from socialclass.analytics.ledger import FEWEST_INTERACTIONS
from socialclass.errors import SocialclassError
from socialclass.writing.files import open_output


def write_graph(analysis: Analysis, path: str) -> None:
    """Write the networking side's graph, by the path's suffix as GraphML or GEXF.

    A node of fewer than `FEWEST_INTERACTIONS` interactions is there without a name, with no measures but zeros, in
    community -1, and its ties weigh 1 each.
    """
    network, measures, ledger = analysis.network, analysis.measures, analysis.ledger
    if network is None or measures is None:
        raise SocialclassError("there is no graph to write", place=path, remedy=analysis.why_no_network)
    members = network.members
    shown = network.ties.interactions[members] >= FEWEST_INTERACTIONS
    names = [ledger.shown(int(i)) if keep else "" for i, keep in zip(members, shown, strict=True)]
    attributes: dict[str, list[str | int | float]] = {"name": list(names)}
    for name in ("pagerank", "betweenness", "reciprocity", "spread"):
        attributes[name] = (getattr(measures, name)[members] * shown).tolist()
    attributes["community"] = np.where(shown, measures.community[members], -1).tolist()
    with open_output(path) as stream:
        if path.endswith(".gexf"):
            write_gexf(stream, names, attributes, network.edges(shown))
        else:
            stream.write(network.graphml(attributes, shown))
