from __future__ import annotations

from wardlaw.facts.toolseen import ToolSeen
from wardlaw.store import seentools
from wardlaw.store.database import reading, writing


def tool(name: str, digest: str = "aa", at: float = 1.0) -> ToolSeen:
    return ToolSeen(name, "request", '{"name":"x"}', digest, at)


def test_the_last_definition_of_each_name_is_kept(database) -> None:
    with writing(database) as connection:
        assert seentools.keep_seen(connection, [tool("a"), tool("b")]) == 2
        assert seentools.keep_seen(connection, [tool("a", "bb", 2.0)]) == 1
    with reading(database) as connection:
        assert seentools.list_seen(connection) == (tool("a", "bb", 2.0), tool("b"))


def test_only_so_many_names_are_kept_and_known_ones_still_change(database, monkeypatch) -> None:
    monkeypatch.setattr(seentools, "MOST_SEEN", 3)
    with writing(database) as connection:
        assert seentools.keep_seen(connection, [tool(name) for name in "abcde"]) == 3
        assert seentools.keep_seen(connection, [tool("z"), tool("a", "bb")]) == 1
        assert [one.name for one in seentools.list_seen(connection)] == ["a", "b", "c"]
