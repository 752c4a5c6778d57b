"""A full reading of the tokens of a Google Workspace against a quota like Google's, on a clock that is put in.

The platform is served on loopback and refuses what is beyond the quota; the client waits on the same clock, so that the
minutes of the quota cost nothing. An answer takes as long on that clock as is said here.
"""

from __future__ import annotations

import msgspec

from wardlaw.connectors.google import TOKENS, GoogleConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.testing.saas.google import GoogleQuota
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.server import serve

QUOTA_PER_MINUTE = 2_400  # Google's default for the Admin SDK, requests a minute and project
ANSWER_S = 0.02
_PAGE = 500


class QuotaFigures(msgspec.Struct, frozen=True):
    """One reading.

    Attributes:
        requests: Those that were answered.
        refused: Those that ran into the quota, and were asked again.
        taken_s: By the clock that was put in: answers, and the client's own waiting.
        floor_s: What as many requests take by the quota alone.
        grants: Read, of all users.
    """

    users: int
    requests: int
    refused: int
    taken_s: float
    floor_s: float
    grants: int


class _Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class _Workspace:
    """Users with ten tokens each."""

    def __init__(self, users: int, clock: _Clock) -> None:
        self._users = users
        self._clock = clock
        self._tokens = [{"clientId": f"app-{n}", "displayText": f"App {n}", "scopes": ["openid"]} for n in range(10)]
        self.answered = 0

    def answer(self, request: SaasRequest) -> SaasResponse:
        """A page of users, or the tokens of one."""
        self._clock.sleep(ANSWER_S)
        self.answered += 1
        if request.path.endswith("/tokens"):
            return SaasResponse(200, {"items": self._tokens})
        begin = int(request.query.get("pageToken", "0"))
        end = min(begin + _PAGE, self._users)
        more = {"nextPageToken": str(end)} if end < self._users else {}
        return SaasResponse(200, {"users": [{"id": f"{number:021d}"} for number in range(begin, end)], **more})

    def empty(self, request: SaasRequest) -> SaasResponse:
        """Nothing; this reading never asks without rights."""
        return SaasResponse(200, {})


def read_against_quota(users: int, *, per_minute: int = QUOTA_PER_MINUTE) -> QuotaFigures:
    """Read the tokens of so many users, with so many requests a minute."""
    clock = _Clock()
    workspace = _Workspace(users, clock)
    quota = GoogleQuota(per_minute, window_s=60.0, clock=clock)
    began, grants = clock.now, 0
    with serve(workspace, quota=quota) as served:
        client = VendorClient(served.url, authorise=dict, clock=clock, sleep=clock.sleep)
        for page in GoogleConnector(client).read(TOKENS, ""):
            if page.gaps:
                raise SystemExit(f"the reading is not whole: {page.gaps[0]}")
            grants += sum(1 for sighting in page.sightings if hasattr(sighting.thing, "scopes"))
    answered = workspace.answered
    return QuotaFigures(users, answered, quota.refused, clock.now - began, answered * 60 / per_minute, grants)
