"""What is written about people: masked, or under keyed pseudonyms. What is judged is the text as it stood.

Masking knows handles, mail addresses, phone numbers and URLs by their looks; a pseudonym is an HMAC of an account's id,
so that the same key gives the same name and nobody without the key can test a guess. A name in running text that is
no handle ("thanks, Ana") is neither: no rule finds it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath

from socialclass.activity import NOBODY, NOTHING, PARTY_KINDS, TIES, Activity, Party, Thing
from socialclass.reading import AddedFields, Record
from socialclass.reading.record import with_leaves

URL, MAIL, PHONE, HANDLE = "[url]", "[mail]", "[phone]", "[handle]"
# columns of tables that name who wrote a row; whatever stands there is a person's or a business's name
ACTOR_COLUMNS = frozenset(
    """actor actor_name author author_name user user_name username screen_name handle from sender recipient
    object_author in_reply_to_actor in_reply_to_screen_name in_reply_to_user""".split()
)

_URL = re.compile(
    r"(?:\b(?:https?|ftp)://|\bat://|\bwww\.)[^\s<>\"]+|\b(?:[\w-]+\.)+[a-z]{2,}/[^\s<>\"]*", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_FEDIVERSE = re.compile(r"(?<![\w.])[@!]\w[\w.-]*@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w@/.])@(\w[\w.-]*\w|\w)|(?<![\w/])/?u/([\w-]{3,20})\b")
_PHONE = re.compile(
    r"(?<![\w.:+-])(?:\+\d[\d ().-]{6,16}\d|\(\d{2,5}\)[ .-]?\d[\d .-]{4,10}\d|\d{3}[ .-]\d{3}[ .-]\d{4}"
    r"|0\d{2,4}[ ./-]\d{3}[\d ./-]{1,8}\d|0\d{9,10}|\d{3}[ .-]\d{4})(?![\w-]|\.\d)"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PROFILE = re.compile(
    r"(?i)((?:twitter|x|instagram|facebook|tiktok|threads|linkedin|reddit|bsky|t)\.(?:com|net|app|me)/"
    r"(?:(?:in|user|users|u|profile|company)/)?@?)([\w.-]+)"
)
# a conversation of several on Slack, somebody's own page on Reddit
_PERSONS_ROOM = re.compile(r"mpdm-.+-\d+$|(?:r/)?u_([\w-]+)$")
_TERM_HANDLE = re.compile(r"@\*?[\w.-]+")


def mask(text: str) -> str:
    """Return the text without handles, mail addresses, phone numbers and URLs.

    >>> mask("@ana write to ana@a.example or call +44 20 7946 0018, see https://a.example/x?y by Friday 2024-05-03")
    '[handle] write to [mail] or call [phone], see [url] by Friday 2024-05-03'
    """
    if "@" in text:
        text = _FEDIVERSE.sub(HANDLE, text)
    text = _URL.sub(URL, text)
    text = _MAIL.sub(MAIL, text) if "@" in text else text
    text = _HANDLE.sub(HANDLE, text) if "@" in text or "u/" in text else text
    return _PHONE.sub(lambda found: found[0] if _DATE.match(found[0]) else PHONE, text)


@lru_cache(maxsize=1 << 16)
def pseudonym(key: bytes, account: str) -> str:
    """Return the name of an account under a key: 12 hexadecimal digits of an HMAC-SHA256, after ``p_``.

    >>> pseudonym(b"key", "@Ana") == pseudonym(b"key", "ana") != pseudonym(b"other key", "ana")
    True
    """
    digest = hmac.new(key, canonical(account).encode("utf-8", "replace"), hashlib.sha256)
    return f"p_{digest.hexdigest()[:12]}"


_ACTOR_URL = re.compile(r"https?://([^/]+)/(?:users/|@)([^/@]+)/?$")


def canonical(account: str) -> str:
    """Return one form of what an account is called: by its URL, with or without @, in any case.

    >>> canonical("https://a.example/users/Ana"), canonical("@ana@a.example"), canonical("@Ana")
    ('ana@a.example', 'ana@a.example', 'ana')
    """
    account = account.strip()
    match = _ACTOR_URL.match(account)
    name = f"{match[2]}@{match[1]}" if match else account
    return name.removeprefix("@").removeprefix("/").removeprefix("u/").lower()


@dataclass(frozen=True)
class Privacy:
    """What is hidden of what is written: by masking, by a key for pseudonyms, or both."""

    masking: bool = False
    key: bytes = b""

    def __bool__(self) -> bool:
        return self.masking or bool(self.key)

    def activity(self, activity: Activity) -> Activity:
        """Return the activity with its people hidden, in words, names and ids."""
        if not self:
            return activity
        known = self._accounts(activity)
        found, verb = activity.object, activity.verb
        somebody = found.type in PARTY_KINDS or verb in TIES
        return replace(
            activity,
            actor=self._party(activity.actor),
            object=self._somebody(found) if somebody else self._thing(found, known),
            target=self._place(activity.target, known),
            in_reply_to=self._thing(activity.in_reply_to, known),
            mentions=tuple(map(self._party, activity.mentions)),
            content=self.text(activity.content, known),
            channel=self._room(activity.channel, known),
            id=self._id(activity.id, known),
            thread=self._id(activity.thread, known),
            file=PurePosixPath(activity.file.replace("\\", "/")).name,
        )  # fmt: skip

    def text(self, text: str, known: Mapping[str, str] | None = None) -> str:
        """Return a text with its people hidden; known: pseudonyms by the handles that stand for them."""
        if self.key:
            text = self._named(text, known or {})
        return mask(text) if self.masking else text

    def value(self, value: object, name: str = "") -> object:
        """Return a field's value with people hidden, in lists and objects, too, however deep they are nested."""
        return with_leaves(value, self._leaf, name)

    def _leaf(self, value: object, name: str) -> object:
        if not isinstance(value, str):
            return value
        if value and name.lower() in ACTOR_COLUMNS:
            return self._account(value)
        return value if _DATE.match(value) and len(value) < 40 else self.text(value)

    def labelled(self, record: Record, added: AddedFields, *, flat: bool = False) -> tuple[Record, AddedFields]:
        """Return a labelled record as it may be written; flat: an activity's fields, hidden when they were read."""
        values = tuple(_hidden_term(each) if isinstance(each, str) else each for each in added.values)
        if flat and not record.error:
            text = dict(zip(record.names, record.values, strict=True)).get("text", "")
            return record._replace(text=str(text), raw=""), added._replace(values=values)
        own = [self.value(each, name) for name, each in zip(_names(record), record.values, strict=True)]
        hidden = record._replace(text=self.text(record.text), values=own, raw="", error=self.text(record.error))
        return hidden, added._replace(values=values)

    def _accounts(self, activity: Activity) -> dict[str, str]:
        """Return the pseudonyms of the activity's own people by all that they may be called in its words."""
        if not self.key:
            return {}
        people = [activity.actor, *activity.mentions, activity.in_reply_to.author, activity.object.author]
        found = {}
        for party in people:
            if party.id or party.name:
                name = pseudonym(self.key, party.id or party.name)
                handle = canonical(party.name).replace(" ", "_")
                for called in (handle, handle.partition("@")[0], canonical(party.id)):
                    if called:
                        found[called] = name
        return found

    def _account(self, account: str) -> str:
        return pseudonym(self.key, account) if self.key else HANDLE

    def _party(self, party: Party) -> Party:
        if party == NOBODY or not (party.id or party.name):
            return party
        name = self._account(party.id or party.name)
        return Party(name, name if party.name else "", party.kind)

    def _somebody(self, thing: Thing) -> Thing:
        if not (thing.id or thing.name):
            return thing
        name = self._account(thing.id or thing.name)
        return Thing(name, thing.type, name if thing.name else "", self._party(thing.author))

    def _thing(self, thing: Thing, known: Mapping[str, str]) -> Thing:
        if thing == NOTHING:
            return thing
        return Thing(self._id(thing.id, known), thing.type, self.text(thing.name, known), self._party(thing.author))

    def _place(self, thing: Thing, known: Mapping[str, str]) -> Thing:
        if thing.type == "Person":
            return self._somebody(thing)
        hidden = self._thing(thing, known)
        if _PERSONS_ROOM.match(thing.id) or _PERSONS_ROOM.match(thing.name):
            hidden = hidden._replace(id=self._room(thing.id, known), name=self._room(thing.name, known))
        return hidden

    def _room(self, name: str, known: Mapping[str, str]) -> str:
        """Return a channel's name; one that is made of people's names is hidden like them."""
        match = _PERSONS_ROOM.match(name)
        return self._account(match[1] or name) if match else self.text(name, known)

    def _id(self, found: str, known: Mapping[str, str]) -> str:
        """Return an id that tells nobody: one with a URL, a handle or a person in it becomes a hash."""
        if not found or found.startswith("sha256:"):
            return found
        parts = set(re.split(r"[:/@#]", found.lower()))
        if not any(mark in found for mark in "/@") and not parts & set(known):
            return found
        key = self.key or b"socialclass"
        return f"hmac:{hmac.new(key, found.encode('utf-8', 'replace'), hashlib.sha256).hexdigest()[:16]}"

    def _named(self, text: str, known: Mapping[str, str]) -> str:
        key = self.key

        def handle(match: re.Match[str]) -> str:
            called = canonical(match[0])
            found = known.get(called) or known.get(called.partition("@")[0]) or pseudonym(key, called)
            return f"{'u/' if 'u/' in match[0] and '@' not in match[0] else '@'}{found}"

        def profile(match: re.Match[str]) -> str:
            return match[1] + (known.get(match[2].lower()) or pseudonym(key, match[2]))

        text = _PROFILE.sub(profile, text)
        text = _FEDIVERSE.sub(handle, text)
        return _HANDLE.sub(lambda match: match[0] if match[0].startswith("@p_") else handle(match), text)


def _hidden_term(text: str) -> str:
    """Return an explanation without parts of handles, which are terms."""
    return _TERM_HANDLE.sub(HANDLE, text) if "@" in text else text


def _names(record: Record) -> list[str]:
    """Return a name for each value; a ragged row's surplus has none."""
    names = list(record.names)[: len(record.values)]
    return names + [""] * (len(record.values) - len(names))
