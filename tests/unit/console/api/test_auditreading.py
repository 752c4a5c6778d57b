from __future__ import annotations

import asyncio

import msgspec

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from tests.unit.store.test_recordsearch import keep
from wardlaw.console.pages.inside import InsideApi
from wardlaw.facts.person import Role


def test_the_log_is_searched_by_kind_person_and_words(api: Api) -> None:
    auditor, nobody = api.person("aud", Role.AUDITOR), api.person("nob", Role.SECOPS)
    keep(api.made.engine, kind="control", name="ctl_1", subject="aa", facts={"operation": "systems.change"})
    keep(api.made.engine, kind="decision", name="dec_2", subject="bb", leaf=1)
    page = api.ok("GET", "/audit/records", uid=auditor)
    assert [one["id"] for one in page["records"]] == ["dec_2", "ctl_1"]
    assert page["next"] == -1
    assert page["records"][1]["operation"] == "systems.change"
    assert [one["id"] for one in api.ok("GET", "/audit/records?kind=control", uid=auditor)["records"]] == ["ctl_1"]
    api.made.log.also = {"person:ann": {"bb"}}
    assert [one["id"] for one in api.ok("GET", "/audit/records?subject=person:ann", uid=auditor)["records"]] == [
        "dec_2"
    ]
    assert [one["id"] for one in api.ok("GET", "/audit/records?words=SYSTEMS", uid=nobody)["records"]] == ["ctl_1"]
    assert api.error("GET", "/audit/records?kind=other", uid=auditor)[0] == 400


def test_the_log_is_verified_in_front_of_whoever_asks(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("aud", Role.AUDITOR)
    token = browser.cookies["wardlaw"]
    lines = read(api, token)
    assert lines[0] == {"step": {"what": "Records hashed and held against the tree", "done": 3, "of": 3}}
    assert lines[-1]["verdict"]["sound"]
    api.made.log.broken = True
    assert read(api, token) == [
        {"error": {"code": "WL-CTL-013", "message": "The log is being verified already.", "hint": "Wait."}}
    ]
    assert api.error("GET", "/audit/verification", uid=api.person("dev", Role.DEVSECOPS)) == (403, "WL-RGT-010")


def read(api: Api, token: str) -> list[dict]:
    async def all_of() -> list[dict]:
        return [msgspec.json.decode(one) async for one in InsideApi(api.app).lines("/api/audit/verification", token)]

    return asyncio.run(all_of())
