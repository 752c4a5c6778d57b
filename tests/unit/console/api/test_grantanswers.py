from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_grantjudging import CHATGPT, judged
from tests.unit.console.api.test_grants import grant, taken
from wardlaw.facts.person import Role
from wardlaw.inventory.asking import AskedPersons
from wardlaw.store.database import reading
from wardlaw.store.notifications import Event, list_due

PERSONS = AskedPersons(("post", "chat"), frozenset({"acme.example"}), ("eve@acme.example",), 2)


@pytest.fixture
def uid(api: Api) -> int:
    api.made.grants.persons = PERSONS
    return api.person("sec", Role.CISO)


def account(id_: str, name: str = "") -> dict:
    return {"kind": "account", "id": id_, "name": name or f"{id_}@acme.example", "acts_as": "human"}


def asked(api: Api) -> list[str]:
    with reading(api.made.engine) as connection:
        return [one.channel for one in list_due(connection, now=1e12) if one.event is Event.WHY]


def test_who_gave_a_held_grant_is_asked_once_and_answers(api: Api, uid: int) -> None:
    ada = api.person("ada")
    taken(api, uid, CHATGPT, account("ada"), grant("g1", consent="user"))
    judged(api, uid)
    judged(api, uid, again=True)
    assert sorted(asked(api)) == ["chat", "post"]
    question = api.ok("GET", "/grants/one?id=g1", uid=uid)["question"]
    assert (question["account"], question["answered_at"]) == ("ada", 0.0)
    made = api.ok("POST", f"/grants/questions/{question['id']}/answer", {"reason": "minutes"}, uid=ada)
    assert set(made) == {"question", "answered_at"}  # of the grant it says nothing
    kept = api.ok("GET", "/grants/one?id=g1", uid=uid)
    assert (kept["question"]["reason"], kept["question"]["answered_by"]) == ("minutes", "person:ada")
    assert kept["line"]["ruling"]["fate"] == "asked"  # an answer decides nothing
    assert api.made.recorder.of("grants.answer")[0]["reason"] == "minutes"
    assert api.made.recorder.of("grants.judge")[0]["asked"] == question["id"]


def test_the_others_come_later_and_some_never(api: Api, uid: int) -> None:
    people = [account(name) for name in ("ada", "bob", "cy", "dan", "eve")] + [account("out", "out@elsewhere.example")]
    grants = [grant(f"g-{one['id']}", account=one["id"]) for one in people if one["id"] != "dan"]
    taken(
        api, uid, CHATGPT, *people, *grants, grant("g-all", account=""), grant("g-adm", account="dan", consent="admin")
    )
    judged(api, uid)
    assert len(asked(api)) == 4  # two an hour, over two channels
    judged(api, uid)
    assert len(asked(api)) == 4
    api.made.clock.now += 3_700
    judged(api, uid)
    judged(api, uid)
    assert len(asked(api)) == 6


def test_nobody_is_asked_where_nothing_is_configured(api: Api, uid: int) -> None:
    api.made.grants.persons = AskedPersons()
    taken(api, uid, CHATGPT, account("ada"), grant("g1"))
    judged(api, uid)
    assert asked(api) == []
    assert api.ok("GET", "/grants/one?id=g1", uid=uid)["question"] is None


def test_an_unknown_question_is_refused(api: Api, uid: int) -> None:
    _, code = api.error("POST", "/grants/questions/gqn_none/answer", {"reason": "x"}, uid=uid)
    assert code == "WL-INV-120"
