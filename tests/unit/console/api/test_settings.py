from __future__ import annotations

import msgspec

from tests.console_fakes import START, Api, api_of
from tests.unit.console.api.test_grants import grant, taken
from wardlaw.config.values import SettingValue
from wardlaw.console.api.house import ConnectedDirectory, House
from wardlaw.facts.incident import Incident
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.notifications import Event, enqueue, list_due, mark_failed, mark_sent
from wardlaw.store.signalsout import enqueue_signal


def test_what_is_in_force_is_for_admins(api: Api) -> None:
    house = House("1.2", "enforce", log_keys=("log+01",), settings=(SettingValue("data_dir", "/d", "default"),))
    api.made.deps = msgspec.structs.replace(api.made.deps, house=house)
    api.app = api_of(api.made.deps)
    told = api.ok("GET", "/settings", uid=api.person("adm", Role.ADMIN))
    assert (told["version"], told["log_keys"]) == ("1.2", ["log+01"])
    assert told["values"] == [{"key": "data_dir", "value": "/d", "origin": "default"}]
    assert told["bundle_keys"][0].startswith("bundle.example+")
    assert api.error("GET", "/settings", uid=api.person("sec", Role.CISO))[0] == 403


def test_connections_and_who_is_told(api: Api) -> None:
    sec = api.person("sec", Role.CISO)
    house = House(
        connected=(ConnectedDirectory("acme", "google", revokes=True), ConnectedDirectory("new", "okta")),
        channels=("ops",),
    )
    api.made.deps = msgspec.structs.replace(api.made.deps, house=house)
    api.app = api_of(api.made.deps)
    taken(api, sec, grant("g1"))
    taken(api, sec, grant("g2"), directory="imported")
    told = api.ok("GET", "/settings/connectors", uid=sec)
    by_name = {one["directory"]: one for one in told["connectors"]}
    assert by_name["acme"]["is_well"]
    assert by_name["acme"]["connected"]["revokes"]
    assert by_name["imported"]["connected"] is None
    assert "wardlaw inventory sync new" in by_name["new"]["next_step"]
    assert told["channels"] == [{"channel": "ops", "counts": {}, "sent_at": 0.0, "error": ""}]
    incident = Incident("inc_1", "exc_1", "aa", "tripwire", START, START)
    with writing(api.made.engine) as connection:
        enqueue(connection, incident, Event.OPENED, channels=("ops", "mail"), at=START)
        due = list_due(connection, now=START)
        mark_sent(connection, next(one for one in due if one.channel == "ops"))
        mark_failed(
            connection, next(one for one in due if one.channel == "mail"), why="no route", now=START, final=True
        )
        enqueue_signal(connection, "idp", "qua_1", {"sub": "x"}, at=START)
    told = api.ok("GET", "/settings/connectors", uid=sec)
    states = {one["channel"]: (one["counts"], one["error"]) for one in told["channels"]}
    assert states == {"ops": ({"sent": 1}, ""), "mail": ({"dead": 1}, "no route")}
    assert told["receivers"] == [{"receiver": "idp", "counts": {"waiting": 1}, "error": ""}]
