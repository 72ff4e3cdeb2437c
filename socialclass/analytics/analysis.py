"""analyze: from a ledger of labelled activities to everything that is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from socialclass.analytics.definitions import DEFINITIONS, MEANING
from socialclass.analytics.effort import Effort, measure_effort
from socialclass.analytics.graph import Measures, Network, has_library
from socialclass.analytics.ledger import Ledger
from socialclass.analytics.mix import Mix, measure_mix
from socialclass.analytics.periods import fitting_period, period_name, period_of
from socialclass.analytics.quantification import ErrorRates
from socialclass.analytics.roles import Matters, rank_people
from socialclass.analytics.ties import gather_ties
from socialclass.analytics.usage import Usage, measure_usage
from socialclass.analytics.wording import WordingCheck
from socialclass.errors import InputError

NO_LIBRARY = "it needs the graph library: pip install 'socialclass[network]'"


class AnalysisSettings(NamedTuple):
    """What is asked for.

    by: keys of the mix (`mix.KEYS`) beside the overall one; brands: see `effort.measure_effort`.
    half_life: days after which an interaction weighs half in who matters; None for no decay.
    """

    by: Sequence[str] = ()
    brands: Sequence[str] = ()
    half_life: float | None = None


@dataclass(frozen=True)
class Analysis:
    """All results of one run.

    first, last: days of the earliest and the latest activity, empty where none has a time; period: the one of
    time lines; why_no_network: where there is no `matters`, the reason.
    network, measures: the networking side's graph and its measures, for drawing and export; None as `matters` is.
    """

    activities: int
    actors: int
    first: str
    last: str
    period: str
    settings: AnalysisSettings
    mix: Mix
    effort: Effort
    usage: Usage
    matters: Matters | None
    why_no_network: str
    wording: WordingCheck | None
    network: Network | None
    measures: Measures | None
    ledger: Ledger


def analyze_ledger(
    ledger: Ledger,
    settings: AnalysisSettings | None = None,
    rates: ErrorRates | None = None,
    why_not_corrected: str = "no error rates were given",
    wording: WordingCheck | None = None,
    processes: int = 1,
) -> Analysis:
    """Return the mix, the quality of the effort, how the network is used and who matters to it.

    rates: how the classifier errs, see `quantification.error_rates`. processes: 2 to measure large graphs in two, which
    a program may do that can be started again. Raises `InputError` where there is no activity.
    """
    if not len(ledger):
        raise InputError("there is no activity to analyse", remedy="give it an export or a labelled file")
    settings = settings or AnalysisSettings()
    period = fitting_period(ledger.when)
    ties = gather_ties(ledger, "networking", settings.half_life)
    matters: Matters | None = None
    measures: Measures | None = None
    network: Network | None = None
    if has_library():
        network = Network(ties)
        marketing = Network(gather_ties(ledger, "marketing", settings.half_life))
        matters, measures = rank_people(ledger, network, marketing, processes)
    first, last = _span(ledger)
    return Analysis(
        activities=len(ledger), actors=len(ledger.actors), first=first, last=last, period=period, settings=settings,
        mix=measure_mix(ledger, (period, *settings.by), rates, why_not_corrected),
        effort=measure_effort(ledger, settings.brands),
        usage=measure_usage(ledger, ties, period_of(ledger.when, period)),
        matters=matters, why_no_network="" if matters else NO_LIBRARY, wording=wording, network=network,
        measures=measures, ledger=ledger,
    )  # fmt: skip


def why_no_ties(analysis: Analysis) -> str:
    """Return, as a sentence without its stop, why nobody has networking ties."""
    if (analysis.ledger.actor < 0).all():
        return "The input does not name who acts, so nobody has ties (a table's column: --actor-field NAME)"
    return "The input holds no networking activity in which somebody turns to somebody"


def _span(ledger: Ledger) -> tuple[str, str]:
    days = period_of(ledger.when, "day")[~np.isnan(ledger.when)]
    return (period_name(int(days.min()), "day"), period_name(int(days.max()), "day")) if len(days) else ("", "")


def as_plain(analysis: Analysis) -> dict[str, Any]:
    """Return the results as JSON's own types; a figure is an object of value, interval, base and reason."""
    ledger, usage = analysis.ledger, analysis.usage
    content: dict[str, Any] = {
        "activities": analysis.activities, "actors": analysis.actors, "first": analysis.first, "last": analysis.last,
        "period": analysis.period, "settings": plain(analysis.settings), "mix": plain(analysis.mix),
        "effort": plain(analysis.effort), "usage": plain(usage),
        "matters": plain(vars(analysis.matters)) if analysis.matters else None,
        "why_no_network": analysis.why_no_network, "meaning": MEANING, "definitions": dict(DEFINITIONS),
    }  # fmt: skip
    content["usage"]["top"] = [
        {**plain(pair), "one": ledger.shown(pair.one), "other": ledger.shown(pair.other)} for pair in usage.top
    ]
    for row in content["usage"]["periods"]:
        row["period"] = period_name(row["period"], analysis.period)
    if analysis.matters:
        for row in content["matters"]["people"]:
            row["actor"] = ledger.actors[row["actor"]]
    if analysis.wording:
        check = analysis.wording
        content["wording"] = {"said": check.said, "crossed": check.crossed, "cases": plain(check.cases)}
    return content


def plain(value: Any) -> Any:
    """Return named tuples as objects, and what they hold likewise.

    >>> from socialclass.analytics.estimates import Estimate
    >>> plain([Estimate(0.5, of=2)])
    [{'value': 0.5, 'low': None, 'high': None, 'of': 2, 'why': ''}]
    """
    if hasattr(value, "_asdict"):
        return {name: plain(each) for name, each in value._asdict().items()}
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
