"""The style of every page. Colours are variables; `plots` draws with the same ones, so figures follow the scheme."""

# contrast of each with its paper is at least 4.5 to 1 (WCAG 2.2, AA); a test computes it
LIGHT = {
    "paper": "#ffffff", "ink": "#1b1f24", "muted": "#57606a", "line": "#d0d7de", "panel": "#f6f8fa",
    "link": "#0a58a8",
    "c1": "#0b62a8", "c2": "#b3420a", "c3": "#00735a", "c4": "#8a3d86", "c5": "#7a5c00", "c6": "#4a5a66",
}  # fmt: skip
DARK = {
    "paper": "#14181d", "ink": "#e6e9ec", "muted": "#a3adb8", "line": "#3a424b", "panel": "#1d232a",
    "link": "#7cc0ff",
    "c1": "#6db6ff", "c2": "#ff9e66", "c3": "#4fd1a5", "c4": "#e09be0", "c5": "#e3c04a", "c6": "#b4c1cb",
}  # fmt: skip
SERIES = 6  # colours of series: c1 … c6


def _variables(colors: dict[str, str]) -> str:
    return "; ".join(f"--{name}: {value}" for name, value in colors.items())


CSS = f"""\
:root {{ color-scheme: light dark; {_variables(LIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}
* {{ box-sizing: border-box }}
html {{ scroll-padding-top: 1rem }}
body {{ margin: 0 auto; padding: 1rem clamp(1rem, 3vw, 2.5rem) 3rem; max-width: 76rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere }}
h1 {{ font-size: 1.7rem; line-height: 1.25; margin: 1rem 0 .25rem }}
h2 {{ font-size: 1.25rem; line-height: 1.3; margin: 0 0 .75rem }}
h3 {{ font-size: 1.05rem; margin: 1.25rem 0 .5rem }}
header p {{ margin: 0; color: var(--muted) }}
p, li {{ max-width: 70ch }}
a {{ color: var(--link) }}
:focus-visible {{ outline: 3px solid var(--link); outline-offset: 2px }}
.skip {{ position: absolute; left: -999rem; background: var(--paper); padding: .5rem 1rem }}
.skip:focus {{ left: 1rem; top: .5rem; z-index: 1 }}
main:focus {{ outline: none }}
nav ul {{ display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; margin: 1rem 0 0; padding: .6rem 0;
  border: solid var(--line); border-width: 1px 0 }}
nav a {{ display: inline-block; padding: .15rem 0 }}
section {{ margin-top: 2.25rem }}
.note {{ color: var(--muted); font-size: .9rem }}
.scroll {{ overflow-x: auto; max-width: 100%; margin-bottom: 1rem }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal }}
caption {{ text-align: left; color: var(--muted); font-size: .9rem; padding-bottom: .4rem }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line) }}
th {{ font-weight: 600 }}
[scope=row] {{ min-width: 6.5rem }}
thead th {{ color: var(--muted); font-weight: 500; vertical-align: bottom }}
.n {{ text-align: right; white-space: nowrap }}
.t {{ min-width: min(16rem, 50vw) }}
dl {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr)); gap: .75rem 1.5rem;
  margin: 0 0 1rem }}
dt {{ color: var(--muted); font-size: .9rem }}
dd {{ margin: 0; font-variant-numeric: tabular-nums }}
.grid {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 2rem }}
figure {{ margin: 0 0 1rem; min-width: 0 }}
figure svg {{ display: block; width: 100%; height: auto; max-width: 34rem; color: var(--ink) }}
figure.wide svg {{ max-width: none; min-width: 40rem }}
figcaption {{ color: var(--muted); font-size: .9rem; margin-top: .4rem; max-width: 70ch }}
.small table {{ font-size: .9rem }}
code {{ font: inherit; background: var(--panel); padding: 0 .25em; border-radius: .2em; white-space: pre-wrap }}
ol.errors {{ padding-left: 1.6rem }}
ol.errors li {{ margin-bottom: 1.25rem; max-width: none; break-inside: avoid }}
ol.errors p {{ margin: 0 0 .2rem; max-width: 80ch; white-space: pre-line }}
mark {{ color: inherit; background: none; padding: 0 .05em; border-radius: .15em; border-bottom: solid transparent }}
mark.for {{ border-bottom-color: var(--c2); background: color-mix(in srgb, var(--c2) var(--depth), transparent) }}
mark.against {{ border-bottom-color: var(--c1); border-bottom-style: dashed;
  background: color-mix(in srgb, var(--c1) var(--depth), transparent) }}
mark.l1 {{ --depth: 8%; border-bottom-width: 1px }}
mark.l2 {{ --depth: 18%; border-bottom-width: 2px }}
mark.l3 {{ --depth: 30%; border-bottom-width: 3px }}
td.share {{ background: color-mix(in srgb, var(--c1) calc(var(--share) * 32%), transparent); padding-left: .9rem }}
@media screen and (max-width: 40rem) {{
  table {{ font-size: .85rem }}
  th, td {{ padding-right: .6rem }}
  thead .n {{ white-space: normal }}
  [scope=row] {{ min-width: 4.5rem }}
  .t {{ min-width: 7rem }}
}}
@media print {{
  body {{ max-width: none; padding: 0; font-size: 10pt }}
  nav, .skip {{ display: none }}
  .scroll {{ overflow: visible }}
  figure.wide svg {{ min-width: 0 }}
  figure, tr, dl > div {{ break-inside: avoid }}
  h1, h2, h3, caption {{ break-after: avoid }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact }}
}}
"""
