"""No approval lets a call go that it was not given for, twice, too late, or without the persons it needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.approval import ApprovalState, CallAnswer, CallApproval
from wardlaw.facts.errors import InputError
from wardlaw.governance.approvals import answered, short_name, used

PERSONS = ("person:ana", "person:ben", "person:cleo", "user:ana")
ACTS = st.one_of(
    st.builds(CallAnswer, st.sampled_from(PERSONS), st.floats(0, 300), st.booleans(), st.just("r")),
    st.tuples(st.sampled_from(("d", "other")), st.floats(0, 300)),
)


@given(st.lists(ACTS, max_size=12), st.sampled_from((1, 2)), st.sampled_from(("agent:x", "user:ana", "person:ben")))
def test_whatever_is_said_and_tried(acts: list[CallAnswer | tuple[str, float]], approvers: int, principal: str) -> None:
    now = CallApproval("apr_1", "d", principal, "user:ana", "t", "r", (), "", approvers, "e", "x", 0.0, 200.0)
    uses = 0
    for act in acts:
        if isinstance(act, CallAnswer):
            try:
                now = answered(now, act)
            except InputError:
                continue
            continue
        digest, at = act
        gone = used(now, digest, by="dec", now=at)
        if gone is None:
            continue
        uses += 1
        assert digest == "d"
        assert at < 200.0
        yes = {short_name(one.by) for one in now.answers if one.approves}
        assert len(yes) >= approvers
        assert short_name(principal) not in yes
        assert approvers == 1 or "ana" not in yes
        assert all(one.approves for one in now.answers)
        now = gone
    assert uses <= 1
    assert (now.state is ApprovalState.USED) == (uses == 1)
