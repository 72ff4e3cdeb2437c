"""Who matters: planted roles are told apart, and measures are what they say."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest

from socialclass.activity import Activity, Party, Thing
from socialclass.analytics.analysis import Analysis, AnalysisSettings, analyze_ledger
from socialclass.analytics.graph_file import write_graph
from socialclass.ledger import FEWEST_INTERACTIONS, NETWORKING, LabelledActivity, collect
from socialclass.network.gexf import write_gexf
from socialclass.network.graph import Network
from socialclass.network.ties import gather_ties
from tests.community import SILENT, community


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze_ledger(collect(community()), AnalysisSettings())


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
    monkeypatch.setattr("socialclass.network.graph.EXACT_UP_TO", 100)
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
    assert (first.active, first.newcomers, first.leavers, first.density) == (2, None, 1, 1.0)
    assert (last.active, last.newcomers, last.leavers) == (2, 1, None)


def test_graph_files_hold_the_graph(analysis: Analysis, tmp_path) -> None:  # type: ignore[no-untyped-def]
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
