"""Activity: who did what to whom, with or without words, and the facts in it that are evidence.

After W3C ActivityStreams 2.0 (https://www.w3.org/TR/activitystreams-core/), of which this holds what a label, or an
analysis of who talks with whom, can rest on. Nothing is read or parsed here; `exports` does that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

# what may stand as `Party.kind`; the ActivityStreams actor types, and nothing where the source does not say
PARTY_KINDS = ("Person", "Organization", "Group", "Service", "Application")
# who can see or is addressed by an activity; nothing where the source does not say
AUDIENCES = ("public", "followers", "person", "organization")


class Party(NamedTuple):
    """One who acts, is acted upon or is mentioned.

    id: stable within its source: a URL, a handle or a number; kind: one of `PARTY_KINDS`, or empty.
    """

    id: str = ""
    name: str = ""
    kind: str = ""


class Thing(NamedTuple):
    """What an activity is about.

    type: an ActivityStreams object type (``Note``, ``Article``, ``Event`` …) or, where the object is somebody, the
    kind of a party (``Person``, ``Organization``, ``Group`` …); author: who made it, where the source says.
    """

    id: str = ""
    type: str = ""
    name: str = ""
    author: Party = Party()


NOBODY, NOTHING = Party(), Thing()


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of one actor.

    verb: the ActivityStreams activity type: ``Create``, ``Follow``, ``Like``, ``Announce``, ``Join`` …
    content: the words, as plain text; empty where there are none.
    target: where `object` is put, taken from or invited to: a group, a page, a collection.
    audience: one of `AUDIENCES`, or empty.
    in_reply_to: whom and what this answers; thread: id of the conversation.
    two_way: True where the source shows that both follow (or wrote to) each other; None where it does not say.
    published: ISO 8601, in UTC where the source says the zone.
    counts: ``reactions``, ``replies`` and ``shares`` that the source reports; a missing name is unknown, not 0.
    language: as the source declares it, such as ``en``; empty where it does not.
    file, position: where it stood: the file or archive member, and the record in it, from 1.
    """

    verb: str = ""
    actor: Party = NOBODY
    object: Thing = NOTHING
    target: Thing = NOTHING
    content: str = ""
    audience: str = ""
    in_reply_to: Thing = NOTHING
    mentions: tuple[Party, ...] = ()
    hashtags: tuple[str, ...] = ()
    two_way: bool | None = None
    id: str = ""
    published: str = ""
    platform: str = ""
    channel: str = ""
    thread: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    language: str = ""
    file: str = ""
    position: int = 0

    @property
    def text(self) -> str:
        """The words to be judged: the content, or the name of what was acted upon if that is nobody.

        >>> Activity("Like", object=Thing(type="Event", name="Spring sale")).text
        'Spring sale'
        >>> Activity("Follow", object=Thing(type="Person", name="Ana")).text
        ''
        """
        if self.content or self.object.type in PARTY_KINDS:
            return self.content
        return self.object.name


# verbs whose third person is not their name with an s; a share is an Announce to ActivityStreams alone
_SPOKEN = {
    "Announce": "shares",
    "IntransitiveActivity": "does",
    "Question": "asks",
    "TentativeAccept": "might accept",
    "TentativeReject": "might reject",
}
_NOT_A_WORD = re.compile(r"[^a-z]+")
_VOWELS = ("a", "e", "i", "o", "u")
# the type that platforms give to whatever somebody writes: that it is one says nothing
_ANYTHING = frozenset(("", "Note", "Object"))


def facts(activity: Activity) -> tuple[str, ...]:
    """Return the terms that are no words: who acts, how, towards whom, seen by whom, and whether the tie is two-way.

    They stand in ``<>``, which no term of a text begins and ends with, and read as what they say. Not all that a source
    tells is a term: that somebody writes a note in public is a habit of platforms, and so is the platform.

    >>> facts(Activity("Follow", Party(kind="Person"), Thing(type="Organization")))[:3]
    ('<by a person>', '<follows an organization>', '<a person follows an organization>')
    >>> facts(Activity("Create", object=Thing(type="Note"), audience="public"))
    ()
    """
    actor, found = activity.actor, activity.object
    return _facts(
        activity.verb,
        actor.kind,
        found.type,
        _other(found.author, actor),
        activity.target.type,
        _other(activity.target.author, actor),
        activity.in_reply_to.author.kind,
        tuple(sorted({party.kind for party in activity.mentions if party.kind})),
        activity.audience,
        bool(activity.two_way),
    )


def _other(author: Party, actor: Party) -> str:
    """Return the kind of an author who is not the actor: what people do to their own things says nothing."""
    return "" if author == actor and author.id + author.name else author.kind


@lru_cache(maxsize=1 << 14)
def _facts(
    verb: str,
    actor: str,
    what: str,
    author: str,
    target: str,
    target_author: str,
    answered: str,
    mentioned: tuple[str, ...],
    audience: str,
    two_way: bool,
) -> tuple[str, ...]:
    does, parties = _third_person(verb), set(PARTY_KINDS)
    told = [f"{does} {_a(what)}"] if what not in _ANYTHING and does and verb != "Create" else []
    told += [f"{does} something of {_a(author)}"] if author and verb != "Create" else []
    told += [f"{does} to {_a(target)}"] if target else []
    told += [f"{does} to something of {_a(target_author)}"] if target_author else []
    told += [f"answers {_a(answered)}"] if answered else []
    told += [f"mentions {_a(kind)}" for kind in mentioned]
    towards = {*(parties & {what, target}), *mentioned, answered, target_author}
    towards |= {author} if verb != "Create" else set()
    told += [f"towards {_a(kind)}" for kind in sorted(towards - {""})]
    told += [_SEEN[audience]] if audience in _SEEN else []
    told += ["with a two-way tie"] if two_way else []
    by = [f"by {_a(actor)}"] if actor and actor != "Person" else []
    crossed = [f"{_a(actor)} {each}" for each in told] if actor else []
    if actor != "Person" and actor and not (audience in _SEEN):
        by.append(f"{_a(actor)} openly")
    crossed += [f"{each} {_SEEN[audience]}" for each in told if each.startswith("towards")] if audience in _SEEN else []
    return tuple(f"<{each}>" for each in dict.fromkeys([*by, *told, *crossed]))


_SEEN = {
    "person": "before one person",
    "organization": "inside an organization",
}


def _third_person(verb: str) -> str:
    """Return a verb as it is said of somebody.

    >>> [_third_person(verb) for verb in ("Follow", "Announce", "Reply", "schema:Watch", "")]
    ['follows', 'shares', 'replies', 'watches', '']
    """
    if verb in _SPOKEN:
        return _SPOKEN[verb]
    word = _plain(verb)
    if word.endswith("y") and not word[:-1].endswith(_VOWELS):
        return f"{word[:-1]}ies"
    return f"{word}{'es' if word.endswith(('s', 'sh', 'ch', 'x', 'z', 'o')) else 's'}" if word else ""


def _a(kind: str) -> str:
    word = _plain(kind)
    return f"{'an' if word.startswith(_VOWELS) else 'a'} {word}"


def _plain(name: str) -> str:
    """Return a type's own name in lower-case words: without a namespace, and of letters only."""
    own = re.split(r"[:/#]", name)[-1]
    return _NOT_A_WORD.sub(" ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", own).lower()).strip()
