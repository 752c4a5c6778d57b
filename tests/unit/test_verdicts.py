from __future__ import annotations

import pytest

from wardlaw.verdicts import Decided, JudgedResult


@pytest.mark.parametrize("effect", ["allow", "hold", "deny", "cut"])
def test_only_allow_is_allowed(effect: str) -> None:
    assert Decided(effect, "dec_1", "call_1").allowed is (effect == "allow")  # type: ignore[arg-type]
    assert JudgedResult(effect, "dec_1").allowed is (effect == "allow")  # type: ignore[arg-type]


def test_what_is_masked_comes_with_transform_and_with_nothing_else() -> None:
    assert not Decided("transform", "dec_1", "call_1", arguments={}).allowed
    assert not JudgedResult("transform", "dec_1", result="").allowed
    for wrong in (
        lambda: Decided("transform", "dec_1", "call_1"),
        lambda: Decided("allow", "dec_1", "call_1", arguments={}),
        lambda: JudgedResult("transform", "dec_1"),
        lambda: JudgedResult("deny", "dec_1", result="x"),
    ):
        with pytest.raises(ValueError, match="transform"):
            wrong()
