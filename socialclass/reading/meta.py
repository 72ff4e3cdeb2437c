"""What Facebook's and Instagram's downloads have in common: letters to repair, and the shape of conversations."""

from collections.abc import Iterable
from typing import Any

from socialclass.activity import Activity, Party, Thing
from socialclass.reading.items import Item
from socialclass.reading.markup import repaired
from socialclass.reading.parts import Context
from socialclass.reading.values import first, from_epoch, objects, string


def repair_all(value: Any) -> Any:
    """Return the value with every string in it repaired, names of members too."""
    if isinstance(value, str):
        return repaired(value)
    if isinstance(value, list):
        return [repair_all(each) for each in value]
    if isinstance(value, dict):
        return {repaired(key): repair_all(each) for key, each in value.items()}
    return value


def message_activity(item: Item, context: Context) -> Iterable[Activity]:
    """Yield a private message."""
    if item.list != "messages":
        return
    message = repair_all(item.value)
    sender = first(message, "sender_name")
    words = first(message, "content") or string((message.get("share") or {}).get("link"))
    yield Activity("Create", Party(sender, sender, "Person"), Thing(type="Note"), content=words, audience="person",
                   thread=item.file.rpartition("/")[0], published=from_epoch(message.get("timestamp_ms")))  # fmt: skip


def labels(value: Any, inside: str = "") -> dict[str, str]:
    """Return ``label_values``, the shape of downloads since 2024, as a mapping; names in lower case.

    What stands inside another is under both names.

    >>> labels([{"label": "URL", "href": "u"}, {"title": "Owner", "dict": [{"label": "Name", "value": "bo"}]}])
    {'url': 'u', 'owner name': 'bo'}
    """
    found: dict[str, str] = {}
    for each in objects(value):
        name = first(each, "label", "title").lower()
        deeper = each.get("dict") or each.get("vec") or each.get("ent_field")
        whole = f"{inside} {name}".strip()
        if deeper and len(inside) < _DEEPEST:
            found |= {name: each for name, each in labels(deeper, whole).items() if name not in found}
        elif (shown := first(each, "value", "href", "timestamp_value")) and whole:
            found.setdefault(whole, shown)
    return found


_DEEPEST = 200  # letters of names of what stands in one another


MESSAGE_LISTS = frozenset(("messages", "participants")).__contains__
