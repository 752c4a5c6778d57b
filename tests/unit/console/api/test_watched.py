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


def test_removal(api: Api) -> None:
    secops = api.person("sec", Role.SECOPS)
    api.ok("POST", "/secrets", {"id": "secret:x", "text": TEXT}, uid=secops)
    assert api.ok("DELETE", "/secrets/secret:x", uid=secops) == {"removed": "secret:x"}
    assert api.error("DELETE", "/secrets/secret:x", uid=secops) == (404, "WL-STO-031")
