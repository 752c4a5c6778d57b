from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import Api
from wardlaw.console.api.shapes import CredentialRequest
from wardlaw.facts.person import Role
from wardlaw.store import generations
from wardlaw.store.credentials import list_credentials
from wardlaw.store.database import reading

VALUE = "Bearer 51H8eXAMPLEXAMPLE"
BODY = {"server": "tickets", "name": "token", "value": VALUE}


def test_the_value_is_nowhere_afterwards(api: Api, capsys) -> None:
    owner = api.person("own", Role.OWNER)
    view = api.ok("POST", "/credentials", BODY, uid=owner)
    shown = {"server": "tickets", "name": "token", "set_by": "person:own", "set_at": 1_790_000_000.0}
    assert view == shown
    assert api.ok("GET", "/credentials", uid=owner) == [shown]
    everything = str(api.made.recorder.records) + "".join(capsys.readouterr()) + repr(CredentialRequest(**BODY))
    with api.made.engine.connect() as connection:
        everything += "\n".join(connection.connection.dbapi_connection.iterdump())
    assert VALUE not in everything
    assert api.made.recorder.of("credentials.set") == [{"server": "tickets", "credential": "token", "replaces": 0}]
    assert generations.read(api.made.engine)["credentials"] == 1


def test_the_key_of_one_that_was_replaced_or_forgotten_is_erased(api: Api) -> None:
    owner, erased = api.person("own", Role.OWNER), api.made.credentials.erased
    first, second = (api.ok("POST", "/credentials", BODY, uid=owner) and _subject(api) for _ in range(2))
    assert erased == [first] != [second]
    gone = api.ok("DELETE", "/credentials/tickets/token", uid=owner)
    assert gone == {"server": "tickets", "forgotten": "token"}
    assert erased == [first, second]
    assert api.made.recorder.of("credentials.forget") == [{"server": "tickets", "credential": "token"}]
    assert api.error("DELETE", "/credentials/tickets/token", uid=owner) == (404, "WL-MCP-026")


def test_nothing_is_forgotten_whose_key_cannot_be_erased(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    api.ok("POST", "/credentials", BODY, uid=owner)
    api.made.credentials.broken = True
    assert api.error("DELETE", "/credentials/tickets/token", uid=owner) == (503, "WL-KEY-008")
    assert len(api.ok("GET", "/credentials", uid=owner)) == 1
    assert "not_kept" in api.made.recorder.of("credentials.forget")[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"server": "Tickets"},
        {"server": "a|b"},
        {"name": "a b"},
        {"name": "token\n"},
        {"name": "a" * 65},
        {"value": ""},
        {"value": VALUE + "\x00"},
        {"value": VALUE + "\r\nx-more: 1"},
        {"value": VALUE * 1_000},
        {"more": VALUE},
    ],
)
def test_a_wrong_one_is_refused_without_repeating_it(api: Api, capsys, wrong: dict[str, str]) -> None:
    status, answer = api.call("POST", "/credentials", BODY | wrong, uid=api.person("own", Role.OWNER))
    assert status in (400, 413)
    assert VALUE not in str(answer) + "".join(capsys.readouterr())


def test_a_key_in_lines_is_taken(api: Api) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    api.ok("POST", "/credentials", BODY | {"value": pem}, uid=api.person("own", Role.OWNER))
    assert msgspec.convert(BODY | {"value": pem}, CredentialRequest).value == pem


def test_who_cuts_connections_may_forget_and_not_set(api: Api) -> None:
    api.ok("POST", "/credentials", BODY, uid=api.person("own", Role.OWNER))
    secops = api.person("sec", Role.SECOPS)
    assert api.error("POST", "/credentials", BODY, uid=secops)[0] == 403
    assert api.error("DELETE", "/credentials/tickets/token", uid=api.person("aud", Role.LEGAL))[0] == 403
    api.ok("DELETE", "/credentials/tickets/token", uid=secops)


def _subject(api: Api) -> str:
    with reading(api.made.engine) as connection:
        return list_credentials(connection)[0].sealed.subject
