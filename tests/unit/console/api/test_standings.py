from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.person import Role

CV = {"id": "cv", "title": "CV ranker", "owner": "person:own", "purpose": "ranks applications"}


def test_all_systems_in_use_say_how_they_stand(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CV, uid=owner)
    api.ok("POST", "/systems", CV | {"id": "gone"}, uid=owner)
    api.ok("DELETE", "/systems/gone", uid=owner)
    found = api.ok("GET", "/verdicts", uid=owner)
    assert [(one["system"], one["mode"], one["lives"]) for one in found] == [("cv", "warn", False)]
    assert found[0]["why"] == "no gate has given it a verdict"
