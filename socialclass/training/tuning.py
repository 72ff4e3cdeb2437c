"""search: which settings suit a corpus, by cross-validation on the folds that calibration uses, within a time budget.

From coarse to fine, each round from the best of the round before: whether links, mentions and hashtags are evidence, on
all folds; the strength of the penalty for each way to weigh terms, on two folds; what is a term; then the best few on
all folds; then what lies near the best. A corpus's terms are counted once for each way to find them.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from socialclass.corpus import Example, check_corpus
from socialclass.model.text import ENTITY_MARKS, URL, AnalyzerSettings
from socialclass.training.folding import why_no_folds
from socialclass.training.settings import FOLDS, TrainSettings
from socialclass.training.trials import Bench, OutOfTime, Progress, Trial

ANALYZERS = tuple(AnalyzerSettings(*each) for each in ((2, 5), (2, 4), (1, 0), (2, 0), (1, 5)))
CONTRASTS = (0.5, 1.0)
# idf_power, damping and contrast; the damping belongs to the power, with which a vector's length grows
WEIGHTINGS = ((2, 100.0, 0.5), (2, 100.0, 0.0), (2, 100.0, 1.0), (1, 20.0, 1.0), (1, 20.0, 0.0), (0, 3.0, 0.0))
STRENGTHS = (3.0, 10.0, 1.0, 30.0, 0.3, 100.0)
COARSE_FOLDS, FINALISTS = 2, 6
IMBALANCED = 1.5  # texts of the commonest label for one of the rarest: from here on it is worth weighing labels


@dataclass(frozen=True)
class SearchResult:
    """The best settings, all trials in order, and how the search ended: complete, budget, interrupted or impossible.

    why: why nothing was tried, where nothing was.
    """

    settings: TrainSettings
    trials: tuple[Trial, ...]
    ended: str
    budget: float
    why: str = ""

    def as_facts(self) -> dict[str, Any]:
        """Return what a model file holds of a search; no times, so that equal searches give equal files."""
        facts: dict[str, Any] = {"ended": self.ended, "tried": len(self.trials), "budget_seconds": self.budget}
        facts |= {"why": self.why} if self.why else {}
        facts["trials"] = [trial.as_facts() for trial in self.trials]
        return facts


def search(
    examples: Sequence[Example],
    settings: TrainSettings = TrainSettings(),
    seed: int = 0,
    budget: float = 60.0,
    *,
    weigh_labels: bool = True,
    try_entities: bool = True,
    watch: Callable[[Progress], None] | None = None,
) -> SearchResult:
    """Return settings that label texts of other groups well: the highest macro-F1 by cross-validation.

    settings: tried first, and kept where the corpus is too small to try any, or the gain is within its standard error.
    budget: seconds after which no other trial begins; the first one is always finished. Ctrl-C ends the search, too.
    weigh_labels: try ``class_weight="balanced"`` where labels are of unequal size.
    try_entities: find out whether links, mentions and hashtags as terms help, where texts hold any.
    watch: called after each trial.
    Raises `CorpusError` for one class or no terms.

    >>> search([Example("free shoes", "ad"), Example("hi mum", "chat")]).ended
    'impossible'
    """
    labels = check_corpus(examples)
    if why := why_no_folds(examples, min(labels.values())):
        return SearchResult(settings, (), "impossible", budget, why)
    uneven = max(labels.values()) >= IMBALANCED * min(labels.values())
    bench = Bench(examples, tuple(sorted(labels)), seed, time.monotonic() + budget, budget, watch)
    ended = _run(bench, settings, weigh_labels and uneven, try_entities)
    first, best = bench.trials[0], bench.best()
    return SearchResult(_chosen(first, best, bench.error(first, best)), tuple(bench.trials), ended, budget)


def _run(bench: Bench, settings: TrainSettings, weigh_labels: bool, try_entities: bool) -> str:
    """Try candidates until there are no more, the budget is used up or somebody interrupts; return which."""
    try:
        if try_entities:
            settings = replace(settings, analyzer=settings.analyzer._replace(entities=0))
        likeliest = _likely(settings)[0]
        bench.run([settings, likeliest], FOLDS)
        if try_entities and _helpful_entities(bench, likeliest):
            settings = replace(settings, analyzer=settings.analyzer._replace(entities=1))
        bench.run(_likely(settings), FOLDS)
        for candidates, size in _rounds(bench, settings, weigh_labels):
            bench.run(candidates, size)
    except OutOfTime:
        return "budget"
    except KeyboardInterrupt:
        if not bench.trials:
            raise
        return "interrupted"
    return "complete"


def _helpful_entities(bench: Bench, without: TrainSettings) -> bool:
    """Say whether links, mentions and hashtags as terms gain more than the gain's standard error.

    How common they are is a habit of a place and a time, so without a clear gain a model is better off not to know.
    """
    analyzer = without.analyzer._replace(entities=1)
    if not ENTITY_MARKS.union({URL}).intersection(bench.counts(analyzer).terms):
        return False
    bench.run([replace(without, analyzer=analyzer)], FOLDS)
    plain, marked = (bench.trial(replace(without, analyzer=each)) for each in (without.analyzer, analyzer))
    return marked.macro_f1 - plain.macro_f1 > bench.error(plain, marked)


def _chosen(first: Trial, best: Trial, error: float) -> TrainSettings:
    """Return the best settings, but the first ones where the gain is within its standard error.

    The highest of some forty scores on the same texts is partly luck (Breiman et al.'s one-standard-error rule).
    """
    return best.settings if best.macro_f1 - first.macro_f1 > error else first.settings


def _likely(start: TrainSettings) -> list[TrainSettings]:
    """Return what has mostly been better: tried on all folds at once, so that a short search has found something."""
    contrasted = [replace(start, contrast=contrast) for contrast in CONTRASTS]
    return [*contrasted, replace(contrasted[0], analyzer=_analyzers(start)[1])]


def _analyzers(start: TrainSettings) -> list[AnalyzerSettings]:
    return [each._replace(entities=start.analyzer.entities) for each in ANALYZERS]


def _rounds(bench: Bench, start: TrainSettings, weigh_labels: bool) -> Iterator[tuple[Iterable[TrainSettings], int]]:
    """Yield the candidates of each round and the folds to try them on."""
    for power, damping, contrast in WEIGHTINGS:
        weighted = replace(start, idf_power=power, damping=damping, contrast=contrast)
        yield [replace(weighted, C=C) for C in STRENGTHS], COARSE_FOLDS
    top = bench.best(COARSE_FOLDS).settings
    yield [replace(top, analyzer=analyzer) for analyzer in _analyzers(start)], COARSE_FOLDS
    top = bench.best(COARSE_FOLDS).settings
    yield [replace(top, min_df=2)], COARSE_FOLDS
    if weigh_labels:
        yield [replace(top, class_weight="balanced")], COARSE_FOLDS
    yield [trial.settings for trial in bench.ranked(COARSE_FOLDS)[:FINALISTS]], FOLDS
    top = bench.best().settings
    yield [replace(top, C=round(top.C * factor, 3)) for factor in (0.55, 1.8)], FOLDS
    if top.damping:
        yield [replace(top, damping=top.damping * factor) for factor in (0.5, 2.0)], FOLDS
    yield [replace(bench.best().settings, analyzer=analyzer) for analyzer in _analyzers(start)[:3]], FOLDS
