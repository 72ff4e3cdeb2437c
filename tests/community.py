"""A generated community for tests: two teams, a connector between them, a brand that broadcasts, and who only react."""

from collections.abc import Iterator
from random import Random

from socialclass.activity import Activity, Party, Thing
from socialclass.analytics.ledger import MARKETING, NETWORKING, LabelledActivity

BROADCASTER, CONNECTOR = Party("brand", "Brand", "Organization"), Party("connie", "Connie", "Person")
TEAMS = [[Party(f"{team}{i}", f"{team}{i}", "Person") for i in range(12)] for team in ("red", "blue")]
SILENT = [Party(f"silent{i}", f"silent{i}", "Person") for i in range(60)]
CUSTOMERS = [Party(f"customer{i}", "", "Person") for i in range(6)]


def stamp(minute: int) -> str:
    """Return a time so many minutes after the 1st of March 2026."""
    days, rest = divmod(minute, 1440)
    return f"2026-{3 + days // 28:02d}-{days % 28 + 1:02d}T{rest // 60:02d}:{rest % 60:02d}:00Z"


def community(seed: int = 0) -> Iterator[LabelledActivity]:
    """Yield ten weeks of activities whose roles are known beforehand."""
    random = Random(seed)
    number = 0
    for day in range(60):
        minute = day * 1440 + 500
        for team in TEAMS:
            root = f"talk{day}{team[0].id}"
            people = random.sample(team, 4)
            for turn, person in enumerate(people + people[:2]):
                number += 1
                before = (people + people)[turn - 1] if turn else None
                reply = Thing(f"n{number - 1}", "Note", author=before) if before else Thing()
                yield _said(number, person, minute + turn, "did you see this", NETWORKING, reply, team[0].id[:3], root)
        for team in TEAMS:  # the connector carries from one team to the other and back
            number += 2
            friend = random.choice(team)
            yield _said(
                number - 1,
                CONNECTOR,
                minute + 90,
                "they solved it next door",
                NETWORKING,
                Thing(f"x{number}", "Note", author=friend),
                team[0].id[:3],
                f"carry{number}",
            )
            yield _said(
                number,
                friend,
                minute + 95,
                "thanks for asking them",
                NETWORKING,
                Thing(f"n{number - 1}", "Note", author=CONNECTOR),
                team[0].id[:3],
                f"carry{number}",
            )
        number += 1
        post = number
        good = day % 2 == 0
        words = "a photo of the bakery at dawn" if good else "20% off with code MONDAY"
        yield _said(post, BROADCASTER, minute + 10, words, MARKETING, Thing(), "town", "")
        for fan in random.sample(SILENT, 20 if good else 4):
            number += 1
            liked = Thing(f"n{post}", "Note", author=BROADCASTER)
            yield LabelledActivity(
                Activity("Like", fan, liked, id=f"n{number}", published=stamp(minute + 60)), MARKETING, 0.8
            )
        if day % 6 == 0:
            number += 1
            asked = Thing(f"n{post}", "Note", author=BROADCASTER)
            yield _said(
                number, random.choice(CUSTOMERS), minute + 30, "is it open on Sunday?", MARKETING, asked, "town", ""
            )
            if day % 12 == 0:
                number += 1
                yield _said(
                    number,
                    BROADCASTER,
                    minute + 150,
                    "it is, from eight",
                    MARKETING,
                    Thing(f"n{number - 1}", "Note"),
                    "town",
                    "",
                )


def _said(
    number: int, who: Party, minute: int, words: str, label: str, reply: Thing, channel: str, thread: str
) -> LabelledActivity:
    activity = Activity(
        "Create", who, Thing(f"n{number}", "Note"), content=words, in_reply_to=reply, id=f"n{number}",
        published=stamp(minute), platform="elsewhere", channel=channel, thread=thread,
    )  # fmt: skip
    return LabelledActivity(activity, label, 0.9)
