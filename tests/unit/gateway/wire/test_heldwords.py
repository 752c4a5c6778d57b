from __future__ import annotations

from wardlaw.facts.approval import HeldNotice
from wardlaw.gateway.wire.heldwords import held_members, held_meta, held_words

WAITING = HeldNotice("apr_1", 1_790_000_000.0)


def test_a_call_that_waits_says_where_and_until_when() -> None:
    assert held_words(WAITING) == (
        "It waits for a person as apr_1 until 2026-09-21T14:13:20Z; once it is approved, make the same call again."
    )
    assert "Wardlaw-Retry" in held_words(HeldNotice("apr_1", 1.0, retry="t"))
    assert "as apr_1 and apr_2 until" in held_words(HeldNotice("apr_1", 1.0, beside=("apr_2",)))
    assert held_members(WAITING) == {
        "approval": "apr_1",
        "approvals": ["apr_1"],
        "expires": "2026-09-21T14:13:20Z",
        "retry": None,
        "see": "wardlaw approvals show apr_1",
    }
    assert held_meta(WAITING, "because") == {
        "wardlaw/held": {"approval": "apr_1", "expires": "2026-09-21T14:13:20Z", "why": "because"}
    }


def test_a_call_that_nobody_was_asked_about_says_why() -> None:
    refused = HeldNotice(message="Nobody could be asked.")
    assert held_words(refused) == "Nobody could be asked."
    assert set(held_members(refused).values()) == {None}
    assert held_meta(refused, "because") == held_meta(None, "because") == {}
