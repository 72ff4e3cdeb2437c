"""Check who matters, recomputed straight with graph libraries from the export's files, against the command.

    python -m benchmarks.who_matters EXPORT

EXPORT is any export that `analyze` reads. The command's labels are taken (from `socialclass classify`), everything
after that is done anew: ties are counted with dictionaries from the activities, and PageRank, betweenness and
reciprocity are computed with networkx, and with igraph by names, and compared with the command's JSON for everybody.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from typing import Any

import igraph
import networkx

from socialclass import load_model
from socialclass.activity import PARTY_KINDS, Activity, Party, facts
from socialclass.analytics.ledger import MARKETING, NETWORKING
from socialclass.language import is_foreign
from socialclass.model.classifier import UNCERTAIN
from socialclass.reading import ReadOptions
from socialclass.reading.source import export_format, open_activities

TOLERANCE = 1e-6


def name(party: Party) -> str:
    """Return what an actor is known by."""
    return party.id or party.name


def turned_to(activity: Activity, authors: dict[str, str], starters: dict[str, str]) -> set[tuple[str, str]]:
    """Return (whom, how) of an activity, read off it by plain rules."""
    found: set[tuple[str, str]] = set()
    post = activity.verb in ("Create", "Update", "")
    answered = name(activity.in_reply_to.author) or authors.get(activity.in_reply_to.id, "")
    if answered:
        found.add((answered, "reply"))
    if not post:
        reaction = activity.verb in ("Like", "Dislike", "EmojiReact")
        how = "reaction" if reaction else "share" if activity.verb == "Announce" else "follow"
        whom = name(activity.object.author) or authors.get(activity.object.id, "")
        if whom:
            found.add((whom, how))
        if activity.object.type in PARTY_KINDS and activity.object.type != "Group":
            found.add((activity.object.id or activity.object.name, how))
    elif activity.target.type == "Person":
        found.add((activity.target.id or activity.target.name, "message"))
    found |= {(name(party), "mention") for party in activity.mentions if name(party) != answered}
    found = {(whom, how) for whom, how in found if whom and whom != name(activity.actor)}
    if not found and activity.thread:
        found = {(starters.get(activity.thread, ""), "thread")}
    return {(whom, how) for whom, how in found if whom and whom != name(activity.actor)}


def ties_of(export: str) -> Counter[tuple[str, str]]:
    """Count who turns to whom in what the model calls networking."""
    with open_activities(export, export_format(export, ReadOptions())) as found:
        activities = [each for each in found if isinstance(each, Activity)]
    authors: dict[str, str] = {}
    starters: dict[str, str] = {}
    for each in activities:
        who = each.actor.id or each.actor.name
        if each.id:
            authors.setdefault(each.id, who)
        if each.thread:
            starters.setdefault(each.thread, who)
    for each in activities:
        if each.verb in ("Create", "Update", "") and each.object.id:
            authors.setdefault(each.object.id, each.actor.id or each.actor.name)
    predicted = load_model().predict([each.text for each in activities], 0.0, [facts(each) for each in activities])
    foreign = [bool(each.content) and is_foreign(each.content, each.language) for each in activities]
    labels = [UNCERTAIN if other else each.label for each, other in zip(predicted, foreign, strict=True)]
    posts: dict[str, Counter[str]] = {}
    for each, label in zip(activities, labels, strict=True):
        if each.verb in ("Create", "Update", ""):
            posts.setdefault(name(each.actor), Counter())[label] += 1
    ties: Counter[tuple[str, str]] = Counter()
    for each, given in zip(activities, labels, strict=True):
        who = name(each.actor)
        for whom, how in turned_to(each, authors, starters) if who else ():
            said = posts.get(whom, Counter())
            wordless = given == UNCERTAIN and how in ("reaction", "share")
            if given == NETWORKING or (wordless and said[NETWORKING] > said[MARKETING]):
                ties[who, whom] += 1
    return ties


def by_networkx(ties: Counter[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Return the measures of each actor, by networkx."""
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from((*pair, count) for pair, count in ties.items())
    rank = networkx.pagerank(graph, alpha=0.85, tol=1e-12, max_iter=1000)
    between = networkx.betweenness_centrality(graph)
    back = {who: [graph.has_edge(whom, who) for whom in graph.successors(who)] for who in graph}
    return {who: {"pagerank": rank[who], "betweenness": between[who],
                  "reciprocity": sum(back[who]) / len(back[who]) if back[who] else 0.0} for who in graph}  # fmt: skip


def by_igraph(ties: Counter[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Return PageRank and betweenness of each actor, by igraph."""
    graph = igraph.Graph.TupleList([(*pair, count) for pair, count in ties.items()], directed=True, weights=True)
    pairs = (graph.vcount() - 1) * (graph.vcount() - 2) or 1
    columns = zip(graph.vs["name"], graph.pagerank(weights="weight"), graph.betweenness(), strict=True)
    return {who: {"pagerank": rank, "betweenness": between / pairs} for who, rank, between in columns}


def main() -> None:
    """Compare, and exit with 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export")
    export = parser.parse_args().export
    command = [sys.executable, "-m", "socialclass", "analyze", "--output-format", "json", export]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    ties = ties_of(export)
    usage = result["usage"]
    print(f"ties: {len(ties)} pairs, {ties.total()} interactions; the command says {usage['interactions']}")
    differences = abs(ties.total() - usage["interactions"])
    for library, measured in (("networkx", by_networkx(ties)), ("igraph", by_igraph(ties))):
        gap, compared = 0.0, 0
        for person in result["matters"]["people"]:
            if person["networking"]:
                compared += 1
                mine = measured[person["actor"]]
                gap = max([gap, *[abs(mine[part] - person["networking"][part]) for part in mine]])
        print(f"{library}: {compared} people, {len(measured)} actors; largest difference {gap:.1e}")
        differences += gap > TOLERANCE
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
