from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.person import Role
from wardlaw.store import generations

TEXT = "sk-live-51H8eXAMPLEXAMPLE"


def test_the_text_is_nowhere_afterwards(api: Api, capsys) -> None:
    secops = api.person("sec", Role.SECOPS)
    view = api.ok("POST", "/secrets", {"id": "secret:stripe", "text": TEXT}, uid=secops)
    assert view == {"id": "secret:stripe", "tripwire": False, "created_by": "person:sec", "created_at": 1_790_000_000.0}
    wire = api.ok("POST", "/secrets", {"id": "tripwire:crm", "text": "nobody sends this"}, uid=secops)
    assert wire["tripwire"]
    assert [one["id"] for one in api.ok("GET", "/secrets", uid=secops)] == ["secret:stripe", "tripwire:crm"]
    everything = str(api.made.recorder.records) + "".join(capsys.readouterr())
    with api.made.engine.connect() as connection:
        everything += "\n".join(connection.connection.dbapi_connection.iterdump())
    assert TEXT not in everything
    assert "secret:stripe" in everything
    assert generations.read(api.made.engine)["secrets"] == 2


def test_an_error_does_not_repeat_the_text(api: Api, capsys) -> None:
    secops = api.person("sec", Role.SECOPS)
    for body in ({"id": "stripe", "text": TEXT}, {"id": "secret:x", "text": TEXT, "more": TEXT}):
        status, answer = api.call("POST", "/secrets", body, uid=secops)
        assert status == 400
        assert TEXT not in str(answer)
    api.ok("POST", "/secrets", {"id": "secret:x", "text": TEXT}, uid=secops)
    status, answer = api.call("POST", "/secrets", {"id": "secret:x", "text": TEXT}, uid=secops)
    assert (status, answer["error"]["code"]) == (409, "WL-STO-030")
    assert TEXT not in str(answer) + "".join(capsys.readouterr())


def test_sod_10_a_detector_is_loosened_by_two_and_tightened_by_one(api: Api) -> None:
    secops, risk = api.person("sec", Role.SECOPS), api.person("rik", Role.RISK)
    api.ok("POST", "/secrets", {"id": "secret:x", "text": TEXT}, uid=secops)
    assert api.error("DELETE", "/secrets/secret:x", uid=risk) == (403, "WL-RGT-010")  # nobody has asked
    asked = {"asked": "secret:x", "waits_for": "risk"}
    assert api.ok("DELETE", "/secrets/secret:x", uid=secops) == asked
    assert api.ok("DELETE", "/secrets/secret:x", uid=secops) == asked  # asking twice is no agreement
    other = api.person("sec2", Role.SECOPS)
    assert api.ok("DELETE", "/secrets/secret:x", uid=other) == asked
    assert [one["removal_asked_by"] for one in api.ok("GET", "/secrets", uid=risk)] == ["person:sec2"]
    for role in (Role.LEGAL, Role.CISO, Role.OWNER):
        assert api.error("DELETE", "/secrets/secret:x", uid=api.person(role, role)) == (403, "WL-RGT-010")
    assert api.ok("DELETE", "/secrets/secret:x", uid=risk) == {"removed": "secret:x"}
    assert api.error("DELETE", "/secrets/secret:x", uid=secops) == (404, "WL-STO-031")
    assert api.made.recorder.of("secrets.remove")[-1] == {"secret": "secret:x", "asked_by": "person:sec2"}
    assert {"refused": "SOD-10"} in api.made.recorder.of("secrets.remove")
    assert generations.read(api.made.engine)["secrets"] == 2


def test_sod_10_one_human_with_two_accounts_does_not_suffice(api: Api) -> None:
    admin = api.person("admin", Role.ADMIN)
    secops, risk = api.person("sec", Role.SECOPS), api.person("rik", Role.RISK)
    for name in ("sec", "rik"):
        api.ok("PATCH", f"/persons/person:{name}", {"identity": "one@corp.example"}, uid=admin)
    api.ok("POST", "/secrets", {"id": "secret:x", "text": TEXT}, uid=secops)
    api.ok("DELETE", "/secrets/secret:x", uid=secops)
    assert api.error("DELETE", "/secrets/secret:x", uid=risk) == (403, "WL-RGT-010")
    assert api.ok("GET", "/secrets", uid=risk)[0]["id"] == "secret:x"


def test_a_request_to_loosen_runs_out_and_goes_with_whoever_asked(api: Api) -> None:
    secops, risk = api.person("sec", Role.SECOPS), api.person("rik", Role.RISK)
    api.ok("POST", "/secrets", {"id": "secret:x", "text": TEXT}, uid=secops)
    api.ok("DELETE", "/secrets/secret:x", uid=secops)
    api.made.clock.now += 8 * 86_400
    assert api.error("DELETE", "/secrets/secret:x", uid=risk) == (403, "WL-RGT-010")
    api.ok("DELETE", "/secrets/secret:x", uid=secops)
    api.ok("DELETE", "/persons/person:sec", uid=api.person("admin", Role.ADMIN))
    assert api.error("DELETE", "/secrets/secret:x", uid=risk) == (403, "WL-RGT-010")
