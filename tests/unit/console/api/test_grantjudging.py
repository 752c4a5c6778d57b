from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_grants import APPROVAL, MAIL, grant, taken
from wardlaw.facts.person import Role
from wardlaw.inventory.ruling import RevokingLimits, RevokingMode
from wardlaw.store.database import reading
from wardlaw.store.notifications import Event, list_due

CHATGPT = {"kind": "app", "id": "app-1", "name": "ChatGPT"}
NO_MAIL = """
id: GRT-50
title: Nobody reads mail
text: Nobody reads mail.
owner: ciso
wing: governance
risk: high
mode: enforce
effect: deny
actions: [Grant]
when:
  all:
    - {attribute: scopeData, contains_any: [mail]}
    - {attribute: grantApproval, equals: unapproved}
examples:
  - {name: mail, effect: deny, action: Grant, context: {scopeData: [mail], grantApproval: unapproved}}
  - {name: none, effect: allow, action: Grant}
"""


@pytest.fixture
def uid(api: Api) -> int:
    return api.person("sec", Role.CISO)


def judged(api: Api, uid: int, **body) -> dict:
    return api.ok("POST", "/grants/judge", body, uid=uid)


def fates(answer: dict) -> dict[str, str]:
    return {one["grant"]: one["fate"] for one in answer["rulings"]}


def test_new_and_changed_grants_are_judged_once_and_recorded(api: Api, uid: int) -> None:
    api.made.grants.channels = ("ops",)
    taken(api, uid, grant("g1"), grant("g2", "app-2"), CHATGPT)
    first = judged(api, uid)
    assert (first["judged"], first["left"], fates(first)) == (2, 0, {"g1": "asked"})
    assert judged(api, uid)["judged"] == 0
    (told, _) = api.made.recorder.of("grants.judge")
    entries = msgspec.json.decode(told["decisions"])
    assert [(one["grant"], one["effect"], one.get("clauses")) for one in entries] == [
        ("g1", "hold", ["GRT-03"]), ("g2", "allow", None),
    ]  # fmt: skip
    with reading(api.made.engine) as connection:
        (queued,) = list_due(connection, now=api.made.clock.now)
    assert (queued.event, queued.channel, queued.incident) == (Event.ASKED, "ops", first["rulings"][0]["id"])
    shown = api.ok("GET", f"/grants/one?id={queued.incident}", uid=uid)
    assert shown["line"]["grant"] == "g1"
    api.ok("POST", "/grants/approvals", APPROVAL, uid=uid)
    assert judged(api, uid) | {"after": 0} == {"judged": 1, "left": 0, "after": 0, "rulings": []}
    assert api.ok("GET", "/grants?fate=stands", uid=uid)["total"] == 2


def test_nobody_is_asked_twice_for_the_same_reason(api: Api, uid: int) -> None:
    api.made.grants.channels = ("ops",)
    taken(api, uid, grant("g1"), grant("g2", account="bob"), CHATGPT)  # one app, however many have it
    judged(api, uid)
    judged(api, uid, again=True)
    with reading(api.made.engine) as connection:
        assert len(list_due(connection, now=api.made.clock.now)) == 1


def test_a_first_reading_floods_nobody(api: Api, uid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.console.api.grantjudging.MOST_ASKED", 3)
    api.made.grants.channels = ("ops",)
    apps = [CHATGPT | {"id": f"app-{n}"} for n in range(5)]
    taken(api, uid, *apps, *(grant(f"g{n}", f"app-{n}") for n in range(5)))
    assert len(judged(api, uid)["rulings"]) == 5
    with reading(api.made.engine) as connection:
        assert len(list_due(connection, now=api.made.clock.now)) == 3


def test_what_clauses_in_shadow_would_do_is_told_and_nothing_comes_of_it(api: Api, uid: int) -> None:
    bad = "110671459871-30f1spbu0hptbs60cb4vsmv79i7bbvqj.apps.googleusercontent.com"
    taken(api, uid, grant("g1", bad, scopes=("openid",)))
    (ruling,) = judged(api, uid)["rulings"]
    assert (ruling["fate"], ruling["observed"]) == ("stands", ["GRT-01 (shadow, deny)"])


@pytest.mark.parametrize(("mode", "wanted"), [
    (RevokingMode.OFF, {"denied": 4}), (RevokingMode.SHADOW, {"would-revoke": 2, "tripped": 1, "protected": 1}),
    (RevokingMode.ON, {"due": 2, "tripped": 1, "protected": 1}),
])  # fmt: skip
def test_modes_protection_and_breaker(api: Api, uid: int, mode: RevokingMode, wanted: dict) -> None:
    api.made.grants.sources = {"mail.yaml": NO_MAIL}
    api.made.grants.limits = RevokingLimits(mode, ("app-9",), 2)
    taken(api, uid, *(grant(f"g{n}", f"app-{n}") for n in (1, 2, 3, 9)))
    found = list(fates(judged(api, uid)).values())
    assert {fate: found.count(fate) for fate in set(found)} == wanted
    if mode is not RevokingMode.OFF:  # within the hour the breaker stays tripped; later people may ask again
        assert "due" not in fates(judged(api, uid)).values()
        api.made.clock.now += 3_700
        assert "tripped" in fates(judged(api, uid, again=True)).values()


def test_a_fault_of_the_engine_takes_nothing_away(api: Api, uid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from wardlaw.decision.policyset import PolicySet

    api.made.grants.limits = RevokingLimits(RevokingMode.ON, (), 10)
    api.made.grants.policies = lambda: PolicySet.build(
        '@id("x")\n@base("true")\npermit(principal, action, resource) when { context.nobody };'
    )
    taken(api, uid, grant("g1", scopes=(MAIL,)))
    (ruling,) = judged(api, uid)["rulings"]
    assert (ruling["fate"], ruling["effect"]) == ("asked", "hold")
    api.made.grants.policies = lambda: PolicySet.build("")  # an older set without the permit
    (ruling,) = judged(api, uid)["rulings"]
    assert (ruling["fate"], ruling["clauses"]) == ("asked", ["unregistered"])


def test_many_grants_come_in_parts(api: Api, uid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.console.api.grantjudging.AT_ONCE", 2)
    taken(api, uid, *(grant(f"g{n}", f"app-{n}") for n in range(5)))
    assert [judged(api, uid)["left"] for _ in range(3)] == [3, 1, 0]
    after, seen = ["", ""], 0
    for _ in range(3):
        answer = judged(api, uid, again=True, after=after)
        after, seen = answer["after"], seen + answer["judged"]
    assert (seen, answer["left"]) == (5, 0)
