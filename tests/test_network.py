"""Who matters: planted roles are told apart, and measures are what they say."""

import io
import multiprocessing
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import igraph
import numpy as np
import pytest

from socialclass.activity import Activity, Party, Thing
from socialclass.analytics import beside
from socialclass.analytics.analysis import Analysis, AnalysisSettings, analyze_ledger
from socialclass.analytics.beside import measure_both
from socialclass.analytics.gexf import write_gexf
from socialclass.analytics.graph import Network
from socialclass.analytics.graph_file import write_graph
from socialclass.analytics.ledger import FEWEST_INTERACTIONS, MARKETING, NETWORKING, LabelledActivity, collect
from socialclass.analytics.ties import gather_ties
from socialclass.report.network_drawing import network_drawings
from tests.community import SILENT, community


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze_ledger(collect(community()), AnalysisSettings())


def vanish(*_: object) -> None:
    """End a process before it has answered."""
    os._exit(1)


def test_large_graphs_are_measured_side_by_side(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes find what one finds, also where the second one ends without an answer."""
    first, second = (Network(gather_ties(analysis.ledger, side, None)) for side in ("networking", "marketing"))
    alone = measure_both(first, second)
    monkeypatch.setattr(beside, "LARGE", 1)
    both = [measure_both(first, second, 2)]
    assert not multiprocessing.active_children()
    monkeypatch.setattr(beside, "_send_measures", vanish)
    both.append(measure_both(first, second, 2))
    for found in both:
        for one, other in zip(alone, found, strict=True):
            np.testing.assert_equal(other._asdict(), one._asdict())


def said(who: str, to: str, when: str = "", channel: str = "") -> LabelledActivity:
    reply = Thing(f"to {to}", author=Party(to))
    return LabelledActivity(
        Activity("Create", Party(who), in_reply_to=reply, published=when, channel=channel), NETWORKING
    )


def test_the_planted_roles_are_told_apart(analysis: Analysis) -> None:
    """One connector, one broadcaster, and a silent majority that is counted and never listed."""
    assert analysis.matters is not None
    roles = {person.name: person.role for person in analysis.matters.people if person.role}
    assert roles == {"Connie": "connector", "Brand": "broadcaster"}
    assert analysis.matters.silent == len(SILENT)
    assert analysis.matters.silent > analysis.matters.doing / 2
    assert not {party.name for party in SILENT} & {person.name for person in analysis.matters.people}
    assert len(analysis.matters.communities) == 2
    between = {each.name: each.networking.betweenness for each in analysis.matters.people if each.networking}
    assert max(between, key=lambda name: between[name]) == "Connie"


def test_another_seed_tells_the_same_roles() -> None:
    """The roles are no accident of one draw."""
    matters = analyze_ledger(collect(community(7))).matters
    assert matters is not None
    assert {each.name for each in matters.people if each.role} == {"Connie", "Brand"}


def test_the_broadcaster_ranks_in_marketing_only(analysis: Analysis) -> None:
    """Who is loud in marketing has no place in the networking graph, and the other way round."""
    assert analysis.matters is not None
    people = {each.name: each for each in analysis.matters.people}
    assert people["Brand"].networking is None
    assert people["Brand"].marketing is not None
    assert people["Connie"].marketing is None


def test_nobody_is_shown_by_less_than_five(analysis: Analysis) -> None:
    """No figure about a person rests on fewer than five interactions or posts; pairs likewise."""
    assert analysis.matters is not None
    assert FEWEST_INTERACTIONS == 5
    for person in analysis.matters.people:
        for side in (person.networking, person.marketing):
            assert side is None or side.interactions >= FEWEST_INTERACTIONS
    few = analyze_ledger(collect([said("ana", "bo")] * 4))
    assert few.matters is not None
    assert few.matters.people == []
    assert few.matters.withheld == 2
    assert few.usage.top == []


def test_the_hardly_known_have_no_figures_in_files_and_drawings(tmp_path: Path) -> None:
    """They are dots of one size, in no community, and their ties weigh the same, however often they turned."""
    items = [*[said("ana", "bo")] * 9, *[said("bo", "ana")] * 7, *[said("cyd", "ana")] * 3, said("dina", "ana")]
    analysis = analyze_ledger(collect(items))
    ((drawing, _),) = network_drawings(analysis)
    dots = re.findall(r'<circle [^>]* r="([\d.]+)" fill="var\(--muted\)"', drawing)
    assert dots == [dots[0]] * 2
    widths = re.findall(r'stroke-width="([\d.]+)"/>', drawing)
    assert sorted(widths)[:2] == ["0.70"] * 2
    assert not {"cyd", "dina"} & set(re.findall(r"\w+", drawing))
    assert analysis.network is not None
    known = analysis.network.ties.interactions[analysis.network.members] >= FEWEST_INTERACTIONS
    assert sorted(edge[2:] for edge in analysis.network.edges(known)) == [(1.0, 1)] * 2 + [(7.0, 7), (9.0, 9)]
    write_graph(analysis, str(tmp_path / "g.graphml"))
    graph = igraph.Graph.Read_GraphML(str(tmp_path / "g.graphml"))
    for node in graph.vs.select(name=""):
        assert (node["pagerank"], node["community"], node["reciprocity"]) == (0, -1, 0)
    assert len(graph.vs.select(name="")) == 2


def test_who_turns_needs_five_posts() -> None:
    """The share of posts that turn to somebody is a figure, too: not of somebody who posted once and is answered."""
    matters = analyze_ledger(collect([said("ana", "bo")] * 6 + [said("bo", "ana")])).matters
    assert matters is not None
    assert {each.name: each.turning for each in matters.people} == {"ana": 1.0, "bo": None}


def test_a_like_without_words_belongs_to_the_side_of_whom_it_goes_to() -> None:
    """An uncertain reaction takes the side of most posts of whom it goes to; one with a label keeps its own."""
    posts = [LabelledActivity(Activity("Create", Party("shop"), id="m"), MARKETING),
             LabelledActivity(Activity("Create", Party("ana"), id="n"), NETWORKING),
             LabelledActivity(Activity("Create", Party("shop"), id="wrong"), NETWORKING),
             LabelledActivity(Activity("Create", Party("shop"), id="m2"), MARKETING)]  # fmt: skip
    likes = [Activity("Like", Party("bo"), Thing(post)) for post in ("m", "n", "wrong", "elsewhere")]
    ledger = collect([*posts, *[LabelledActivity(each, "uncertain") for each in likes],
                      LabelledActivity(likes[0], NETWORKING)])  # fmt: skip
    assert gather_ties(ledger, "marketing").kinds["reaction"] == 2
    assert gather_ties(ledger, "networking").kinds["reaction"] == 2


def test_measures_of_a_path() -> None:
    """Of three in a row the middle one lies on the only path; reach and reciprocity count people."""
    network = Network(gather_ties(collect([said("a", "b"), said("b", "c"), said("c", "b")]), "networking"))
    found = network.measure()
    assert found.betweenness.tolist() == [0.0, 0.5, 0.0]
    assert found.reciprocity.tolist() == [0.0, 1.0, 1.0]
    assert network.reach([0, 1, 2]) == [0, 2, 2]
    assert found.pagerank.sum() == pytest.approx(1)
    assert found.pagerank.argmin() == 0


def test_old_interactions_fade() -> None:
    """One half-life ago weighs half; counts are not decayed."""
    items = [said("a", "b", "2026-01-01"), said("c", "b", "2026-01-31")]
    ties = gather_ties(collect(items), "networking", half_life_days=30)
    assert ties.weight.tolist() == [0.5, 1.0]
    assert ties.count.tolist() == [1, 1]


def test_sampled_betweenness_is_near_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large graph a sample of sources gives the same leader, and about its value."""
    random = np.random.default_rng(0)
    pairs = [(f"{g}-{i}", f"{g}-{j}") for g in "ab" for i, j in random.integers(0, 200, (900, 2)).tolist() if i != j]
    pairs += [(f"a-{i}", "hub") for i in range(40)] + [("hub", f"b-{i}") for i in range(40)]
    network = Network(gather_ties(collect(said(*pair) for pair in pairs), "networking"))
    exact = network.measure()
    monkeypatch.setattr("socialclass.analytics.graph.EXACT_UP_TO", 100)
    sampled = network.measure()
    assert sampled.sources < exact.sources
    assert exact.betweenness.argmax() == sampled.betweenness.argmax()
    assert sampled.betweenness.max() == pytest.approx(exact.betweenness.max(), rel=0.25)
    assert sampled.betweenness.tolist() == network.measure().betweenness.tolist()


def test_use_of_the_network() -> None:
    """Two-way pairs, channels and who comes and goes are counted as planted."""
    items = [said("a", "b", "2026-01-01", "x"), said("b", "a", "2026-01-01", "x"), said("a", "b", "2026-01-02", "y"),
             said("c", "a", "2026-01-02", "y")]  # fmt: skip
    usage = analyze_ledger(collect(items)).usage
    assert (usage.pairs, usage.two_way, usage.across, usage.interactions) == (2, 1, 1, 4)
    first, last = usage.periods
    both = [said("a", "b", channel="x"), said("b", "a", channel="y"), said("c", "a", channel="x"), said("c", "a")]
    assert analyze_ledger(collect(both)).usage.across == 1, "either way counts, and no channel is none"
    assert (first.active, first.newcomers, first.leavers, first.density) == (2, None, 1, 1.0)
    assert (last.active, last.newcomers, last.leavers) == (2, 1, None)


def test_density_is_a_share() -> None:
    """Ties to people who did nothing in the period are not over those possible among the active."""
    items = [said(who, f"{who}{i}", "2026-01-01") for who in "ab" for i in range(9)] + [said("a", "b", "2026-01-01")]
    (only,) = analyze_ledger(collect(items)).usage.periods
    assert (only.active, only.ties, only.density) == (2, 19, 0.5)


def test_graph_files_hold_the_graph(analysis: Analysis, tmp_path: Path) -> None:
    """GraphML and GEXF parse, with all nodes and ties; who is hardly known has no name in them."""
    assert analysis.network is not None
    for name, space in (("g.graphml", "{http://graphml.graphdrawing.org/xmlns}"), ("g.gexf", "{http://gexf.net/1.3}")):
        write_graph(analysis, str(tmp_path / name))
        root = ElementTree.parse(tmp_path / name).getroot()
        assert len(list(root.iter(f"{space}node"))) == len(analysis.network.members)
        assert len(list(root.iter(f"{space}edge"))) == len(analysis.network.ties)


def test_gexf_of_any_name_is_xml() -> None:
    """Quotes, angle brackets and control characters cannot break the file."""
    out = io.BytesIO()
    write_gexf(out, ['"<a>&\x00\x1b'], {"x": [1]}, [])
    assert ElementTree.fromstring(out.getvalue()) is not None
