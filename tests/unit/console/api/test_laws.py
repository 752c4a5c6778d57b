from __future__ import annotations

from datetime import date

import msgspec

from tests.console_fakes import Api
from tests.unit.governance.frameworks.test_pack import EU, PACK, packed
from wardlaw.facts.person import Role
from wardlaw.governance.frameworks.pack import digest_of

CRM = {"id": "crm-bot", "title": "CRM bot", "owner": "person:own", "purpose": "answers customers"}


def test_frameworks_by_day(api: Api) -> None:
    uid = api.person("aud", Role.AUDITOR)
    by_id = {one["id"]: one for one in api.ok("GET", "/frameworks?as_of=2026-12-02", uid=uid)}
    assert (by_id["eu-ai-act"]["provisions"], by_id["eu-ai-act"]["applying"]) == (41, 23)
    assert by_id["eu-ai-act"]["origin"] == "ships with this version"
    shown = api.ok("GET", "/frameworks/eu-ai-act?as_of=2027-12-02", uid=uid)
    assert sum(one["applies"] for one in shown["lines"]) == 41
    article = next(one for one in shown["lines"] if one["provision"]["id"] == "art-14")
    assert "WL-AGT-APPROVE" in article["controls"]
    assert "ACC-06" in article["clauses"]
    assert article["provision"]["dates"][0]["was"] == "2026-08-02"
    assert api.error("GET", "/frameworks/eu-ai-akt", uid=uid) == (404, "WL-FWK-003")
    assert api.error("GET", "/frameworks?as_of=soon", uid=uid) == (400, "WL-API-003")


def test_a_change_of_the_law_is_looked_at_applied_and_reopens_what_it_touches(api: Api) -> None:
    legal, owner = api.person("leg", Role.LEGAL), api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CRM, uid=owner)
    report = api.ok("POST", "/frameworks/diff", {"pack": PACK.decode()}, uid=owner)
    assert report["digest"] == digest_of(PACK)
    assert report["changes"][0]["added"] == ["art-5-1-bc"]
    assert "ACC-06" in report["clauses"]
    assert ["eu-ai-act:art-14", "crm-bot"] in report["reopened"]
    body = {"pack": PACK.decode(), "digest": report["digest"]}
    assert api.error("POST", "/frameworks/apply", body, uid=owner) == (403, "WL-RGT-010")
    assert api.error("POST", "/frameworks/apply", {**body, "digest": "0" * 64}, uid=legal) == (409, "WL-FWK-005")
    api.ok("POST", "/frameworks/apply", body, uid=legal)
    (told,) = [facts for facts in api.made.recorder.of("frameworks.apply") if "reopened" in facts]
    assert (told["added"], told["removed"], told["moved"], told["reopened"]) == (1, 1, 1, 5)
    lines = {one["id"]: one for one in api.ok("GET", "/frameworks", uid=owner)}
    assert lines["eu-ai-act"]["origin"] == "pack eu-2027-01"
    asked = api.ok("GET", "/coverage?framework=eu-ai-act&as_of=2029-01-01", uid=owner)
    article = next(one for one in asked["clauses"] if one["clause"] == "eu-ai-act:art-14")
    assert article["state"] == "stale"
    assert "moved from 2027-12-02 to 2028-12-02" in article["why"]
    assert api.ok("POST", "/frameworks/diff", {"pack": PACK.decode()}, uid=owner)["reopened"] == []


def test_only_what_binds_a_system_is_reopened_for_it(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    api.ok("POST", "/systems", {**CRM, "roles": ["deployer"], "tier": "minimal"}, uid=owner)
    report = api.ok("POST", "/frameworks/diff", {"pack": PACK.decode()}, uid=owner)
    assert [ref for ref, _ in report["reopened"]] == ["eu-ai-act:art-4", "eu-ai-act:art-5-1-bc"]
    assert len(report["what"]) == 5


def test_an_older_state_and_what_is_no_pack_are_refused(api: Api) -> None:
    legal = api.person("leg", Role.LEGAL)
    older = packed(msgspec.structs.replace(EU, as_of=date(2025, 1, 1)))
    assert api.error("POST", "/frameworks/diff", {"pack": older.decode()}, uid=legal) == (400, "WL-FWK-006")
    assert api.error("POST", "/frameworks/diff", {"pack": "{}"}, uid=legal) == (400, "WL-FWK-001")
    assert api.made.recorder.of("frameworks.apply") == []
