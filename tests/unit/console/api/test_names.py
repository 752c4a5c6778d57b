"""Names are told to whoever may see the thing: role by role, and what is one's own to oneself."""

from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.console.api.test_grants import grant, taken
from wardlaw.facts.person import Role

IDS = ["person:owner", "system:cv", "agent:cv-1", "agent:keyed", "app:app-1", "GOV-20", "person:gone", "agent:cv-2"]
READS_LOG = {Role.LEGAL, Role.RISK, Role.COMPLIANCE, Role.CISO, Role.SECOPS, Role.AUDITOR}


def house(api: Api) -> dict[Role, int]:
    api.made.grants.sources = api.made.policies.files
    people = {role: api.person(role.value, role) for role in Role}
    system = {
        "id": "cv", "title": "CV ranker", "owner": "person:owner", "purpose": "ranks",
        "principals": ["agent:cv-1", "agent:keyed", "agent:*"],
    }  # fmt: skip
    api.ok("POST", "/systems", system, uid=people[Role.OWNER])
    key = {"id": "key:k", "principal": "agent:keyed", "name": "Ranking job"}
    api.ok("POST", "/keys", key, uid=people[Role.OWNER])
    taken(api, people[Role.CISO], grant("g1"), {"kind": "app", "id": "app-1", "name": "Notes"})
    return people


def test_each_role_is_told_the_names_of_what_it_may_list(api: Api) -> None:
    people = house(api)
    for role, uid in people.items():
        names = api.ok("POST", "/names", {"ids": IDS}, uid=uid)["names"]
        sees_apps = role in READS_LOG | {Role.DEVSECOPS, Role.OWNER}
        sees_keys = sees_apps | (role is Role.ADMIN)
        assert names.get("person:owner") == ("owner" if role in READS_LOG | {Role.ADMIN, Role.OWNER} else None), role
        assert names["system:cv"] == names["agent:cv-1"] == "CV ranker"
        assert names["agent:keyed"] == ("Ranking job" if sees_keys else "CV ranker"), role
        assert names.get("app:app-1") == ("Notes" if sees_apps else None), role
        assert names["GOV-20"] == "No bulk exports"
        assert not {"person:gone", "agent:cv-2"} & set(names)  # nobody knows them; a star may be any of many


def test_nothing_is_told_to_nobody_and_no_more_is_asked_than_a_page_shows(api: Api) -> None:
    uid = api.person("ann")
    assert api.ok("POST", "/names", {"ids": ["person:ann", "system:cv", "GOV-20"]}, uid=uid)["names"] == {
        "person:ann": "ann"
    }
    assert api.error("POST", "/names", {"ids": ["x"] * 501}, uid=uid) == (400, "WL-API-003")
    assert api.error("POST", "/names", {"ids": ["person:\0"]}, uid=uid) == (400, "WL-API-003")  # no database takes it
    assert api.error("POST", "/names", {"ids": []})[0] == 401
    assert api.ok("POST", "/names", {"ids": ["no kind"]}, uid=uid) == {"names": {}}
    assert api.made.recorder.of("names.list") == []
