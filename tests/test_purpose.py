"""The platform never decides; purpose and relation do. On the bundled model and test set."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import pytest

from docs.corpus_card import activities_of, texts_of
from docs.figures import WEAK_EVIDENCE, flips
from socialclass import load_model
from socialclass.activity import Activity, facts
from socialclass.evaluation import calibration_error, risk_coverage
from socialclass.model.text import PLATFORM_NAMES
from socialclass.reading.activitystreams import activity_of

MODEL = load_model()
ROWS = texts_of("test")
TEXTS = [row["text"] for row in ROWS]
PREDICTIONS = MODEL.predict(TEXTS)
LABELS = [prediction.label for prediction in PREDICTIONS]
ACTIVITY_ROWS = activities_of("test")
ACTIVITIES = [activity_of(row["activity"]) for row in ACTIVITY_ROWS]
_PLATFORM = re.compile(r"(?i)(?<!\w)(" + "|".join(sorted(PLATFORM_NAMES, key=len, reverse=True)) + r")(?!\w)")

# what is no evidence, and what is weak evidence, learnt at the rates that real kinds have
NO_EVIDENCE: dict[str, Callable[[str], str]] = {
    "Facebook for any platform": lambda text: _PLATFORM.sub("Facebook", text),
    "Slack for any platform": lambda text: _PLATFORM.sub("Slack", text),
    "an emoji added": lambda text: f"{text} 🙂",
}


@pytest.mark.parametrize("name", NO_EVIDENCE)
def test_what_is_no_evidence_changes_no_labels(name: str) -> None:
    """At most 2% of the test set's labels flip."""
    assert flips(MODEL, TEXTS, NO_EVIDENCE[name]) <= 0.02


@pytest.mark.parametrize("name", WEAK_EVIDENCE)
def test_weak_evidence_changes_few_labels(name: str) -> None:
    """A link, a mention, a hashtag more or less flips under 10% of the test set's labels; the card tells them."""
    assert flips(MODEL, TEXTS, WEAK_EVIDENCE[name]) < 0.1


@pytest.mark.parametrize(
    "text",
    [
        "catching up with old friends on {}",
        "our new range is out, see it on {}",
        "who wants to help me with the {} page",
    ],
)
def test_the_platform_alone_never_decides(text: str) -> None:
    """The same text said of any platform has the same label and probability."""
    assert len({MODEL.predict([text.format(name)])[0][:2] for name in PLATFORM_NAMES}) == 1


NETWORKING = [
    "Connecting with friends on Facebook",
    "connecting with friends on Facebook is a form of social networking",
    "keeping up with colleagues, sharing information and finding information",
    "people around the water cooler, on SharePoint and wikis",
    "keeping in touch with former classmates on LinkedIn",
    "colleagues sharing documents on the team wiki",
]
MARKETING = [
    "Connecting with a brand on Facebook",
    "connecting with a brand on Facebook is a form of social media marketing",
    "monitoring how our company is doing with its customers on Twitter",
    "branding, visibility, reputation management and sales",
    "using Twitter and blogs to market our company to customers",
    "tracking what customers say about our brand on Instagram",
]


@pytest.mark.parametrize(
    ("text", "label"),
    [(text, "social networking") for text in NETWORKING] + [(text, "social media marketing") for text in MARKETING],
)
def test_the_cases_that_the_product_exists_for(text: str, label: str) -> None:
    """What the product's source says of social media and social networking."""
    assert MODEL.predict([text])[0].label == label


def labels_of(activities: Sequence[Activity]) -> list[str]:
    """Return the labels that the bundled model gives."""
    predictions = MODEL.predict([each.text for each in activities], facts=[facts(each) for each in activities])
    return [prediction.label for prediction in predictions]


def test_wordless_activities() -> None:
    """At least 95% of the test set's activities without a word are right."""
    right = [
        label == row["label"]
        for row, each, label in zip(ACTIVITY_ROWS, ACTIVITIES, labels_of(ACTIVITIES), strict=True)
        if not each.text
    ]
    assert sum(right) >= 0.95 * len(right)


@pytest.mark.parametrize("name", ["Facebook", "Slack", "LinkedIn", "Mastodon"])
def test_the_platform_of_an_activity_changes_nothing(name: str) -> None:
    """No activity's label changes when it says where it was done."""
    said = {"generator": {"type": "Application", "name": name}, "socialclass:platform": name.lower()}
    assert labels_of([activity_of(row["activity"] | said) for row in ACTIVITY_ROWS]) == labels_of(ACTIVITIES)


def test_facts_that_say_nothing_change_nothing() -> None:
    """That a person wrote it, or that it is public, is no evidence: the words decide as if they stood alone."""
    said = [
        {"type": "Create", "actor": {"type": "Person", "name": "Kim"}, "to": "as:Public", "object": {"type": "Note"}}
        | {"content": text}
        for text in TEXTS[:200]
    ]
    assert labels_of([activity_of(each) for each in said]) == LABELS[:200]


def test_contrast_pairs_of_activities() -> None:
    """The same deed towards a friend and towards a business: nearly always both right."""
    pairs: dict[str, list[bool]] = defaultdict(list)
    for row, label in zip(ACTIVITY_ROWS, labels_of(ACTIVITIES), strict=True):
        if row.get("pair"):
            pairs[row["pair"]].append(label == row["label"])
    assert sum(all(right) for right in pairs.values()) >= 0.85 * len(pairs)


def test_contrast_pairs() -> None:
    """Same topic, platform and form, other purpose: both halves right more often than chance would have it.

    The aim is 90%; a list of words is far from it, and the model card says how far.
    """
    pairs: dict[str, list[bool]] = defaultdict(list)
    for row, label in zip(ROWS, LABELS, strict=True):
        if row.get("pair"):
            pairs[row["pair"]].append(label == row["label"])
    both = sum(all(right) for right in pairs.values()) / len(pairs)
    assert both > 0.55


def test_probabilities_are_calibrated() -> None:
    """Expected calibration error on the test set is at most 0.05."""
    sure = [(p.probability, p.label == r["label"]) for p, r in zip(PREDICTIONS, ROWS, strict=True) if p.probability]
    assert calibration_error(sure) <= 0.05


def test_being_less_sure_is_being_more_often_wrong() -> None:
    """When only the surest 80% are labelled, the error falls by at least a third."""
    outcomes = [(p.probability, p.label == r["label"]) for p, r in zip(PREDICTIONS, ROWS, strict=True) if p.probability]
    (_, _, all_wrong), (_, _, fewer_wrong) = risk_coverage(outcomes, [1.0, 0.8])
    assert fewer_wrong <= all_wrong * 2 / 3
