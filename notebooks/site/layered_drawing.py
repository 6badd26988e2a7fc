"""A map of what rests on what, in columns from left to right, drawn as SVG with text and links.

It needs no script; its text can be selected and searched, its nodes are links, and its title and
description are read aloud.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

__all__ = ["Node", "drawn"]

ROW, GAP, LETTER, PADDING, TOP = 26, 36, 6.1, 6, 30
"""In pixels: rows, the space between columns, a letter, the inside of a box, a heading."""


class Node(NamedTuple):
    """What is shown in a column.

    Attributes:
        text: its name.
        address: where it leads, seen from the page; empty if nowhere.
    """

    text: str
    address: str = ""


def drawn(
    columns: Mapping[str, Sequence[Node]],
    edges: Mapping[tuple[Node, Node], int],
    title: str,
    description: str,
) -> str:
    """The map as HTML for a page in Markdown.

    Args:
        columns: nodes by the heading of their column; an empty column is left out.
        edges: how much joins two nodes, which is how thick the line is.
        title: what it is a map of.
        description: what it shows, for those who do not see it.
    """
    shown = {heading: nodes for heading, nodes in columns.items() if nodes}
    height = TOP + ROW * max(map(len, shown.values())) + PADDING
    boxes, left = {}, 1.0
    for heading, nodes in shown.items():
        width = LETTER * max(len(heading), *(len(each.text) for each in nodes)) + 2 * PADDING
        top = TOP + (height - TOP - PADDING - ROW * len(nodes)) / 2
        for number, node in enumerate(nodes):
            boxes[node] = (left, top + ROW * number, width)
        left += width + GAP
    size = f"{left - GAP + 1:.0f}"
    lines = [
        f'<div class="map" tabindex="0" role="group" aria-label="{escape(title)}"'
        ' style="overflow-x: auto">',
        f'<svg xmlns="http://www.w3.org/2000/svg" role="group" width="{size}" height="{height}"'
        f' viewBox="0 0 {size} {height}" font-size="11" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(description)}</desc>",
        *_headings(shown, boxes),
        *(_line(boxes[a], boxes[b], n) for (a, b), n in edges.items() if {a, b} <= boxes.keys()),
        *(_box(node, box) for node, box in boxes.items()),
        "</svg>",
        "</div>",
    ]
    return "\n".join(lines)


def _headings(
    columns: Mapping[str, Sequence[Node]], boxes: Mapping[Node, tuple[float, float, float]]
) -> Iterator[str]:
    for heading, nodes in columns.items():
        left, _, _ = boxes[nodes[0]]
        yield f'<text x="{left:.1f}" y="16" fill="currentColor">{escape(heading)}</text>'


def _line(start: tuple[float, float, float], end: tuple[float, float, float], count: int) -> str:
    """A line from the right of a box to the left of another."""
    x, y = start[0] + start[2], start[1] + ROW / 2 - 2
    u, v = end[0], end[1] + ROW / 2 - 2
    bend = (u - x) / 2
    path = f"M{x:.1f},{y:.1f} C{x + bend:.1f},{y:.1f} {u - bend:.1f},{v:.1f} {u:.1f},{v:.1f}"
    width = f"{1 + min(count, 40) ** 0.5 / 2:.1f}" if count > 1 else "1"
    return (
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity="0.35"'
        f' stroke-width="{width}"/>'
    )


def _box(node: Node, box: tuple[float, float, float]) -> str:
    left, top, width = box
    inside = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{ROW - 4}" rx="4"'
        ' fill="none" stroke="currentColor"/>'
        f'<text x="{left + PADDING:.1f}" y="{top + 15:.1f}" fill="currentColor">'
        f"{escape(node.text)}</text>"
    )
    return f'<a href="{escape(node.address)}">{inside}</a>' if node.address else inside
