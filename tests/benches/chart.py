#!/usr/bin/env python3
"""Draws the output of divan as a chart: the time of each operation by number of sessions.

    cargo bench --bench dataset --bench query --bench export --bench refresh | tests/benches/chart.py >assets/speed.svg

Both scales are logarithmic. A dotted line of the same color is the simple implementation, where there is a bench of it.
"""

import re
import sys
from math import log10

UNITS = {"ns": 1e-6, "µs": 1e-3, "ms": 1.0, "s": 1e3}
# Bench, bench of the simple implementation, label, color.
LINES = [
    ("json_to_dataset", "json_to_structs", "read JSON", "#c2410c"),
    ("refresh", None, "refresh, one changed", "#be185d"),
    ("csv", "csv_naive", "write CSV", "#a16207"),
    ("sort_first", "sort_naive", "sort by two columns", "#15803d"),
    ("filter_without_prefix", "filter_without_prefix_naive", ".*son\\d*", "#0e7490"),
    ("sort_with_filter", None, "filter and sort", "#7c3aed"),
    ("filter_with_prefix", "filter_with_prefix_naive", "bi.*", "#2563eb"),
]
WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 84, 190, 16, 40


def medians(text):
    """Returns the median of each bench in milliseconds, by name and number of sessions."""
    medians = {}
    bench = None
    for line in text:
        match = re.match(r"[│ ]*[├╰]─ (\S+)\s+(.*)", line)
        if not match:
            continue
        name, cells = match.groups()
        cells = cells.split("│")
        median = re.match(r"\s*([\d.]+) (ns|µs|ms|s)\s*$", cells[2]) if len(cells) > 2 else None
        if not median:
            bench = name
        elif name.isdigit():
            medians[bench, int(name)] = float(median[1]) * UNITS[median[2]]
    return medians


def chart(times):
    """Yields the lines of an SVG."""
    drawn = {name for line in LINES for name in line[:2]}
    times = {key: time for key, time in times.items() if key[0] in drawn}
    sizes = sorted({size for _, size in times})
    values = times.values()
    low, high = int(log10(min(values))) - 1, int(log10(max(values))) + 1

    def x(size):
        return LEFT + (log10(size) - log10(sizes[0])) / (log10(sizes[-1]) - log10(sizes[0])) * (WIDTH - LEFT - RIGHT)

    def y(time):
        return HEIGHT - BOTTOM - (log10(time) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
    yield "<title>Time of each operation by number of sessions</title>"
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    for power in range(low, high + 1):
        milliseconds = 10.0**power
        label = f"{milliseconds:g} ms" if milliseconds < 1000 else f"{milliseconds / 1000:g} s"
        label_y = y(milliseconds)
        yield f'<path d="M{LEFT} {label_y:.1f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>'
        yield f'<text x="{LEFT - 6}" y="{label_y + 4:.1f}" text-anchor="end" fill="#6b7280">{label}</text>'
    for size in sizes:
        yield f'<text x="{x(size):.1f}" y="{HEIGHT - 20}" text-anchor="middle" fill="#6b7280">{size:,}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 4}" text-anchor="middle" fill="#6b7280">sessions</text>'

    labels = []
    for bench, naive, title, color in LINES:
        for name, dashes in [(bench, ""), (naive, ' stroke-dasharray="2 4" stroke-opacity=".6"')]:
            points = [(x(size), y(times[name, size])) for size in sizes if (name, size) in times]
            if len(points) > 1:
                path = "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
                yield f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"{dashes}/>'
        if (bench, sizes[-1]) in times:
            labels.append([y(times[bench, sizes[-1]]) + 4, title, times[bench, sizes[-1]], color])
    # Labels are next to their lines and don't overlap.
    labels.sort()
    for above, below in zip(labels, labels[1:]):
        below[0] = max(below[0], above[0] + 15)
    for at, title, time, color in labels:
        title = title.replace("&", "&amp;").replace("<", "&lt;")
        yield f'<text x="{WIDTH - RIGHT + 8}" y="{at:.1f}" fill="{color}">{title}: {time:.3g} ms</text>'
    yield "</svg>"


def main():
    times = medians(sys.stdin)
    if not times:
        sys.exit("chart.py: no output of divan on standard input")
    print("\n".join(chart(times)))


main()
