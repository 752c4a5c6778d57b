from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.person import Role

SYSTEM = {
    "id": "cv",
    "title": "CV",
    "owner": "person:own",
    "purpose": "ranks",
    "built_on": ["ranker"],
    "tools": ["search"],
}
MODEL = {
    "kind": "model",
    "id": "ranker",
    "title": "Ranker",
    "owner": "person:own",
    "digest": "a" * 64,
    "vendor": "acme",
}
ACME = {"kind": "vendor", "id": "acme", "title": "Acme", "owner": "person:own"}


def test_what_a_system_is_made_of_follows_the_register(api: Api) -> None:
    owner, auditor = api.person("own", Role.OWNER), api.person("aud", Role.AUDITOR)
    for entry in (ACME, MODEL):
        api.ok("PUT", "/register", {"entry": entry}, uid=owner)
    api.ok("POST", "/systems", SYSTEM, uid=owner)
    first = api.ok("GET", "/systems/cv/parts", uid=auditor)
    assert [(one["id"], one["digest"], one["vendor"]["name"]) for one in first["parts"]["models"]] == [
        ("model:ranker", "a" * 64, "Acme")
    ]
    assert api.ok("GET", "/systems/cv/parts", uid=auditor) == first
    api.made.clock.now += 60
    api.ok("PUT", "/register", {"entry": {**ACME, "country": "FR"}, "version": 1}, uid=owner)
    second = api.ok("GET", "/systems/cv/parts", uid=auditor)
    assert second["as_of"] == first["as_of"] + 60
    api.ok("DELETE", "/register/model/ranker", uid=owner)
    gone = api.ok("GET", "/systems/cv/parts", uid=auditor)["parts"]["models"]
    assert [(one["id"], one["digest"], one["unsaid"]) for one in gone] == [("model:ranker", None, ["registered"])]
    assert api.error("GET", "/systems/none/parts", uid=auditor) == (404, "WL-SYS-001")
