"""Draw what benchmarks/scale.py measured (--json FILE) as docs/scale.svg and docs/search.svg.

python benchmarks/plots.py FILE
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sci_assistant_eval.plots import line_chart

DOCS = Path(__file__).parents[1] / "docs"
# The pages that hold the report's plots bring their own colours; a picture in a document needs them inside.
STYLE = (
    "<style>text{font:12px sans-serif;fill:#555}.axis,.line{fill:none;stroke:#555}.grid{stroke:#ccc}"
    ".line{stroke-width:2}.s0{stroke:#0b6}.s1{stroke:#06c}.s2{stroke:#c60}.s3{stroke:#a0a}"
    ".dot{stroke:none;fill:#555}</style>"
)


def draw(name: str, path: Path, series: dict[str, list[tuple[float, float]]], *, up: str) -> None:
    across = max(x for points in series.values() for x, _ in points)
    most = max(y for points in series.values() for _, y in points)
    svg = line_chart(name, series, across="thousand chunks", up=up, most_across=across, most_up=most * 1.1)
    start = svg.index(">") + 1
    path.write_text(svg[:start] + STYLE + svg[start:] + "\n", encoding="utf-8")


def main() -> int:
    """Draw both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    rows = json.loads(parser.parse_args().file.read_text(encoding="utf-8"))
    steps = ("first index", "one edit", "nothing changed", "open")
    of = {name: [(row["chunks"] / 1000, row[name]) for row in rows] for name in steps}
    draw("Seconds of each step by size", DOCS / "scale.svg", of, up="seconds")
    times = {name: [(r["chunks"] / 1000, r[name] * 1000) for r in rows] for name in ("search p50", "search p95")}
    draw("Milliseconds of a search by size", DOCS / "search.svg", times, up="milliseconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
