"""The mix, the effort and the wording, on activities whose truth is known."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.mix import MIXES, repeat, scored
from benchmarks.mix import summary as summed
from socialclass.activity import Activity, Party, Thing
from socialclass.analytics.analysis import Analysis, AnalysisSettings, analyze_ledger, as_plain
from socialclass.analytics.effort import measure_effort
from socialclass.analytics.estimates import median, wilson
from socialclass.analytics.ledger import (
    FEWEST_INTERACTIONS,
    MARKETING,
    NETWORKING,
    LabelledActivity,
    Ledger,
    collect,
    seconds,
)
from socialclass.analytics.mix import measure_mix
from socialclass.analytics.periods import period_name, period_of
from socialclass.analytics.quantification import ErrorRates, corrected_shares
from socialclass.analytics.result_tables import tables_of, write_tables
from socialclass.errors import InputError
from socialclass.resources import find_resource
from tests.community import community

RATES = ErrorRates((5,) * 5 + (45,) * 5, (45,) * 5 + (5,) * 5, "a sample")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return collect(community())


@pytest.fixture(scope="module")
def analysis(ledger: Ledger) -> Analysis:
    return analyze_ledger(ledger, AnalysisSettings(("actor", "channel")), RATES)


def test_correcting_at_least_halves_the_error() -> None:
    """Over mixes of 5% to 95% marketing the error is at most half of counting, and 90% of the intervals hold."""
    share, truth = scored([str(find_resource("data", "test.jsonl"))])
    errors, covered, _ = summed(repeat(share, truth, MIXES, size=300, repetitions=8))
    assert errors[-1] <= errors[0] / 2
    assert covered >= 0.9


@pytest.mark.parametrize("size", [10, 40])
def test_intervals_of_small_groups_hold(size: int) -> None:
    """A week of ten posts has an interval that covers its share, be it none or all; five texts are the least."""
    share, truth = scored([str(find_resource("data", "test.jsonl"))])
    for mix in (0.0, 0.1, 0.5, 1.0):
        _, covered, width = summed(repeat(share, truth, [mix], size=size, repetitions=40))
        assert covered >= 0.9, mix
        assert width < 0.8
    few = [LabelledActivity(Activity(), MARKETING, 0.9)] * (FEWEST_INTERACTIONS - 1)
    assert "fewer than 5" in measure_mix(collect(few), (), RATES).overall.corrected.why
    assert measure_mix(collect([*few, few[0]]), (), RATES).overall.corrected.of == FEWEST_INTERACTIONS


def test_a_pure_group_is_told_from_its_errors() -> None:
    """With errors of a tenth, a tenth of marketing labels is none; few texts leave the interval wide, never empty."""
    all_networking = np.array([[90] * 5 + [10] * 5, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    found = corrected_shares(all_networking, RATES)
    assert found.value[0] < 0.02
    assert 0 <= found.low[0] <= found.value[0] < found.high[0] < 0.1
    assert found.high[1] - found.low[1] > 0.5


def test_uncertain_activities_are_no_evidence() -> None:
    """What has no probability is shown as uncertain and changes no corrected share."""
    sure = [LabelledActivity(Activity(), MARKETING, 0.9)] * 30 + [LabelledActivity(Activity(), NETWORKING, 0.9)] * 10
    alone = measure_mix(collect(sure), (), RATES).overall
    joined = measure_mix(collect([*sure, *[LabelledActivity(Activity(), "uncertain")] * 60]), (), RATES).overall
    assert alone.corrected == joined.corrected
    assert joined.uncertain.value == 0.6
    assert joined.corrected.of == 40


def test_the_mix_by_actor_leaves_out_who_is_hardly_known(analysis: Analysis) -> None:
    """No row rests on fewer than five activities, and it is said how many actors that leaves out."""
    rows = analysis.mix.by["actor"]
    assert min(row.activities for row in rows) >= FEWEST_INTERACTIONS
    assert len(rows) + analysis.mix.left_out["actor"] == 91
    assert {row.group for row in analysis.mix.by["channel"]} == {"red", "blu", "town"}


def test_without_error_rates_nothing_is_corrected(ledger: Ledger) -> None:
    """There is a reason in the place of a figure."""
    mix = measure_mix(ledger, ("week",), None, "labelled by hand")
    assert mix.overall.corrected.value is None
    assert mix.overall.corrected.why == "labelled by hand"
    assert "labelled by hand" in mix.method


def test_the_effort_of_the_brand(analysis: Analysis) -> None:
    """Posts, reactions, answers and the words of the best posts are those that were planted."""
    effort = analysis.effort
    assert (effort.brands, effort.posts) == (1, 65)
    assert effort.response_rate.value == 0.5
    assert effort.response_rate.of == 10
    assert effort.response_hours.value == 2.0
    assert effort.answered.value == pytest.approx(10 / 65)
    assert effort.dialogue.value == pytest.approx(5 / 65)
    assert (effort.reactions.low, effort.reactions.high) == (4, 20)
    assert "bakery" in [each.term for each in effort.best_terms]
    assert "code" in [each.term for each in effort.worst_terms]
    assert effort.hours is not None
    assert sum(map(sum, effort.hours)) == 65


def test_nothing_is_invented() -> None:
    """Where the input has no such field, the figure is None and says why."""
    bare = collect([LabelledActivity(Activity("Create", Party("a"), content="sale"), MARKETING, 0.9)] * 9)
    effort = measure_effort(bare)
    for name in ("weekly", "reactions", "replies", "shares", "response_rate", "response_hours", "answered", "dialogue"):
        figure = getattr(effort, name)
        assert figure.value is None, name
        assert figure.why, name
    assert effort.hours is None
    assert "9 posts" not in effort.why_no_terms
    with pytest.raises(InputError, match="--brand"):
        measure_effort(bare, ["nobody"])


def test_the_effort_of_few_posts_is_withheld() -> None:
    """A brand may be a person: below five posts or messages there is no figure, and the reason says so."""
    posts = [Activity("Create", Party("a"), id=str(i), counts={"reactions": 7}, published="2026-01-01")
             for i in range(4)]  # fmt: skip
    asked = [Activity("Create", Party("b"), in_reply_to=Thing("0"), id="q", published="2026-01-02")] * 4
    effort = measure_effort(collect(LabelledActivity(each, MARKETING, 0.9) for each in [*posts, *asked]), ["a"])
    for name in ("weekly", "reactions", "replies", "shares", "response_rate", "response_hours", "answered", "dialogue"):
        assert getattr(effort, name).value is None, name
        assert "it takes 5" in getattr(effort, name).why, name
    assert effort.hours is None


def test_a_post_before_the_question_is_no_answer() -> None:
    """In a thread only what the brand says later answers, by order where times are days; no time is no answer."""

    def said(who: str, when: str) -> LabelledActivity:
        return LabelledActivity(Activity("Create", Party(who), published=when, thread="t"), MARKETING, 0.9)

    asked = [said("customer", "2026-01-05")] * 5
    before = measure_effort(collect([said("brand", "2026-01-05"), *asked]), ["brand"])
    after = measure_effort(collect([said("brand", "2026-01-05"), *asked, said("brand", "2026-01-05")]), ["brand"])
    untimed = measure_effort(collect([said("brand", "2026-01-05"), *[said("customer", "")] * 5]), ["brand"])
    assert [each.response_rate.value for each in (before, after, untimed)] == [0.0, 1.0, 0.0]


def test_reported_counts_come_first() -> None:
    """What the source reports is taken; a post of which it reports nothing is left out, not counted as none."""
    posts = [Activity("Create", Party("a"), id=str(i), counts={"reactions": i} if i else {}) for i in range(8)]
    likes = [Activity("Like", Party("b"), Thing("3"))] * 5
    effort = measure_effort(collect(LabelledActivity(each, MARKETING, 0.9) for each in [*posts, *likes]), ["a"])
    assert (effort.reactions.value, effort.reactions.of) == (4.0, 7)


def test_the_wording_check_finds_the_mix_up() -> None:
    """A text that says 'social media' and is networking is counted and listed; the right use is only counted."""
    from socialclass.analytics.wording import WordingCheck

    check = WordingCheck()
    for text, label in [
        ("our social media team is hiring", MARKETING),
        ("found my school friends on Social-Media again", NETWORKING),
        ("boost your sales with social networks", MARKETING),
        ("social networking at the office", NETWORKING),
        ("nothing of it", NETWORKING),
    ]:
        check.see(LabelledActivity(Activity(content=text), label, 0.9))
    assert check.said == {"social media": 2, "social networking": 2}
    assert check.crossed == {"social media": 1, "social networking": 1}
    assert {case.phrase for case in check.cases} == {"social media", "social networking"}


def test_results_are_json_and_tables(analysis: Analysis, tmp_path: Path) -> None:
    """Everything serialises; each table is a file whose rows are as wide as its header."""
    content = json.loads(json.dumps(as_plain(analysis), allow_nan=False))
    assert content["mix"]["overall"]["activities"] == len(analysis.ledger)
    assert content["matters"]["people"][0]["actor"] == "connie"
    names = [name for name, _ in tables_of(analysis)]
    assert [Path(file).stem for file in write_tables(analysis, str(tmp_path / "out"))] == names
    for name, rows in tables_of(analysis):
        assert {len(row) for row in rows} == {len(rows[0])}, name


def test_intervals_hold_their_figure() -> None:
    """A Wilson interval stays in 0 to 1; a median's interval is of two values."""
    for hits in range(11):
        share = wilson(hits, 10)
        assert share.value is not None
        assert share.low is not None
        assert share.high is not None
        assert 0 <= share.low <= share.value <= share.high <= 1
    assert median([1.0, 5.0]).low is None
    assert median([]).why


@pytest.mark.parametrize(
    ("time", "day", "week", "month"),
    [
        ("2026-03-01T23:59:59Z", "2026-03-01", "2026-02-23", "2026-03"),
        ("2026-03-02", "2026-03-02", "2026-03-02", "2026-03"),
        ("1969-12-31T10:00:00Z", "1969-12-31", "1969-12-29", "1969-12"),
        ("2026-01-01T00:30:00+02:00", "2025-12-31", "2025-12-29", "2025-12"),
    ],
)
def test_periods(time: str, day: str, week: str, month: str) -> None:
    """Days, weeks from Monday and months are those of UTC, before 1970, too."""
    when = np.array([seconds(time)])
    assert [period_name(int(period_of(when, each)[0]), each) for each in ("day", "week", "month")] == [day, week, month]
