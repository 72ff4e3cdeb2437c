"""The pages: self-contained, legible, the same for the same content."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from socialclass.report import plots
from socialclass.report.page import Html, Section, definitions, escape, figure, grid, page, paragraph, table
from socialclass.report.style import DARK, LIGHT

HOSTILE = "</title><script>alert(1)</script>\"' & \u202e\x1b[31m\ud800"


def sample() -> str:
    series = [plots.Series(HOSTILE, [0, 1], [0, 1], [0, 0.5], [0.5, 1]), plots.Series("$b$ 🎉", [0, 1], [1, 0])]
    drawn = plots.lines("two-lines", HOSTILE, series, x_label="x", y_label=HOSTILE, diagonal=True, points=True)
    barred = plots.bars("bars", "bars", ["a", HOSTILE], [("n", [1, 2]), ("m", [2, 1])], x_label="n", stacked=True)
    body = table([HOSTILE, "n"], [[HOSTILE, 1], ["b", None]], caption=HOSTILE) + definitions([(HOSTILE, HOSTILE)])
    figures = grid([figure(drawn, HOSTILE), figure(barred, "wide", wide=True)])
    return page(HOSTILE, HOSTILE, [Section(HOSTILE, body, HOSTILE), Section("Figures", figures + paragraph(HOSTILE))])


def test_a_page_fetches_nothing_and_runs_nothing() -> None:
    """No address outside the page, no script, whatever stands in the texts."""
    html = sample()
    assert "<script" not in html
    assert not re.search(r"(?:src|href)=[\"'](?!#)", html)
    assert "@import" not in html
    assert set(re.findall(r"https?://[^\"]+", html)) <= {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"}
    assert not re.search("[\u202e\x1b\ud800]", html)


def test_a_page_is_the_same_for_the_same_content() -> None:
    """No date, no random id: pages can be compared and kept in version control."""
    assert sample() == sample()


def test_ids_are_unique_and_links_lead_somewhere() -> None:
    """Two drawings of one page do not share clip paths; every link and reference finds its place."""
    html = sample()
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)|(?:href|aria-labelledby)=\"#?([^\"]+)\"", html)) <= {
        pair for each in ids for pair in ((each, ""), ("", each))
    }


def test_a_drawing_is_well_formed_and_says_what_it_shows() -> None:
    """The SVG parses, has a role and a description, holds its text as text and only the page's colours."""
    svg = plots.lines("one", "up & away", [plots.Series("a", [0, 1], [0, 1])], x_label="share", y_label="y")
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-label")) == ("img", "up & away")
    assert ">share</text>" in svg
    assert not re.search("#[0-9a-f]{6}", svg)
    assert "width=" not in svg.split(">")[0]


def test_text_is_not_escaped_twice() -> None:
    """What is HTML stays, what is text becomes HTML."""
    assert paragraph(Html("<b>x</b>")) == "<p><b>x</b></p>"
    assert paragraph(escape("<b>")) == paragraph("<b>")


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(scheme: dict[str, str]) -> None:
    """Every colour of text and of lines stands out from its paper by 4.5 to 1 (WCAG 2.2, AA)."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert set(scheme) == set(LIGHT)
    for name in set(scheme) - {"paper", "line", "panel"}:
        for ground in ("paper", "panel"):
            pair = sorted([luminance(scheme[name]), luminance(scheme[ground])])
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (name, ground)
