"""Slack's words: its markup opened, and those that stand in blocks and attachments alone."""

import html
import re
from typing import Any

from socialclass.activity import Party
from socialclass.reading.parts import Context
from socialclass.reading.values import first, member, objects, string, unique

_MARKUP = re.compile(r"<([^<>\n]+)>")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])")
# what Slack puts where a message has blocks alone
_NO_WORDS = frozenset(("This content can't be displayed.", "This message contains interactive elements."))


def own_words(message: dict[str, Any], subtype: str) -> str:
    """Return the words that somebody wrote, as Slack marks them up."""
    text = string(message.get("text"))
    if subtype == "file_comment":
        return string(member(message, "comment", "comment")) or text
    if subtype in ("file_share", "file_mention") and text.startswith("<@"):
        initial = string(member(message, "file", "initial_comment", "comment"))
        comment = text.partition(" and commented: ")[2]
        return initial or comment
    if text in _NO_WORDS:
        text = ""
    return text or words_of_blocks(message.get("blocks")) or _attached(message)


def _attached(message: dict[str, Any]) -> str:
    """Return the words of attachments, where a message has no other."""
    found = []
    for each in objects(message.get("attachments")):
        parts = [string(each.get(name)) for name in ("pretext", "title", "text")]
        parts += [": ".join(filter(None, (first(one, "title"), first(one, "value")))) for one in
                  objects(each.get("fields"))]  # fmt: skip
        whole = "\n".join(filter(None, parts)) or words_of_blocks(each.get("blocks"))
        found.append(whole or string(each.get("fallback")))
    return "\n".join(filter(None, found))


_SLACK_MARKS = {"user": ("<@", "user_id"), "channel": ("<#", "channel_id"), "broadcast": ("<!", "range"),
                "usergroup": ("<!subteam^", "usergroup_id")}  # fmt: skip
_DEEPEST = 40  # levels of blocks in blocks


def words_of_blocks(blocks: Any, depth: int = 0) -> str:
    """Return the words of Slack's blocks, as Slack marks words up: one line a block, of rich text and of all others.

    >>> words_of_blocks([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
    ...     {"type": "text", "text": "ask "}, {"type": "user", "user_id": "U1"}]}]}])
    'ask <@U1>'
    """
    found = []
    for block in blocks if isinstance(blocks, list) and depth < _DEEPEST else ():
        if not isinstance(block, dict):
            continue
        inside = [block.get("text"), *(block.get("fields") or ()), *(block.get("elements") or ())]
        if str(block.get("type")) in ("rich_text_section", "rich_text_preformatted", "rich_text_quote"):
            found.append("".join(map(_slack_piece, inside)))
            continue
        texts = [each.get("text") for each in inside if isinstance(each, dict) and not each.get("elements")]
        found += [each for each in texts if isinstance(each, str)]
        found.append(
            words_of_blocks([each for each in inside if isinstance(each, dict) and each.get("elements")], depth + 1)
        )
        found.append(block["alt_text"] if isinstance(block.get("alt_text"), str) else "")
    return "\n".join(filter(None, found))


def _slack_piece(piece: Any) -> str:
    if not isinstance(piece, dict):
        return ""
    kind, text = str(piece.get("type")), piece.get("text") if isinstance(piece.get("text"), str) else ""
    if kind in _SLACK_MARKS:
        mark, name = _SLACK_MARKS[kind]
        return f"{mark}{piece.get(name, '')}>"
    if kind == "link":
        return f"<{piece.get('url', '')}|{text}>" if text else f"<{piece.get('url', '')}>"
    return f":{piece.get('name', '')}:" if kind == "emoji" else html.escape(str(text), quote=False)


def party_of(user: str, name: str, context: Context) -> Party:
    """Return who an id stands for."""
    known = context.known["users"].get(user)
    return known if known else Party(user, name, "") if user else Party()


def open_markup(text: str, context: Context) -> str:
    """Return the text with Slack's markup opened: mentions, channels, links, entities, emphasis.

    >>> known = {"users": {"U1": Party("U1", "ana", "Person")}, "rooms": {}}
    >>> open_markup("*Hi* <@U1>, see <https://a.example|the page> in <#C1|help> &amp; <!here>", Context(known=known))
    'Hi @ana, see the page (https://a.example) in #help & @here'
    """
    opened = _MARKUP.sub(lambda match: _opened(match[1], context), text)
    return html.unescape(_EMPHASIS.sub(lambda match: match[1] or match[2], opened)).strip()


def _opened(inside: str, context: Context) -> str:
    target, _, shown = inside.partition("|")
    if target.startswith("@"):
        party = context.known["users"].get(target[1:])
        return "@" + (shown.lstrip("@") or (party.name if party else "") or target[1:]).replace(" ", "_")
    if target.startswith("#"):
        room = context.known["rooms"].get(target[1:])
        return "#" + (shown or (room.name if room else "") or target[1:])
    if target.startswith("!"):
        return shown or "@" + target[1:].partition("^")[0]
    target = target.removeprefix("mailto:").removeprefix("tel:")
    bare = target.removeprefix("https://").removeprefix("http://").rstrip("/")
    return f"{shown} ({target})" if shown and shown not in (target, bare) else target


def mentions_in(text: str, context: Context) -> tuple[Party, ...]:
    """Return who is mentioned, once each."""
    found = [match[1][1:].partition("|") for match in _MARKUP.finditer(text) if match[1].startswith("@")]
    return unique(party_of(user, shown, context) for user, _, shown in found)
