from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.inventory.model import AccountState, Tristate
from wardlaw.inventory.score import Band, ScoreFacts, score

DAY = 86_400.0
NOW = 1_000 * DAY
WORST = ScoreFacts(
    "app", 4, ("mail", "files", "admin"), 5_000, Tristate.NO, Tristate.NO, "openai", 1.0, 0.0, True, "", True,
    AccountState.DELETED, True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "parts"),
    [
        (ScoreFacts("app", first_party=Tristate.YES, verified=Tristate.NO), {}),
        (ScoreFacts("app", verified=Tristate.NO), {"publisher": 15}),
        (ScoreFacts("app"), {"publisher": 5}),
        (ScoreFacts("credential", never_expires=True, born_at=NOW - 400 * DAY), {"endless": 8, "age": 6}),
        (ScoreFacts("account", needs_owner=True), {"owner": 10}),
        (
            ScoreFacts("account", needs_owner=True, owner="ada", usage_known=True, born_at=NOW - 100 * DAY),
            {"dormancy": 10},
        ),
        (ScoreFacts("account", born_at=NOW - 100 * DAY), {}),  # no use was told, which is not the same as unused
        (ScoreFacts("account", level=3, data=("mail", "calendar")), {"privilege": 20, "data": 7}),
    ],
)
def test_each_part_says_why(facts, parts) -> None:
    found = score(facts, at=NOW)
    assert {one.part: one.points for one in found.parts} == parts
    assert found.points == sum(parts.values())
    assert all(one.why for one in found.parts)


def test_the_worst_is_a_hundred_and_the_weightiest_part_comes_first() -> None:
    found = score(WORST, at=NOW)
    assert (found.points, found.band, found.parts[0].part) == (100, Band.HIGH, "privilege")


@given(st.integers(0, 4), st.integers(0, 10**6), st.sampled_from(Tristate), st.floats(0, NOW), st.booleans())
def test_a_score_is_the_sum_of_its_parts_within_bounds(level, accounts, verified, used, usage) -> None:
    found = score(ScoreFacts("app", level, (), accounts, verified, used_at=used, usage_known=usage), at=NOW)
    assert found.points == min(100, sum(one.points for one in found.parts))
    assert 0 <= found.points <= 100
