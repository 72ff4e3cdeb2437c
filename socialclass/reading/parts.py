"""What the platforms' modules have in common: which members of an archive hold what, and a record at a time of them."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, BinaryIO

from socialclass.activity import NOBODY, Activity, Party
from socialclass.errors import InputError
from socialclass.reading.archive import Archive
from socialclass.reading.delimited import csv_rows
from socialclass.reading.items import Item, ListNames, Unreadable, read_json, read_json_or_lines
from socialclass.reading.values import stable_id


class OddRecordError(ValueError):
    """A record that is not what its file should hold; the message says what it is not."""


# what a record of an unexpected shape may raise in a reader
ODD_SHAPE = (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
EVERY_LIST: ListNames = lambda name: True  # noqa: E731
_LONGEST_PAGE = 16 << 20  # bytes
_REMEMBERED = 1_000_000  # ids that are told apart, so that memory has a bound
NO_LIST: ListNames = lambda name: False  # noqa: E731


@dataclass(frozen=True)
class Context:
    """What a platform's readers know beside the record: whose export it is, and names by id.

    known: whatever the platform's `prepare` found; encoding: how CSV files are read.
    """

    owner: Party = NOBODY
    known: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[Item, Context], Iterable[Activity]]
_MOST_TIES = 1_000_000


def some(names: Iterable[str]) -> frozenset[str]:
    """Return the names, or a million of them: who follows, or is followed, to be compared with the other side."""
    return frozenset(islice(filter(None, names), _MOST_TIES))


def is_two_way(name: str, others: frozenset[str]) -> bool | None:
    """Say whether a tie is in the other direction, too; None where an export does not tell.

    >>> [is_two_way("ana", some(others)) for others in (["ana", "bo"], ["bo"], [])]
    [True, False, None]
    """
    return True if name in others else None if not others or len(others) >= _MOST_TIES else False


@dataclass(frozen=True)
class Part:
    """Members of one kind.

    pattern: what the member's path ends in (a regular expression); reader: a record to its activities.
    kind: ``json``, ``js`` (JSON behind an assignment), ``csv``, ``rows`` (CSV without a header row, keys ``0``,
        ``1`` …) or ``page`` (a file that is one record, a string).
    lists: names of the members that are lists of records.
    private: messages between persons, which are read only when asked for.
    columns: cells that a CSV's header row has at least; shorter rows before it, such as notes, are passed over.
    """

    pattern: str
    reader: Reader
    kind: str = "json"
    lists: ListNames = EVERY_LIST
    private: bool = False
    columns: int = 1


def read_parts(
    archive: Archive, parts: Iterable[Part], context: Context, platform: str, messages: bool = False
) -> Iterator[Activity | Unreadable]:
    """Yield the activities of all members that a part names, and what could not be read; faults of the archive last.

    A file given by itself whose name no part knows is read as the first part. Each activity gets platform, file,
    position and, where the source has none, an id. No two have the same: what an export holds twice is told apart.
    """
    seen: set[int] = set()  # hashes, which take less room than ids
    again: dict[str, int] = {}
    for each in _read_all(archive, tuple(parts), context, platform, messages):
        if isinstance(each, Activity) and (key := hash(each.id)) in seen:
            again[each.id] = number = again.get(each.id, 1) + 1
            yield replace(each, id=f"{each.id}#{number}")
        else:
            yield each
            if isinstance(each, Activity) and len(seen) < _REMEMBERED:
                seen.add(key)


def _read_all(
    archive: Archive, parts: tuple[Part, ...], context: Context, platform: str, messages: bool
) -> Iterator[Activity | Unreadable]:
    read: set[str] = set()
    for part in parts:
        for name in archive.named(part.pattern):
            if name not in read:
                read.add(name)
                if messages or not part.private:
                    yield from read_part(archive, name, part, context, platform)
    if archive.single and not read:
        for name in archive.members:
            yield from read_part(archive, name, parts[0], context, platform)
    elif not read and not archive.faults:
        raise nothing_of(platform, archive)
    for fault in archive.faults:
        yield Unreadable(fault.name, 1, fault.problem)


def nothing_of(platform: str, archive: Archive) -> InputError:
    """Return the error for an archive that has no file which a platform's export has."""
    return InputError(
        f"no file of an export from {platform} is in it ({len(archive.members)} other files)",
        place=archive.source,
        remedy="leave --input-format away to have it recognised",
    )


def read_part(
    archive: Archive, name: str, part: Part, context: Context, platform: str
) -> Iterator[Activity | Unreadable]:
    """Yield the activities of one member."""
    for item in open_items(archive, name, part):
        if isinstance(item, Unreadable):
            yield item
            continue
        try:
            found = list(part.reader(item, context))
        except ODD_SHAPE as error:
            what = str(error) if isinstance(error, OddRecordError) else f"{type(error).__name__}: {error}"
            yield Unreadable(item.file, item.position, f"not understood ({what})", item.raw)
            continue
        for number, activity in enumerate(found):
            changes: dict[str, Any] = {"platform": platform, "file": item.file, "position": item.position}
            if not activity.id:
                changes["id"] = stable_id(platform, item.value, number or "")
            yield replace(activity, **changes)


def open_items(archive: Archive, name: str, part: Part) -> Iterator[Item | Unreadable]:
    """Yield the records of one member, as JSON or CSV holds them."""
    try:
        stream = archive.open(name)
    except InputError as error:
        yield Unreadable(name, 1, error.problem)
        return
    with stream:
        if part.kind == "page":
            yield from _page(stream, name)
        elif part.kind in ("csv", "rows"):
            yield from read_table(stream, name, part.columns, has_header=part.kind == "csv")
        elif part.kind == "js":
            yield from read_json(stream, name, part.lists, prefix=True)
        else:
            yield from read_json_or_lines(stream, name, part.lists)


def _page(stream: BinaryIO, name: str) -> Iterator[Item | Unreadable]:
    try:
        data = stream.read(_LONGEST_PAGE + 1)
    except InputError as error:
        yield Unreadable(name, 1, error.problem)
        return
    if len(data) > _LONGEST_PAGE:
        yield Unreadable(name, 1, f"a page of more than {_LONGEST_PAGE >> 20} MiB")
    else:
        yield Item(data.decode("utf-8-sig", "replace"), name, 1)


def read_table(stream: BinaryIO, name: str, columns: int = 1, has_header: bool = True) -> Iterator[Item | Unreadable]:
    """Yield a dict a row, keys in lower case; rows before the header (notes) are passed over."""
    names: list[str] | None = None
    line = 0
    try:
        for cells, line, error in csv_rows(stream, name, "utf-8", "replace", ","):
            if error:
                yield Unreadable(name, line, error, cells[0])
            elif not has_header:
                yield Item(dict(zip(map(str, range(len(cells))), cells, strict=True)), name, line, "", "csv")
            elif names is None:
                lowered = [cell.strip().lower() for cell in cells]
                names = lowered if len(cells) >= columns else None
            elif any(cells):
                yield Item(dict(zip(names, cells, strict=False)), name, line, "", "csv")
    except (InputError, csv.Error) as error:
        yield Unreadable(name, line + 1, error.problem if isinstance(error, InputError) else str(error))
