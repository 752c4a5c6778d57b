from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.inventory.drawing import draw
from wardlaw.inventory.reachgraph import Column, GraphEdge, GraphNode, ReachGraph


def graph(*labels: str) -> ReachGraph:
    nodes = [GraphNode(f"{n % 4}:{n}", Column(n % 4), label, n % 5, marks=("AI",)) for n, label in enumerate(labels)]
    edges = [GraphEdge(one.key, two.key, 3, 2) for one in nodes for two in nodes if two.column == one.column + 1]
    return ReachGraph(tuple(nodes), tuple(edges), 3, 9)


HOSTILE = (
    "<script>alert(1)</script>",
    'a" onload="x',
    "&amp;",
    "evil\u202etxt.exe",
    "a\x1b[2J\nb",
    "e\u0301" * 40,
    "字" * 90,
)


def test_hostile_names_stay_texts() -> None:
    drawn = draw(graph(*HOSTILE), title="<b>\u202e")
    root = ET.fromstring(drawn)
    assert {node.tag.rpartition("}")[2] for node in root.iter()} == {
        "svg", "title", "style", "rect", "text", "circle", "path", "g",
    }  # fmt: skip
    assert not any(name.startswith("on") or "href" in name for node in root.iter() for name in node.attrib)
    told = "".join(root.itertext())
    assert "<script>alert(1)" in told
    assert not {"\u202e", "\x1b", "\u0301"} & {*told}


def test_labels_stay_in_their_boxes_and_nothing_outside_the_page() -> None:
    root = ET.fromstring(draw(graph(*HOSTILE, *(f"name {n}" * 20 for n in range(60))), title="t"))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for node in root.iter():
        if node.tag.endswith("rect") and "box" in node.attrib["class"]:
            assert float(node.attrib["x"]) + float(node.attrib["width"]) <= width
            assert float(node.attrib["y"]) + float(node.attrib["height"]) <= height
        if node.tag.endswith("text") and "class" not in node.attrib:
            assert len(node.text or "") < 42


def test_the_same_graph_is_the_same_file_and_says_what_is_left_out() -> None:
    one = draw(graph("a", "b", "c", "d"), title="t")
    assert one == draw(graph("a", "b", "c", "d"), title="t")
    assert "3 of 9 grants" in one
    assert "prefers-color-scheme:dark" in one
    assert not re.search(r"url\(|@import|<script", one)
    assert "svg" in draw(ReachGraph((), (), 0, 0), title="")


@given(st.lists(st.text(max_size=60), max_size=9), st.text(max_size=40))
def test_whatever_the_texts_the_file_can_be_read(labels, title) -> None:
    ET.fromstring(draw(graph(*labels), title=title))
