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


# verbs whose object is somebody, whether the source says the kind or not
TIES = frozenset(("Follow", "Block", "Ignore"))


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

        What somebody is called is no evidence, and only somebody is followed, blocked or ignored.

        >>> Activity("Like", object=Thing(type="Event", name="Spring sale")).text
        'Spring sale'
        >>> Activity("Follow", object=Thing(type="Person", name="Ana")).text
        ''
        >>> Activity("Follow", object=Thing(name="best.shop.deals")).text
        ''
        """
        if self.content or self.object.type in PARTY_KINDS or self.verb in TIES:
            return self.content
        return self.object.name


# verbs that are not said as their name with an s
_SPOKEN = {
    "Create": "writes",
    "Announce": "shares",
    "IntransitiveActivity": "does",
    "Question": "asks",
    "TentativeAccept": "might accept",
    "TentativeReject": "might reject",
}
# people and businesses make and like all of these; that it is one, or that the public sees it, is no evidence
_SAYS_NOTHING = frozenset(
    ("", "Article", "Audio", "Collection", "Document", "Event", "Image", "Note", "Object", "Question", "Video")
)
_SEEN = {"organization": "inside an organization"}
# whom a person writes to: friends as well as customers, so that the words must say
_ANYBODY = frozenset(("Person", "Group"))
_VOWELS = ("a", "e", "i", "o", "u")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Relation(NamedTuple):
    """All of an activity that facts rest on: types and kinds, and nobody's name, so that few differ."""

    verb: str
    actor: str
    object: str
    author: str
    target: str
    host: str
    answered: str
    mentioned: tuple[str, ...]
    audience: str
    two_way: bool


def facts(activity: Activity) -> tuple[str, ...]:
    """Return the terms that are no words: who acts how, towards whom, seen by whom, and whether the tie is two-way.

    They stand in ``<>``, which no term of a text begins and ends with, and read as what they say. Not all that a source
    tells is a term: that a person writes something, in public, to a group or to somebody, may be in anyone's interest,
    and what the platform is says nothing.

    >>> facts(Activity("Follow", object=Thing(type="Organization")))
    ('<follows an organization>', '<towards an organization>')
    >>> facts(Activity("Like", Party(kind="Person"), Thing(type="Note"), audience="organization"))
    ('<inside an organization>', '<a person inside an organization>')
    >>> facts(Activity("Create", Party(kind="Person"), Thing(type="Note"), audience="public"))
    ()
    """
    actor, found, target = activity.actor, activity.object, activity.target
    writes = activity.verb == "Create"
    whoever = _ANYBODY if writes and actor.kind in ("", "Person") else frozenset()
    told = _Relation(
        activity.verb,
        actor.kind,
        found.type,
        "" if writes else _other(found.author, actor),
        "" if target.type in whoever else target.type,
        _other(target.author, actor),
        "" if activity.in_reply_to.author.kind in whoever else activity.in_reply_to.author.kind,
        tuple(sorted({party.kind for party in activity.mentions if party.kind} - whoever)),
        activity.audience,
        bool(activity.two_way),
    )
    return _facts(told)


def _other(author: Party, actor: Party) -> str:
    """Return the kind of an author who is not known to be the actor: what people do to what is theirs says nothing."""
    return "" if author == actor and (author.id or author.name) else author.kind


@lru_cache(maxsize=1 << 14)
def _facts(of: _Relation) -> tuple[str, ...]:
    """Return the terms of a relation: what is told by itself, then with the actor, then with who sees it."""
    actor, seen = (_a(of.actor) if of.actor else ""), _SEEN.get(of.audience, "")
    towards = [f"towards {_a(kind)}" for kind in _others(of)]
    told = [*_deeds(of), *towards, *filter(None, [seen, "with a two-way tie" if of.two_way else ""])]
    by = [f"by {actor}"] if actor and of.actor != "Person" else []
    by += [f"{actor} openly"] if by and not seen else []
    crossed = [f"{actor} {each}" for each in told] if actor else []
    crossed += [f"{each} {seen}" for each in towards] if seen else []
    return tuple(f"<{each}>" for each in dict.fromkeys([*by, *told, *crossed]))


def _deeds(of: _Relation) -> list[str]:
    """Return what is done to whom or to whose things; that something is created is said by the words in it."""
    does, made = _third_person(of.verb), of.verb == "Create"
    parts = (
        (does and not made and of.object not in _SAYS_NOTHING, f"{does} {_a(of.object)}"),
        (does and of.author, f"{does} something of {_a(of.author)}"),
        (does and of.target not in _SAYS_NOTHING, f"{does} to {_a(of.target)}"),
        (does and of.host, f"{does} to something of {_a(of.host)}"),
        (of.answered, f"answers {_a(of.answered)}"),
        *((kind, f"mentions {_a(kind)}") for kind in of.mentioned),
    )
    return [words for holds, words in parts if holds]


def _others(of: _Relation) -> list[str]:
    """Return the kinds of all parties on the other side."""
    things = {kind for kind in (of.object, of.target) if kind in PARTY_KINDS}
    return sorted((things | {of.author, of.host, of.answered, *of.mentioned}) - {""})


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
    """Return a type with its article."""
    word = _plain(kind) or "thing"
    return f"{'an' if word.startswith(_VOWELS) else 'a'} {word}"


def _plain(name: str) -> str:
    """Return a type's own name in lower-case words: without a namespace, and of letters only."""
    own = re.split(r"[:/#]", name)[-1]
    return _NOT_LETTERS.sub(" ", _CAPITAL.sub(" ", own).lower()).strip()
