from __future__ import annotations

from typing import Any

import pytest

from tests.console_fakes import BUNDLE_KEY, START, Api
from wardlaw.facts.person import Role
from wardlaw.store.database import reading, writing
from wardlaw.store.endings import read_endings
from wardlaw.store.exemptions import load_exemptions

ASKED = {"clause": "GOV-07", "reason": "quarter end", "minutes": 60, "principals": ["user:ana"]}
PROHIBITED = """\
id: HRS-01
title: No reading of emotions at work
text: Nobody's emotions are inferred at work.
owner: legal
wing: governance
risk: critical
refs: ["eu-ai-act:art-5-1-f"]
effect: deny
actions: [ToolCall]
resources: ["tool:emotions"]
when: {}
examples:
  - {name: Emotions, effect: deny, action: ToolCall, resource: "tool:emotions"}
  - {name: Mail, effect: allow, action: ToolCall, resource: "tool:mail"}
"""


def request(api: Api, uid: int, **changes: Any) -> str:
    return str(api.ok("POST", "/waivers", ASKED | changes, uid=uid)["waiver"]["id"])


def answer(api: Api, name: str, uid: int, *, approves: bool = True) -> Any:
    return api.call("POST", f"/waivers/{name}/answer", {"approves": approves, "reason": "ok"}, uid=uid)


def lifted(api: Api) -> list[str]:
    with reading(api.made.engine) as connection:
        found = load_exemptions(connection, now=api.made.clock.now, keys=(BUNDLE_KEY.verifier,), ended={})
    assert found.forged == ()
    return [one.id for one in found.standing]


def test_one_asks_two_others_with_two_roles_grant_and_it_ends_by_itself(api: Api) -> None:
    owner, legal, risk = api.person("own", Role.OWNER), api.person("lex", Role.LEGAL), api.person("ris", Role.RISK)
    name = request(api, owner)
    assert lifted(api) == []
    assert answer(api, name, legal)[1]["standing"] == "waiting"
    status, granted = answer(api, name, risk)
    assert (status, granted["standing"], granted["waiver"]["ends_at"]) == (200, "granted", START + 3_600)
    assert lifted(api) == [name]
    told = api.made.recorder.of("waivers.answer")
    assert [(one["waiver"], one["state"], one["clause"]) for one in told] == [
        (name, "waiting", "GOV-07"),
        (name, "granted", "GOV-07"),
    ]
    api.made.clock.now += 3_600
    assert lifted(api) == []
    assert api.ok("GET", "/waivers", uid=owner) == []
    assert api.ok("GET", "/waivers?everything=true", uid=owner)[0]["standing"] == "expired"
    assert api.ok("GET", f"/waivers/{name}", uid=legal)["waiver"]["owner"] == "person:own"


def test_whoever_asked_cannot_grant_nor_one_role_twice(api: Api) -> None:
    both = api.person("both", Role.OWNER, Role.LEGAL)
    legal, other, ciso = api.person("l1", Role.LEGAL), api.person("l2", Role.LEGAL), api.person("ci", Role.CISO)
    name = request(api, both)
    status, told = answer(api, name, both)
    assert (status, told["error"]["code"]) == (403, "WL-RGT-010")
    assert "SOD-4" in told["error"]["message"]
    assert api.made.recorder.of("waivers.answer") == [{"refused": "SOD-4"}]
    assert answer(api, name, legal)[0] == 200
    assert answer(api, name, other)[1]["error"]["code"] == "WL-WVR-006"
    assert answer(api, name, legal)[1]["error"]["code"] == "WL-WVR-006"
    assert answer(api, name, ciso)[1]["standing"] == "granted"


def test_ninety_days_take_the_ciso_and_legal(api: Api) -> None:
    owner, legal, risk = api.person("own", Role.OWNER), api.person("lex", Role.LEGAL), api.person("ris", Role.RISK)
    name = request(api, owner, minutes=90 * 1_440)
    assert answer(api, name, risk)[1]["error"]["code"] == "WL-WVR-006"
    assert answer(api, name, legal)[0] == 200
    assert answer(api, name, api.person("ci", Role.CISO))[1]["standing"] == "granted"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"minutes": 90 * 1_440 + 1}, "WL-WVR-003"),
        ({"principals": []}, "WL-WVR-004"),
        ({"clause": "GOV-7"}, "WL-WVR-008"),
        ({"clause": "HRS-01"}, "WL-WVR-008"),
        ({"clause": "SEC-05"}, "WL-WVR-008"),
        ({"clause": "BASE"}, "WL-WVR-008"),
    ],
)
def test_what_nobody_can_grant_cannot_be_asked_for(api: Api, changes: dict[str, Any], code: str) -> None:
    api.made.grants.sources = {**api.made.grants.sources, "hrs.yaml": PROHIBITED}
    owner = api.person("own", Role.OWNER)
    assert api.error("POST", "/waivers", ASKED | changes, uid=owner)[1] == code
    assert api.ok("GET", "/waivers?everything=true", uid=owner) == []


def test_a_clause_that_became_untouchable_is_not_granted_any_more(api: Api) -> None:
    owner, legal = api.person("own", Role.OWNER), api.person("lex", Role.LEGAL)
    name = request(api, owner)
    text = {
        file: source.replace('"gdpr:32"', '"eu-ai-act:art-5-1-c"') for file, source in api.made.grants.sources.items()
    }
    api.made.grants.sources = text
    assert answer(api, name, legal)[1]["error"]["code"] == "WL-WVR-008"
    assert answer(api, name, legal, approves=False)[1]["standing"] == "refused"


def test_anybody_who_may_cut_puts_the_clause_in_force_again(api: Api) -> None:
    owner, legal, risk = api.person("own", Role.OWNER), api.person("lex", Role.LEGAL), api.person("ris", Role.RISK)
    name = request(api, owner)
    answer(api, name, legal)
    answer(api, name, risk)
    body = {"reason": "no longer needed"}
    assert api.error("POST", f"/waivers/{name}/end", body, uid=api.person("aud", Role.AUDITOR))[0] == 403
    ended = api.ok("POST", f"/waivers/{name}/end", body, uid=api.person("sec", Role.SECOPS))
    assert (ended["standing"], ended["waiver"]["ended_by"]) == ("ended", "person:sec")
    assert lifted(api) == []
    assert api.error("POST", f"/waivers/{name}/end", body, uid=owner)[1] == "WL-WVR-007"


def test_a_grant_whose_record_is_not_durable_is_none(api: Api) -> None:
    owner, legal, risk = api.person("own", Role.OWNER), api.person("lex", Role.LEGAL), api.person("ris", Role.RISK)
    name = request(api, owner)
    answer(api, name, legal)
    api.made.recorder.broken = True
    assert answer(api, name, risk)[0] == 503
    assert lifted(api) == []


def test_what_was_ended_stays_ended_whatever_the_tables_say_later(api: Api) -> None:
    owner, legal, risk = api.person("own", Role.OWNER), api.person("lex", Role.LEGAL), api.person("ris", Role.RISK)
    name = request(api, owner)
    answer(api, name, legal)
    answer(api, name, risk)
    keys = (BUNDLE_KEY.verifier,)
    with reading(api.made.engine) as connection:
        row = connection.exec_driver_sql("SELECT state, version, waiver, signature FROM waiver").one()
    api.ok("POST", f"/waivers/{name}/end", {"reason": "done"}, uid=owner)
    with writing(api.made.engine) as connection:
        connection.exec_driver_sql("UPDATE waiver SET state = ?, version = ?, waiver = ?, signature = ?", tuple(row))
    assert lifted(api) == [name]  # the row itself is as good as it was
    ended = read_endings(api.made.endings_path, keys)
    with reading(api.made.engine) as connection:
        found = load_exemptions(connection, now=api.made.clock.now, keys=keys, ended=ended)
    assert (found.standing, found.returned) == ((), (name,))


def test_an_end_that_cannot_be_remembered_is_none(api: Api) -> None:
    owner, legal, risk = api.person("own", Role.OWNER), api.person("lex", Role.LEGAL), api.person("ris", Role.RISK)
    name = request(api, owner)
    answer(api, name, legal)
    answer(api, name, risk)
    api.made.endings_path.write_bytes(b"not ours")
    assert api.error("POST", f"/waivers/{name}/end", {"reason": "done"}, uid=owner)[1] == "WL-WVR-015"
    assert api.ok("GET", f"/waivers/{name}", uid=owner)["standing"] == "granted"
