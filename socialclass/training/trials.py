"""Trials: settings tried by cross-validation on a corpus, each on the same folds; which to try is `tuning`'s to say."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from joblib import delayed

from socialclass.corpus import Example
from socialclass.evaluation import measure
from socialclass.model.classifier import probabilities
from socialclass.model.text import AnalyzerSettings
from socialclass.training.calibration import fit_calibration
from socialclass.training.fitting import LOOSE, targets_of
from socialclass.training.folding import fold_scores, folds, side_by_side
from socialclass.training.settings import FOLDS, TrainSettings
from socialclass.training.vectors import TermCounts, count_examples

Array = np.ndarray[Any, Any]


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


class OutOfTime(Exception):  # noqa: N818 - no error: it ends a search
    """The budget is used up."""


@dataclass
class Bench:
    """What candidates are tried on."""

    examples: Sequence[Example]
    classes: tuple[str, ...]
    seed: int
    deadline: float
    budget: float
    watch: Callable[[Progress], None] | None
    trials: list[Trial] = field(default_factory=list)
    _scores: dict[tuple[TrainSettings, int], Array] = field(default_factory=dict)
    _counts: dict[AnalyzerSettings, TermCounts] = field(default_factory=dict)
    _counting: Lock = field(default_factory=Lock)
    _right: dict[TrainSettings, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.targets = targets_of(self.examples, self.classes)
        self.folds = folds(self.examples, self.seed)

    def run(self, candidates: Iterable[TrainSettings], size: int) -> None:
        """Try each candidate on the first `size` folds; what was tried there already is not tried again.

        Fits run side by side. Raises `OutOfTime` where the budget ends before they do; the very first trial is made.
        """
        tried = {trial.settings for trial in self.trials if trial.folds >= size}
        new = [settings for settings in dict.fromkeys(candidates) if settings not in tried]
        jobs = [(settings, i) for settings in new for i in range(size) if (settings, i) not in self._scores]
        found = side_by_side(delayed(self._fold)(settings, i, self._must(settings, new)) for settings, i in jobs)
        try:
            for settings in new:
                self._take(settings, size, found)
        except BaseException:
            self.deadline = 0.0  # what has not begun is left out
            raise
        finally:
            for _ in found:
                pass

    def _take(self, settings: TrainSettings, size: int, found: Iterator[Array | None]) -> None:
        for i in range(size):
            if (settings, i) not in self._scores:
                scores = next(found)
                if scores is None:
                    raise OutOfTime
                self._scores[settings, i] = scores
        self.trials.append(self._trial(settings, size))
        if self.watch:
            used = 1.0 - (self.deadline - time.monotonic()) / self.budget if self.budget else 1.0
            self.watch(Progress(len(self.trials), min(1.0, used), self.best()))

    def _must(self, settings: TrainSettings, new: Sequence[TrainSettings]) -> bool:
        return not self.trials and settings == new[0]

    def _fold(self, settings: TrainSettings, number: int, must: bool) -> Array | None:
        """Return the scores of a fold's test rows, or None where there is no time left."""
        if not must and time.monotonic() > self.deadline:
            return None
        return fold_scores(
            self.counts(settings.analyzer), self.targets, self.folds[number], self.classes, settings, LOOSE
        )

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
        with self._counting:
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

    def _trial(self, settings: TrainSettings, size: int) -> Trial:
        rows = np.concatenate([self.folds[number][1] for number in range(size)])
        scores = np.concatenate([self._scores[settings, number] for number in range(size)])
        macro_f1, log_loss, right = _measured(scores, self.targets[rows], self.classes)
        if size == FOLDS:
            self._right[settings] = right
        return Trial(settings, size, macro_f1, log_loss)


def _measured(scores: Array, targets: Array, classes: Sequence[str]) -> tuple[float, float, Array]:
    """Return macro-F1, the mean log loss, and which texts are labelled right, of scores (n_texts, n_rows).

    The scores are calibrated as the model will be.
    """
    slope, offsets = fit_calibration(scores, targets)
    shares = np.array([probabilities(row) for row in (scores * slope + offsets).tolist()])
    predicted = shares.argmax(axis=1)
    measured = measure([classes[i] for i in targets], [classes[i] for i in predicted], [None] * len(targets), classes)
    losses = -np.log(np.maximum(shares[np.arange(len(targets)), targets], 1e-15))
    return measured.macro_f1, float(losses.mean()), predicted == targets
