"""A reach graph as an SVG, laid out here: no script, nothing loaded, light and dark by the file's own style.

Labels are texts of others: they are cut, freed of what does not print or turns the direction of writing, and escaped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from wardlaw.inventory.reachgraph import Column, GraphEdge, GraphNode, ReachGraph

_WIDTH, _TOP, _ROW, _BOX, _GAP = 1_240, 118, 30, 22, 44
_LEFT = {Column.WHO: 40, Column.APP: 340, Column.SCOPE: 640, Column.DATA: 1_030}
_WIDE = {Column.WHO: 200, Column.APP: 200, Column.SCOPE: 290, Column.DATA: 170}
_HEADS = {Column.WHO: "Who", Column.APP: "App", Column.SCOPE: "Scope", Column.DATA: "Data"}
_LEVELS = {0: "none", 1: "low", 2: "medium", 3: "high", 4: "critical"}
_CHARACTER = 6.9  # width of one at 12 px in the fonts named below, measured wide: a label must not leave its box

# Written out twice rather than with variables, which several viewers and converters do not know.
_LIGHT = {
    "paper": "#fbfaf7", "ink": "#23252b", "soft": "#6d7280", "line": "#d9d6cd", "box": "#ffffff", "none": "#a3a8b3",
    "low": "#4f9a73", "medium": "#4a7fc1", "high": "#d08a1d", "critical": "#c8433a",
}  # fmt: skip
_DARK = {
    "paper": "#17191e", "ink": "#e9e7e1", "soft": "#9aa0ad", "line": "#3a3f4a", "box": "#20242b", "none": "#6b7280",
    "low": "#63b38a", "medium": "#6ea3e6", "high": "#e5a94a", "critical": "#ee6a60",
}  # fmt: skip


def _colours(colour: Mapping[str, str]) -> str:
    levels = "".join(
        f".{name} .dot{{fill:{colour[name]}}}.edge.{name}{{stroke:{colour[name]}}}" for name in _LEVELS.values()
    )
    return (
        f".paper{{fill:{colour['paper']}}}text{{fill:{colour['ink']}}}"
        f".note,.head,.mark,.fold{{fill:{colour['soft']}}}.box{{fill:{colour['box']};stroke:{colour['line']}}}{levels}"
    )


_STYLE = (
    'text{font:12px ui-sans-serif,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif}'
    ".title{font-size:19px;font-weight:600}.head{font-weight:600}.mark{font-size:10px;text-anchor:end}"
    ".fold{font-style:italic}.folded{stroke-dasharray:3 3}.edge{fill:none;stroke-opacity:.36}.edge:hover{stroke-opacity:.95}"
    f"{_colours(_LIGHT)}@media (prefers-color-scheme:dark){{{_colours(_DARK)}}}"
)


class PlacedNode(msgspec.Struct, frozen=True):
    """A node with its place and what is written in it; ``text`` is cut to fit, ``whole`` is for those who ask."""

    key: str
    column: Column
    level: str
    x: float
    y: float
    width: int
    text: str
    whole: str
    marks: str
    folded: bool


class PlacedEdge(msgspec.Struct, frozen=True):
    """A line between two nodes: its path, its width, and what it says."""

    source: str
    target: str
    level: str
    path: str
    width: float
    says: str


class Drawing(msgspec.Struct, frozen=True):
    """A graph laid out; ``heads`` are the columns' names with where they begin."""

    width: int
    height: int
    heads: tuple[tuple[float, str], ...]
    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]


def laid_out(graph: ReachGraph) -> Drawing:
    """Where everything of a graph stands; texts as they are, for whoever writes them to escape."""
    rows = {column: [node for node in graph.nodes if node.column is column] for column in Column}
    order = _ordered(rows, graph.edges)
    tallest = max([len(own) for own in order.values()] or [1])
    places = {
        node.key: (_LEFT[column], _TOP + (tallest - len(own)) * _ROW / 2 + index * _ROW)
        for column, own in order.items()
        for index, node in enumerate(own)
    }
    return Drawing(
        _WIDTH,
        _TOP + max(tallest, 4) * _ROW + 34,
        tuple((float(_LEFT[column]), _HEADS[column]) for column in Column),
        tuple(_placed(node, places[node.key]) for own in order.values() for node in own),
        tuple(_lines(graph.edges, places)),
    )


def draw(graph: ReachGraph, *, title: str) -> str:
    """The whole file."""
    laid = laid_out(graph)
    height = laid.height
    shown = f"{graph.grants:,} grants" if graph.grants == graph.total else f"{graph.grants:,} of {graph.total:,} grants"
    body = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
            f'height="{height}" role="img" aria-label="{_escaped(_label(title, 120))}">'
        ),
        f"<title>{_escaped(_label(title, 120))}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>',
        f'<text class="title" x="40" y="42">{_escaped(_label(title, 90))}</text>',
        f'<text class="note" x="40" y="64">{shown}; lines are as strong as the grants behind them</text>',
        *_legend(),
        *(f'<text class="head" x="{left:.0f}" y="{_TOP - 14}">{head}</text>' for left, head in laid.heads),
        *(
            f'<path class="edge {one.level}" stroke-width="{one.width:.1f}" d="{one.path}"><title>{one.says}</title></path>'
            for one in laid.edges
        ),
        *(part for node in laid.nodes for part in _box(node)),
        "</svg>",
    ]
    return "\n".join(body) + "\n"


def _ordered(rows: Mapping[Column, Sequence[GraphNode]], edges: Sequence[GraphEdge]) -> dict[Column, list[GraphNode]]:
    """Each column in an order with few crossings: by where its neighbours stand, to and fro, the folded one last."""
    order = {column: list(own) for column, own in rows.items()}
    for sweep in range(6):
        columns = list(Column) if sweep % 2 == 0 else list(reversed(Column))
        for before, column in pairwise(columns):
            at = {node.key: index / max(len(order[before]), 1) for index, node in enumerate(order[before])}
            pulls: dict[str, list[tuple[float, int]]] = {}
            for edge in edges:
                for own, other in ((edge.source, edge.target), (edge.target, edge.source)):
                    if other in at:
                        pulls.setdefault(own, []).append((at[other], edge.grants))
            order[column].sort(key=lambda node: (node.folded > 0, _middle(pulls.get(node.key, ())), node.key))
    return order


def _middle(pulls: Sequence[tuple[float, int]]) -> float:
    weight = sum(count for _, count in pulls)
    return sum(place * count for place, count in pulls) / weight if weight else 1.0


def _lines(edges: Sequence[GraphEdge], places: Mapping[str, tuple[float, float]]) -> Iterator[PlacedEdge]:
    most = max([edge.grants for edge in edges] or [1])
    for edge in sorted(edges, key=lambda one: (one.level, one.grants, one.source, one.target)):
        left, top = places[edge.source]
        right, bottom = places[edge.target]
        begin, y = left + _WIDE[Column(int(edge.source[0]))], top + _BOX / 2
        end, z = right, bottom + _BOX / 2
        bend = max((end - begin) * 0.5, _GAP)
        path = f"M{begin:.0f} {y:.1f}C{begin + bend:.0f} {y:.1f} {end - bend:.0f} {z:.1f} {end:.0f} {z:.1f}"
        grants = f"{edge.grants:,} {'grant' if edge.grants == 1 else 'grants'}, {_LEVELS[edge.level]}"
        width = 1.1 + 5.4 * (edge.grants / most) ** 0.5
        yield PlacedEdge(edge.source, edge.target, _LEVELS[edge.level], path, width, grants)


def _placed(node: GraphNode, place: tuple[float, float]) -> PlacedNode:
    wide = _WIDE[node.column]
    marks = " · ".join(node.marks)
    room = int((wide - 30 - len(marks) * 7) / _CHARACTER)
    text = _label(node.label, room, tail=node.column is Column.SCOPE)
    return PlacedNode(
        node.key, node.column, _LEVELS[node.level], place[0], place[1], wide, text, _label(node.label, 300),
        _label(marks, 24), bool(node.folded),
    )  # fmt: skip


def _box(node: PlacedNode) -> Iterator[str]:
    x, y = node.x, node.y
    folded = " folded" if node.folded else ""
    yield (
        f'<g class="{node.level}"><title>{_escaped(node.whole)}</title>'
        f'<rect class="box{folded}" x="{x:.0f}" y="{y:.1f}" width="{node.width}" height="{_BOX}" rx="5"/>'
        f'<circle class="dot" cx="{x + 11:.0f}" cy="{y + _BOX / 2:.1f}" r="4"/>'
        f'<text{" class=" + chr(34) + "fold" + chr(34) if node.folded else ""} x="{x + 21:.0f}" y="{y + 15:.1f}">'
        f"{_escaped(node.text)}</text>"
    )
    if node.marks:
        yield f'<text class="mark" x="{x + node.width - 7:.0f}" y="{y + 15:.1f}">{_escaped(node.marks)}</text>'
    yield "</g>"


def _legend() -> Iterator[str]:
    x = _WIDTH - 40 - 4 * 88 - 20
    for name, said in (("low", "low"), ("medium", "medium"), ("high", "high"), ("critical", "critical")):
        yield f'<g class="{name}"><circle class="dot" cx="{x}" cy="38" r="5"/><text x="{x + 11}" y="42">{said}</text></g>'
        x += 88
    yield f'<text class="note" x="{_WIDTH - 40 - 4 * 88 - 25}" y="64">what the most powerful scope allows</text>'


def _label(text: str, room: int, *, tail: bool = False) -> str:
    """A text that fits; of a long address the end says more than the beginning."""
    plain = "".join(char if _prints(char) else "\N{REPLACEMENT CHARACTER}" for char in text)
    plain = " ".join(plain.split())
    width = [2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in plain]
    if sum(width) <= room:
        return plain
    kept, used = "", 1
    order = range(len(plain) - 1, -1, -1) if tail else range(len(plain))
    for index in order:
        used += width[index]
        if used > room:
            break
        kept = plain[index] + kept if tail else kept + plain[index]
    return f"…{kept}" if tail else f"{kept.rstrip()}…"


def _prints(char: str) -> bool:
    # Formatting characters turn the direction of writing or hide what is written; several marks on one letter climb.
    return char == " " or (char.isprintable() and unicodedata.category(char) not in ("Cf", "Mn", "Me"))


def _escaped(text: str) -> str:
    for char, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(char, safe)
    return text
