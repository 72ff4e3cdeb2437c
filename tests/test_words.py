"""Words coloured by contribution: nothing is lost between a model's terms and the marked text."""

import re
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from socialclass import AnalyzerSettings, analyze, load_model
from socialclass.model.classifier import Contribution
from socialclass.report.words import marked, weigh

MODEL = load_model()
ALPHABET = st.one_of(
    st.sampled_from([*"aehmusS #@'!%.,:/ﬁİΣß\u200bé٣½", "http://", "#BlackFriday", "@TernAir "]),
    st.characters(codec="utf-8"),
)


@given(st.lists(ALPHABET, max_size=30).map("".join))
@example("Join us Friday: 20% off all boots @TernAirHelp #BlackFriday2024 call mum")
@settings(max_examples=150, deadline=None)
def test_weights_sum_to_the_logit(text: str) -> None:
    """Weights of the stretches, what stands nowhere and the intercept sum to the logit; stretches do not overlap."""
    explanation = MODEL.explain(text)
    stretches, left = weigh(text, explanation.contributions, MODEL.weights.analyzer)
    total = sum(each.weight for each in stretches) + sum(each.contribution for each in left) + explanation.intercept
    assert total == pytest.approx(explanation.logit, abs=1e-9)
    for one, other in pairwise(stretches):
        assert one.end <= other.start


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"]), max_size=60))
@settings(max_examples=50, deadline=None)
def test_marking_changes_no_character(text: str) -> None:
    """Without its tags the marked text is the text."""
    stretches, _ = weigh(text, MODEL.explain(text).contributions, MODEL.weights.analyzer)
    assert unescape(re.sub("<[^>]*>", "", marked(text, stretches))) == text


def test_terms_stand_where_they_were_written() -> None:
    """A word of the text carries its own term, a handle the addressee, and all known words are found."""
    text = "20% off, @TernAirHelp! Call mum on #MothersDay"
    stretches, left = weigh(text, MODEL.explain(text).contributions, MODEL.weights.analyzer)
    words = [text[each.start : each.end] for each in stretches]
    assert left == []
    assert {"off", "@TernAirHelp", "mum"} <= set(words)


def test_entities_stand_where_they_were_written() -> None:
    """A link carries what it and its host add, a mention and a hashtag their marks."""
    text = "Sale @ana #boots https://www.shop.example/x"
    settings = AnalyzerSettings(2, 5, entities=1)
    terms = [Contribution(term, 1.0) for term in dict.fromkeys(analyze(text, settings))]
    stretches, left = weigh(text, terms, settings)
    words = [text[each.start : each.end] for each in stretches]
    assert left == []
    assert words == ["Sale", "@", "#", "boots", "https://www.shop.example/x"]


def test_a_long_text_is_cut_and_says_so() -> None:
    """A page shows the first part of a very long text."""
    text = "sale " * 1000
    stretches, _ = weigh(text, MODEL.explain(text).contributions, MODEL.weights.analyzer)
    html = marked(text, stretches)
    assert html.endswith("…")
    assert len(re.sub("<[^>]*>", "", html)) < 800
