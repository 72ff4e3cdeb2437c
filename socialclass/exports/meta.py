"""What Facebook's and Instagram's downloads have in common: letters to repair, and the shape of conversations."""

from collections.abc import Iterable
from typing import Any

from socialclass.activity import Activity, Party, Thing
from socialclass.exports.items import Item
from socialclass.exports.markup import repaired
from socialclass.exports.parts import Context
from socialclass.exports.values import first, from_epoch, objects, string


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


def labels(value: Any) -> dict[str, Any]:
    """Return ``label_values``, a list of labels with values, as a mapping."""
    return {first(each, "label").lower(): each.get("value", each) for each in objects(value)}


MESSAGE_LISTS = frozenset(("messages", "participants")).__contains__
