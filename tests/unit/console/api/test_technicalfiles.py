from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.console.api.test_gates import House
from wardlaw.facts.person import Role


def test_a_verdict_that_stands_is_told_and_one_that_is_gone_is_not(api: Api) -> None:
    house = House(api)

    def states() -> dict[str, str]:
        return {one["id"]: one["state"] for one in house.ok(Role.OWNER, "GET", "/systems/cv/file")["fields"]}

    assert (states()["2g"], states()["2e"], states()["1b"]) == ("missing", "attested", "missing")
    house.opened()
    assert states()["2g"] == "live"
    house.ok(Role.LEGAL, "POST", "/systems/cv/verdict/revoke", {"reason": "x"})
    assert states()["2g"] == "missing"
    assert house.error(Role.OWNER, "GET", "/systems/none/file") == (404, "WL-SYS-001")
