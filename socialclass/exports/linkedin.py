"""LinkedIn's download in CSV, whose headers change with time and locale: shares, comments, reactions, connections."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from socialclass.activity import NOTHING, Activity, Party, Thing
from socialclass.exports.archive import Archive
from socialclass.exports.items import Item, Unreadable
from socialclass.exports.parts import Context, Part, open_items, read_parts
from socialclass.exports.values import from_words

PLATFORM = "linkedin"
_AUDIENCES = {"MEMBER_NETWORK": "public", "PUBLIC": "public", "ANYONE": "public", "CONNECTIONS": "followers",
              "CONNECTIONS_ONLY": "followers", "LOGGED_IN": "public"}  # fmt: skip


def read_linkedin(archive: Archive, messages: bool = False) -> Iterator[Activity | Unreadable]:
    """Yield what a person did on LinkedIn."""
    return read_parts(archive, PARTS, _context(archive), PLATFORM, messages)


def _context(archive: Archive) -> Context:
    for name in [] if archive.single else archive.named(r"Profile\.csv"):
        for item in open_items(archive, name, Part("", _share, "csv")):
            if isinstance(item, Item):
                found = " ".join(list(item.value.values())[:2]).strip()
                return Context(Party(found, found, "Person"))
    return Context(Party("", "", "Person"))


def _cell(row: dict[str, str], at: int, *names: str) -> str:
    """Return a cell by its column's names, else by where the column stands: headers may be in any language."""
    for name in names:
        if name in row:
            return row[name].strip()
    cells = list(row.values())
    return cells[at].strip() if at < len(cells) else ""


def _plain(text: str) -> str:
    """Return the text with LinkedIn's line breaks mended: it closes and opens a quote around each.

    >>> _plain('One."\\n""\\n"Two')
    'One.\\n\\nTwo'
    """
    breaks = text.count("\n")
    return text.replace('"\n"', "\n") if breaks and len(re.findall(r'"\n(?=")', text)) == breaks else text


def _share(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    link = _cell(row, 1, "sharelink")
    words = _plain(_cell(row, 2, "sharecommentary"))
    shared = _cell(row, 3, "sharedurl")
    audience = _AUDIENCES.get(_cell(row, 5, "visibility").upper(), "")
    yield Activity("Create", context.owner, Thing(link, "Note", "" if words else shared), NOTHING, words, audience,
                   id=link, published=from_words(_cell(row, 0, "date")))  # fmt: skip


def _comment(item: Item, context: Context) -> Iterable[Activity]:
    link, words = _cell(item.value, 1, "link"), _plain(_cell(item.value, 2, "message"))
    time = from_words(_cell(item.value, 0, "date"))
    yield Activity("Create", context.owner, Thing("", "Note"), content=words, in_reply_to=Thing(link, "Note"),
                   thread=link, published=time)  # fmt: skip


def _reaction(item: Item, context: Context) -> Iterable[Activity]:
    link = _cell(item.value, 2, "link")
    yield Activity("Like", context.owner, Thing(link, "Note"), published=from_words(_cell(item.value, 0, "date")))


def _repost(item: Item, context: Context) -> Iterable[Activity]:
    link = _cell(item.value, 1, "link")
    yield Activity("Announce", context.owner, Thing(link, "Note"), published=from_words(_cell(item.value, 0, "date")))


def _connection(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    name = f"{_cell(row, 0, 'first name')} {_cell(row, 1, 'last name')}".strip()
    url = _cell(row, 2, "url") if "url" in row or "http" in _cell(row, 2) else ""
    time = from_words(_cell(row, len(row) - 1, "connected on"))
    yield Activity("Follow", context.owner, Thing(url or name, "Person", name), two_way=True, published=time)


def _invitation(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    sender, receiver = _cell(row, 0, "from"), _cell(row, 1, "to")
    words, time = _cell(row, 3, "message"), from_words(_cell(row, 2, "sent at"))
    yield Activity("Invite", Party(sender, sender, "Person"), Thing(receiver, "Person", receiver), content=words,
                   audience="person", published=time)  # fmt: skip


def _followed(kind: str) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        row = item.value
        name = _cell(row, 0, "organization", "fullname", "full name", "name")
        time = from_words(_cell(row, 1, "followed on", "date"))
        yield Activity("Follow", context.owner, Thing(name, kind, name), published=time)

    return reader


def _message(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    sender, receiver = _cell(row, 2, "from"), _cell(row, 4, "to")
    words = "\n".join(filter(None, (row.get("subject", ""), _plain(row.get("content", "")))))
    yield Activity("Create", Party(row.get("sender profile url") or sender, sender, "Person"), Thing("", "Note"),
                   Thing(receiver, "Person", receiver), words, "person", thread=_cell(row, 0, "conversation id"),
                   published=from_words(row.get("date", "")))  # fmt: skip


PARTS = (
    Part(r"Shares[^/]*\.csv", _share, "csv"),
    Part(r"Comments[^/]*\.csv", _comment, "csv"),
    Part(r"Reactions[^/]*\.csv", _reaction, "csv"),
    Part(r"InstantReposts\.csv", _repost, "csv"),
    Part(r"Connections\.csv", _connection, "csv", columns=4),
    Part(r"Invitations\.csv", _invitation, "csv"),
    Part(r"Company[ _]Follows\.csv", _followed("Organization"), "csv"),
    Part(r"Member[ _]Follows\.csv", _followed("Person"), "csv"),
    Part(r"messages\.csv", _message, "csv", private=True),
)
