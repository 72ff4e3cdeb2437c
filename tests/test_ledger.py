"""The ledger: activities in columns, and ties found once all is read."""

import pytest

from socialclass.activity import Activity, Party, Thing
from socialclass.analytics.ledger import NETWORKING, TIE_KINDS, LabelledActivity, Labels, Ledger, collect
from socialclass.errors import InputError

ANA, BO, CY = Party("ana", "Ana"), Party("bo"), Party("cy")


def ledger_of(*activities: Activity) -> Ledger:
    return collect(LabelledActivity(each, NETWORKING, 0.8) for each in activities)


def ties_of(ledger: Ledger) -> set[tuple[str, str, str]]:
    return {
        (ledger.actors[ledger.actor[row]], TIE_KINDS[kind], ledger.actors[target])
        for row, target, kind in zip(ledger.tie_row, ledger.tie_target, ledger.tie_kind, strict=True)
    }


@pytest.mark.parametrize(
    ("activities", "ties"),
    [
        ([Activity("Create", BO, in_reply_to=Thing("1", author=ANA))], {("bo", "reply", "ana")}),
        ([Activity("Create", ANA, id="1"), Activity("Create", BO, in_reply_to=Thing("1"))], {("bo", "reply", "ana")}),
        ([Activity("Create", BO, in_reply_to=Thing("1")), Activity("Create", ANA, id="1")], {("bo", "reply", "ana")}),
        ([Activity("Create", ANA, Thing("n1")), Activity("Like", BO, Thing("n1"))], {("bo", "reaction", "ana")}),
        ([Activity("Like", BO, Thing("n1", author=ANA))], {("bo", "reaction", "ana")}),
        ([Activity("Create", ANA, Thing("n1")), Activity("Announce", BO, Thing("n1"))], {("bo", "share", "ana")}),
        ([Activity("Announce", BO, Thing("n1", author=ANA))], {("bo", "share", "ana")}),
        ([Activity("Follow", BO, Thing("ana", "Person"))], {("bo", "follow", "ana")}),
        ([Activity("Create", BO, mentions=(ANA, CY))], {("bo", "mention", "ana"), ("bo", "mention", "cy")}),
        ([Activity("Create", BO, in_reply_to=Thing("1", author=ANA), mentions=(ANA,))], {("bo", "reply", "ana")}),
        (
            [Activity("Create", ANA, id="1"), Activity("Create", BO, in_reply_to=Thing("1"), mentions=(ANA, CY))],
            {("bo", "reply", "ana"), ("bo", "mention", "cy")},
        ),
        ([Activity("Create", BO, target=Thing("ana", "Person"))], {("bo", "message", "ana")}),
        ([Activity("Create", ANA, thread="t"), Activity("Create", BO, thread="t")], {("bo", "thread", "ana")}),
        ([Activity("Create", ANA, id="1"), Activity("Create", ANA, in_reply_to=Thing("1"))], set()),
        ([Activity("Create", Party(), mentions=(ANA,))], set()),
        ([Activity("Create", BO, in_reply_to=Thing("elsewhere"))], set()),
    ],
)
def test_who_turns_to_whom(activities: list[Activity], ties: set[tuple[str, str, str]]) -> None:
    """A tie goes from who acts to whom it is about, even if that is told in another record; nobody ties to oneself."""
    assert ties_of(ledger_of(*activities)) == ties


def test_a_name_of_ones_own_is_kept() -> None:
    """The name and the kind come from whichever record tells them."""
    ledger = ledger_of(Activity("Create", Party("ana")), Activity("Create", Party("ana", "Ana", "Person")))
    assert (list(ledger.actors), ledger.shown(0), ledger.kinds[0]) == (["ana"], "Ana", "Person")


def test_an_unknown_count_is_not_zero() -> None:
    """What the source does not report is -1, so that nothing is made of it."""
    ledger = ledger_of(Activity("Create", ANA, counts={"reactions": 0}))
    assert [int(ledger.counts[name][0]) for name in ("reactions", "replies", "shares")] == [0, -1, -1]


def test_a_label_of_another_name_is_refused() -> None:
    """The message says how to name one's own."""
    with pytest.raises(InputError, match="--marketing-label"):
        collect([LabelledActivity(Activity(), "spam")])
    assert collect([LabelledActivity(Activity(), "ads")], Labels("ads", "chat")).label[0] == 0
