from __future__ import annotations

import pytest

from tests.console_fakes import Api
from wardlaw.facts.person import Role

DAY = 86_400.0
AUTH = "https://www.googleapis.com/auth/"


@pytest.fixture
def uid(api: Api) -> int:
    return api.person("sec", Role.CISO)


def run(api: Api, uid: int, feed: str, things: list[dict], events: list[dict]) -> None:
    kind = "listing" if feed == "tokens" else "events"
    begin = {"directory": "acme", "platform": "google", "feed": feed, "kind": kind}
    id_ = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    page = {"sightings": [{"thing": one} for one in things], "activities": events}
    api.ok("POST", f"/inventory/runs/{id_}/page", page, uid=uid)
    covered = 0.0 if kind == "listing" else api.made.clock.now
    api.ok("POST", f"/inventory/runs/{id_}/end", {"complete": True, "covered_until": covered}, uid=uid)


def grant(id_: str, account: str, *scopes: str) -> dict:
    return {
        "kind": "grant",
        "id": id_,
        "account": account,
        "app": f"app-{id_[1]}",
        "scopes": [AUTH + one for one in scopes],
    }


def use(api: Api, id_: str, app: str, account: str, method: str) -> dict:
    return {"id": id_, "at": api.made.clock.now - 60, "deed": "use", "app": app, "account": account, "method": method}


def test_grants_that_allow_more_than_was_done_are_listed_with_what_should_go(api: Api, uid: int) -> None:
    grants = [grant("g1", "ada", "gmail.modify"), grant("g1b", "bob", "gmail.modify"), grant("g2", "ada", "drive.readonly"),
              grant("g3", "", "contacts")]  # fmt: skip
    run(api, uid, "tokens", grants, [])
    run(api, uid, "activity", [], [use(api, "e0", "app-1", "ada", "gmail.users.messages.get")])
    assert api.ok("GET", "/grants?unused=true", uid=uid)["total"] == 0  # nothing before a month
    assert "0 days of use were read" in api.ok("GET", "/grants/one?id=g1", uid=uid)["advice"]["why"]
    api.made.clock.now += 35 * DAY
    events = [use(api, "e1", "app-1", "ada", "gmail.users.messages.get"), use(api, "e2", "app-2", "ada", "drive.files.export"),
              use(api, "e3", "app-2", "ada", "drive.files.download"), use(api, "e4", "app-3", "cy", "people.people.searchContacts")]  # fmt: skip
    run(api, uid, "activity", [], events)
    found = {one["grant"]: one["advice"] for one in api.ok("GET", "/grants?unused=true", uid=uid)["grants"]}
    assert {name: one["verdict"] for name, one in found.items()} == {"g1": "narrow", "g1b": "remove", "g3": "narrow"}
    assert found["g1"]["scopes"][0]["narrower"] == AUTH + "gmail.readonly"
    assert found["g3"]["scopes"][0]["narrower"] == AUTH + "contacts.readonly"  # whoever it was used for
    assert api.ok("GET", "/grants/one?id=g2", uid=uid)["advice"]["verdict"] == "keep"
    assert api.ok("GET", "/grants", uid=uid)["grants"][0]["advice"] is None
