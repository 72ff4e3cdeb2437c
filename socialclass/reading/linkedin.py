"""LinkedIn's download in CSV, whose headers change with time and locale: shares, comments, reactions, connections.

Its times are UTC without saying so: they are those that are in the ids of the shares. Dates are as the locale writes
them.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from socialclass.activity import NOTHING, Activity, Party, Thing
from socialclass.reading.archive import Archive
from socialclass.reading.items import Item, Unreadable
from socialclass.reading.markup import html_to_text
from socialclass.reading.parts import Context, Part, open_items, read_parts
from socialclass.reading.values import in_utc

PLATFORM = "linkedin"
_STAMPS = re.compile(r'<p class="(?:created|published)">[^<]*</p>')
_ARTICLE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ _T](\d\d[:_]\d\d[:_]\d\d)")
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
                   id=link, published=in_utc(_cell(row, 0, "date")))  # fmt: skip


def _comment(item: Item, context: Context) -> Iterable[Activity]:
    link, words = _cell(item.value, 1, "link"), _plain(_cell(item.value, 2, "message"))
    time = in_utc(_cell(item.value, 0, "date"))
    yield Activity("Create", context.owner, Thing("", "Note"), content=words, in_reply_to=Thing(link, "Note"),
                   thread=link, published=time)  # fmt: skip


def _reaction(item: Item, context: Context) -> Iterable[Activity]:
    link = _cell(item.value, 2, "link")
    yield Activity("Like", context.owner, Thing(link, "Note"), published=in_utc(_cell(item.value, 0, "date")))


def _repost(item: Item, context: Context) -> Iterable[Activity]:
    link = _cell(item.value, 1, "link")
    yield Activity("Announce", context.owner, Thing(link, "Note"), published=in_utc(_cell(item.value, 0, "date")))


def _connection(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    name = f"{_cell(row, 0, 'first name')} {_cell(row, 1, 'last name')}".strip()
    url = _cell(row, 2, "url") if "url" in row or "http" in _cell(row, 2) else ""
    time = in_utc(_cell(row, len(row) - 1, "connected on"))
    yield Activity("Follow", context.owner, Thing(url or name, "Person", name), two_way=True, published=time)


def _invitation(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    sender, receiver = _cell(row, 0, "from"), _cell(row, 1, "to")
    words, time = _cell(row, 3, "message"), in_utc(_cell(row, 2, "sent at"))
    yield Activity("Invite", Party(sender, sender, "Person"), Thing(receiver, "Person", receiver), content=words,
                   audience="person", published=time)  # fmt: skip


def _followed(kind: str) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        row = item.value
        name = _cell(row, 0, "organization", "fullname", "full name", "name")
        time = in_utc(_cell(row, 1, "followed on", "date"))
        yield Activity("Follow", context.owner, Thing(name, kind, name), published=time)

    return reader


def _recommendation(incoming: bool) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        row = item.value
        name = f"{_cell(row, 0, 'first name')} {_cell(row, 1, 'last name')}".strip()
        words, time = _plain(_cell(row, 4, "text")), in_utc(_cell(row, 5, "creation date"))
        other, me = Party(name, name, "Person"), context.owner
        actor, to = (other, me) if incoming else (me, other)
        yield Activity("Create", actor, Thing("", "Note"), Thing(to.id, "Person", to.name), words, published=time)

    return reader


def _endorsement(incoming: bool) -> Any:
    def reader(item: Item, context: Context) -> Iterable[Activity]:
        row = item.value
        name = f"{_cell(row, 2)} {_cell(row, 3)}".strip()
        other, me, time = Party(_cell(row, 4) or name, name, "Person"), context.owner, in_utc(_cell(row, 0))
        actor, to = (other, me) if incoming else (me, other)
        yield Activity("Like", actor, Thing(to.id, "Person", to.name), published=time)

    return reader


def _vote(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    answered = Thing(_cell(row, 1, "link"), "Question")
    yield Activity("Create", context.owner, Thing("", "Note", _cell(row, 2, "optiontext")), in_reply_to=answered,
                   published=in_utc(_cell(row, 0, "date")))  # fmt: skip


def _article(item: Item, context: Context) -> Iterable[Activity]:
    """Yield an article that was published: a page of HTML each, named by its time."""
    words = html_to_text(_STAMPS.sub("", item.value))
    if words:
        time = _ARTICLE_TIME.search(item.file)
        yield Activity("Create", context.owner, Thing("", "Article"), content=words, audience="public",
                       published=in_utc(" ".join(time.groups()).replace("_", ":")) if time else "")  # fmt: skip


def _message(item: Item, context: Context) -> Iterable[Activity]:
    row = item.value
    sender, receiver = _cell(row, 2, "from"), _cell(row, 4, "to")
    words = "\n".join(filter(None, (row.get("subject", ""), _plain(row.get("content", "")))))
    yield Activity("Create", Party(row.get("sender profile url") or sender, sender, "Person"), Thing("", "Note"),
                   Thing(receiver, "Person", receiver), words, "person", thread=_cell(row, 0, "conversation id"),
                   published=in_utc(row.get("date", "")))  # fmt: skip


PARTS = (
    Part(r"Shares[^/]*\.csv", _share, "csv"),
    Part(r"Comments[^/]*\.csv", _comment, "csv"),
    Part(r"Reactions[^/]*\.csv", _reaction, "csv"),
    Part(r"InstantReposts\.csv", _repost, "csv"),
    Part(r"Connections\.csv", _connection, "csv", columns=4),
    Part(r"Invitations\.csv", _invitation, "csv"),
    Part(r"Recommendations[ _]Given\.csv", _recommendation(incoming=False), "csv"),
    Part(r"Recommendations[ _]Received\.csv", _recommendation(incoming=True), "csv"),
    Part(r"Endorsement[ _]Given[ _]Info\.csv", _endorsement(incoming=False), "csv"),
    Part(r"Endorsement[ _]Received[ _]Info\.csv", _endorsement(incoming=True), "csv"),
    Part(r"Votes\.csv", _vote, "csv"),
    Part(r"Articles/[^/]*\.html", _article, "page"),
    Part(r"Company[ _]Follows\.csv", _followed("Organization"), "csv"),
    Part(r"Member[ _]Follows\.csv", _followed("Person"), "csv"),
    Part(r"messages\.csv", _message, "csv", private=True),
)
