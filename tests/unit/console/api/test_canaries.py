from __future__ import annotations

from tests.console_fakes import START, Api
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.person import Role
from wardlaw.store.canaries import CanaryOrders, CanaryRuns
from wardlaw.store.database import writing

RUN = CanaryRun("crn_1", "can_1", "OPS-04", "chat.completions", "A large body", START, CanaryOutcome.PASS, "dec_1")


def keep(api: Api, run: CanaryRun) -> None:
    with writing(api.made.engine) as connection:
        CanaryRuns(connection).keep(run)


def test_every_clause_and_route_is_told_with_what_it_proved_last(api: Api) -> None:
    uid = api.person("sec", Role.SECOPS)
    keep(api, RUN)
    sent, unsaid = api.ok("GET", "/canaries", uid=uid)
    assert (sent["route"], sent["effect"], sent["last"]["decision"]) == ("chat.completions", "deny", "dec_1")
    assert (unsaid["why"], unsaid["last"]) == ("scan takes texts alone", None)
    assert api.ok("GET", "/canaries?clause=SEC-01", uid=uid) == []
    assert [one["id"] for one in api.ok("GET", "/canaries/history?clause=OPS-04", uid=uid)] == ["crn_1"]


def test_an_order_is_recorded_kept_and_told_with_its_runs(api: Api) -> None:
    uid = api.person("sec", Role.SECOPS)
    order = api.ok("POST", "/canaries/orders", {"clause": "OPS-04"}, uid=uid)
    assert (order["asked_by"], order["done_at"]) == ("person:sec", 0.0)
    assert api.made.recorder.of("canaries.run") == [{"order": order["id"], "clause": "OPS-04"}]
    keep(api, CanaryRun("crn_2", "", "OPS-04", "scan", "", START, CanaryOutcome.NOT_EXPRESSIBLE, order=order["id"]))
    with writing(api.made.engine) as connection:
        CanaryOrders(connection).done(order["id"], now=START + 1)
    told = api.ok("GET", f"/canaries/orders/{order['id']}", uid=uid)
    assert told["order"]["done_at"] == START + 1
    assert [one["id"] for one in told["runs"]] == ["crn_2"]


def test_a_clause_without_a_canary_and_an_unknown_order_are_told(api: Api) -> None:
    uid = api.person("sec", Role.SECOPS)
    assert api.error("POST", "/canaries/orders", {"clause": "NO-01"}, uid=uid)[1] == "WL-CAN-012"
    assert api.error("GET", "/canaries/orders/cor_9", uid=uid)[1] == "WL-CAN-010"


def test_reading_is_for_those_who_read_the_log_and_running_for_fewer(api: Api) -> None:
    auditor, owner = api.person("aud", Role.AUDITOR), api.person("own", Role.OWNER)
    assert api.ok("GET", "/canaries", uid=auditor)
    assert api.error("POST", "/canaries/orders", {"clause": ""}, uid=auditor) == (403, "WL-RGT-010")
    assert api.error("POST", "/canaries/orders", {"clause": ""}, uid=owner) == (403, "WL-RGT-010")
