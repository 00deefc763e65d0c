"""Numbers -> inline SVG, without a plotting library. Colours come from the page's CSS, so that light, dark and
print all read well; every picture has a name and its numbers as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 460, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 14, 44


def line_chart(
    name: str,
    series: Mapping[str, Points],
    *,
    across: str,
    up: str,
    most_across: float,
    most_up: float = 1.0,
    dots: bool = True,
) -> str:
    """Lines over two axes that start at 0."""

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (WIDTH - LEFT - RIGHT) * x / most_across,
            HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(y, most_up) / most_up,
        )

    parts = [*_axes(most_across, most_up), *_axis_names(across, up)]
    for number, (label, points) in enumerate(series.items()):
        spots = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline class="line s{number}" points="{path}"/>')
        if dots:
            parts += [
                f'<circle class="dot s{number}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(label)}, '
                f"{across} {px:g}: {py:.3f}</title></circle>"
                for (x, y), (px, py) in zip(spots, points, strict=True)
            ]
        if len(series) == 1:
            break  # the axis names it
        key = HEIGHT - BOTTOM - 14 - 18 * (len(series) - 1 - number)
        parts.append(f'<line class="line s{number}" x1="{LEFT + 12}" x2="{LEFT + 36}" y1="{key - 4}" y2="{key - 4}"/>')
        parts.append(f'<text x="{LEFT + 42}" y="{key}">{escape(label)}</text>')
    return _svg(name, WIDTH, HEIGHT, parts)


def _axes(most_across: float, most_up: float) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>']
    for step in range(5):
        share = step / 4
        y = bottom - (bottom - TOP) * share
        x = LEFT + (right - LEFT) * share
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{most_up * share:.2g}</text>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{most_across * share:.3g}</text>')
    return parts


def _axis_names(across: str, up: str) -> list[str]:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return [
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(12 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]


def range_chart(name: str, rows: Sequence[tuple[str, float, float]], *, unit: str) -> str:
    """For each row a bar to its first number and a thin one on to its second: the median and the 95th percentile."""
    height = 30 * len(rows) + 36
    most = max((high for _, _, high in rows), default=1.0) or 1.0
    room = WIDTH - 90 - 90
    parts = []
    for number, (label, middle, high) in enumerate(rows):
        y = 12 + 30 * number
        parts += [
            f'<text x="82" y="{y + 14}" text-anchor="end">{escape(label)}</text>',
            f'<rect class="thin" x="90" y="{y + 6}" width="{room * high / most:.1f}" height="8"/>',
            f'<rect class="bar" x="90" y="{y + 2}" width="{room * middle / most:.1f}" height="16"/>',
            f'<text x="{96 + room * high / most:.1f}" y="{y + 14}">{middle:.0f} / {high:.0f}</text>',
        ]
    parts.append(f'<text x="90" y="{height - 6}">p50 / p95 in {escape(unit)}</text>')
    return _svg(name, WIDTH, height, parts)


def heat_map(name: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[float | None]]]) -> str:
    """A cell for each row and column, its share as text and as depth of colour; blank where there is none."""
    first, wide, tall, head = 270, 92, 20, 26
    parts = [
        f'<text x="{first + wide * i + wide / 2:.0f}" y="16" text-anchor="middle">{escape(column)}</text>'
        for i, column in enumerate(columns)
    ]
    for number, (label, values) in enumerate(rows):
        y = head + tall * number
        parts.append(f'<text x="{first - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>')
        for i, value in enumerate(values):
            if value is None:
                continue
            x = first + wide * i
            parts.append(
                f'<rect class="cell" x="{x}" y="{y}" width="{wide - 2}" height="{tall - 2}" '
                f'fill-opacity="{0.75 * (1.0 - value):.2f}"/>'
                f'<text x="{x + wide / 2 - 1:.0f}" y="{y + 14}" text-anchor="middle">{value:.2f}</text>'
            )
    return _svg(name, first + wide * len(columns), head + tall * len(rows) + 4, parts)


def _svg(name: str, width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(name)}" viewBox="0 0 {width} {height}" '
        f'style="max-width:{width}px" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
