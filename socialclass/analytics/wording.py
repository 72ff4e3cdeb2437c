"""The wording check: texts that say *social media* of networking, or *social networking* of marketing."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from socialclass.analytics.ledger import MARKETING, NETWORKING, LabelledActivity, Labels

MOST_CASES = 100
_EXCERPT = 280  # characters
# what a text says, and the side that it should then be about
PHRASES = (
    ("social media", re.compile(r"\bsocial[\s-]?media\b", re.IGNORECASE), MARKETING),
    ("social networking", re.compile(r"\bsocial[\s-]?network(?:s|ing)?\b", re.IGNORECASE), NETWORKING),
)


class WordingCase(NamedTuple):
    """A text that says one and is about the other, with the label's probability."""

    phrase: str
    label: str
    probability: float | None
    text: str
    place: str


@dataclass
class WordingCheck:
    """Counts texts that name a term, and keeps the surest of those where it is the wrong one.

    said: texts that hold the phrase; crossed: those of them with the other label; a text that is `uncertain`
    counts as said only.

    >>> from socialclass.activity import Activity
    >>> check = WordingCheck()
    >>> check.see(LabelledActivity(Activity(content="Join us on social networking for 20% off"), MARKETING, 0.9))
    >>> check.crossed["social networking"], check.cases[0].label
    (1, 'social media marketing')
    """

    labels: Labels = field(default_factory=Labels)
    said: dict[str, int] = field(default_factory=lambda: {phrase: 0 for phrase, _, _ in PHRASES})
    crossed: dict[str, int] = field(default_factory=lambda: {phrase: 0 for phrase, _, _ in PHRASES})
    kept: list[WordingCase] = field(default_factory=list)

    def see(self, item: LabelledActivity) -> None:
        """Look at one activity."""
        text = item.activity.text
        if "ocial" not in text and "OCIAL" not in text:
            return
        for phrase, pattern, side in PHRASES:
            if not pattern.search(text):
                continue
            self.said[phrase] += 1
            other = self.labels.networking if side == MARKETING else self.labels.marketing
            if item.label == other:
                self.crossed[phrase] += 1
                self._keep(phrase, item)

    @property
    def cases(self) -> list[WordingCase]:
        """The surest cases, the surest first."""
        self._trim()
        return list(self.kept)

    def _keep(self, phrase: str, item: LabelledActivity) -> None:
        activity = item.activity
        place = f"{activity.file}:{activity.position}" if activity.file else activity.id
        text = " ".join(activity.text.split())
        text = text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"
        self.kept.append(WordingCase(phrase, item.label, item.probability, text, place))
        if len(self.kept) >= 2 * MOST_CASES:
            self._trim()

    def _trim(self) -> None:
        self.kept.sort(key=lambda case: -(case.probability or 0.0))
        del self.kept[MOST_CASES:]
