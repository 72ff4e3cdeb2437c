"""Platforms' markup to plain text: HTML, Markdown, and Facebook's twice-encoded letters."""

import html
import re
from html.parser import HTMLParser

_BLOCKS = frozenset("p div li ul ol blockquote pre h1 h2 h3 h4 h5 h6 tr table section article figure hr".split())
_SILENT = frozenset(("script", "style", "template", "head", "title"))
_PLAIN_TAG = re.compile(r"</?p>|<br ?/?>")
_BREAKS = re.compile(r"[ \t]*\n[ \t\n]*")


def html_to_text(markup: str) -> str:
    """Return the text of HTML: paragraphs and line breaks are line feeds, entities are opened, tags are gone.

    A link is its text; where Mastodon hides the ends of a long URL from the eye, the URL is whole again.

    >>> html_to_text('<p>Hi <b>all</b> &amp; you,<br>see <a href="https://a.example/x"><span class="invisible">'
    ...              'https://</span><span class="ellipsis">a.example/x</span></a></p><p>Bye</p>')
    'Hi all & you,\\nsee https://a.example/x\\nBye'
    """
    if "<" not in markup:
        return html.unescape(markup) if "&" in markup else markup
    plain = _PLAIN_TAG.sub("\n", markup)
    if "<" not in plain:
        return _tidy(html.unescape(plain) if "&" in plain else plain)
    parser = _Text()
    parser.feed(markup)
    parser.close()
    return _tidy("".join(parser.parts))


def _tidy(text: str) -> str:
    text = text.strip()
    return _BREAKS.sub("\n", text) if "\n" in text else text


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)

    def unknown_decl(self, data: str) -> None:
        """``<![CDATA[…]]>`` in HTML is its text."""
        self.parts.append(data.removeprefix("CDATA["))


_MARKDOWN = (
    (re.compile(r"!\[([^\]\n]*)\]\(([^)\s]*)[^)\n]*\)"), r"\1 \2"),  # image
    (re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)[^)\n]*\)"), r"\1 (\2)"),  # link
    (re.compile(r"^ {0,3}#{1,6} +", re.M), ""),  # heading
    (re.compile(r"^ {0,3}(?:> ?)+", re.M), ""),  # quotation
    (re.compile(r"^ {0,3}(?:[-*_] ?){3,}$", re.M), ""),  # rule
    (re.compile(r"^ {0,3}```\w*$", re.M), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"~~(?=\S)([^~\n]+?)~~"), r"\1"),
    (re.compile(r">!([^\n]+?)!<"), r"\1"),  # spoiler
    (re.compile(r"(`+)([^`\n]+)\1"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!~>^|-])"), r"\1"),
)


def markdown_to_text(markup: str) -> str:
    """Return the words of Markdown as Reddit writes it: no marks of emphasis, links as text and URL.

    >>> markdown_to_text("**New**: [the docs](https://a.example/d), see *snake_case*\\\\_x &gt; 3")
    'New: the docs (https://a.example/d), see snake_case_x > 3'
    """
    text = html.unescape(markup) if "&" in markup else markup
    for pattern, plain in _MARKDOWN:
        text = pattern.sub(plain, text)
    return text.strip()


def repaired(text: str) -> str:
    """Return what UTF-8 was before it was read as Latin-1, as Facebook and Instagram write it; else the text itself.

    >>> repaired("caf\\u00c3\\u00a9"), repaired("café"), repaired("plain")
    ('café', 'café', 'plain')
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeEncodeError:
        return _by_runs(text)
    except UnicodeDecodeError:
        return _by_runs(text)


_RUN = re.compile("[\u00c2-\u00f4][\u0080-\u00bf]{1,3}")


def _by_runs(text: str) -> str:
    """Repair the runs that are UTF-8, where the rest is not: a text that was cut, or is half repaired."""

    def repair(run: re.Match[str]) -> str:
        try:
            return run[0].encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            return run[0]

    return _RUN.sub(repair, text)
