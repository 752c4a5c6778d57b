from __future__ import annotations

from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.message import SaasRequest


def kinds(plan: FaultPlan, *requests: SaasRequest) -> list[FaultKind | None]:
    return [fault.kind if (fault := plan.next(request)) else None for request in requests]


def test_a_fault_comes_at_its_request_and_as_often_as_said() -> None:
    asked = [SaasRequest("GET", "/users")] * 4
    assert kinds(FaultPlan(SaasFault(FaultKind.DROP, at=2)), *asked) == [None, FaultKind.DROP, None, None]
    assert kinds(FaultPlan(SaasFault(FaultKind.CUT, at=3, times=0)), *asked) == [
        None,
        None,
        FaultKind.CUT,
        FaultKind.CUT,
    ]
    assert kinds(FaultPlan(SaasFault(FaultKind.SLOW)), *asked) == [FaultKind.SLOW] * 4


def test_only_requests_that_fit_are_counted() -> None:
    plan = FaultPlan(SaasFault(FaultKind.STATUS, at=2, method="DELETE", path="/tokens"))
    asked = [SaasRequest(method, path) for method, path in
             (("GET", "/tokens"), ("DELETE", "/users"), ("DELETE", "/tokens/1"), ("DELETE", "/tokens/2"))]  # fmt: skip
    assert kinds(plan, *asked) == [None, None, None, FaultKind.STATUS]
