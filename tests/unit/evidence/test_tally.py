from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.evidence.test_running import running
from wardlaw.evidence import tally
from wardlaw.evidence.observed import NOTHING_COUNTED, Counts
from wardlaw.evidence.tally import SWITCH_S, Tally, Told, counts_of
from wardlaw.governance.shipped import starter_sources
from wardlaw.register.system import Traffic

CLAUSES = running(starter_sources())
GOV_07, ACC_07 = CLAUSES["GOV-07"], CLAUSES["ACC-07"]
CALL = Traffic("agent:a", "", "Agent", "ModelCall", "messages", "model:gpt")
ONE = Told("dec_1", 1_000_000.0, CALL, "now")


def counted(*told: Told, clause=GOV_07, published_at: float = 0.0) -> Counts:
    adding = Tally()
    for one in told:
        adding.add(one)
    scene = adding.scenes(lambda _traffic: ("crm",)).get("crm", {})
    return counts_of(clause, scene, in_force="now", published_at=published_at)


def again(**fields: object) -> Told:
    return msgspec.structs.replace(ONE, **fields)


def test_what_is_in_the_scope_of_a_clause_is_counted() -> None:
    assert counted() == NOTHING_COUNTED
    later = again(id="dec_2", at=1_000_009.0, fired=("GOV-07", "SEC-01"))
    found = counted(ONE, later, again(id="dec_3", traffic=msgspec.structs.replace(CALL, action="Grant")))
    assert found == Counts(seen=2, evaluated=2, fired=1, last_fired_at=1_000_009.0, last_fired="dec_2")


def test_only_resources_that_a_clause_names_are_in_its_scope() -> None:
    assert ACC_07.resources
    tool = msgspec.structs.replace(CALL, action="ToolCall", resource="tool:delete_all")
    other = msgspec.structs.replace(tool, resource="tool:read")
    assert counted(again(traffic=tool), again(traffic=other), clause=ACC_07).seen == 1


def test_a_set_that_decides_on_after_another_was_published_is_a_stray() -> None:
    old = again(policies="before")
    assert counted(ONE, old, published_at=ONE.at + 1).stray_at == 0.0
    assert counted(ONE, old, published_at=ONE.at - SWITCH_S).stray_at == 0.0
    assert counted(ONE, old, published_at=ONE.at - SWITCH_S - 1).stray_at == ONE.at


def test_observed_and_unread_are_told_apart() -> None:
    found = counted(again(observes=True), again(unread=True), ONE, clause=CLAUSES["SEC-01"])
    assert (found.seen, found.only_observed, found.uninspected) == (3, 1, 1)
    assert counted(again(unread=True), clause=CLAUSES["ACC-01"]).uninspected == 0


def test_days_fall_out_of_the_window_whole() -> None:
    adding = Tally()
    for day in range(5):
        adding.add(again(at=day * 86_400.0 + 5))
    adding.forget_before(3 * 86_400.0)
    assert counts_of(GOV_07, adding.scenes(lambda _: ("x",))["x"], in_force="now", published_at=0).seen == 2


def test_more_kinds_of_traffic_than_are_kept_apart_are_nobodys(monkeypatch) -> None:
    monkeypatch.setattr(tally, "MOST_KINDS", 2)
    adding = Tally()
    for number in range(5):
        adding.add(again(traffic=msgspec.structs.replace(CALL, principal=f"agent:{number}")))
    scenes = adding.scenes(lambda traffic: (traffic.principal or "nobody",))
    assert set(scenes) == {"agent:0", "agent:1", "nobody"}
    assert counts_of(GOV_07, scenes["nobody"], in_force="now", published_at=0).seen == 3


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20 * 86_400), st.booleans())), st.randoms())
def test_the_order_of_the_log_makes_no_difference(moments, order) -> None:
    told = [
        again(id=f"dec_{n}", at=float(at), policies=f"set{kind}", fired=("GOV-07",) if fired else ())
        for n, (kind, at, fired) in enumerate(moments)
    ]
    shuffled = list(told)
    order.shuffle(shuffled)
    one, other = counted(*told), counted(*shuffled)
    assert (one.seen, one.fired, one.stray_at, one.last_fired_at) == (
        other.seen, other.fired, other.stray_at, other.last_fired_at,
    )  # fmt: skip
    assert one.seen == len(told)


def test_matches_are_told_by_day_and_place_without_names() -> None:
    adding = Tally()
    day = 86_400.0
    other = msgspec.structs.replace(CALL, principal="agent:b")
    for one in (
        again(fired=("GOV-07",), at=10 * day),
        again(id="dec_2", fired=("GOV-07",), at=10 * day + 5, traffic=other),
        again(id="dec_3", fired=("SEC-01",), at=10 * day + 9),
        again(id="dec_4", fired=("GOV-07",), at=11 * day),
    ):
        adding.add(one)
    found = adding.firings("GOV-07")
    assert [(one.day, one.count, one.last) for one in found] == [(10, 2, "dec_2"), (11, 1, "dec_4")]
    assert (found[0].kind, found[0].route, found[0].resource) == ("Agent", "messages", "model:gpt")
    assert adding.firings("GOV-99") == ()
