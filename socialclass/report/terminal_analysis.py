"""An analysis as tables on a terminal, through `render`."""

from typing import TYPE_CHECKING

from socialclass.analytics.analysis import Analysis, why_no_ties
from socialclass.analytics.definitions import MEANING
from socialclass.analytics.estimates import Estimate, short
from socialclass.analytics.mix import MixRow
from socialclass.analytics.periods import period_name
from socialclass.analytics.result_tables import SHARES, effort_figures
from socialclass.analytics.roles import BROADCASTER, CONNECTOR, Matters, Person
from socialclass.analytics.wording import PHRASES
from socialclass.report.terminal import print_note, print_rows

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN_CASES = 10


def share_text(figure: Estimate) -> str:
    """Return a share in percent with its interval.

    >>> share_text(Estimate(0.5, 0.25, 0.75, 12)), share_text(Estimate(None, why="no"))
    ('50.0% (25.0 to 75.0)', '')
    """
    if figure.value is None:
        return ""
    if figure.low is None or figure.high is None:
        return f"{100 * figure.value:.1f}%"
    return f"{100 * figure.value:.1f}% ({100 * figure.low:.1f} to {100 * figure.high:.1f})"


def number_text(figure: Estimate) -> str:
    """Return a figure with its interval, or nothing."""
    if figure.value is None:
        return ""
    if figure.low is None or figure.high is None:
        return f"{figure.value:,.4g}"
    return f"{figure.value:,.4g} ({figure.low:,.4g} to {figure.high:,.4g})"


def print_analysis(analysis: Analysis, top: int, console: "Console") -> None:
    """Print all results; rankings to `top` rows."""
    span = f", {analysis.first} to {analysis.last}" if analysis.first else ", without times"
    console.print(f"{analysis.activities:,} activities of {analysis.actors:,} actors{span}", highlight=False)
    _print_mix(analysis, top, console)
    _print_effort(analysis, console)
    _print_usage(analysis, top, console)
    if analysis.matters:
        _print_people(analysis.matters, top, console)
    else:
        print_note(console, f"who matters: {analysis.why_no_network}")
    if analysis.wording:
        rows = [[phrase, f"{analysis.wording.said[phrase]:,}", f"{analysis.wording.crossed[phrase]:,}"]
                for phrase, _, _ in PHRASES]  # fmt: skip
        print_rows(
            console,
            "Wording: texts that say it, and those of them that are about the other",
            ["says", "texts", "about the other"],
            rows,
        )
        cases = [[case.label, case.phrase, case.text] for case in analysis.wording.cases[:_SHOWN_CASES]]
        for label, phrase, text in cases:
            print_note(console, f"  says {phrase!r}, is {label}: {text}")


def _print_mix(analysis: Analysis, top: int, console: "Console") -> None:
    mix = analysis.mix
    header = ["", "activities", "marketing", "networking", "uncertain", "marketing, corrected"]
    print_rows(console, "The mix", header, [_mix_row(mix.overall)])
    for key, rows in mix.by.items():
        timed = key in ("day", "week", "month")
        shown = rows[-max(top, 12) :] if timed else rows[:top]
        more = len(rows) - len(shown) + mix.left_out[key]
        if not shown and key not in analysis.settings.by:
            continue
        if not shown:
            print_note(console, f"by {key}: no activity says so, or none of enough activities")
            continue
        print_rows(
            console, f"by {key}" + (f" ({more:,} more)" if more else ""), header, [_mix_row(row) for row in shown]
        )
    corrected = mix.overall.corrected
    why_not = f"not corrected: {corrected.why}"
    print_note(console, f"corrected: {mix.method}" if corrected.value is not None else why_not)


def _mix_row(row: MixRow) -> list[str]:
    shares = (row.marketing, row.networking, row.uncertain, row.corrected)
    return [row.group, f"{row.activities:,}", *map(share_text, shares)]


def _print_effort(analysis: Analysis, console: "Console") -> None:
    effort = analysis.effort
    rows, unknown = [["posts", f"{effort.posts:,}"]], []
    for title, name, figure in effort_figures(effort):
        if figure.value is None:
            unknown.append(f"{title}: {figure.why}")
        else:
            rows.append([title, share_text(figure) if name in SHARES else number_text(figure)])
    print_rows(console, f"The quality of the effort: posts labelled marketing {effort.whose}", ["", ""], rows)
    for name, terms in (("best", effort.best_terms), ("worst", effort.worst_terms)):
        if terms:
            print_note(console, f"words of the {name} posts: {', '.join(each.term for each in terms)}")
    if effort.why_no_terms:
        unknown.append(f"words of the best and worst posts: {effort.why_no_terms}")
    for line in unknown:
        print_note(console, f"unknown: {line}")


def _print_usage(analysis: Analysis, top: int, console: "Console") -> None:
    usage, shown = analysis.usage, analysis.ledger.shown
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in usage.kinds.items() if count)
    rows = [["actors with ties", f"{usage.actors:,}"], ["interactions", f"{usage.interactions:,}"]]
    rows += [["of them", kinds]] if kinds else []
    rows += [["pairs", f"{usage.pairs:,}"]]
    rows += [["both ways", f"{100 * usage.two_way / usage.pairs:.1f}%"]] if usage.pairs else []
    rows += [["pairs in several channels", f"{usage.across:,}"]] if usage.across is not None else []
    print_rows(console, "How the network is used", ["", ""], rows)
    if not usage.pairs:
        print_note(console, why_no_ties(analysis))
    if usage.top:
        pairs = [[shown(each.one), shown(each.other), f"{each.forth:,}", f"{each.back:,}"] for each in usage.top[:top]]
        print_rows(console, "who talks with whom", ["one", "other", "forth", "back"], pairs)
    periods = [
        [period_name(each.period, analysis.period), f"{each.active:,}", f"{each.ties:,}",
         "" if each.density is None else short(each.density), _or_dash(each.newcomers), _or_dash(each.leavers)]
        for each in usage.periods[-12:]
    ]  # fmt: skip
    if periods:
        header = [analysis.period, "active", "ties", "density", "newcomers", "leavers"]
        print_rows(console, "over time", header, periods)


def _or_dash(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _print_people(matters: Matters, top: int, console: "Console") -> None:
    header = [
        "networking side",
        "role",
        "PageRank",
        "betweenness",
        "reach",
        "reciprocity",
        "community",
        "marketing PageRank",
    ]
    ranked = [person for person in matters.people if person.networking][:top]
    rows = [_person_row(person) for person in ranked]
    if rows:
        print_rows(console, "Who matters to the network", header, rows)
    connectors = sorted(
        (each for each in matters.people if each.role == CONNECTOR and each.networking),
        key=lambda each: -(each.networking.betweenness if each.networking else 0.0),
    )
    if connectors:
        rows = [_person_row(person) for person in connectors[:top]]
        print_rows(console, "Connectors, by betweenness", header, rows)
    broadcasters = [person for person in matters.people if person.role == BROADCASTER]
    broadcasters.sort(key=lambda person: -person.marketing_posts)
    if broadcasters:
        rows = [[person.name, f"{person.marketing_posts:,}", f"{100 * (person.turning or 0):.0f}%"]
                for person in broadcasters[:top]]  # fmt: skip
        print_rows(console, "Broadcasters", ["", "marketing posts", "turn to somebody"], rows)
    print_note(
        console,
        f"{matters.silent:,} of {matters.doing:,} active actors never post; {matters.withheld:,} actors have too few "
        "interactions for any figure",
    )
    print_note(console, MEANING)


def _person_row(person: Person) -> list[str]:
    side, other = person.networking, person.marketing
    assert side is not None
    return [
        person.name, person.role, short(side.pagerank), short(side.betweenness), f"{side.reach:,}",
        f"{side.reciprocity:.2f}", str(side.community + 1), short(other.pagerank) if other else "-",
    ]  # fmt: skip
