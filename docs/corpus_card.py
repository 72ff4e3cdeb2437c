"""The generated part of data/README.md: what the corpus counts."""

import json
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import Any

from socialclass.reading.activitystreams import activity_of

DATA = Path(__file__).parent.parent / "data"
# of each label, the kinds of texts that were written in the second manner; what came before is of the kinds of FIRST
KINDS = {
    "social media marketing": (
        "large-company-tweet", "small-business-post", "corporate-news", "employer-branding", "company-event", "launch",
        "maker-pitch", "product-line", "shop-offer", "social-ad", "brand-mood-caption", "brand-banter", "influencer",
        "brand-video", "linkedin-company", "support-reply", "customer-with-handle", "customer-on-brand-page",
        "owner-answers-review", "marketers-at-work", "brand-content-sharing", "newsletter",
    ),
    "social networking": (
        "mood", "plans-and-joke", "rant", "tv-music-film", "sport", "news-and-politics", "link-sharing", "professional",
        "photo-caption", "family-and-friends", "birthday-thanks-condolence", "neighbours-parents-students",
        "hobby-group", "reddit-comment", "forum-and-hn-comment", "newcomer-introduction", "chat-room",
        "developers-help", "code-review", "mailing-list", "talk-page", "team-standup-and-handover",
        "workplace-question", "talk-about-brands", "club-and-meetup", "peer-tech-support",
        "academic-and-open-community", "badge-checkin-hashtag-game", "replies-among-people",
    ),
}  # fmt: skip
FIRST = ("first-corpus", "activity")


Row = dict[str, Any]


def rows_of(name: str) -> list[Row]:
    """Return the rows of ``train`` or ``test``, texts and activities."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def texts_of(name: str) -> list[Row]:
    """Return the rows that hold a text and nothing but a text."""
    return [row for row in rows_of(name) if "text" in row]


def activities_of(name: str) -> list[Row]:
    """Return the rows that hold an activity."""
    return [row for row in rows_of(name) if "activity" in row]


def words_of(row: Row) -> str:
    """Return the words of a row: its text, or those in its activity, which may be none."""
    return str(row["text"]) if "text" in row else activity_of(row["activity"]).text


def counts_table() -> str:
    """Return texts, activities, pairs, situations and words of each part, and the platforms of both."""
    table = ["| | train | test |", "|---|---|---|"]
    names = ("train", "test")
    rows, texts, activities = ([part(name) for name in names] for part in (rows_of, texts_of, activities_of))
    wordless = [[row for row in part if not words_of(row)] for part in activities]
    figures = {
        "texts": [len(part) for part in texts],
        "of them marketing": [_marketing(part) for part in texts],
        "contrast pairs of texts": [_pairs(part) for part in texts],
        "activities": [len(part) for part in activities],
        "of them marketing ": [_marketing(part) for part in activities],
        "of them without a word": [len(part) for part in wordless],
        "contrast pairs of activities": [_pairs(part) for part in activities],
        "situations": [len({row["situation"] for row in part}) for part in rows],
        "median words a text": [sorted(len(row["text"].split()) for row in part)[len(part) // 2] for part in texts],
    }
    table += [f"| {name.strip()} | {train:,} | {test:,} |" for name, (train, test) in figures.items()]
    platforms = Counter(row["platform"] for part in rows for row in part).most_common()
    return "\n".join(table) + "\n\nPlatforms: " + ", ".join(f"{name} {count:,}" for name, count in platforms) + ".\n"


def _marketing(rows: list[Row]) -> int:
    return sum(row["label"] == "social media marketing" for row in rows)


def _pairs(rows: list[Row]) -> int:
    return len({row["pair"] for row in rows if "pair" in row})


def kinds_table() -> str:
    """Return how many texts there are of each kind, in train and test together."""
    counts = Counter((row["label"], row["kind"]) for name in ("train", "test") for row in texts_of(name))
    marketing, networking = ([(kind, counts[label, kind]) for kind in KINDS[label]] for label in KINDS)
    rows = ["| marketing | texts | networking | texts |", "|---|---|---|---|"]
    for left, right in zip_longest(sorted(marketing), sorted(networking), fillvalue=("", "")):
        rows.append(f"| {left[0]} | {left[1]} | {right[0]} | {right[1]} |")
    first = sum(counts[label, FIRST[0]] for label in KINDS)
    return "\n".join(rows) + f"\n\nOf the first corpus (kind `{FIRST[0]}`): {first:,} texts.\n"


def second_reading() -> str:
    """Return how far the second, blind reading agreed."""
    figures = json.loads((DATA / "second-reading.json").read_text(encoding="utf-8"))
    again = figures["activities"]
    parts = [("second manner", figures), ("first corpus", figures["first_corpus"])]
    lines = [
        f"Of the {name}, {each['texts']:,} texts were labelled a second time, by readers who saw only the text: "
        f"Cohen's kappa {each['kappa']:.2f}\nwith {each['undecided']:,} undecided readings counted as disagreement, "
        f"{each['kappa_of_decided']:.2f} without them. The {each['undecided'] + each['other_label']:,} texts\non which "
        "the readers did not agree were dropped.\n"
        for name, each in parts
    ]
    unread = (
        f"\n{figures['unread']:,} texts of the second manner have not been read a second time yet; "
        "`second-reading.json` names them.\n"
    )
    return (
        "\n".join(lines)
        + (unread if figures["unread"] else "")
        + (
            f"\n{again['activities']:,} activities were labelled a second time by the mind that wrote them, shuffled, "
            "without\nlabels, pairs and situations: kappa "
            f"{again['kappa']:.2f} with {again['undecided']} undecided readings counted as disagreement;\n"
            f"the {again['undecided'] + again['other_label']} were dropped. That is less blind than another reader. "
            "What held no evidence (media made for nobody known)\nwas dropped, too.\n"
        )
    )
