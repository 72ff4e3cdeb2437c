"""Activity: who did what to whom, with or without words, and the facts in it that are evidence.

After W3C ActivityStreams 2.0 (https://www.w3.org/TR/activitystreams-core/), of which this holds what a label, or an
analysis of who talks with whom, can rest on. Nothing is read or parsed here; `exports` does that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


def facts(activity: Activity) -> tuple[str, ...]:
    """Return the terms that are no words: actor, verb, object, target, reply, audience, tie.

    They stand in ``<>``, which no term of a text begins and ends with, and read as what they say. A platform is none.

    >>> facts(Activity("Follow", Party(kind="Person"), Thing(type="Organization")))
    ('<by a Person>', '<Follow>', '<Follow: Organization>', '<Person Follow: Organization>')
    """
    actor, verb, kind = activity.actor.kind, activity.verb, activity.object.type
    found = [f"<by a {actor}>"] if actor else []
    found += [f"<{verb}>"] if verb else []
    if kind:
        found.append(f"<{verb}: {kind}>")
        found += [f"<{actor} {verb}: {kind}>"] if actor else []
    author = activity.object.author.kind
    found += [f"<{verb}: of a {author}>"] if author else []
    found += [f"<{verb} to: {activity.target.type}>"] if activity.target.type else []
    if activity.in_reply_to != NOTHING:
        found.append("<reply>")
        found += [f"<reply to a {activity.in_reply_to.author.kind}>"] if activity.in_reply_to.author.kind else []
    found += [f"<audience: {activity.audience}>"] if activity.audience else []
    if activity.audience and actor:
        found.append(f"<{actor} to: {activity.audience}>")
    found += sorted({f"<mentions a {party.kind}>" for party in activity.mentions if party.kind})
    found += ["<two-way tie>"] if activity.two_way else []
    return tuple(found)
