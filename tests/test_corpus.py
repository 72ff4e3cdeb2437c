"""The bundled corpus is what its card says."""

import re
from collections import Counter, defaultdict

import pytest

from docs.corpus_card import DATA, FIRST, KINDS, rows_of, words_of
from socialclass.activity import facts
from socialclass.reading.activitystreams import activity_of

ROWS = {name: rows_of(name) for name in ("train", "test")}
ALL = ROWS["train"] + ROWS["test"]
ACTIVITIES = [row for row in ALL if "activity" in row]
LABELS = ("social media marketing", "social networking")


def test_every_row_has_all_fields() -> None:
    """A text or an activity and five strings a row, known labels, unique ids, no empty text."""
    for row in ALL:
        content = "activity" if "activity" in row else "text"
        pair = ["pair"] if "pair" in row else []
        assert list(row) == ["id", content, "label", "situation", "kind", "platform", *pair]
        assert all(isinstance(value, str) and value for name, value in row.items() if name not in ("activity", "text"))
        assert row["label"] in LABELS
        assert content == "activity" or row["text"].strip()
    assert len({row["id"] for row in ALL}) == len(ALL)


@pytest.mark.parametrize("name", ROWS)
def test_classes_are_equal(name: str) -> None:
    """As many marketing texts as networking texts, in each part."""
    counts = Counter(row["label"] for row in ROWS[name])
    assert counts[LABELS[0]] == counts[LABELS[1]]


def test_activities_hold_evidence() -> None:
    """Each activity has words or facts, few enough have words for facts to matter, and none names its platform."""
    wordless = 0
    for row in ACTIVITIES:
        activity = activity_of(row["activity"])
        assert activity.text or facts(activity), row
        assert not {"generator", "instrument", "socialclass:platform"} & row["activity"].keys()
        wordless += not activity.text
    assert len(ACTIVITIES) >= 640
    assert 0.4 <= wordless / len(ACTIVITIES) <= 0.6
    assert len({row["pair"] for row in ACTIVITIES if "pair" in row}) >= 120


@pytest.mark.parametrize("label", LABELS)
def test_words_decide_where_facts_do_not(label: str) -> None:
    """Either label has activities that no fact tells from the other: somebody writes something, and that is all."""
    neutral = [row for row in ACTIVITIES if row["label"] == label and not facts(activity_of(row["activity"]))]
    assert len(neutral) >= 40


def test_size() -> None:
    """Enough texts and pairs, in under 16 MB."""
    assert len(ALL) >= 15_000
    assert len({row["pair"] for row in ALL if "pair" in row}) >= 500
    assert sum((DATA / f"{name}.jsonl").stat().st_size for name in ROWS) < 16_000_000


@pytest.mark.parametrize("label", KINDS)
def test_each_kind_has_its_share(label: str) -> None:
    """All kinds are there, none unknown, none thin; the aim is 400 texts of each."""
    counts = Counter(row["kind"] for row in ALL if row["label"] == label and row["kind"] not in FIRST)
    assert set(counts) == set(KINDS[label])
    assert min(counts.values()) >= 25, counts.most_common()[-3:]


def test_pairs_have_one_text_of_each_label() -> None:
    """The halves of a pair share situation and platform and differ in label."""
    pairs = defaultdict(list)
    for row in ALL:
        if "pair" in row:
            pairs[row["pair"]].append(row)
    for rows in pairs.values():
        assert sorted(row["label"] for row in rows) == list(LABELS)
        assert len({row["situation"] for row in rows}) == 1


def test_no_situation_is_on_both_sides() -> None:
    """What was written as one person is either learnt from or measured on."""
    train, test = ({row["situation"] for row in ROWS[name]} for name in ROWS)
    assert not train & test


def test_no_near_copies() -> None:
    """No two texts have more than 30% of their three-word shingles in common (Jaccard)."""
    seen: dict[str, list[int]] = defaultdict(list)
    sizes: list[int] = []
    worded = [row for row in ALL if words_of(row)]
    for number, row in enumerate(worded):
        words = re.findall(r"\w+", words_of(row).lower())
        shingles = {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}
        shared = Counter(other for shingle in shingles for other in seen[shingle])
        for other, count in shared.items():
            union = len(shingles) + sizes[other] - count
            assert count <= 0.3 * union or count < 3, (row, worded[other])
        sizes.append(len(shingles))
        for shingle in shingles:
            seen[shingle].append(number)
