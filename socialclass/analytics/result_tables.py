"""The results as tables of cells, one a file: what ``--tables`` writes."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from socialclass.analytics.analysis import Analysis
from socialclass.analytics.effort import Effort
from socialclass.analytics.estimates import Estimate
from socialclass.analytics.mix import MixRow
from socialclass.analytics.periods import period_name
from socialclass.errors import OutputError
from socialclass.writing.files import open_output

Rows = list[list[object]]
EFFORT_FIGURES = (
    ("posts a week", "weekly"),
    ("reactions a post", "reactions"),
    ("replies a post", "replies"),
    ("shares a post", "shares"),
    ("response rate", "response_rate"),
    ("response time, hours", "response_hours"),
    ("answered posts", "answered"),
    ("dialogue", "dialogue"),
)
SHARES = frozenset({"response_rate", "answered", "dialogue"})
_PARTS = ("value", "low", "high")
_PERSON = (
    "interactions",
    "pagerank",
    "betweenness",
    "reach",
    "reciprocity",
    "spread",
    "community",
    "turned_to",
    "turned_by",
)


def effort_figures(effort: Effort) -> list[tuple[str, str, Estimate]]:
    """Return (title, name, figure) of what the marketing side does and gets back."""
    return [(title, name, getattr(effort, name)) for title, name in EFFORT_FIGURES]


def tables_of(analysis: Analysis) -> Iterator[tuple[str, Rows]]:
    """Yield the name of each table and its rows, the first of which holds the columns' names."""
    yield "mix", _mix([analysis.mix.overall])
    for key, rows in analysis.mix.by.items():
        yield f"mix_by_{key}", _mix(rows)
    yield "effort", _effort(analysis.effort)
    yield "periods", _periods(analysis)
    yield "pairs", _pairs(analysis)
    if analysis.matters:
        yield "people", _people(analysis)
    if analysis.wording:
        cases: Rows = [list(case) for case in analysis.wording.cases]
        yield "wording", [["phrase", "label", "probability", "text", "place"], *cases]


def write_tables(analysis: Analysis, folder: str) -> list[str]:
    """Write every table as CSV into a folder, which is made if it is not there; returns the files."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(error.strerror or str(error), place=folder, remedy="choose another --tables") from error
    written = []
    for name, rows in tables_of(analysis):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([map(_cell, row) for row in rows])
        written.append(str(Path(folder, f"{name}.csv")))
        with open_output(written[-1]) as stream:
            stream.write(text.getvalue().encode("utf-8", "replace"))
    return written


def _cell(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value


def _named(names: Sequence[str]) -> list[object]:
    return [f"{name}{'' if part == 'value' else '_' + part}" for name in names for part in _PARTS]


def _figures(estimates: Sequence[Estimate]) -> list[object]:
    return [getattr(each, part) for each in estimates for part in _PARTS]


def _mix(rows: Sequence[MixRow]) -> Rows:
    head = ["group", "activities", *_named(["marketing", "networking", "uncertain", "corrected_marketing"])]
    return [head, *[[row.group, row.activities, *_figures(row[2:])] for row in rows]]


def _effort(effort: Effort) -> Rows:
    rows: Rows = [["figure", "value", "low", "high", "of", "why_not"]]
    rows += [[title, each.value, each.low, each.high, each.of, each.why] for title, _, each in effort_figures(effort)]
    for side, terms in (("best", effort.best_terms), ("worst", effort.worst_terms)):
        rows += [[f"term of the {side} posts: {each.term}", each.score, None, None, each.best + each.worst, ""]
                 for each in terms]  # fmt: skip
    return rows


def _periods(analysis: Analysis) -> Rows:
    rows: Rows = [["period", "active", "ties", "density", "newcomers", "leavers"]]
    return rows + [[period_name(each.period, analysis.period), *each[1:]] for each in analysis.usage.periods]


def _pairs(analysis: Analysis) -> Rows:
    shown = analysis.ledger.shown
    rows: Rows = [["one", "other", "forth", "back", "channels"]]
    return rows + [[shown(each.one), shown(each.other), *each[2:]] for each in analysis.usage.top]


def _people(analysis: Analysis) -> Rows:
    assert analysis.matters is not None
    head: list[object] = ["actor", "name", "kind", "role", "posts", "marketing_posts", "turning"]
    head += [f"{side}_{name}" for side in ("networking", "marketing") for name in _PERSON]
    rows: Rows = [head]
    for person in analysis.matters.people:
        cells: list[object] = [analysis.ledger.actors[person.actor], *person[1:7]]
        for side in (person.networking, person.marketing):
            cells += [getattr(side, name) for name in _PERSON] if side else [None] * len(_PERSON)
        rows.append(cells)
    return rows
