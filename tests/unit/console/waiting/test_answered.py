from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.console.waiting.house import Inboxes
from wardlaw.facts.person import Role

COVERS = ("seconded",)
YES = {"approves": True, "reason": "fine"}


def test_the_newest_comes_first_and_nobody_reads_what_others_said_of_others(api: Api) -> None:
    api.made.grants.sources = api.made.policies.files
    house = Inboxes(api)
    asked = {"clause": "OPS-30", "reason": "a test", "minutes": 60, "principals": ["user:ana"]}
    first, second = (house.ok(Role.COMPLIANCE, "POST", "/waivers", asked)["waiver"]["id"] for _ in range(2))
    house.ok(Role.LEGAL, "POST", f"/waivers/{first}/answer", YES)
    api.made.clock.now += 5
    house.ok(Role.LEGAL, "POST", f"/waivers/{second}/answer", {"approves": False, "reason": "no"})
    assert house.answered(Role.LEGAL, "waiver") == [(second, False, "no", True), (first, True, "fine", True)]
    assert house.answered(Role.RISK, "waiver") == house.answered(Role.AUDITOR, "waiver") == []
