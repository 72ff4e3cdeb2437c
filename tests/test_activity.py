"""The facts of an activity: terms of their own, which read as what they say."""

import re

import pytest

from socialclass.activity import PARTY_KINDS, Activity, Party, Thing, facts
from socialclass.model.text import analyze

PERSON, COMPANY = Party("ana", "Ana", "Person"), Party("brack", "Brack Bikes", "Organization")
VERBS = ("Create", "Follow", "Announce", "TentativeAccept", "schema:WatchAction", "Übersetzen", "", "a\nb", "<x>")
FACT = re.compile(r"<[a-z]+(?:[ -][a-z]+)*>")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", [*PARTY_KINDS, "Image", "ex:Odd Thing", "日本", ""])
def test_facts_are_named_in_brackets(verb: str, kind: str) -> None:
    """Whatever verbs and types a source uses, a fact is lower-case words in <>."""
    party = Party("x", "X", kind if kind in PARTY_KINDS else "")
    thing = Thing("y", kind, "Y", party)
    for audience in ("", "public", "followers", "person", "organization"):
        for actor in (PERSON, COMPANY, Party()):
            found = facts(Activity(verb, actor, thing, thing, "", audience, thing, (party,), (), True))
            assert all(FACT.fullmatch(fact) for fact in found), found
            assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "text", ["<by a person>", "< follows an organization >", "<> < > <platform> Slack >", "<facebook>", "> <", "<a>"]
)
def test_no_word_is_a_fact(text: str) -> None:
    """A text that spells a fact does not have it."""
    assert not [term for term in analyze(text) if FACT.fullmatch(term)]


@pytest.mark.parametrize("actor", [Party(), PERSON])
@pytest.mark.parametrize("audience", ["", "public", "followers"])
@pytest.mark.parametrize("kind", ["Note", "Image", "Article", "Event"])
def test_writing_something_is_no_evidence(actor: Party, audience: str, kind: str) -> None:
    """Somebody, or nobody known, who writes something seen by all or by followers has no facts."""
    assert facts(Activity("Create", actor, Thing("n1", kind, "", actor), audience=audience)) == ()


def test_a_person_writes_to_anybody() -> None:
    """To whom a person writes is evidence if it is an organization; persons and groups may be friends or customers."""
    for to in ("Person", "Group"):
        party = Party("x", "X", to)
        there, answered = Thing("x", to), Thing("m", "Note", "", party)
        assert facts(Activity("Create", PERSON, Thing("n"), there, "", "person", answered, (party,))) == ()
    assert "<a person answers an organization>" in facts(Activity("Create", PERSON, in_reply_to=Thing(author=COMPANY)))


def test_ones_own_things_are_nobodys() -> None:
    """To like or change what one made oneself is not to turn to somebody."""
    assert facts(Activity("Update", PERSON, Thing("n1", "Note", "", PERSON))) == ()


@pytest.mark.parametrize(
    ("activity", "fact"),
    [
        (Activity("Follow", PERSON, Thing("b", "Organization")), "<a person follows an organization>"),
        (Activity("Like", COMPANY, Thing("n", "Note", "", PERSON)), "<an organization likes something of a person>"),
        (Activity("Join", PERSON, Thing("g", "Group", "", COMPANY)), "<joins something of an organization>"),
        (Activity("Add", PERSON, Thing("p"), Thing("g", "Group")), "<adds to a group>"),
        (Activity("Create", PERSON, in_reply_to=Thing("n", "Note", "", COMPANY)), "<answers an organization>"),
        (Activity("Create", PERSON, mentions=(COMPANY,)), "<mentions an organization>"),
        (Activity("Create", PERSON, audience="organization"), "<a person inside an organization>"),
        (Activity("Follow", PERSON, Thing("p", "Person"), two_way=True), "<with a two-way tie>"),
    ],
)
def test_facts_read_as_what_they_say(activity: Activity, fact: str) -> None:
    """Who, what, whose, whereto, seen by whom."""
    assert fact in facts(activity)


def test_names_and_platforms_are_no_facts() -> None:
    """Two activities that differ in names, ids, times and platforms have the same facts."""
    one = Activity(
        "Follow", PERSON, Thing("b", "Organization", "Brack"), platform="mastodon", channel="a", published="1"
    )
    other = Activity("Follow", Party("k", "K", "Person"), Thing("c", "Organization", "C"), platform="facebook")
    assert facts(one) == facts(other)
