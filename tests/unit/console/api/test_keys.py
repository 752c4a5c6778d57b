from __future__ import annotations

from base64 import b64encode

import pytest

from tests.console_fakes import START, Api
from wardlaw.facts.keytext import key_digest
from wardlaw.facts.person import Role
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.store import generations
from wardlaw.store.canaries import hold_key
from wardlaw.store.database import reading, writing
from wardlaw.store.keys import load_entries

BOT = {
    "id": "key:bot", "principal": "agent:bot", "team": "support", "models": ["gpt"], "persons": ["user:ann"],
    "signing_key": b64encode(b"k" * 32).decode(), "days": 30,
}  # fmt: skip


@pytest.fixture
def owner(api: Api) -> int:
    return api.person("owner", Role.OWNER)


def test_a_key_is_shown_once_and_reaches_the_gateway_as_a_digest(api: Api, owner: int) -> None:
    made = api.ok("POST", "/keys", BOT, uid=owner)
    with reading(api.made.engine) as connection:
        (entry,) = load_entries(connection)
    assert entry.secret_sha256 == key_digest(made["text"])
    assert (entry.principal.id, entry.principal.kind, entry.principal.credential) == (
        "agent:bot", PrincipalKind.AGENT, "key:bot",
    )  # fmt: skip
    assert (entry.persons, entry.models, entry.expires_at) == (("user:ann",), ("gpt",), START + 30 * 86_400)
    assert made["key"]["owner"] == "person:owner"
    listed = api.ok("GET", "/keys", uid=owner)
    assert listed == [made["key"]]
    assert entry.secret_sha256 not in str(listed)
    assert made["text"] not in str(api.made.recorder.records)


def test_rotation_and_revocation(api: Api, owner: int) -> None:
    ciso = api.person("ciso", Role.CISO)
    old = api.ok("POST", "/keys", BOT, uid=owner)
    new = api.ok("POST", "/keys/key:bot/rotate", {"overlap_s": 60}, uid=owner)
    assert new["key"]["id"] == "key:bot.2"
    assert new["text"] != old["text"]
    assert api.made.recorder.of("keys.rotate")[0]["replaces"] == "key:bot"
    before = generations.read(api.made.engine)["keys"]
    assert api.error("POST", "/keys/key:bot/revoke", uid=owner) == (403, "WL-RGT-010")
    assert api.ok("POST", "/keys/key:bot/revoke", uid=ciso)["revoked_at"] == START
    assert generations.read(api.made.engine)["keys"] > before
    assert api.error("POST", "/keys/key:bot/rotate", {}, uid=owner) == (409, "WL-STO-022")
    assert api.error("POST", "/keys/key:none/revoke", uid=ciso) == (404, "WL-STO-021")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"principal": "user:ann"}, "WL-API-015"),
        ({"signing_key": "AAAA"}, "WL-API-015"),
        ({"signing_key": "§§§§"}, "WL-API-015"),
        ({"principal": "robot:x"}, "WL-API-003"),
        ({"principal": "agent:bot\n"}, "WL-API-003"),
        ({"id": "bot"}, "WL-API-003"),
        ({"days": -1}, "WL-API-003"),
        ({"modles": []}, "WL-API-003"),
        ({"owner": "person:nobody"}, "WL-STO-020"),
    ],
)
def test_keys_that_make_no_sense(api: Api, owner: int, change: dict, code: str) -> None:
    assert api.error("POST", "/keys", BOT | change, uid=owner)[1] == code
    assert api.ok("GET", "/keys", uid=owner) == []


def test_an_endless_key_must_be_asked_for(api: Api, owner: int) -> None:
    ends = [
        api.ok("POST", "/keys", {"id": f"key:{n}", "principal": "nhi:ci"} | days, uid=owner)["key"]["expires_at"]
        for n, days in enumerate([{}, {"days": 0}])
    ]
    assert ends == [START + 90 * 86_400, 0.0]


def test_nobody_holds_a_key_that_gates_look_past(api: Api, owner: int) -> None:
    body = {"id": "key:wardlaw-canary-mine", "principal": "agent:mine"}
    assert api.error("POST", "/keys", body, uid=owner) == (400, "WL-API-021")
    with writing(api.made.engine) as connection:
        hold_key(connection, "1", Principal("agent:c", PrincipalKind.AGENT), secret=b"c" * 32, now=START)
    assert api.error("POST", "/keys/key:wardlaw-canary-1/rotate", {}, uid=owner) == (400, "WL-API-021")
