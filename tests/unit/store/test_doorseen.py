from __future__ import annotations

import msgspec
import pytest

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.person import Person, Role
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.toolseen import ToolSeen
from wardlaw.inventory.doorrules import DoorTally
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Credential, Use
from wardlaw.inventory.view import assemble
from wardlaw.store.database import writing
from wardlaw.store.doorseen import DOOR, LOOKED_BACK_DAYS, door_tallies, door_view
from wardlaw.store.keys import create_key, revoke_key
from wardlaw.store.logcounts import add_counts
from wardlaw.store.loguses import add_uses
from wardlaw.store.people import add_person
from wardlaw.store.seentools import keep_seen

NOW = 1_790_000_000.0
DAY_MS = 86_400_000


def names(principal: str) -> frozenset[str]:
    return frozenset({principal, f"p1-{principal}", f"p2-{principal}"})


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        add_person(connection, Person("person:a", "A", (Role.ADMIN,)), by="t", now=NOW)
        for number, (name, kind) in enumerate(
            (("agent:bot", PrincipalKind.AGENT), ("user:ana", PrincipalKind.USER), ("nhi:job", PrincipalKind.NHI))
        ):
            principal = Principal(name, kind, name.partition(":")[2])
            entry = KeyEntry(f"key:{number}", "", principal, models=("gpt",), expires_at=NOW + 9 if number else 0.0)
            create_key(connection, entry, owner="person:a", secret=bytes([number]) * 32, now=NOW - 1_000)
        yield connection


def shown(connection, **locked: str):
    return door_view(connection, names, locked=locked, now=NOW)


def of(kind: type, view) -> dict:
    return {item.thing.id: item for item in view.items if isinstance(item.thing, kind)}


def test_principals_keys_and_tools_are_items_of_the_inventory(connection) -> None:
    keep_seen(connection, [ToolSeen("pay", "request", "{}", "d", NOW - 5)])
    view = shown(connection)
    accounts = {name: item.thing for name, item in of(Account, view).items()}
    assert accounts["agent:bot"] == Account("agent:bot", AccountKind.AGENT, "bot", "person:a", AccountState.ACTIVE)
    assert (accounts["user:ana"].acts_as, accounts["user:ana"].owner) == (AccountKind.HUMAN, "")
    assert accounts["nhi:job"].acts_as is AccountKind.NHI
    keys = {name: item.thing for name, item in of(Credential, view).items()}
    assert (keys["key:0"].never_expires, keys["key:1"].expires_at, keys["key:1"].scopes) == (
        True,
        NOW + 9,
        ("model:gpt",),
    )
    assert of(App, view)["tool:pay"].thing.name == "pay"
    inventory = assemble(view.items, view.runs)
    assert inventory.platforms == {DOOR: DOOR}
    assert len(inventory.there(Credential)) == 3
    assert view.principals == ("agent:bot", "nhi:job", "user:ana")


def test_an_empty_gateway_is_no_directory(database) -> None:
    with writing(database) as connection:
        assert shown(connection) == shown(connection).__class__((), (), ())


def test_what_has_ended_is_gone_and_who_is_locked_out_is_suspended(connection) -> None:
    revoke_key(connection, "key:0", now=NOW - 10)
    view = door_view(connection, names, locked={"nhi:job": "odd"}, now=NOW + 5)
    assert not of(Credential, view)["key:0"].is_there
    assert not of(Account, view)["agent:bot"].is_there
    assert of(Account, view)["agent:bot"].thing.state is AccountState.DELETED
    assert of(Account, view)["nhi:job"].thing.state is AccountState.SUSPENDED
    later = door_view(connection, names, locked={}, now=NOW + 9)
    assert not of(Credential, later)["key:1"].is_there  # it has run out


def decided(subject: str, at_ms: int) -> Envelope:
    return Envelope(at=at_ms, epoch=1, gateway="g", id="dec_1", kind=RecordKind.DECISION, seq=1, subject=subject)


def test_use_comes_from_the_log_by_day_and_under_every_name(connection) -> None:
    now_ms = int(NOW * 1000)
    places = [
        ("p1-agent:bot", now_ms - 5), ("p1-agent:bot", now_ms - 4), ("p2-agent:bot", now_ms - 2 * DAY_MS),
        ("stranger", now_ms), ("p1-user:ana", now_ms - (LOOKED_BACK_DAYS + 1) * DAY_MS),
    ]  # fmt: skip
    envelopes = [decided(subject, at) for subject, at in places]
    envelopes.append(msgspec.structs.replace(decided("p1-agent:bot", now_ms), kind=RecordKind.OUTCOME))
    add_uses(connection, envelopes)
    view = shown(connection)
    uses = [item.thing for item in of(Use, view).values()]
    assert [(use.account, use.calls) for use in uses] == [("agent:bot", 1), ("agent:bot", 2)]
    assert uses[1].last_used_at == pytest.approx(NOW - 0.004)
    assert of(Credential, view)["key:0"].thing.last_used_at == uses[1].last_used_at
    assert of(Credential, view)["key:1"].thing.last_used_at == 0.0


def test_calls_to_vendors_are_counted_from_outcomes(connection) -> None:
    def outcome(index: int, upstream: str, at: float, kind: RecordKind = RecordKind.OUTCOME, **facts: int) -> Envelope:
        told = {"upstream": upstream, **facts} if upstream else {}
        return Envelope(at=int(at * 1000), epoch=1, facts=told, gateway="g", id=f"out_{index}", kind=kind, seq=index)

    envelopes = [
        outcome(1, "main", NOW, upstream_status=200, prompt_tokens=70, completion_tokens=30), outcome(2, "main", NOW - 86_400), outcome(3, "main", NOW, upstream_status=200), outcome(4, "near", NOW),
        outcome(5, "", NOW), outcome(6, "main", NOW - 31 * 86_400), outcome(7, "main", NOW, RecordKind.DECISION),
    ]  # fmt: skip
    add_counts(connection, envelopes)
    assert door_tallies(connection, {"main": "openai"}, now=NOW) == {
        ("openai", "2026-09-21"): DoorTally(2, 100, 1), ("openai", "2026-09-20"): DoorTally(1),
    }  # fmt: skip
