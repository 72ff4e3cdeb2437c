"""search: which settings suit a corpus, by cross-validation on the folds that calibration uses, within a time budget.

From coarse to fine, each round from the best of the round before: whether links, mentions and hashtags are evidence, on
all folds; the strength of the penalty for each way to weigh terms, on two folds; what is a term; then the best few on
all folds; then what lies near the best. A corpus's terms are counted once for each way to find them.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from socialclass.classifier import probabilities
from socialclass.corpus import Example, check_corpus
from socialclass.evaluation import measure
from socialclass.text import ENTITY_MARKS, URL, AnalyzerSettings
from socialclass.training.calibration import fit_calibration
from socialclass.training.fitting import targets_of
from socialclass.training.folding import fold_scores, folds, why_no_folds
from socialclass.training.settings import FOLDS, TrainSettings
from socialclass.training.solver import LOOSE
from socialclass.training.vectors import TermCounts, count_examples

if TYPE_CHECKING:
    import numpy as np

ANALYZERS = tuple(AnalyzerSettings(*each) for each in ((2, 5), (2, 4), (1, 0), (2, 0), (1, 5)))
CONTRASTS = (0.5, 1.0)
# idf_power, damping and contrast; the damping belongs to the power, with which a vector's length grows
WEIGHTINGS = ((2, 100.0, 0.5), (2, 100.0, 0.0), (2, 100.0, 1.0), (1, 20.0, 1.0), (1, 20.0, 0.0), (0, 3.0, 0.0))
STRENGTHS = (3.0, 10.0, 1.0, 30.0, 0.3, 100.0)
COARSE_FOLDS, FINALISTS = 2, 6
IMBALANCED = 1.5  # texts of the commonest label for one of the rarest: from here on it is worth weighing labels


class Trial(NamedTuple):
    """Settings that were tried, on how many folds, and how right they were there."""

    settings: TrainSettings
    folds: int
    macro_f1: float
    log_loss: float

    @property
    def rank(self) -> tuple[float, float]:
        """What the best has most of: macro-F1, and of equals the lower log loss."""
        return (self.macro_f1, -self.log_loss)

    def as_facts(self) -> dict[str, Any]:
        """Return the trial as a model file holds it."""
        settings = self.settings.as_facts()
        names = ("analyzer", "min_df", "damping", "idf_power", "contrast", "C", "class_weight")
        figures = {"folds": self.folds, "macro_f1": round(self.macro_f1, 4), "log_loss": round(self.log_loss, 4)}
        return {**{name: settings[name] for name in names if name in settings}, **figures}


class Progress(NamedTuple):
    """How far a search is: trials done, the share of the budget used (0 to 1), and the best so far."""

    trials: int
    share: float
    best: Trial


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
    try_entities: try links, mentions and hashtags as terms, where the settings have them off and texts hold any.
    watch: called after each trial.
    Raises `CorpusError` for one class or no terms.

    >>> search([Example("free shoes", "ad"), Example("hi mum", "chat")]).ended
    'impossible'
    """
    from threadpoolctl import threadpool_limits

    labels = check_corpus(examples)
    if why := why_no_folds(examples, min(labels.values())):
        return SearchResult(settings, (), "impossible", budget, why)
    uneven = max(labels.values()) >= IMBALANCED * min(labels.values())
    bench = _Bench(examples, tuple(sorted(labels)), seed, time.monotonic() + budget, budget, watch)
    with threadpool_limits(1, "blas"):  # all its matrices are small: threads would only wait for each other
        ended = _run(bench, settings, weigh_labels and uneven, try_entities)
    first, best = bench.trials[0], bench.best()
    return SearchResult(_chosen(first, best, bench.error(first, best)), tuple(bench.trials), ended, budget)


def _run(bench: "_Bench", settings: TrainSettings, weigh_labels: bool, try_entities: bool) -> str:
    """Try candidates until there are no more, the budget is used up or somebody interrupts; return which."""
    try:
        bench.run([settings], FOLDS)
        bench.run(start := _likely(settings), FOLDS)
        entities = try_entities and not settings.analyzer.entities and _helpful_entities(bench, start[0])
        if entities:
            settings = replace(settings, analyzer=settings.analyzer._replace(entities=1))
            bench.run(_likely(settings), FOLDS)
        for candidates, size in _rounds(bench, settings, weigh_labels):
            bench.run(candidates, size)
    except _OutOfTime:
        return "budget"
    except KeyboardInterrupt:
        if not bench.trials:
            raise
        return "interrupted"
    return "complete"


def _helpful_entities(bench: "_Bench", without: TrainSettings) -> bool:
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


def _rounds(bench: "_Bench", start: TrainSettings, weigh_labels: bool) -> Iterator[tuple[Iterable[TrainSettings], int]]:
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


class _OutOfTime(Exception):  # noqa: N818 - no error: it ends a search
    """The budget is used up."""


@dataclass
class _Bench:
    """What candidates are tried on."""

    examples: Sequence[Example]
    classes: tuple[str, ...]
    seed: int
    deadline: float
    budget: float
    watch: Callable[[Progress], None] | None
    trials: list[Trial] = field(default_factory=list)
    _scores: dict[tuple[TrainSettings, int], "np.ndarray[Any, Any]"] = field(default_factory=dict)
    _counts: dict[AnalyzerSettings, TermCounts] = field(default_factory=dict)
    _right: dict[TrainSettings, "np.ndarray[Any, Any]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.targets = targets_of(self.examples, self.classes)
        self.folds = folds(self.examples, self.seed)

    def run(self, candidates: Iterable[TrainSettings], size: int) -> None:
        """Try each candidate on the first `size` folds; what was tried there already is not tried again."""
        for settings in candidates:
            if any(trial.settings == settings and trial.folds >= size for trial in self.trials):
                continue
            self.trials.append(self._try(settings, size))
            if self.watch:
                used = 1.0 - (self.deadline - time.monotonic()) / self.budget if self.budget else 1.0
                self.watch(Progress(len(self.trials), min(1.0, used), self.best()))

    def ranked(self, folds: int) -> list[Trial]:
        """Return the trials on that many folds, the best first; of equals the earlier one."""
        return sorted(
            (trial for trial in self.trials if trial.folds == folds), key=lambda each: each.rank, reverse=True
        )

    def best(self, folds: int = FOLDS) -> Trial:
        """Return the best trial on that many folds; there is always one on all."""
        return (self.ranked(folds) or self.ranked(FOLDS))[0]

    def trial(self, settings: TrainSettings) -> Trial:
        """Return the trial of these settings on all folds."""
        return next(each for each in self.trials if each.folds == FOLDS and each.settings == settings)

    def counts(self, analyzer: AnalyzerSettings) -> TermCounts:
        """Return the counts of all texts' terms."""
        if analyzer not in self._counts:
            self._counts[analyzer] = count_examples(self.examples, analyzer)
        return self._counts[analyzer]

    def error(self, first: Trial, best: Trial) -> float:
        """Return the standard error of the gain of one trial on all folds over another: of the same texts, paired.

        It is that of the difference in accuracy, which only the texts make that one has right and the other wrong.
        """
        right, wrong = (self._right[trial.settings] for trial in (best, first))
        gains = right.astype(float) - wrong
        return float(gains.std() / len(gains) ** 0.5)

    def _try(self, settings: TrainSettings, size: int) -> Trial:
        import numpy as np

        counts = self.counts(settings.analyzer)
        for number in range(size):
            if self.trials and time.monotonic() > self.deadline:
                raise _OutOfTime
            if (settings, number) not in self._scores:
                fold = self.folds[number]
                self._scores[settings, number] = fold_scores(counts, self.targets, fold, self.classes, settings, LOOSE)
        rows = np.concatenate([self.folds[number][1] for number in range(size)])
        scores = np.concatenate([self._scores[settings, number] for number in range(size)])
        macro_f1, log_loss, right = _measured(scores, self.targets[rows], self.classes)
        if size == FOLDS:
            self._right[settings] = right
        return Trial(settings, size, macro_f1, log_loss)


def _measured(
    scores: "np.ndarray[Any, Any]", targets: "np.ndarray[Any, Any]", classes: Sequence[str]
) -> "tuple[float, float, np.ndarray[Any, Any]]":
    """Return macro-F1, the mean log loss, and which texts are labelled right, of scores (n_texts, n_rows).

    The scores are calibrated as the model will be.
    """
    import numpy as np

    slope, offsets = fit_calibration(scores, targets)
    shares = np.array([probabilities(row) for row in (scores * slope + offsets).tolist()])
    predicted = shares.argmax(axis=1)
    measured = measure([classes[i] for i in targets], [classes[i] for i in predicted], [None] * len(targets), classes)
    losses = -np.log(np.maximum(shares[np.arange(len(targets)), targets], 1e-15))
    return measured.macro_f1, float(losses.mean()), predicted == targets
