"""Keyed, stable pseudonyms for actors: the same key gives the same names, and without it nobody can tell who."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import replace

from socialclass.activity import PARTY_KINDS, Activity, Party, Thing

_MENTION = re.compile(r"(?<![\w.+-])@[\w.-]*\w(?:@[\w.-]+\w)?")


def pseudonymizer(key: str) -> Callable[[Activity], Activity]:
    """Return a function that gives everybody in an activity a pseudonym, in its words, too.

    >>> hide = pseudonymizer("a long secret")
    >>> hide(Activity(actor=Party("ana", "Ana"), content="hi @bo")).actor.name == ""
    True
    """
    secret = key.encode()

    def name(text: str) -> str:
        return "p" + hmac.new(secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:10] if text else ""

    def party(who: Party) -> Party:
        return Party(name(who.id or who.name), "", who.kind)

    def thing(what: Thing) -> Thing:
        somebody = what.type in PARTY_KINDS
        id_ = name(what.id or what.name) if somebody else what.id
        return Thing(id_, what.type, "" if somebody else what.name, party(what.author))

    def hide(activity: Activity) -> Activity:
        return replace(
            activity, actor=party(activity.actor), object=thing(activity.object), target=thing(activity.target),
            in_reply_to=thing(activity.in_reply_to), mentions=tuple(map(party, activity.mentions)),
            content=_MENTION.sub(lambda found: "@" + name(found[0][1:]), activity.content),
        )  # fmt: skip

    return hide
