"""Writers' habits are no evidence: style is about equal on both sides of the corpus."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import GroupKFold, cross_val_score

from docs.corpus_card import rows_of, words_of
from tests.style import STYLE

ROWS = [row for row in rows_of("train") + rows_of("test") if words_of(row)]
TEXTS = [words_of(row) for row in ROWS]
MARKETING = np.array([row["label"] == "social media marketing" for row in ROWS])

# purpose, not style: money and shares belong to trade, code and handles with underscores to people and their machines
JUSTIFIED = {"%", "$", "£", "&", "_", "=", "`"}


@pytest.mark.parametrize("name", STYLE)
def test_style_is_about_equal(name: str) -> None:
    """The share of texts with a feature differs by at most a factor of 1.5 (rare ones: one in a hundred)."""
    found = np.array([STYLE[name](text) for text in TEXTS])
    shares = found[MARKETING].mean(), found[~MARKETING].mean()
    if name not in JUSTIFIED:
        assert max(shares) <= max(1.5 * min(shares), min(shares) + 0.01), shares


def test_style_alone_tells_little() -> None:
    """A classifier that sees style only is right in under 65% of the texts."""
    features = np.array([[test(text) for test in STYLE.values()] for text in TEXTS], dtype=float)
    lengths = np.array([[len(text), len(text.split())] for text in TEXTS], dtype=float)
    groups = [row["situation"] for row in ROWS]
    model = GradientBoostingClassifier(random_state=0, n_estimators=50)
    scores = cross_val_score(model, np.hstack([features, lengths]), MARKETING, groups=groups, cv=GroupKFold(3))
    assert scores.mean() < 0.65
