"""Whatever was called and whatever is held: what is advised to stay allows all that was allowed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.inventory.exercise import exercise_table
from wardlaw.inventory.leastprivilege import Recommendation, WatchedUse, advise
from wardlaw.inventory.model import Grant
from wardlaw.inventory.risk import scope_risk

DAY = 86_400.0
NOW = 1_000 * DAY
TABLE = exercise_table("google")
assert TABLE is not None
SCOPES = sorted({scope for need in TABLE.needs for scope in need.scopes} | {"openid", "https://unknown.example/scope"})
METHODS = sorted(
    {method.replace("*", "anything") for need in TABLE.needs for method in need.methods}
    | {"", "gmail.users.messages.conjure", "keep.notes.list"}
)


@given(st.sets(st.sampled_from(SCOPES), min_size=1, max_size=8), st.sets(st.sampled_from(METHODS), max_size=6))
def test_what_stays_allows_what_was_done(held: set[str], methods: set[str]) -> None:
    grant = Grant("g", "ada", "app", scopes=tuple(sorted(held)), last_used_at=NOW - DAY if methods else 0.0)
    use = WatchedUse(40, told=True, born_at=NOW - 300 * DAY, methods=dict.fromkeys(methods, NOW - DAY))
    advice = advise(grant, "google", use, at=NOW)
    kept = {one.narrower or one.scope for one in advice.scopes if one.verdict is not Recommendation.REMOVE}
    for method in methods:
        need = TABLE.need_of(method)
        if need is not None and held & set(need.scopes):
            assert kept & set(need.scopes), (method, advice)
    if not all(TABLE.need_of(method) for method in methods):
        assert advice.verdict is not Recommendation.REMOVE
    for one in advice.scopes:
        if one.narrower:
            assert scope_risk("google", one.narrower).privilege <= scope_risk("google", one.scope).privilege


@given(st.sets(st.sampled_from(SCOPES), min_size=1, max_size=8), st.integers(0, 29))
def test_nothing_is_advised_before_a_month(held: set[str], days: int) -> None:
    grant = Grant("g", "ada", "app", scopes=tuple(sorted(held)), usage_known=True)
    use = WatchedUse(days, told=True, born_at=NOW - 300 * DAY)
    advice = advise(grant, "google", use, at=NOW)
    assert (advice.verdict, advice.known, advice.scopes) == (Recommendation.UNKNOWN, False, ())
    assert advice.why.startswith("no usage data")
