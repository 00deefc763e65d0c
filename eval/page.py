"""The scaffold of the report's page: its style, tables and escaping. Self-contained, light and dark, printable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

CSS = """
:root { color-scheme: light dark; --ink: #1c2526; --soft: #566162; --paper: #fff; --wash: #f1f4f4; --rule: #c9d2d2;
  --s0: #00606b; --s1: #a8480f; --s2: #6a3d9a; --s3: #4d6b1f; --bad: #a32020; --good: #1d6b35; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eeee; --soft: #a9b5b5; --paper: #151b1c; --wash: #1f2829; --rule: #435051;
    --s0: #5fc6d1; --s1: #f0a06a; --s2: #c3a2ee; --s3: #b3d17c; --bad: #ff9c93; --good: #86d79d; } }
@media print {
  :root { --ink: #000; --soft: #333; --paper: #fff; --wash: #fff; --rule: #999; --s0: #00606b; --s1: #a8480f;
    --s2: #6a3d9a; --s3: #4d6b1f; --bad: #a32020; --good: #1d6b35; }
  nav { display: none; } section, article, figure, tr { break-inside: avoid; } body { font-size: 10pt; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.5rem; border-top: 1px solid var(--rule); padding-top: 1rem; }
a { color: var(--s0); } nav a { display: inline-block; padding: .4rem .8rem .4rem 0; }
table { border-collapse: collapse; margin: 1rem 0; } .wide { overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; } th[scope="row"] { min-width: 13rem; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; } td small { display: block; }
small, .soft { color: var(--soft); font-size: .875rem; }
.bad { color: var(--bad); } .good { color: var(--good); }
article { background: var(--wash); border: 1px solid var(--rule); border-radius: .4rem; padding: .7rem 1rem;
  margin: 1rem 0; overflow-wrap: anywhere; }
article h3 { margin: 0 0 .4rem; font-size: 1rem; } article p { margin: .3rem 0; }
dl { margin: .3rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .4rem 1rem; white-space: pre-line; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figure.broad { grid-column: 1 / -1; }
svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.axis { fill: none; stroke: var(--ink); } .grid { fill: none; stroke: var(--rule); stroke-dasharray: 2 4; }
.line { fill: none; stroke-width: 2.5; } .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); stroke-dasharray: 7 4; }
.s2 { stroke: var(--s2); stroke-dasharray: 2 4; } .s3 { stroke: var(--s3); stroke-dasharray: 10 3 2 3; }
.dot { fill: var(--paper); stroke-width: 2; stroke-dasharray: none; } .bar { fill: var(--s0); }
.thin { fill: var(--s0); fill-opacity: .35; } .cell { fill: var(--s1); }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page. `parts` are HTML already."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def section(name: str, title: str, *parts: str) -> str:
    """A section with a heading that the contents link to."""
    return f'<section id="{name}">\n<h2>{escape(title)}</h2>\n' + "\n".join(parts) + "\n</section>"


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names its rows. Cells are HTML already; names and columns are text."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f'<td class="number">{cell}</td>' for cell in row[1:])
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def paragraph(text: str, *, kind: str = "") -> str:
    """A paragraph of text."""
    return f"<p{f' class={kind!r}' if kind else ''}>{escape(text)}</p>"


def bullets(lines: Iterable[str]) -> str:
    """A list of texts."""
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def terms(pairs: Iterable[tuple[str, str]]) -> str:
    """Named texts; a pair without text is left out."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in pairs if text) + "</dl>"


def figure(caption: str, picture: str, *, broad: bool = False) -> str:
    """A picture (HTML already) with its caption."""
    kind = ' class="broad"' if broad else ""
    return f"<figure{kind}>{picture}<figcaption><small>{escape(caption)}</small></figcaption></figure>"
