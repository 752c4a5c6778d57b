"""Nothing is recoded that has no way named."""

from __future__ import annotations

from wardlaw.gateway.wire.recoding import Recoding


def test_a_recoding_without_ways_changes_nothing() -> None:
    recoding = Recoding()
    assert (recoding.stream, recoding.answer, recoding.refusal) == (None, None, None)
