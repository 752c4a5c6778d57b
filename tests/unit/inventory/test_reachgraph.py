from __future__ import annotations

from wardlaw.inventory.model import Account, AccountState, App, Grant, Item
from wardlaw.inventory.reachgraph import Column, reach_graph
from wardlaw.inventory.rules import Book, Limits
from wardlaw.inventory.view import Inventory

MAIL, OPEN = "https://mail.google.com/", "openid"


def book(*grants: Grant, accounts=(), apps=()) -> Book:
    items = tuple(Item("acme", "tokens", grant, 1, 1, 2) for grant in grants)
    return Book(
        Inventory(items, {"acme": "google"}),
        {("acme", one.id): one for one in accounts},
        {("acme", one.id): one for one in apps},
        Limits(),
        0.0,
    )


def test_a_grant_is_a_path_from_who_to_data() -> None:
    graph = reach_graph(
        book(
            Grant("g1", "u1", "a1", scopes=(MAIL, OPEN)),
            Grant("g2", "", "a2"),
            accounts=[Account("u1", name="ada", state=AccountState.SUSPENDED)],
            apps=[App("a1", "ChatGPT")],
        ),
        vendors={"a1": "openai"},
        total=9,
    )
    labels = {node.key: (node.column, node.label, node.marks) for node in graph.nodes}
    assert labels["0:u1"] == (Column.WHO, "ada", ("suspended",))
    assert labels["1:a1"] == (Column.APP, "ChatGPT", ("AI",))
    assert labels["0:"][1] == "everybody"
    assert labels["3:mail"][0] is Column.DATA
    edges = {(edge.source, edge.target): (edge.grants, edge.level) for edge in graph.edges}
    assert edges["0:u1", "1:a1"] == (2, 4)
    assert edges["2:" + MAIL, "3:mail"] == (1, 4)
    assert edges["0:", "1:a2"] == (1, 0)
    assert (graph.grants, graph.total) == (2, 9)


def test_what_is_beyond_the_limit_is_counted_and_keeps_its_edges() -> None:
    grants = [Grant(f"g{n}", f"u{n}", "a", scopes=(MAIL if n == 40 else OPEN,)) for n in range(50)]
    graph = reach_graph(book(*grants), vendors={}, most=(5, 5, 5, 5))
    who = [node for node in graph.nodes if node.column is Column.WHO]
    assert len(who) == 6
    assert who[0].label == "u40"  # what reaches furthest is drawn
    rest = next(node for node in who if node.folded)
    assert (rest.label, rest.folded) == ("and 45 more", 45)
    assert sum(edge.grants for edge in graph.edges if edge.target == "1:a") == 50
    keys = {node.key for node in graph.nodes}
    assert all(edge.source in keys and edge.target in keys for edge in graph.edges)


def test_nothing_is_an_empty_graph_and_one_too_many_is_drawn_itself() -> None:
    assert reach_graph(book(), vendors={}).nodes == ()
    grants = [Grant(f"g{n}", f"u{n}", "a") for n in range(6)]
    assert not any(node.folded for node in reach_graph(book(*grants), vendors={}, most=(5, 5, 5, 5)).nodes)
