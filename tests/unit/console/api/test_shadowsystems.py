from __future__ import annotations

import msgspec

from tests.console_fakes import Api
from wardlaw.console.api.shadowsystems import ShadowSystem, claims, grouped, joined, marked
from wardlaw.evidence.tally import Unclaimed
from wardlaw.facts.person import Role
from wardlaw.inventory.shadow import ShadowApp
from wardlaw.register.system import System
from wardlaw.store.principallinks import PrincipalLink


def test_a_caller_is_one_line_with_all_it_reaches() -> None:
    found = grouped(
        (
            Unclaimed("agent:a", "Agent", "mcp", "tool:mail", 5, 20.0, "dec_2"),
            Unclaimed("user:b", "User", "scan", "", 9, 5.0, "dec_3"),
            Unclaimed("agent:a", "Agent", "chat.completions", "model:gpt", 5, 10.0, "dec_1"),
        )
    )
    assert [(one.principal, one.decisions, one.last) for one in found] == [
        ("agent:a", 10, "dec_2"),
        ("user:b", 9, "dec_3"),
    ]
    assert (found[0].routes, found[0].reaches) == (("mcp", "chat.completions"), ("tool:mail", "model:gpt"))
    assert found[1].reaches == ()


def test_an_empty_log_shows_nothing(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    answer = api.ok("GET", "/shadow/systems", uid=owner)
    assert (answer["systems"], answer["counted"]["log_end"]) == ([], 0)


APP = ShadowApp("acme", "gpt", "ChatGPT", "openai", 3, 0, 0, 3, 1.0, 8.0, ("ada",))
BOT = ShadowApp("acme", "bot", "Bot", "openai", 1, 0, 0, 1, 1.0, 9.0)
LINK = PrincipalLink("acme", "bot", "agent:a", "person:a", 1.0)
CALLER = ShadowSystem("agent:a", "Agent", 5, ("mcp",), (), 7.0, "dec_1")


def test_a_caller_that_is_an_app_is_one_line_with_it() -> None:
    other = msgspec.structs.replace(APP, directory="beta", used_at=12.0)
    caller, app = joined((CALLER,), (APP, BOT, other), (LINK,))
    assert (caller.principal, caller.apps) == ("agent:a", (BOT,))
    assert (app.principal, app.kind, app.apps, app.last_at) == ("app:gpt", "App", (APP, other), 12.0)
    assert [one.principal for one in joined((), (BOT,), (LINK,))] == ["app:bot"]


def test_a_caller_that_is_locked_out_says_since_when() -> None:
    other = msgspec.structs.replace(CALLER, principal="agent:b")
    told = marked((CALLER, other), {"principal:agent:a": 5.0, "agent:b": 6.0})
    assert [(one.principal, one.blocked_at) for one in told] == [("agent:a", 5.0), ("agent:b", 0.0)]


def test_a_system_claims_apps_by_id_pattern_and_caller() -> None:
    mine = claims([System("a", "A", "person:o", "x", principals=("app:gpt*", "agent:a"))], (LINK,))
    assert (mine("acme", "gpt-4"), mine("acme", "bot"), mine("beta", "bot"), mine("acme", "other")) == (
        True, True, False, False,
    )  # fmt: skip


def test_what_is_registered_or_granted_by_intake_is_shadow_no_more(api: Api) -> None:
    uid = api.person("sec", Role.SECOPS)
    begin = {"directory": "beta", "platform": "google", "feed": "first", "kind": "listing"}
    run = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    things = [
        {"kind": "app", "id": "gpt", "name": "ChatGPT"},
        {"kind": "grant", "id": "g", "account": "ada", "app": "gpt"},
    ]
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": [{"thing": one} for one in things]}, uid=uid)
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True}, uid=uid)
    answer = api.ok("GET", "/shadow/systems", uid=uid)
    assert answer["apps"] == 1
    (one,) = answer["systems"]
    assert (one["principal"], one["apps"][0]["who"], one["apps"][0]["grants"]) == ("app:gpt", ["ada"], 1)
    owner = api.person("own", Role.OWNER)
    system = {"id": "gpt", "title": "x", "owner": "person:own", "purpose": "x", "principals": ["app:gpt"]}
    api.ok("POST", "/systems", system, uid=owner)
    assert api.ok("GET", "/shadow/systems", uid=uid)["systems"] == []
