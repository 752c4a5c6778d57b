"""What goes wrong on a platform: at which request, and how."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.testing.saas.message import SaasRequest


class FaultKind(StrEnum):
    """How a request fails."""

    STATUS = "status"  # another answer in place of the right one, which is not carried out
    CUT = "cut"  # the right answer breaks off half way
    DROP = "drop"  # the connection is closed without an answer
    SLOW = "slow"  # the right answer comes late
    EMPTY = "empty"  # 200 with an empty list, as to somebody whose rights were taken away
    GARBAGE = "garbage"  # 200 with something that is no JSON


class SaasFault(msgspec.Struct, frozen=True):
    """One fault.

    Attributes:
        at: Which of the requests that match, from 1; 0 for every one.
        times: From ``at`` on, so many; 0 for ever.
        method: Only requests of this method; any when empty.
        path: Only requests with this in their path.
        status: Of the answer, for ``STATUS``.
        delay_s: For ``SLOW``.
    """

    kind: FaultKind
    at: int = 0
    times: int = 1
    method: str = ""
    path: str = ""
    status: int = 500
    headers: dict[str, str] = {}
    delay_s: float = 0.0


class FaultPlan:
    """Faults with the count of the requests that each has met."""

    def __init__(self, *faults: SaasFault) -> None:
        self._faults = faults
        self._met = [0] * len(faults)

    def next(self, request: SaasRequest) -> SaasFault | None:
        """The fault that this request meets; the first that fits."""
        found: SaasFault | None = None
        for index, fault in enumerate(self._faults):
            if fault.method not in ("", request.method) or fault.path not in request.path:
                continue
            self._met[index] += 1
            met = self._met[index]
            is_due = fault.at == 0 or (met >= fault.at and (fault.times == 0 or met < fault.at + fault.times))
            if is_due and found is None:
                found = fault
        return found
