from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.demo.crowd import Crowd
from wardlaw.facts.finding import FindingKind

NOON = 1_790_000_000.0


@given(st.integers(0, 2**32), st.integers(1, 5))
@settings(max_examples=20)
def test_weeks_are_in_order_within_their_days_and_the_same_for_a_seed(seed: int, days: int) -> None:
    moments = list(Crowd(seed).weeks(NOON, days=days, a_day=30))
    times = [one.request.at for one in moments]
    assert times == sorted(times)
    assert all(NOON - max(days, 3) * 86_400 <= at < NOON for at in times)
    assert [one.request.id for one in Crowd(seed).weeks(NOON, days=days, a_day=30)] == [
        one.request.id for one in moments
    ]
    assert len({one.request.id for one in moments}) == len(moments)


def test_what_was_seen_stands_where_it_is_said_to_stand() -> None:
    moments = [one for one in Crowd(7).weeks(NOON, days=20, a_day=200) if one.findings]
    assert {one.findings[0].kind for one in moments} == {FindingKind.PII, FindingKind.SECRET, FindingKind.INJECTION}
    for one in moments:
        (found,) = one.findings
        said = one.segments[found.segment].text[found.start : found.end]
        assert found.channel == one.segments[found.segment].channel.value
        match found.kind:
            case FindingKind.PII:
                assert said.endswith("@customers.example")
            case FindingKind.SECRET:
                assert said.startswith("AKIA")
            case _:
                assert said.startswith("Ignore all previous")
