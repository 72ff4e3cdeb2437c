"""Drawings as inline SVG, by matplotlib, which nothing else imports and only a report needs.

A drawing has no background, its text is text in the page's font, and its colours are the page's variables, so that it
follows the light or dark scheme. Equal data give equal bytes; `name` keeps the ids of a page's drawings apart.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from socialclass.errors import SocialclassError
from socialclass.report.page import escape, visible
from socialclass.report.style import LIGHT, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes

# stand-ins that the SVG is written with, exchanged for the page's variables afterwards
COLORS = {name: f"#0102{number:02x}" for number, name in enumerate(LIGHT)}
# matplotlib's `color` for the n-th series, from 0; after the last the first comes again
CYCLE = tuple(COLORS[f"c{number}"] for number in range(1, SERIES + 1))
# lines are told apart by more than colour
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")

_WIDTH, _HEIGHT = 4.6, 3.45  # inches of 72 points: drawn so small, text stays legible on a narrow screen
_FONT = "DejaVu Sans"  # comes with matplotlib: the same layout on every machine


class Series(NamedTuple):
    """Points to draw: low and high are the ends of an interval around each y, or None."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None


def check_installed() -> None:
    """Raise `SocialclassError` naming the pip line where the plotting library is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise SocialclassError(
            "a report's figures need matplotlib", remedy="install it: python -m pip install 'socialclass[report]'"
        ) from None


def drawing(
    name: str, description: str, draw: "Callable[[Axes], None]", *, width: float = _WIDTH, height: float = _HEIGHT
) -> str:
    """Return an ``<svg>`` of what `draw` puts on the axes it is given; use the colours of `COLORS` and `CYCLE`.

    name: unique in the page, letters and hyphens; description: what a screen reader says.
    width, height: in inches of 72 points, which are CSS pixels at the drawing's natural size.
    Raises `SocialclassError` where matplotlib is missing.
    """
    check_installed()
    with _settings(name):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(out, format="svg", metadata=nothing)
    return _inline(out.getvalue(), name, description)


@contextmanager
def _settings(name: str) -> Iterator[None]:
    import matplotlib

    ink, line = COLORS["ink"], COLORS["line"]
    values: Any = {
        "svg.fonttype": "none", "svg.hashsalt": name, "text.parse_math": False,
        "font.family": [_FONT], "font.size": 10, "axes.labelsize": 10, "legend.fontsize": 10,
        "figure.facecolor": "none", "axes.facecolor": "none", "legend.frameon": False,
        "text.color": ink, "axes.labelcolor": ink, "axes.edgecolor": COLORS["muted"], "xtick.color": COLORS["muted"],
        "ytick.color": COLORS["muted"], "xtick.labelcolor": ink, "ytick.labelcolor": ink,
        "axes.grid": True, "axes.axisbelow": True, "grid.color": line, "grid.linewidth": 0.6,
        "axes.spines.top": False, "axes.spines.right": False, "path.simplify": True,
    }  # fmt: skip
    with matplotlib.rc_context(values), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the browser has a font for it
        yield


def _inline(svg: str, name: str, description: str) -> str:
    """Make a file's SVG fit for a page: no prologue, ids of its own, the page's colours and font."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.S)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", svg)
    for variable, stand_in in COLORS.items():
        svg = svg.replace(stand_in, f"var(--{variable})")
    svg = svg.replace(f"font-family: '{_FONT}'", "font-family: inherit")
    svg = re.sub(
        r"^<svg[^>]*?width=\"[^\"]*\" height=\"[^\"]*\"", '<svg xmlns:xlink="http://www.w3.org/1999/xlink"', svg
    )
    label = escape(description)
    return svg.replace(">", f' role="img" aria-label="{label}"><title>{label}</title>', 1).strip()


def _short(text: str, size: int = 36) -> str:
    """Return a label that leaves room for the drawing."""
    text = visible(text)
    return text if len(text) <= size else f"{text[: size - 1]}…"


def lines(
    name: str,
    description: str,
    series: Sequence[Series],
    *,
    x_label: str,
    y_label: str,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    diagonal: bool = False,
    points: bool = False,
    log_x: bool = False,
    width: float = _WIDTH,
    height: float = _HEIGHT,
) -> str:
    """Return a drawing of lines, told apart by colour and stroke, with their intervals as bands.

    diagonal: draw the line of x = y; points: mark each point. With one series there is no legend.
    """

    def draw(axes: "Axes") -> None:
        if diagonal:
            axes.axline((0, 0), slope=1, color=COLORS["muted"], linewidth=0.8, linestyle=":")
        for number, each in enumerate(series):
            color = CYCLE[number % SERIES]
            mark = MARKERS[number % SERIES] if points else ""
            axes.plot(each.x, each.y, color=color, linestyle=STYLES[number % SERIES], linewidth=1.7, marker=mark,
                      markersize=4.5, label=_short(each.name))  # fmt: skip
            if each.low is not None and each.high is not None:
                axes.fill_between(each.x, each.low, each.high, color=color, alpha=0.18, linewidth=0)
        _finish(axes, x_label, y_label, x_range, y_range)
        if log_x:
            axes.set_xscale("log")
        if len(series) > 1:
            axes.legend()

    return drawing(name, description, draw, width=width, height=height)


def bars(
    name: str,
    description: str,
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[float]]],
    *,
    x_label: str,
    stacked: bool = False,
    width: float = _WIDTH,
    height: float | None = None,
) -> str:
    """Return a drawing of horizontal bars, one row a name from the top; series lie beside or upon one another."""
    height = height or 0.9 + len(names) * (0.3 if stacked else 0.26 * len(series) + 0.1)

    def draw(axes: "Axes") -> None:
        thick = 0.75 if stacked else 0.8 / len(series)
        ends = [0.0] * len(names)
        for number, (title, values) in enumerate(series):
            shift = 0.0 if stacked else (number - (len(series) - 1) / 2) * thick
            axes.barh([row + shift for row in range(len(names))], values, thick, left=ends if stacked else None,
                      color=CYCLE[number % SERIES], label=_short(title))  # fmt: skip
            ends = [end + value for end, value in zip(ends, values, strict=True)] if stacked else ends
        axes.set_yticks(range(len(names)), [_short(each) for each in names])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        _finish(axes, x_label, "", None, None)
        if len(series) > 1:
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(series))

    return drawing(name, description, draw, width=width, height=height)


def _finish(axes: "Axes", x_label: str, y_label: str, x_range: tuple[float, float] | None,
            y_range: tuple[float, float] | None) -> None:  # fmt: skip
    axes.set_xlabel(_short(x_label))
    axes.set_ylabel(_short(y_label))
    if x_range:
        axes.set_xlim(*x_range)
    if y_range:
        axes.set_ylim(*y_range)
