"""Ledger: labelled activities in columns, read once, so that a million of them fit in memory.

Texts are not kept but for a sample; nothing is measured here.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

import numpy as np

from socialclass.activity import NOTHING, PARTY_KINDS, Activity, Party
from socialclass.errors import InputError
from socialclass.model.classifier import UNCERTAIN

Column = np.ndarray[Any, np.dtype[Any]]

MARKETING, NETWORKING = "social media marketing", "social networking"
NO_ACTOR = -1
UNKNOWN_COUNT = -1
FEWEST_INTERACTIONS = 5  # no figure about a person rests on fewer activities or interactions
COUNTS = ("reactions", "replies", "shares")
SAMPLED_TEXTS = 20_000  # texts of marketing posts kept for the terms of the best and the worst
_REACTIONS = frozenset({"Like", "Dislike", "EmojiReact"})
_POSTS = frozenset({"Create", "Update", ""})
# ways to have to do with somebody; a tie's kind is the index
TIE_KINDS = ("reply", "mention", "thread", "reaction", "share", "follow", "message")
_REPLY, _MENTION, _THREAD, _REACTION, _SHARE, _FOLLOW, _MESSAGE = range(len(TIE_KINDS))


class LabelledActivity(NamedTuple):
    """An activity, its label, and the label's calibrated probability (None where it is not known)."""

    activity: Activity
    label: str
    probability: float | None = None


class Labels(NamedTuple):
    """What the two labels are called in the input."""

    marketing: str = MARKETING
    networking: str = NETWORKING

    def code(self, label: str, place: str = "") -> int:
        """Return 0 for marketing, 1 for networking, 2 for uncertain; raises `InputError` for another label."""
        try:
            return (self.marketing, self.networking, UNCERTAIN).index(label)
        except ValueError:
            raise InputError(
                f"the label {label!r} is neither {self.marketing!r}, {self.networking!r} nor {UNCERTAIN!r}",
                place=place,
                remedy="name yours: --marketing-label NAME --networking-label NAME",
            ) from None


class Names:
    """Numbers for names, in the order of their first coming.

    >>> names = Names()
    >>> names.number("ana"), names.number("bo"), names.number("ana"), names.names
    (0, 1, 0, ['ana', 'bo'])
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """Return the number of a name."""
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self.names)
            self.names.append(name)
        return found

    def find(self, name: str) -> int | None:
        """Return the number of a name that is known, else None."""
        return self._numbers.get(name)


@dataclass(frozen=True)
class Ledger:
    """Columns of activities and of ties; rows are activities, in the order of the input.

    actor, channel, platform: numbers into `actors`, `channels`, `platforms`; -1 where nobody is named.
    label: 0 marketing, 1 networking, 2 uncertain; share: probability of marketing, NaN where unknown.
    when: seconds since 1970 UTC, NaN where unknown.
    post: says or publishes something (and is no reaction, share or follow); reply: answers something.
    answers: row of the activity that this answers or reacts to, -1 if it is not in the input.
    counts: for each of `COUNTS`, what the source reports; -1 where it says nothing.
    tie_row, tie_target, tie_kind: a tie goes from the actor of a row to a target, and is one of `TIE_KINDS`.
    texts: (row, text) of up to `SAMPLED_TEXTS` marketing posts, drawn evenly.
    """

    actors: Sequence[str]
    kinds: Sequence[str]
    labels_of_actors: Sequence[str]
    channels: Sequence[str]
    platforms: Sequence[str]
    actor: Column
    label: Column
    share: Column
    when: Column
    channel: Column
    platform: Column
    post: Column
    reply: Column
    mentions: Column
    thread: Column
    answers: Column
    counts: "dict[str, Column]"
    tie_row: Column
    tie_target: Column
    tie_kind: Column
    texts: Sequence[tuple[int, str]]

    def __len__(self) -> int:
        return len(self.actor)

    def shown(self, actor: int) -> str:
        """Return how a page names an actor: the name that the source gives, else the id."""
        return self.labels_of_actors[actor] or self.actors[actor]


@dataclass
class _Columns:
    """What grows while the activities pass."""

    labels: Labels
    actors: Names = field(default_factory=Names)
    kinds: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    channels: Names = field(default_factory=Names)
    platforms: Names = field(default_factory=Names)
    texts: list[tuple[int, str]] = field(default_factory=list)
    waiting: list[tuple[Any, ...]] = field(default_factory=list)
    ties: list[tuple[int, int, int]] = field(default_factory=list)
    rows: int = 0
    offered: int = 0
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - a sample, no secret

    def __post_init__(self) -> None:
        self.column: dict[str, array[Any]] = {name: array(code) for name, code in _CODES.items()}

    def party(self, party: Party) -> int:
        """Return the number of somebody, -1 for nobody."""
        name = party.id or party.name
        if not name:
            return NO_ACTOR
        number = self.actors.number(name)
        if number == len(self.kinds):
            self.kinds.append(party.kind)
            self.shown.append(party.name)
        else:
            self.kinds[number] = self.kinds[number] or party.kind
            self.shown[number] = self.shown[number] or party.name
        return number

    def add(self, item: LabelledActivity) -> None:
        """Take in one labelled activity."""
        activity = item.activity
        code = self.labels.code(item.label, f"{activity.file}:{activity.position}" if activity.file else "")
        actor, post, thing = self.party(activity.actor), activity.verb in _POSTS, activity.object
        counts = activity.counts.get
        self.waiting.append((
            actor, code, _share(code, item.probability), seconds(activity.published),
            self.channels.number(activity.channel) if activity.channel else -1,
            self.platforms.number(activity.platform) if activity.platform else -1,
            post, activity.in_reply_to != NOTHING, min(len(activity.mentions), 127), _key(activity.thread),
            _key(activity.id), _key(thing.id) if post else 0,
            _key(activity.in_reply_to.id or ("" if post else thing.id)),
            _kind_of(activity.verb), *[counts(name, UNKNOWN_COUNT) for name in COUNTS],
        ))  # fmt: skip
        for target, kind in self._targets(activity):
            if target not in (actor, NO_ACTOR):
                self.ties.append((self.rows, target, kind))
        if code == 0 and post and activity.content:
            self._sample(self.rows, activity.content)
        self.rows += 1
        if len(self.waiting) == _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Move what waits into the columns: in blocks, which costs a third of a row at a time."""
        for names, waiting in ((_OF_ACTIVITIES, self.waiting), (_OF_TIES, self.ties)):
            for name, values in zip(names, zip(*waiting, strict=True), strict=False):
                self.column[name].extend(values)
            waiting.clear()

    def _targets(self, activity: Activity) -> Iterator[tuple[int, int]]:
        """Yield whom an activity turns to, and how; whom a reply answers may have to be looked up later."""
        verb, thing = activity.verb, activity.object
        kind = _kind_of(verb)
        answered = self.party(activity.in_reply_to.author)
        if verb not in _POSTS:
            yield self.party(thing.author), kind
            if thing.type in PARTY_KINDS and thing.type != "Group":  # a group joined is a place, and nobody
                yield self.party(Party(thing.id, thing.name, thing.type)), kind
        elif activity.target.type == "Person":
            yield self.party(Party(activity.target.id, activity.target.name, "Person")), _MESSAGE
        yield answered, _REPLY
        for party in dict.fromkeys(activity.mentions):
            number = self.party(party)
            if number != answered:
                yield number, _MENTION

    def _sample(self, row: int, text: str) -> None:
        """Keep each text with the same chance (Vitter's algorithm R)."""
        self.offered += 1
        if len(self.texts) < SAMPLED_TEXTS:
            self.texts.append((row, text))
        elif (place := self.random.randrange(self.offered)) < SAMPLED_TEXTS:
            self.texts[place] = (row, text)


_CODES = {
    "actor": "i", "label": "b", "share": "f", "when": "d", "channel": "i", "platform": "i", "post": "b", "reply": "b",
    "mentions": "b", "thread": "q", "id": "q", "object": "q", "answered": "q", "kind": "b",
    "reactions": "i", "replies": "i", "shares": "i", "tie_row": "i", "tie_target": "i", "tie_kind": "b",
}  # fmt: skip
_OF_ACTIVITIES, _OF_TIES = tuple(_CODES)[:-3], tuple(_CODES)[-3:]
_BLOCK = 4096  # activities that wait to be put into the columns


def collect(
    items: Iterable[LabelledActivity],
    labels: Labels | None = None,
    watchers: Sequence[Callable[[LabelledActivity], None]] = (),
) -> Ledger:
    """Read labelled activities once into a `Ledger`; each watcher sees every one of them on the way.

    >>> from socialclass.activity import Activity, Party
    >>> post = Activity("Create", Party("ana"), content="see you tonight", mentions=(Party("bo"),))
    >>> ledger = collect([LabelledActivity(post, "social networking", 0.9)])
    >>> len(ledger), list(ledger.actors), TIE_KINDS[ledger.tie_kind[0]]
    (1, ['ana', 'bo'], 'mention')
    """
    columns = _Columns(labels or Labels())
    for item in items:
        columns.add(item)
        for watch in watchers:
            watch(item)
    columns.flush()
    return _finished(columns)


def _finished(columns: _Columns) -> Ledger:
    add = {name: np.frombuffer(values, dtype=values.typecode) if values else np.zeros(0, values.typecode)
           for name, values in columns.column.items()}  # fmt: skip
    answers = _rows_of(add["answered"], add["id"], add["object"])
    tie_row, tie_target, tie_kind = _with_found_ties(add, answers)
    plain = ("actor", "label", "share", "when", "channel", "platform", "mentions", "thread")
    return Ledger(
        columns.actors.names, columns.kinds, columns.shown, columns.channels.names, columns.platforms.names,
        **{name: add[name] for name in plain}, post=add["post"] == 1, reply=add["reply"] == 1, answers=answers,
        counts={name: add[name] for name in COUNTS}, tie_row=tie_row, tie_target=tie_target, tie_kind=tie_kind,
        texts=columns.texts,
    )  # fmt: skip


def _rows_of(wanted: Column, *keys: Column) -> Column:
    """Return the first row whose key is the wanted one, -1 where there is none."""
    found = np.full(len(wanted), -1, np.int64)
    asked = np.flatnonzero(wanted)
    for key in keys:
        rows = np.flatnonzero(key)
        rows = rows[np.argsort(key[rows], kind="stable")]
        if not len(rows) or not len(asked):
            continue
        places = np.minimum(np.searchsorted(key[rows], wanted[asked]), len(rows) - 1)
        hit = key[rows[places]] == wanted[asked]
        found[asked[hit]] = rows[places[hit]]
        asked = asked[~hit]
    return found


def _with_found_ties(add: "dict[str, Column]", answers: Column) -> "tuple[Column, Column, Column]":
    """Return the ties with those that the input tells only when it is read whole.

    Whom a reply, a reaction or a share goes to where its author is not named but the activity it answers is in the
    input; and in a thread, from one that turns to nobody else, to who began it.
    """
    row, target, kind = add["tie_row"].astype(np.int64), add["tie_target"], add["tie_kind"]
    tied = np.zeros(len(answers), bool)
    direct = np.isin(kind, (_REPLY, _REACTION, _SHARE))
    tied[row[direct]] = True
    late = np.flatnonzero((answers >= 0) & ~tied)
    late_kind = add["kind"][late]
    late_target = add["actor"][answers[late]]
    found = np.full(len(answers), NO_ACTOR)
    found[late] = late_target
    again = (kind == _MENTION) & (target == found[row])  # who is answered is not mentioned, too
    row, target, kind = row[~again], target[~again], kind[~again]
    tied[row] = True
    tied[late] = True
    in_thread = np.flatnonzero(add["thread"] != 0)
    _, first, inverse = np.unique(add["thread"][in_thread], return_index=True, return_inverse=True)
    joined = ~tied[in_thread]
    began = add["actor"][in_thread[first]][inverse]
    rows = np.concatenate([row, late, in_thread[joined]])
    targets = np.concatenate([target, late_target, began[joined]])
    kinds = np.concatenate([kind, late_kind, np.full(joined.sum(), _THREAD)])
    source = add["actor"][rows] if len(rows) else targets
    kept = (targets >= 0) & (source >= 0) & (targets != source)
    return rows[kept], targets[kept], kinds[kept].astype(np.int8)


def _kind_of(verb: str) -> int:
    """Return the kind of tie to whom an activity is about; what is said is a reply."""
    if verb in _POSTS:
        return _REPLY
    return _REACTION if verb in _REACTIONS else _SHARE if verb == "Announce" else _FOLLOW


def _share(code: int, probability: float | None) -> float:
    if probability is None or code == 2:
        return float("nan")
    return 1.0 - probability if code else probability


def _key(name: str) -> int:
    """Return 64 bits for an id, 0 for none: equal ids, equal keys within a process."""
    return hash(name) if name else 0


def seconds(published: str) -> float:
    """Return ISO 8601 as seconds since 1970 (UTC where no zone is given), NaN for what is no time.

    >>> seconds("1970-01-02T00:00:00Z"), seconds("1970-01-01T01:00:00+01:00"), seconds("soon")
    (86400.0, 0.0, nan)
    """
    try:
        moment = datetime.fromisoformat(published)
    except ValueError:
        return float("nan")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
