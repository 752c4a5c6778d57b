from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from wardlaw.facts.person import Role

BEGIN = {"directory": "acme", "platform": "google", "feed": "tokens", "kind": "listing"}
MAIL = "https://mail.google.com/"
APPROVAL = {
    "app": "app-1", "owner": "person:sec", "clause": "GRT-03", "days": 90, "reason": "pilot", "scopes": [MAIL],
}  # fmt: skip


def grant(name: str, app: str = "app-1", account: str = "ada", scopes: tuple[str, ...] = (MAIL,), **more) -> dict:
    return {"kind": "grant", "id": name, "account": account, "app": app, "scopes": list(scopes)} | more


def taken(api: Api, uid: int, *things: dict, directory: str = "acme", platform: str = "google", kind="listing") -> None:
    api.made.clock.now += 60
    feed = "tokens" if kind == "listing" else "activity"
    begin = BEGIN | {"directory": directory, "platform": platform, "kind": kind, "feed": feed}
    run = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": [{"thing": one} for one in things]}, uid=uid)
    covered = api.made.clock.now if kind == "events" else 0.0
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True, "covered_until": covered}, uid=uid)


@pytest.fixture
def uid(api: Api) -> int:
    return api.person("sec", Role.CISO)


def test_an_approval_and_what_stands_on_it(api: Api, uid: int) -> None:
    taken(api, uid, grant("g1"), grant("g2", account="bob", scopes=(MAIL, "openid")), grant("g3", "app-2"))
    made = api.ok("POST", "/grants/approvals", APPROVAL, uid=uid)
    assert made["approver"] == "person:sec"
    assert made["expires_at"] == api.made.clock.now + 90 * 86_400
    listed = api.ok("GET", "/grants", uid=uid)
    assert {one["grant"]: one["standing"]["state"] for one in listed["grants"]} == {
        "g1": "approved",
        "g2": "exceeds-approval",
        "g3": "unapproved",
    }
    assert api.ok("GET", "/grants?standing=unapproved", uid=uid)["grants"][0]["grant"] == "g3"
    rules = [one["rule"] for one in api.ok("GET", "/inventory/findings", uid=uid)["findings"]]
    assert rules == ["unapproved-restricted-scope"]  # what goes beyond the approval of app-1 is harmless
    (told,) = api.made.recorder.of("grants.approve")
    assert (told["approval"], told["clause"], told["owner"]) == (made["id"], "GRT-03", "person:sec")


def test_approvals_are_decided_anew(api: Api, uid: int) -> None:
    taken(api, uid, grant("g1"))
    made = api.ok("POST", "/grants/approvals", APPROVAL | {"days": 10}, uid=uid)
    assert api.ok("GET", "/grants/approvals?within_days=5", uid=uid)["due"] == []
    (due,) = api.ok("GET", "/grants/approvals", uid=uid)["due"]
    assert (due["approval"]["id"], due["grants"]) == (made["id"], 1)
    place = f"/grants/approvals/{made['id']}"
    kept = api.ok("POST", place, {"days": 366, "reason": "still needed"}, uid=uid)
    assert kept["expires_at"] == api.made.clock.now + 366 * 86_400
    api.ok("POST", place, {"days": 0, "reason": "over"}, uid=uid)
    assert api.error("POST", place, {"days": 5, "reason": "x"}, uid=uid) == (400, "WL-INV-080")
    assert api.ok("GET", "/grants/approvals", uid=uid)["approvals"] == []
    assert len(api.ok("GET", "/grants/approvals?ended=true", uid=uid)["approvals"]) == 1
    assert api.ok("GET", "/grants", uid=uid)["grants"][0]["standing"]["state"] == "unapproved"
    assert [one["kept"] for one in api.made.recorder.of("grants.recertify")] == ["yes", "no"]


@pytest.mark.parametrize(("change", "code"), [
    ({"publisher": "Contoso"}, "WL-INV-078"), ({"app": ""}, "WL-INV-078"), ({"days": 367}, "WL-API-003"),
    ({"days": 0}, "WL-API-003"), ({"accounts": ["*a*b*"]}, "WL-INV-078"), ({"clause": "GRT-99"}, "WL-INV-079"),
    ({"owner": "person:nobody"}, "WL-STO-011"), ({"scopes": []}, "WL-API-003"), ({"app": "a\nb"}, "WL-API-003"),
])  # fmt: skip
def test_bad_approvals(api: Api, uid: int, change: dict, code: str) -> None:
    assert api.error("POST", "/grants/approvals", APPROVAL | change, uid=uid)[1] == code


def test_one_grant_is_explained(api: Api, uid: int) -> None:
    app = {"kind": "app", "id": "app-1", "name": "ChatGPT"}
    taken(api, uid, grant("g1"), grant("g2", account="bob"), app)
    shown = api.ok("GET", "/grants/one?id=g1", uid=uid)
    assert shown["reach"] == [2, 2]
    assert shown["risks"][0]["data"] == "mail"
    assert shown["explanation"]["causes"][0]["clause"] == "GRT-03"
    assert any(one["attribute"] == "grantApproval" for one in shown["explanation"]["changes"])
    assert shown["findings"][0]["rule"] == "unapproved-restricted-scope"
    assert (shown["advice"]["known"], shown["advice"]["why"][:13]) == (False, "no usage data")
    assert api.error("GET", "/grants/one?id=nothing", uid=uid) == (400, "WL-INV-005")


def test_links(api: Api, uid: int) -> None:
    secops = api.person("ops", Role.SECOPS)
    link = {"directory": "acme", "app": "app-1", "principal": "agent:reports"}
    assert api.error("POST", "/grants/links", link, uid=uid) == (403, "WL-RGT-010")
    api.ok("POST", "/grants/links", link, uid=secops)
    (kept,) = api.ok("GET", "/grants/links", uid=uid)
    assert (kept["principal"], kept["linked_by"]) == ("agent:reports", "person:ops")
    assert api.error("POST", "/grants/links", link | {"principal": "reports"}, uid=secops)[1] == "WL-API-003"
    api.ok("POST", "/grants/links/remove", link, uid=secops)
    assert api.ok("GET", "/grants/links", uid=uid) == []


def test_a_locked_out_principal_is_flagged_with_its_app(api: Api, uid: int) -> None:
    secops = api.person("ops", Role.SECOPS)
    api.ok("POST", "/grants/links", {"directory": "acme", "app": "app-1", "principal": "agent:reports"}, uid=secops)
    assert api.ok("GET", "/inventory", uid=uid)["locked"] == []
    api.ok("POST", "/quarantines", {"key": "principal:agent:reports", "reason": "odd", "minutes": 5}, uid=secops)
    (locked,) = api.ok("GET", "/inventory", uid=uid)["locked"]
    assert (locked["principal"], locked["reason"], locked["apps"]) == ("agent:reports", "odd", [["acme", "app-1"]])
    found = api.ok("GET", "/inventory/findings?rule=locked-out-at-the-door", uid=uid)["findings"]
    assert [one["about"] for one in found] == ["app app-1", "account agent:reports"]
    api.made.clock.now = START + 3_600
    assert api.ok("GET", "/inventory", uid=uid)["locked"] == []


def test_who_may(api: Api, uid: int) -> None:
    auditor = api.person("aud", Role.AUDITOR)
    admin = api.person("adm", Role.ADMIN)
    assert api.ok("GET", "/grants", uid=auditor)["total"] == 0
    for path, body in (
        ("/grants/approvals", APPROVAL),
        ("/grants/approvals/x", {"days": 1, "reason": "r"}),
        ("/grants/judge", {}),
    ):
        for who in (auditor, admin):
            assert api.error("POST", path, body, uid=who) == (403, "WL-RGT-010")


def test_an_approval_may_name_a_group_whose_members_come_and_go(api: Api, uid: int) -> None:
    group = {"kind": "group", "id": "sales", "name": "Sales"}
    ada, bob = ({"kind": "membership", "id": f"m-{who}", "group": "sales", "account": who} for who in ("ada", "bob"))
    taken(api, uid, grant("g1"), grant("g2", account="bob"))
    assert api.error("POST", "/grants/approvals", APPROVAL | {"groups": ["sales"]}, uid=uid) == (400, "WL-INV-121")
    told(api, uid, group, ada)
    made = api.ok("POST", "/grants/approvals", APPROVAL | {"groups": ["sales"]}, uid=uid)
    assert made["groups"] == ["sales"]
    assert api.made.recorder.of("grants.approve")[0]["groups"] == "sales"

    def standings() -> dict[str, str]:
        return {one["grant"]: one["standing"]["state"] for one in api.ok("GET", "/grants", uid=uid)["grants"]}

    assert standings() == {"g1": "approved", "g2": "unapproved"}
    told(api, uid, group, bob)  # ada has left
    assert standings() == {"g1": "unapproved", "g2": "approved"}
    listed = api.ok("GET", "/inventory/items?kind=group", uid=uid)["items"]
    assert [one["thing"]["name"] for one in listed] == ["Sales"]
    assert api.ok("GET", "/inventory/item?id=sales", uid=uid)["item"]["thing"]["kind"] == "group"


def told(api: Api, uid: int, *things: dict) -> None:
    api.made.clock.now += 60
    run = api.ok("POST", "/inventory/runs", BEGIN | {"feed": "groups"}, uid=uid)["run"]["id"]
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": [{"thing": one} for one in things]}, uid=uid)
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True}, uid=uid)
