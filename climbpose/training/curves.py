"""Curves of a training run as a picture that any browser shows."""

from collections.abc import Mapping, Sequence
from html import escape

Curve = Sequence[tuple[float, float]]
"""Points from left to right."""

_WIDTH, _HEIGHT, _MARGIN = 720, 240, 56
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf")


def svg(panels: Mapping[str, Mapping[str, Curve]]) -> str:
    """Panels below each other, each with its curves by name."""
    shown = {title: curves for title, curves in panels.items() if any(curves.values())}
    height = _HEIGHT * max(len(shown), 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
    ]
    for number, (title, curves) in enumerate(shown.items()):
        parts.append(f'<g transform="translate(0 {number * _HEIGHT})">')
        parts += _panel(title, {name: curve for name, curve in curves.items() if curve})
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, curves: Mapping[str, Curve]) -> list[str]:
    points = [point for curve in curves.values() for point in curve]
    low_x, high_x = min(x for x, _ in points), max(x for x, _ in points)
    low_y, high_y = min(y for _, y in points), max(y for _, y in points)
    left, top, right, bottom = _MARGIN, _MARGIN / 2, _WIDTH - 2.6 * _MARGIN, _HEIGHT - _MARGIN / 2

    def place(x: float, y: float) -> str:
        across = (x - low_x) / (high_x - low_x or 1)
        up = (y - low_y) / (high_y - low_y or 1)
        return f"{left + across * (right - left):.1f},{bottom - up * (bottom - top):.1f}"

    parts = [
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#888"/>',
        f'<text x="{left}" y="{top - 8}" font-weight="bold">{escape(title)}</text>',
        f'<text x="{left - 4}" y="{top + 4}" text-anchor="end">{high_y:.3g}</text>',
        f'<text x="{left - 4}" y="{bottom}" text-anchor="end">{low_y:.3g}</text>',
        f'<text x="{left}" y="{bottom + 14}">{low_x:g}</text>',
        f'<text x="{right}" y="{bottom + 14}" text-anchor="end">{high_x:g}</text>',
    ]
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        way = " ".join(place(x, y) for x, y in curve)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(
            f'<text x="{right + 8}" y="{top + 12 * (number + 1)}" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return parts
