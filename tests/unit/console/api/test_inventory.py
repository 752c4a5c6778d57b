from __future__ import annotations

import pytest

from tests.console_fakes import Api
from wardlaw.facts.person import Role

BEGIN = {"directory": "acme", "platform": "google", "feed": "tokens", "kind": "listing"}
BAD = "110671459871-30f1spbu0hptbs60cb4vsmv79i7bbvqj.apps.googleusercontent.com"


def grant(name: str, app: str = BAD) -> dict:
    return {
        "thing": {"kind": "grant", "id": name, "account": "ada", "app": app, "scopes": ["https://mail.google.com/"]}
    }


def begun(api: Api, uid: int) -> str:
    api.made.clock.now += 60
    return api.ok("POST", "/inventory/runs", BEGIN, uid=uid)["run"]["id"]


@pytest.fixture
def uid(api: Api) -> int:
    return api.person("sec", Role.CISO)


def test_a_run_from_begin_to_findings(api: Api, uid: int) -> None:
    run = begun(api, uid)
    app = {"thing": {"kind": "app", "id": BAD, "name": "Context.ai"}}
    assert (
        api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": [grant("g1"), grant("g2", "other"), app]}, uid=uid)[
            "seen"
        ]
        == 3
    )
    cut = api.ok("GET", "/inventory", uid=uid)["feeds"][0]
    assert (cut["is_cut"], cut["complete_at"]) == (True, 0)
    ended = api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True, "gaps": ["usage not licensed"]}, uid=uid)
    assert ended["state"] == "complete"
    status = api.ok("GET", "/inventory", uid=uid)
    assert status["counts"] == {"acme": {"app": 1, "grant": 2}}
    assert status["feeds"][0]["gaps"] == ["usage not licensed"]
    found = api.ok("GET", "/inventory/findings", uid=uid)
    assert (found["total"], found["findings"][0]["rule"], found["findings"][0]["about"]) == (
        3,
        "known-bad-app",
        "grant g1",
    )
    shown = api.ok("GET", "/inventory/item?id=g1", uid=uid)
    assert (shown["vendor"], shown["risks"][0]["data"], len(shown["findings"])) == ("context-ai", "mail", 1)
    assert api.ok("GET", "/inventory/items?kind=grant&about=other", uid=uid)["total"] == 1
    assert [
        one["operation"] if "operation" in one else one["run"] for one in api.made.recorder.of("inventory.end")
    ] == [run]


def test_only_a_complete_run_removes(api: Api, uid: int) -> None:
    for complete, names, left in ((True, ("g1", "g2"), 2), (False, ("g1",), 2), (True, ("g1",), 1)):
        run = begun(api, uid)
        api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": [grant(name, name) for name in names]}, uid=uid)
        api.ok("POST", f"/inventory/runs/{run}/end", {"complete": complete}, uid=uid)
        assert api.ok("GET", "/inventory/items", uid=uid)["total"] == left
    assert api.ok("GET", "/inventory/items?gone=true&limit=1", uid=uid)["total"] == 2
    assert [one["state"] for one in api.ok("GET", "/inventory/runs", uid=uid)] == ["complete", "incomplete", "complete"]


def test_who_may_read_and_who_may_write(api: Api, uid: int) -> None:
    run = begun(api, uid)
    auditor = api.person("aud", Role.AUDITOR)
    assert api.ok("GET", "/inventory", uid=auditor)["feeds"]
    for path, body in (
        ("/runs", BEGIN),
        (f"/runs/{run}/page", {"sightings": []}),
        (f"/runs/{run}/end", {"complete": True}),
    ):
        assert api.error("POST", f"/inventory{path}", body, uid=auditor) == (403, "WL-RGT-010")
    for path in ("", "/items", "/item?id=x", "/findings", "/runs"):
        assert api.error("GET", f"/inventory{path}")[0] in (401, 403)


@pytest.mark.parametrize(("path", "body", "code"), [
    ("/runs", BEGIN | {"directory": "Not A Name"}, "WL-API-003"), ("/runs", BEGIN | {"more": 1}, "WL-API-003"),
    ("/runs", BEGIN | {"kind": "some"}, "WL-API-003"), ("/runs/none/page", {"sightings": []}, "WL-INV-002"),
    ("/runs/none/end", {"complete": True}, "WL-INV-002"), ("/runs/none/end", {}, "WL-API-003"),
    ("/runs/none/page", {"sightings": [{"thing": {"kind": "who"}}]}, "WL-API-003"),
])  # fmt: skip
def test_bad_input(api: Api, uid: int, path, body, code) -> None:
    assert api.error("POST", f"/inventory{path}", body, uid=uid) == (400, code)
    assert api.error("GET", "/inventory/item?id=x", uid=uid) == (400, "WL-INV-005")


def test_a_place_as_long_as_microsofts_is_kept(api: Api, uid: int) -> None:
    run = begun(api, uid)
    place = "$deltatoken=" + "x" * 4_000
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True, "watermark": place}, uid=uid)
    assert api.ok("POST", "/inventory/runs", BEGIN, uid=uid)["watermark"] == place
    again = begun(api, uid)
    for bad in ("x" * 4_097, "a b", "a\n"):
        error = api.error("POST", f"/inventory/runs/{again}/end", {"complete": True, "watermark": bad}, uid=uid)
        assert error == (400, "WL-API-003")


def test_pages_searches_and_counts(api: Api, uid: int) -> None:
    run = begun(api, uid)
    told = [grant(f"g{n}", f"app{n}") for n in range(5)]
    told += [
        {"thing": {"kind": "account", "id": "ada", "name": "Ada 100%"}},
        {"thing": {"kind": "app", "id": "app1", "name": "Notes"}},
    ]
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": told}, uid=uid)
    seen, after = [], ""
    for _ in range(4):
        page = api.ok("GET", f"/inventory/items?limit=2&after={after}", uid=uid)
        assert page["total"] == 7
        seen += [one["thing"]["id"] for one in page["items"]]
        after = page["next"]
    assert seen == ["ada", "app1", "g0", "g1", "g2", "g3", "g4"]
    assert after == ""

    def found(query: str) -> list[str]:
        return [one["thing"]["id"] for one in api.ok("GET", f"/inventory/items?{query}", uid=uid)["items"]]

    assert found("find=notes") == ["app1", "g1"]
    assert found("find=100%25&kind=account") == ["ada"]
    assert found("find=%25%25") == []
    assert found("find=ADA&kind=grant") == ["g0", "g1", "g2", "g3", "g4"]
    for after in ("zz", "W10="):
        assert api.error("GET", f"/inventory/items?after={after}", uid=uid) == (400, "WL-INV-090")


def test_a_page_holds_ten_thousand_things(api: Api, uid: int) -> None:
    run = begun(api, uid)
    seen = [{"thing": {"kind": "app", "id": f"a{n}"}} for n in range(10_001)]
    error = api.error("POST", f"/inventory/runs/{run}/page", {"sightings": seen}, uid=uid)
    assert error == (400, "WL-API-003")
    many = [{"thing": {"kind": "app", "id": f"a{n}", "name": "n" * 200}} for n in range(500)]
    assert api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": many}, uid=uid)["seen"] == 500


def test_what_tables_know_is_shown_before_what_the_gateway_saw(api: Api, uid: int) -> None:
    admin = api.person("admin", Role.ADMIN)
    key = {"id": "key:bot", "principal": "agent:bot", "owner": "person:admin"}
    api.ok("POST", "/keys", key, uid=admin)
    assert api.ok("GET", "/inventory/item?id=agent:bot", uid=uid)["item"]["directory"] == "gateway"
    run = begun(api, uid)
    told = [{"thing": {"kind": "account", "id": "agent:bot"}}]
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": told}, uid=uid)
    assert api.ok("GET", "/inventory/item?id=agent:bot", uid=uid)["item"]["directory"] == "acme"
    assert api.ok("GET", "/inventory/item?id=agent:bot&directory=gateway", uid=uid)["item"]["directory"] == "gateway"


def test_a_listing_that_broke_off_goes_on_where_it_is_wished(api: Api) -> None:
    uid = api.person("sec", Role.SECOPS)
    body = {"directory": "acme", "platform": "google", "feed": "tokens", "kind": "listing"}
    first = api.ok("POST", "/inventory/runs", body, uid=uid)["run"]
    app = {"thing": {"kind": "app", "id": "a"}}
    page = {"sightings": [app], "place": '{"cursor":"p1","ids":"x"}'}
    assert api.ok("POST", f"/inventory/runs/{first['id']}/page", page, uid=uid)["place"] == page["place"]
    end = {"complete": False, "gaps": ["Page 7 was not read."], "place": '{"cursor":"p2","ids":"y"}'}
    api.ok("POST", f"/inventory/runs/{first['id']}/end", end, uid=uid)
    (feed,) = [one for one in api.ok("GET", "/inventory", uid=uid)["feeds"] if one["feed"] == "tokens"]
    assert (feed["goes_on"], feed["state"]) == (True, "incomplete")
    api.made.clock.now += 60
    second = api.ok("POST", "/inventory/runs", {**body, "resume": True}, uid=uid)["run"]
    assert (second["place"], second["listed_from"], second["seen"]) == (end["place"], first["started_at"], 1)
    whole = api.ok("POST", f"/inventory/runs/{second['id']}/end", {"complete": True}, uid=uid)
    assert (whole["state"], whole["ended"], whole["place"]) == ("complete", 0, "")
    (feed,) = [one for one in api.ok("GET", "/inventory", uid=uid)["feeds"] if one["feed"] == "tokens"]
    assert (feed["goes_on"], feed["complete_at"]) == (False, first["started_at"])
    third = api.ok("POST", "/inventory/runs", body, uid=uid)["run"]
    assert (third["place"], third["listed_from"]) == ("", 0)
    hostile = {"sightings": [], "place": "caf\u00e9\n"}
    assert api.error("POST", f"/inventory/runs/{third['id']}/page", hostile, uid=uid)[0] == 400
