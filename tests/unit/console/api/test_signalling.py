from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import START, Api, api_of
from wardlaw.console.api.desk import Turn
from wardlaw.console.api.signalling import GatewayLocks, signal_revocation
from wardlaw.facts.incident import Quarantine
from wardlaw.facts.person import Person, Role
from wardlaw.inventory.revocation import RevocationStep, StepKind
from wardlaw.store.database import writing
from wardlaw.store.principallinks import PrincipalLink, link_principal
from wardlaw.store.quarantines import place
from wardlaw.store.signalsout import TRIED_S, SignalPlan, list_signals

CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
PLAN = SignalPlan("https://us.example", {"idp": "https://idp.example", "siem": "https://siem.example"})


def queued(api: Api) -> list[dict]:
    with writing(api.made.engine) as connection:
        return [msgspec.json.decode(one.claims) for one in list_signals(connection)]


@pytest.mark.parametrize(("key", "subject"), [
    ("person:ada@acme.example", {"format": "email", "email": "ada@acme.example"}),
    ("principal:user:ada@acme.example", {"format": "email", "email": "ada@acme.example"}),
    ("principal:nhi:app", {"format": "opaque", "id": "nhi:app"}),
    ("session:s1", {"format": "complex", "session": {"format": "opaque", "id": "s1"}}),
])  # fmt: skip
def test_who_is_locked_out_is_told_to_each_receiver_with_the_same_transaction(
    api: Api, key: str, subject: dict
) -> None:
    api.app = api_of(msgspec.structs.replace(api.made.deps, signals=PLAN))
    uid = api.person("sec", Role.SECOPS)
    placed = api.ok("POST", "/quarantines", {"key": key, "reason": "a secret of ours", "minutes": 5}, uid=uid)
    told = queued(api)
    assert sorted(one["aud"] for one in told) == ["https://idp.example", "https://siem.example"]
    assert len({one["jti"] for one in told}) == 2
    (event,) = told[0]["events"].items()
    assert (told[0]["sub_id"], event[0], event[1]["event_timestamp"]) == (subject, f"{CAEP}session-revoked", int(START))
    assert placed["id"] in event[1]["reason_admin"]["en"]
    assert "secret of ours" not in msgspec.json.encode(told).decode()


def test_without_receivers_nothing_waits(api: Api) -> None:
    uid = api.person("sec", Role.SECOPS)
    api.ok("POST", "/quarantines", {"key": "principal:x", "reason": "a test", "minutes": 5}, uid=uid)
    assert queued(api) == []


def test_what_was_found_gone_is_told_once(api: Api) -> None:
    step = RevocationStep("s1", next(iter(StepKind)), "g", "101", "evil.apps", "DELETE")
    with writing(api.made.engine) as connection:
        turn = Turn(connection, Person("person:x", "X", ()), START, lambda size: b"0" * size)
        for _ in range(2):
            signal_revocation(turn, PLAN, ("acme", "rev_1"), step)
    told = queued(api)
    assert len(told) == 2
    assert told[0]["sub_id"] == {
        "format": "complex", "tenant": {"format": "opaque", "id": "acme"}, "user": {"format": "opaque", "id": "101"},
        "application": {"format": "opaque", "id": "evil.apps"},
    }  # fmt: skip
    event = told[0]["events"][f"{CAEP}credential-change"]
    assert (event["change_type"], event["credential_type"]) == ("revoke", step.kind.value)


def test_what_a_gateway_locks_by_itself_is_told_once_where_it_is_known_who_it_is(api: Api) -> None:
    with writing(api.made.engine) as connection:
        link_principal(connection, PrincipalLink("acme", "app-1", "nhi:known", "person:x", START))
        for number, key in enumerate((door_key("nhi:known"), door_key("user:nobody-knows"), "person:ada")):
            place(connection, Quarantine(f"qua_{number}", key, "principal", "two signals", START - 60))
        place(connection, Quarantine("qua_old", door_key("nhi:known"), "principal", "two signals", START - TRIED_S))
    for _ in range(2):  # as after a restart, too
        locks = GatewayLocks(api.made.engine, PLAN, door_key)
        locks.queue(START)
        locks.queue(START + 2)
    told = queued(api)
    assert [one["sub_id"]["id"] for one in told] == ["nhi:known", "nhi:known"]
    assert sorted(one["aud"] for one in told) == ["https://idp.example", "https://siem.example"]
    (event,) = told[0]["events"].values()
    assert (event["event_timestamp"], event["initiating_entity"]) == (int(START) - 60, "policy")
    assert "qua_0" in event["reason_admin"]["en"]


def door_key(principal: str) -> str:
    return principal.encode().hex()
