from __future__ import annotations

from wardlaw.gateway.wire.asked import Asked


def test_the_token_ceiling_counts_for_all_answers_together() -> None:
    asked = Asked(model="m", segments=(), max_tokens=10, answers=3, uninspected=("image",), hosted_tools=("store",))
    measures = asked.measures(401)
    assert (measures.body_bytes, measures.prompt_tokens, measures.max_tokens) == (401, 100, 30)
    assert (measures.uninspected, measures.hosted_tools) == (("image",), ("store",))
