"""An analysis as one self-contained page."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from socialclass.analytics.analysis import Analysis, why_no_ties
from socialclass.analytics.definitions import DEFINITIONS, MEANING
from socialclass.analytics.effort import Effort, TermScore
from socialclass.analytics.estimates import Estimate
from socialclass.analytics.mix import MixRow
from socialclass.analytics.periods import PERIODS, period_name
from socialclass.analytics.result_tables import SHARES, effort_figures
from socialclass.analytics.roles import BROADCASTER, CONNECTOR, Matters, Person
from socialclass.analytics.usage import Usage
from socialclass.analytics.wording import PHRASES, WordingCheck
from socialclass.report.network_drawing import network_drawings
from socialclass.report.page import Cell, Html, Section, definitions, escape, figure, grid, page, paragraph, table
from socialclass.report.plots import COLORS, CYCLE, bars, drawing

if TYPE_CHECKING:
    from socialclass.report.plots import Axes

_MOST_POINTS = 400
_LETTERS = 20  # of a name beside a bar
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def analysis_page(analysis: Analysis, top: int = 10) -> str:
    """Return the page; rankings have `top` rows. Raises `SocialclassError` without the plotting library."""
    span = f"{analysis.first} to {analysis.last}" if analysis.first else "without times"
    sections = [
        Section("In short", _short(analysis)),
        Section(
            "The mix",
            _mix(analysis, top),
            f"Corrected: {analysis.mix.method}."
            if analysis.mix.overall.corrected.value is not None
            else f"Not corrected: {analysis.mix.overall.corrected.why}.",
        ),
        Section("The quality of the effort", _effort(analysis.effort), "Times are UTC."),
        Section("How the network is used", _usage(analysis, top)),
        Section("Who matters", _people(analysis, top)),
    ]
    if analysis.wording:
        sections.append(Section("Wording", _wording(analysis.wording, top)))
    sections.append(Section("What every figure is", table(["figure", "what it is"], DEFINITIONS)))
    subtitle = f"{analysis.activities:,} activities of {analysis.actors:,} actors, {span}"
    return page("Marketing and networking", subtitle, sections)


def _interval(estimate: Estimate, percent: bool) -> str:
    """Return a figure with its interval, or a dash."""
    if estimate.value is None:
        return "–"
    shown = [
        f"{100 * each:.1f}%" if percent else f"{each:,.4g}"
        for each in (estimate.value, estimate.low, estimate.high)
        if each is not None
    ]
    if len(shown) < 3:
        return shown[0]
    return f"{shown[0]} " + f"({shown[1].rstrip('%')} to {shown[2]})".replace(" ", "\N{NO-BREAK SPACE}")


def _short(analysis: Analysis) -> Html:
    overall, effort, usage, matters = analysis.mix.overall, analysis.effort, analysis.usage, analysis.matters
    best = overall.corrected if overall.corrected.value is not None else overall.marketing
    pairs: list[tuple[str, Cell]] = [
        ("marketing, corrected" if best is overall.corrected else "marketing, as labelled", _interval(best, True)),
        ("marketing posts a week", _interval(effort.weekly, False)),
        ("reactions a marketing post", _interval(effort.reactions, False)),
        ("dialogue in marketing", _interval(effort.dialogue, True)),
        ("response rate", _interval(effort.response_rate, True)),
        ("actors with networking ties", usage.actors),
        ("two-way pairs", f"{100 * usage.two_way / usage.pairs:.1f}%" if usage.pairs else "–"),
    ]
    if matters:
        pairs += [("communities", len(matters.communities)), ("never post", f"{matters.silent:,} of {matters.doing:,}")]
    return definitions(pairs)


def _mix(analysis: Analysis, top: int) -> Html:
    mix, parts = analysis.mix, []
    timed = mix.by[analysis.period][-_MOST_POINTS:]
    if len(timed) > 1:
        parts.append(
            figure(
                _time_line(timed, analysis.period),
                f"Share of marketing a {analysis.period}; the band is the 95% interval of the solid line.",
                wide=True,
            )
        )
    parts.append(_mix_table([mix.overall], ""))
    for key, rows in mix.by.items():
        if key in PERIODS:
            continue
        shown = rows[:top]
        more = len(rows) - len(shown) + mix.left_out[key]
        if shown:
            parts.append(figure(_mix_bars(key, shown), f"The mix by {key}, as labelled."))
            parts.append(_mix_table(shown, f"The mix by {key}" + (f"; {more:,} more are not shown" if more else "")))
    return Html("".join(parts))


def _mix_table(rows: Sequence[MixRow], caption: str) -> Html:
    header = ["", "activities", "marketing", "networking", "uncertain", "marketing, corrected"]
    cells: list[list[Cell]] = [
        [row.group, row.activities, *[_interval(each, True) for each in row[2:]]] for row in rows
    ]
    return table(header, cells, caption=caption or "The whole input")


def _mix_bars(key: str, rows: Sequence[MixRow]) -> str:
    shares = [
        (name, [100 * (getattr(row, name).value or 0.0) for row in rows])
        for name in ("marketing", "networking", "uncertain")
    ]
    names = [row.group if len(row.group) <= _LETTERS else f"{row.group[: _LETTERS - 1]}…" for row in rows]
    height = 1.4 + 0.3 * len(rows)
    return bars(f"mix-{key}", f"The mix by {key}", names, shares, x_label="%", stacked=True, height=height)


def _time_line(rows: Sequence[MixRow], period: str) -> str:
    corrected = any(row.corrected.value is not None for row in rows)
    drawn = [(row.corrected if corrected else row.marketing) for row in rows]

    def draw(axes: "Axes") -> None:
        when = np.array([row.group for row in rows], dtype="datetime64[D]")
        value, low, high = (
            np.array([getattr(each, part) for each in drawn], dtype=float) * 100 for part in ("value", "low", "high")
        )
        axes.fill_between(when, low, high, color=CYCLE[0], alpha=0.18, linewidth=0)
        axes.plot(
            when,
            value,
            color=CYCLE[0],
            marker="o" if len(rows) < 40 else "",
            markersize=3.5,
            label="corrected" if corrected else "as labelled",
        )
        if corrected:
            axes.plot(
                when,
                [100 * (row.marketing.value or 0) for row in rows],
                color=COLORS["muted"],
                linestyle="--",
                linewidth=1,
                label="as labelled",
            )
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        axes.set_ylim(0, 100)
        axes.set_ylabel("marketing, %")
        _date_axis(axes)

    return drawing("mix-time", f"Share of marketing by {period}", draw, width=9, height=3.2)


def _date_axis(axes: "Axes") -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(  # type: ignore[no-untyped-call]
        minticks=3, maxticks=9
    )
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _effort(effort: Effort) -> Html:
    rows: list[list[Cell]] = []
    unknown = []
    for title, name, each in effort_figures(effort):
        if each.value is None:
            unknown.append((title, each.why))
        else:
            rows.append([title, _interval(each, name in SHARES), each.of])
    parts = [
        paragraph(f"These are the {effort.posts:,} posts labelled marketing {effort.whose}."),
        _unless_empty(["", "with 95% interval", "of"], rows),
    ]
    if effort.hours and effort.posts:
        parts.append(
            figure(_rhythm(effort.hours), "When they were posted: a square's area is the number of posts.", wide=True)
        )
    terms = [
        _terms("Words of the posts with most reactions", effort.best_terms),
        _terms("Words of the posts with least", effort.worst_terms),
    ]
    parts.append(grid([each for each in terms if each]) if any(terms) else Html(""))
    if effort.why_no_terms:
        unknown.append(("words of the best and the worst posts", effort.why_no_terms))
    if unknown:
        items = "".join(f"<li>{escape(title)}: {escape(why)}</li>" for title, why in unknown)
        parts.append(Html(f"<h3>What the input does not tell</h3><ul>{items}</ul>"))
    return Html("".join(parts))


def _terms(caption: str, terms: Sequence[TermScore]) -> str:
    return (
        table(
            ["word", "in the best", "in the worst"],
            [[each.term, each.best, each.worst] for each in terms],
            caption=caption,
        )
        if terms
        else ""
    )


def _rhythm(hours: list[list[int]]) -> str:
    def draw(axes: "Axes") -> None:
        top = max(max(row) for row in hours) or 1
        cells = [(hour, day, count) for day, row in enumerate(hours) for hour, count in enumerate(row) if count]
        axes.scatter(
            [each[0] for each in cells],
            [each[1] for each in cells],
            [200 * each[2] / top for each in cells],
            color=CYCLE[0],
            marker="s",
            linewidths=0,
        )
        axes.set_xlim(-0.7, 23.7)
        axes.set_ylim(6.7, -0.7)
        axes.set_xticks(range(0, 24, 3), [f"{hour}:00" for hour in range(0, 24, 3)])
        axes.set_yticks(range(7), _DAYS)

    return drawing("rhythm", "Posts by weekday and hour", draw, width=9, height=2.8)


def _usage(analysis: Analysis, top: int) -> Html:
    usage, shown = analysis.usage, analysis.ledger.shown
    if not usage.pairs:
        return paragraph(f"{why_no_ties(analysis)}.")
    pairs: list[tuple[str, Cell]] = [
        ("actors with ties", usage.actors),
        ("interactions", usage.interactions),
        ("pairs", usage.pairs),
        ("two-way pairs", f"{100 * usage.two_way / usage.pairs:.1f}%"),
        (
            "pairs in several channels",
            usage.across if usage.across is not None else "unknown: the input names no two channels",
        ),
        *[(f"by {kind}", count) for kind, count in usage.kinds.items() if count],
    ]
    parts = [definitions(pairs)]
    if len(usage.periods) > 1:
        parts.append(
            figure(_use_over_time(usage, analysis.period), f"Networking actors a {analysis.period}.", wide=True)
        )
    rows: list[list[Cell]] = [[shown(each.one), shown(each.other), each.forth, each.back] for each in usage.top[:top]]
    if rows:
        parts.append(table(["one", "other", "forth", "back"], rows, caption="Who talks with whom most"))
    latest: list[list[Cell]] = [
        [
            _unbroken(period_name(each.period, analysis.period)),
            each.active,
            each.ties,
            each.density,
            each.newcomers,
            each.leavers,
        ]
        for each in usage.periods[-12:]
    ]
    if latest:
        header = [analysis.period, "active", "ties", "density", "newcomers", "leavers"]
        parts.append(table(header, latest, caption=f"The latest {len(latest)} {analysis.period}s"))
    return Html("".join(parts))


def _unbroken(text: str) -> Html:
    return Html(f'<span class="n">{escape(text)}</span>')


def _use_over_time(usage: Usage, period: str) -> str:
    rows = usage.periods[-_MOST_POINTS:]

    def draw(axes: "Axes") -> None:
        when = np.array([period_name(each.period, period) for each in rows], dtype="datetime64[D]")
        for number, name in enumerate(("active", "newcomers", "leavers")):
            values = [getattr(each, name) for each in rows]
            axes.plot(
                when, np.array(values, dtype=float), color=CYCLE[number], linestyle=("-", "--", ":")[number], label=name
            )
        axes.set_ylim(bottom=0)
        axes.set_ylabel("actors")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
        _date_axis(axes)

    return drawing("use-time", f"Active actors, newcomers and leavers by {period}", draw, width=9, height=2.8)


def _people(analysis: Analysis, top: int) -> Html:
    matters = analysis.matters
    if matters is None:
        return paragraph(f"Not computed: {analysis.why_no_network}.")
    parts = [paragraph(Html(f"<strong>{escape(MEANING)}</strong>"))]
    parts += [figure(svg, caption, wide=True) for svg, caption in network_drawings(analysis)]
    parts.append(_ranking("Most turned to, by networking PageRank", _by(matters, "pagerank")[:top]))
    parts.append(_ranking("Between others, by networking betweenness", _by(matters, "betweenness")[:top]))
    connectors = [each for each in _by(matters, "betweenness") if each.role == CONNECTOR]
    parts.append(_ranking("Connectors, by networking betweenness", connectors[:top]))
    parts.append(_broadcasters(matters, top))
    parts.append(
        _unless_empty(
            ["community", "actors"],
            [[str(i), size] for i, size in enumerate(matters.communities[:top], 1)],
            "Communities of the networking side, the largest first",
        )
    )
    parts.append(
        paragraph(
            f"{matters.silent:,} of {matters.doing:,} active actors never post. {matters.withheld:,} actors have too "
            f"few interactions for any figure, {matters.named_only:,} are only named by others."
        )
    )
    return Html("".join(parts))


def _by(matters: Matters, name: str) -> list[Person]:
    found = [person for person in matters.people if person.networking]
    return sorted(found, key=lambda person: -getattr(person.networking, name))


def _ranking(caption: str, people: Iterable[Person]) -> Html:
    header = [
        "",
        "role",
        "PageRank",
        "betweenness",
        "reach",
        "reciprocity",
        "spread",
        "community",
        "marketing PageRank",
        "marketing betweenness",
    ]
    rows: list[list[Cell]] = []
    for person in people:
        side, other = person.networking, person.marketing
        assert side is not None
        rows.append(
            [
                person.name,
                person.role,
                side.pagerank,
                side.betweenness,
                side.reach,
                side.reciprocity,
                side.spread,
                side.community + 1,
                other.pagerank if other else "–",
                other.betweenness if other else "–",
            ]
        )
    return _unless_empty(header, rows, caption)


def _broadcasters(matters: Matters, top: int) -> Html:
    people = sorted(
        (each for each in matters.people if each.role == BROADCASTER), key=lambda each: -each.marketing_posts
    )
    rows: list[list[Cell]] = [
        [
            each.name,
            each.posts,
            each.marketing_posts,
            f"{100 * (each.turning or 0):.0f}%",
            each.marketing.turned_by if each.marketing else "–",
        ]
        for each in people[:top]
    ]
    header = ["", "posts", "marketing posts", "turn to somebody", "others who turn to it"]
    return _unless_empty(header, rows, "Broadcasters, by marketing posts")


def _unless_empty(header: Sequence[str], rows: Sequence[Sequence[Cell]], caption: str = "") -> Html:
    return table(header, rows, caption=caption) if rows else Html("")


def _wording(check: WordingCheck, top: int) -> Html:
    rows: list[list[Cell]] = [[phrase, check.said[phrase], check.crossed[phrase]] for phrase, _, _ in PHRASES]
    cases: list[list[Cell]] = [
        [case.text, case.phrase, case.label, case.probability] for case in check.cases[: 2 * top]
    ]
    return Html(
        table(["says", "texts", "about the other"], rows, caption="Texts that name a term, and those about the other")
        + _unless_empty(["text", "says", "is", "probability"], cases, "The surest cases")
    )
