from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.person import Role

ACME = {"kind": "vendor", "id": "acme", "title": "Acme", "owner": "person:own"}


def test_the_second_of_two_who_change_one_entry_is_told(api: Api) -> None:
    owner, auditor = api.person("own", Role.OWNER), api.person("aud", Role.AUDITOR)
    assert api.error("PUT", "/register", {"entry": ACME}, uid=auditor) == (403, "WL-RGT-010")
    assert api.ok("PUT", "/register", {"entry": ACME}, uid=owner)["version"] == 1
    assert api.ok("PUT", "/register", {"entry": {**ACME, "country": "FR"}, "version": 1}, uid=owner)["version"] == 2
    assert api.error("PUT", "/register", {"entry": ACME, "version": 1}, uid=owner) == (409, "WL-SYS-008")
    detail = api.ok("GET", "/register/vendor/acme", uid=auditor)
    assert [one["entry"]["country"] for one in detail["history"]] == ["", "FR"]
    assert [one["entry"]["id"] for one in api.ok("GET", "/register?kind=vendor", uid=auditor)] == ["acme"]
    assert api.ok("GET", "/register?kind=model", uid=auditor) == []
    assert api.error("GET", "/register/model/acme", uid=auditor) == (404, "WL-SYS-010")
    assert api.ok("DELETE", "/register/vendor/acme", uid=owner)["retired_at"] > 0
    assert [facts["version"] for facts in api.made.recorder.of("register.put") if "version" in facts] == [1, 2]


def test_nobody_takes_themselves_out_as_the_author_of_a_model(api: Api) -> None:
    owner, other = api.person("own", Role.OWNER), api.person("two", Role.RISK)
    model = {"kind": "model", "id": "m", "title": "M", "owner": "person:own", "author": "person:own"}
    api.ok("PUT", "/register", {"entry": model}, uid=owner)
    unsaid = {**model, "author": ""}
    assert api.error("PUT", "/register", {"entry": unsaid, "version": 1}, uid=owner) == (403, "WL-SYS-016")
    assert api.ok("PUT", "/register", {"entry": {**model, "title": "N"}, "version": 1}, uid=owner)["version"] == 2
    assert api.ok("PUT", "/register", {"entry": unsaid, "version": 2}, uid=other)["version"] == 3
