"""The skeleton of a page: sections in, one HTML text out. No figures are computed here and no file is written.

A page fetches nothing, runs no script, reads at 390 and at 1,280 pixels, in the light and in the dark, by keyboard and
on paper. What comes from a corpus goes through `escape`; what is HTML already is an `Html`.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape as _escape
from typing import NamedTuple

from socialclass.analytics.estimates import short
from socialclass.report.style import CSS

# controls and marks that reorder text: shown, so that a post cannot rearrange the page
_CONTROLS = [*range(9), *range(11, 32), *range(127, 160), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F)]
_VISIBLE = {code: f"\\u{code:04x}" for code in [*_CONTROLS, *range(0x2066, 0x206A)]} | {13: " "}
# lone surrogates have no UTF-8
_LONE = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_PROSE = 32  # characters from which a cell is given room on a narrow screen
# nothing is fetched, nothing runs, even if a text found a way into the markup
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Html(str):
    """A string that is HTML already, and is not escaped again."""

    __slots__ = ()


class Section(NamedTuple):
    """A part of the page: a heading, its content as HTML, and a note in small print (plain text) below it."""

    title: str
    body_html: str
    note: str = ""


Cell = str | int | float | None


def visible(text: str) -> str:
    """Return a text with control and reordering characters written as escapes."""
    return text.translate(_VISIBLE | _LONE)


def escape(text: str) -> Html:
    """Return a text as HTML; control and reordering characters are shown as escapes.

    >>> escape('<b> & "x" \\u202e')
    '&lt;b&gt; &amp; &quot;x&quot; \\\\u202e'
    """
    return Html(_escape(visible(text)))


def page(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """Return a whole HTML page; sections are listed in a navigation and numbered for its links.

    >>> page("Report", "of today", [Section("Sizes", paragraph("three"))]).count("<h2")
    1
    """
    links = "".join(f'<li><a href="#s{i}">{escape(each.title)}</a></li>' for i, each in enumerate(sections, 1))
    parts = "\n".join(_section(i, each) for i, each in enumerate(sections, 1))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>
{CSS}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>{escape(title)}</h1><p>{escape(subtitle)}</p></header>
<nav aria-label="Sections"><ul>{links}</ul></nav>
<main id="content" tabindex="-1">
{parts}
</main>
</body>
</html>
"""


def _section(number: int, section: Section) -> str:
    note = f'\n<p class="note">{escape(section.note)}</p>' if section.note else ""
    head = f'<h2 id="h{number}">{escape(section.title)}</h2>'
    return f'<section id="s{number}" aria-labelledby="h{number}">\n{head}\n{section.body_html}{note}\n</section>'


def paragraph(text: str) -> Html:
    """Return a paragraph of plain text (or of `Html`)."""
    return Html(f"<p>{_html(text)}</p>")


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, caption: str = "", row_heads: bool = True) -> Html:
    """Return a table that scrolls inside its own box where it is wider than the page.

    rows: cells are plain text, `Html`, or numbers, which stand right: int with thousands marked, float to three
    places, small ones to two digits.
    row_heads: the first cell of a row names the row.

    >>> table(["label", "texts"], [["a", 1200]], row_heads=False).split("<tbody>")[1].split("</tbody>")[0]
    '<tr><td>a</td><td class="n">1,200</td></tr>'
    """
    rows = [list(row) for row in rows]
    numeric = [any(isinstance(row[i], int | float) for row in rows if i < len(row)) for i in range(len(header))]
    heads = "".join(
        f'<th scope="col"{" class=n" if right else ""}>{_html(name)}</th>'
        for name, right in zip(header, numeric, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(_cell(cell, row_heads and not i) for i, cell in enumerate(row))}</tr>" for row in rows
    )
    title = f"<caption>{_html(caption)}</caption>" if caption else ""
    name = _attribute(caption or header[0])
    return Html(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table>{title}'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: Cell, head: bool) -> str:
    if head:
        return f'<th scope="row">{_html(cell)}</th>'
    if isinstance(cell, int | float):
        return f'<td class="n">{_html(cell)}</td>'
    if isinstance(cell, str) and len(cell) > _PROSE:
        return f'<td class="t">{_html(cell)}</td>'
    return f"<td>{_html(cell)}</td>"


def _html(cell: Cell) -> str:
    if isinstance(cell, Html):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, str):
        return escape(cell)
    return f"{cell:,}" if isinstance(cell, int) else short(cell)


def _attribute(text: str) -> str:
    return re.sub("<[^>]*>", "", _html(text))


def definitions(pairs: Iterable[tuple[str, Cell]]) -> Html:
    """Return a list of names and what they are (plain text, `Html` or numbers).

    >>> definitions([("texts", 12)])
    '<dl><div><dt>texts</dt><dd>12</dd></div></dl>'
    """
    rows = "".join(f"<div><dt>{_html(name)}</dt><dd>{_html(value)}</dd></div>" for name, value in pairs)
    return Html(f"<dl>{rows}</dl>")


def figure(svg: str, caption: str, *, wide: bool = False) -> Html:
    """Return a drawing with its caption; a wide one takes the page's width, and scrolls in its box on small screens."""
    kind = ' class="wide"' if wide else ""
    box = (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_attribute(caption)}">{svg}</div>'
        if wide
        else svg
    )
    return Html(f"<figure{kind}>{box}<figcaption>{_html(caption)}</figcaption></figure>")


def grid(figures: Iterable[str]) -> Html:
    """Return figures side by side where there is room."""
    return Html(f'<div class="grid">{"".join(figures)}</div>')
