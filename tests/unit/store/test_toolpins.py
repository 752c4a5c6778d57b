from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.store import generations
from wardlaw.store.database import reading, writing
from wardlaw.store.toolpins import approve, list_pins, sight

OLD, NEW = "aa" * 32, "bb" * 32


def offer(tool: str, digest: str = OLD, *concerns: str) -> ToolPin:
    return ToolPin("git", tool, PinState.QUARANTINED, "", "", digest, f'{{"name":"{digest[:2]}"}}', concerns)


def test_a_tool_is_pinned_drifts_and_is_good_again(database) -> None:
    with writing(database) as connection:
        (first,) = sight(connection, "git", [offer("log")], at=1.0)
        assert (first.state, first.pin, first.first_at) == (PinState.PINNED, OLD, 1.0)
        assert sight(connection, "git", [offer("log")], at=2.0) == ()
        (drifted,) = sight(connection, "git", [offer("log", NEW)], at=3.0)
        assert (drifted.state, drifted.pin, drifted.offered_pin, drifted.changed_at) == ("drifted", OLD, NEW, 3.0)
        (back,) = sight(connection, "git", [offer("log")], at=4.0)
        assert (back.state, back.definition) == (PinState.PINNED, back.offered)
    assert generations.read(database)["tools"] == 3
    with reading(database) as connection:
        assert list_pins(connection) == (back,) == list_pins(connection, "git")
        assert list_pins(connection, "other") == ()


def test_only_a_person_lets_another_definition_in(database) -> None:
    with writing(database) as connection:
        sight(connection, "git", [offer("log"), offer("bad", NEW, "secrecy at /description")], at=1.0)
        sight(connection, "git", [offer("log", NEW)], at=2.0)
        approved = approve(connection, "git", "log", digest=NEW[:12], by="person:ada", at=3.0)
        assert (approved.state, approved.pin, approved.approved_by) == (PinState.PINNED, NEW, "person:ada")
        assert sight(connection, "git", [offer("log", NEW)], at=4.0) == ()
        # What was approved once is not approved for ever: the old definition is another one now.
        (again,) = sight(connection, "git", [offer("log")], at=5.0)
        assert again.state is PinState.DRIFTED
        bad = approve(connection, "git", "bad", digest=NEW, by="person:ada", at=6.0)
        assert (bad.state, bad.concerns) == (PinState.PINNED, ("secrecy at /description",))


@pytest.mark.parametrize(("tool", "digest", "code"), [
    ("none", OLD, "WL-MCP-021"), ("log", NEW, "WL-MCP-022"), ("log", OLD[:11], "WL-MCP-022"), ("log", "", "WL-MCP-022"),
])  # fmt: skip
def test_nobody_approves_what_they_did_not_see(database, tool, digest, code) -> None:
    with writing(database) as connection:
        sight(connection, "git", [offer("log")], at=1.0)
        with pytest.raises(InputError) as caught:
            approve(connection, "git", tool, digest=digest, by="person:ada", at=2.0)
    assert caught.value.code == code
