from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.console_fakes import Api
from wardlaw.facts.person import Role

OPENAI = {"kind": "app", "id": "gpt", "name": "ChatGPT", "verified": "no"}
BOT = {"kind": "account", "id": "bot", "acts_as": "nhi", "name": "nightly"}
ADA = {"kind": "account", "id": "ada", "acts_as": "human", "name": "ada@example.com"}


def grant(name: str, account: str, app: str = "gpt") -> dict:
    return {"kind": "grant", "id": name, "account": account, "app": app, "scopes": ["https://mail.google.com/"]}


KEY = {"kind": "credential", "id": "k1", "account": "bot", "type": "key", "never_expires": True, "created_at": 5.0}
USE = {"kind": "use", "id": "u1", "account": "ada", "app": "gpt", "day": "2026-09-01", "last_used_at": 1_780_000_000.0}


def told(api: Api, uid: int, feed: str, *things: dict, kind: str = "listing") -> None:
    api.made.clock.now += 60
    begin = {"directory": "acme", "platform": "google", "feed": feed, "kind": kind}
    run = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": [{"thing": one} for one in things]}, uid=uid)
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True}, uid=uid)


@pytest.fixture
def uid(api: Api) -> int:
    uid = api.person("sec", Role.CISO)
    told(api, uid, "tokens", BOT, ADA, OPENAI, KEY, grant("g1", "ada"), grant("g2", "bot"))
    told(api, uid, "squid", OPENAI, USE, kind="events")
    return uid


def test_identities_have_a_score_an_owner_and_a_last_use(api: Api, uid: int) -> None:
    answer = api.ok("GET", "/inventory/identities", uid=uid)
    found = {one["item"]["thing"]["id"]: one for one in answer["identities"]}
    assert set(found) == {"bot", "gpt", "k1"}  # a person is none
    assert (found["gpt"]["accounts"], found["gpt"]["used_at"]) == (2, 1_780_000_000.0)
    assert {part["part"] for part in found["gpt"]["score"]["parts"]} == {
        "privilege",
        "data",
        "publisher",
        "ai",
    }
    assert {part["part"] for part in found["bot"]["score"]["parts"]} >= {"privilege", "owner"}
    assert found["k1"]["owner"] == "bot"
    assert {part["part"] for part in found["k1"]["score"]["parts"]} == {"endless", "age"}
    first = api.ok("GET", "/inventory/identities?limit=2", uid=uid)
    rest = api.ok("GET", f"/inventory/identities?limit=2&after={first['next']}", uid=uid)
    both = [one["item"]["thing"]["id"] for one in (*first["identities"], *rest["identities"])]
    assert (both, rest["next"]) == (["bot", "gpt", "k1"], "")
    assert [
        one["item"]["thing"]["id"] for one in api.ok("GET", "/inventory/identities?find=NIGHT", uid=uid)["identities"]
    ] == ["bot", "k1"]  # its key too


def test_one_identity_and_its_story(api: Api, uid: int) -> None:
    shown = api.ok("GET", "/inventory/identity?id=bot", uid=uid)
    assert [one["rule"] for one in shown["findings"]] == ["nhi-without-owner"]
    moments = api.ok("GET", "/inventory/timeline?id=bot", uid=uid)["moments"]
    assert [one["what"] for one in moments][:1] == ["key made"]
    assert moments[-1]["what"] == "medium: nhi-without-owner"
    assert {one["about"] for one in moments} == {"credential k1", "account bot", "grant g2"}
    assert api.error("GET", "/inventory/identity?id=g1", uid=uid) == (400, "WL-INV-092")
    for path in ("identity", "timeline"):
        assert api.error("GET", f"/inventory/{path}?id=none", uid=uid) == (400, "WL-INV-005")


def test_the_graph_is_drawn_of_a_directory_or_around_one(api: Api, uid: int) -> None:
    whole = api.ok("GET", "/inventory/graph", uid=uid)
    assert (whole["directory"], whole["graph"]["total"]) == ("acme", 2)
    assert "ChatGPT" in "".join(ET.fromstring(whole["svg"]).itertext())
    around = api.ok("GET", "/inventory/graph?about=bot", uid=uid)["graph"]
    assert {node["label"] for node in around["nodes"] if node["column"] == 0} == {"nightly"}
    assert api.error("GET", "/inventory/graph?directory=none", uid=uid) == (400, "WL-INV-091")


def test_the_report_names_every_source(api: Api, uid: int) -> None:
    (vendor,) = api.ok("GET", "/inventory/shadow-ai", uid=uid)["vendors"]
    assert (vendor["vendor"], vendor["accounts"], vendor["apps"]) == ("openai", 2, ["ChatGPT"])
    assert vendor["who"] == ["ada@example.com", "nightly"]
    assert {(one["source"], one["how"], one["accounts"]) for one in vendor["traces"]} == {
        ("acme squid", "app", 0), ("acme squid", "use", 1), ("acme tokens", "app", 0), ("acme tokens", "grant", 2),
    }  # fmt: skip
    assert vendor["standing"]["approved"] == 0
    assert vendor["standing"]["unapproved"] >= 3
    assert api.ok("GET", "/inventory/shadow-ai?directory=none", uid=uid)["vendors"] == []


def test_only_who_may_read_the_inventory_reads_it(api: Api, uid: int) -> None:
    auditor = api.person("aud", Role.AUDITOR)
    for path in ("identities", "identity?id=bot", "timeline?id=bot", "graph", "shadow-ai"):
        assert api.error("GET", f"/inventory/{path}")[0] in (401, 403)
        assert api.ok("GET", f"/inventory/{path}", uid=auditor)
    assert api.error("GET", "/inventory/identities?after=zz", uid=uid) == (400, "WL-INV-090")


def test_an_approval_for_a_group_allows_a_vendor_to_its_members(api: Api, uid: int) -> None:
    people = ("ada", "bob")

    def told(feed: str, members: tuple[str, ...]) -> None:
        api.made.clock.now += 60
        begin = {"directory": "beta", "platform": "google", "feed": feed, "kind": "listing"}
        run = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
        things = [{"kind": "group", "id": "staff"}, {"kind": "app", "id": "gpt", "name": "ChatGPT"}]
        things += [{"kind": "membership", "id": f"m-{who}", "group": "staff", "account": who} for who in members]
        things += [{"kind": "grant", "id": f"g-{who}", "account": who, "app": "gpt"} for who in people]
        page = {"sightings": [{"thing": one} for one in things]}
        api.ok("POST", f"/inventory/runs/{run}/page", page, uid=uid)
        api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True}, uid=uid)

    def standing() -> tuple[int, int]:
        (vendor,) = api.ok("GET", "/inventory/shadow-ai?directory=beta", uid=uid)["vendors"]
        return vendor["standing"]["approved"], vendor["standing"]["unapproved"]

    told("first", people)
    approval = {"app": "gpt", "owner": "person:sec", "clause": "GRT-03", "days": 9, "reason": "pilot", "scopes": ["*"]}
    api.ok("POST", "/grants/approvals", approval | {"groups": ["staff"], "directory": "beta"}, uid=uid)
    assert standing() == (2, 0)
    told("first", ("ada",))
    assert standing() == (1, 1)
