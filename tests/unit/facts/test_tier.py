from __future__ import annotations

from wardlaw.facts.tier import SystemRole, Tier


def test_the_words_are_those_of_the_data() -> None:
    assert {one.value for one in Tier} == {
        "prohibited",
        "high",
        "limited",
        "minimal",
        "gpai",
        "out-of-scope",
        "undetermined",
    }
    assert SystemRole("gpai-provider") is SystemRole.GPAI_PROVIDER
