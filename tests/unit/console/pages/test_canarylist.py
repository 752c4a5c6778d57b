from __future__ import annotations

from tests.unit.console.pages.inventoryhouse import InventoryHouse
from wardlaw.console.pages.canarylist import result_of
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.person import Role
from wardlaw.store.canaries import CanaryOrders, CanaryRuns
from wardlaw.store.database import writing

RUN = CanaryRun(
    "crn_1",
    "can_1",
    "OPS-04",
    "chat.completions",
    "A large body",
    1_789_999_000.0,
    CanaryOutcome.FAIL,
    took_us=2_500,
    detail="It went through.",
)


def test_what_is_proven_what_is_not_and_why(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    text = sec.get("/canaries").text
    assert "Not run yet" in text
    assert "Cannot be proven" in text
    assert "scan takes texts alone" in text
    with writing(house.api.made.engine) as connection:
        CanaryRuns(connection).keep(RUN)
    text = sec.get("/canaries?result=fail").text
    assert "Let it through" in text
    assert "2.5" in text
    assert "scan takes texts alone" not in text
    assert "None is so." in sec.get("/canaries?result=pass").text
    assert "It went through." in sec.get("/canaries/history?clause=OPS-04").text


def test_some_are_run_now(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    form = sec.form_of(sec.get("/canaries").text)
    done = sec.post("/canaries/run", form=form, clause="OPS-04")
    where = done.header("location").partition("?")[0]
    assert where.startswith("/canaries/orders/cor_")
    assert "hx-get" in sec.get(where).text
    order = where.rpartition("/")[2]
    with writing(house.api.made.engine) as connection:
        CanaryRuns(connection).keep(CanaryRun("crn_2", "", "OPS-04", "scan", "x", 1.0, CanaryOutcome.PASS, order=order))
        CanaryOrders(connection).done(order, now=2.0)
    assert "Stopped it" in sec.get(where).text
    part = sec.get(f"{where}?part=runs").text
    assert part.lstrip().startswith('<section class="panel" id="runs">'), part[:200]  # it asks no more
    assert sec.post("/canaries/run", form=form, clause="NO-99").status == 400
    assert sec.post("/canaries/run", form="x", clause="").status == 403


def test_only_those_who_may_run_them_see_the_button(house: InventoryHouse) -> None:
    assert "/canaries/run" not in house.browser("aud", Role.AUDITOR).get("/canaries").text


def test_how_a_clause_stands() -> None:
    one = {"why": "", "last": None}
    assert result_of(one) == "waits"
    assert result_of(one | {"why": "no"}) == "cannot"
    assert [result_of({"why": "", "last": {"outcome": name}}) for name in ("pass", "fail", "unavailable", "not-expressible")] == [
        "pass", "fail", "waits", "cannot",
    ]  # fmt: skip
