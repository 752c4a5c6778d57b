from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.console.api.test_grants import grant, taken
from tests.unit.store.test_grantlots import listed
from wardlaw.facts.person import Person, Role
from wardlaw.inventory.model import App
from wardlaw.register.system import System
from wardlaw.store.database import reading, writing
from wardlaw.store.naming import apps_called, callers_called, people_called, systems_called
from wardlaw.store.people import add_person
from wardlaw.store.systems import add_system


def test_what_everything_is_called_and_nothing_for_what_nobody_knows(tmp_path) -> None:
    api = Api(tmp_path)
    owner, ciso = api.person("own", Role.OWNER), api.person("cis", Role.CISO)
    system = {"id": "cv", "title": "CV ranker", "owner": "person:own", "purpose": "ranks"}
    api.ok("POST", "/systems", system, uid=owner)
    for key, name in (("key:a", "Reports"), ("key:b", "Reports"), ("key:c", "Other")):
        caller = "agent:two" if key == "key:c" else "agent:one"
        api.ok("POST", "/keys", {"id": key, "principal": caller, "name": name}, uid=owner)
    api.ok("POST", "/keys", {"id": "key:d", "principal": "agent:two", "name": "Another"}, uid=owner)
    app = {"kind": "app", "id": "app-1", "name": "Notes"}
    taken(api, ciso, grant("g1"), app)
    taken(api, ciso, grant("g1"), app | {"name": "Notes"}, directory="beta", platform="google")
    taken(api, ciso, {"kind": "app", "id": "app-2", "name": "One"})
    taken(api, ciso, {"kind": "app", "id": "app-2", "name": "Two"}, directory="beta")
    with reading(api.made.engine) as connection:
        assert people_called(connection, ["person:own", "person:none"]) == {"person:own": "own"}
        assert systems_called(connection, ["cv", "none"]) == {"cv": "CV ranker"}
        assert callers_called(connection, ["agent:one", "agent:two"]) == {"agent:one": "Reports"}
        assert apps_called(connection, ["app-1", "app-2", "app-3"]) == {"app-1": "Notes"}
    api.close()


def test_both_databases_know_the_same_names(database) -> None:
    with writing(database) as connection:
        add_person(connection, Person("person:ann", "Ann", (Role.OWNER,)), by="init", now=1.0)
        add_system(connection, System("cv", "CV ranker", "person:ann", "ranks"), by="person:ann", now=1.0)
        listed(connection, 1, App("a", "Notes"))
        assert people_called(connection, ["person:ann", "person:none"]) == {"person:ann": "Ann"}
        assert systems_called(connection, ["cv"]) == {"cv": "CV ranker"}
        assert apps_called(connection, ["a", "b"]) == {"a": "Notes"}
        assert callers_called(connection, ["agent:x"]) == {}
        assert people_called(connection, ()) == {}
