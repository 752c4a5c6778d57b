from __future__ import annotations

from wardlaw.gateway.wire.surface import as_it_came, no_calls


def test_a_surface_without_conversation_tells_of_no_calls_and_sets_nothing() -> None:
    assert list(no_calls({"messages": [{"tool_calls": [{}]}]})) == []
    assert as_it_came({"model": "m"}) == {}
