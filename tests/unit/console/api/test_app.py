from __future__ import annotations

from typing import get_type_hints

import pytest

from tests.console_fakes import Api
from wardlaw.console.api import app
from wardlaw.console.api.app import check_operations
from wardlaw.facts.errors import Fault
from wardlaw.governance.operations import OPERATIONS, Audience


def routes(api: Api) -> list[tuple[str, str, str]]:
    found = []
    for route in api.app.routes:
        for handler in getattr(route, "route_handlers", []):
            if handler.operation_id:
                method = next(method for method in sorted(handler.http_methods) if method != "OPTIONS")
                found.append((handler.operation_id, method, route.path))
    return found


def test_every_endpoint_has_exactly_one_entry_and_every_entry_an_endpoint(api: Api) -> None:
    assert sorted(name for name, _, _ in routes(api)) == sorted(OPERATIONS)


def test_no_endpoint_stands_outside_the_table(api: Api) -> None:
    others = {
        route.path
        for route in api.app.routes
        for handler in getattr(route, "route_handlers", [])
        if not handler.operation_id and handler.http_methods != {"OPTIONS"}
    }
    assert all(path.startswith("/api/openapi.json") for path in others), others


LARGE_QUESTIONS = {
    "decisions.replay", "frameworks.diff", "names.list", "policy.try", "erasures.preview", "policy.check", "policy.fill",
    "session.enter_options", "session.prove_options", "passkeys.options",
}  # fmt: skip
"""What reads, and asks with more than fits into an address, or may stand in one."""


def test_reading_methods_change_nothing(api: Api) -> None:
    for name, method, _ in routes(api):
        operation = OPERATIONS[name]
        reads = not operation.changes and not operation.recorded
        assert reads or method != "GET", name
        assert (method == "GET") == reads or name in LARGE_QUESTIONS, name


_STEP = {"id": "1", "kind": "grant", "subject": "g", "account": "a", "app": "a", "call": "DELETE /g"}
SAMPLES = {
    "reports.build": {"framework": "eu-ai-act", "since": "2026-01-01", "until": "2026-02-01"},
    "policy.check": {"text": "x"}, "policy.hand_in": {"text": "x"}, "policy.fill": {"answers": {}},
    "policy.review": {}, "policy.retire": {"reason": "x"}, "policy.approve": {"digest": "0" * 8},
    "policy.reject": {"digest": "0" * 8, "reason": "x"}, "policy.try": {"since_ms": 0, "until_ms": 1}, "policy.emergency": {"reason": "x"},
    "session.redeem": {"token": "x"}, "session.enter_token": {"token": "x"}, "session.enter_password": {"person": "x", "password": "x"},
    "session.enter_passkey": {"ceremony": "x", "credential": {}, "bound": "x"}, "session.enter_options": {"rp_id": "x", "origin": "x"},
    "session.prove": {"password": "x"}, "session.prove_options": {"rp_id": "x", "origin": "x"}, "passkeys.options": {"rp_id": "x", "origin": "x"},
    "session.leave": {}, "passwords.set": {"password": "x"}, "passkeys.add": {"ceremony": "x", "credential": {}},
    "persons.create": {"id": "person:x", "name": "x"}, "persons.change": {},
    "provider.finish": {"attempt": "x", "answer": {}}, "provider.ended": {"logout_token": "x"},
    "provider.bind": {"person": "person:x", "subject": "x"},
    "classification.keep_draft": {"answers": {}},
    "tokens.create": {"person": "person:x"}, "tokens.create_own": {}, "keys.create": {"id": "key:x", "principal": "nhi:x"},
    "keys.rotate": {}, "secrets.register": {"id": "secret:x", "text": "12345678"},
    "decisions.replay": {"sources": {}}, "decisions.content": {"purpose": "incident inc_1"}, "quarantines.place": {"key": "person:x", "reason": "x"},
    "incidents.release": {"reason": "x"}, "incidents.close": {"reason": "x"}, "audit.export": {}, "erasures.request": {"subject": "aabbccdd", "reason": "x"}, "erasures.preview": {"subject": "aabbccdd", "reason": "x"},
    "habits.accept": {"reason": "x"}, "habits.forget": {"reason": "x"},
    "approvals.answer": {"approves": True, "reason": "x"},
    "serious.open": {"kind": "death", "aware_at": 1.0, "system": "x", "description": "x"}, "serious.close": {"report_ref": "x"},
    "appeals.make": {"decision": "dec_1", "reason": "x"}, "appeals.answer": {"overturns": True, "answer": "x"},
    "waivers.request": {"clause": "x", "reason": "x", "minutes": 1}, "waivers.answer": {"approves": True, "reason": "x"},
    "waivers.end": {"reason": "x"}, "glass.open": {"reason": "x", "minutes": 1}, "glass.close": {"reason": "x"},
    "glass.review": {"justified": True, "review": "x"},
    "credentials.set": {"server": "x", "name": "x", "value": "x"},
    "systems.add": {"id": "x", "title": "x", "owner": "person:x", "purpose": "x"}, "systems.change": {},
    "outcomes.add": {"outcomes": [{"groups": {"sex": "F"}, "predicted": True}]}, "outcomes.watch": {},
    "classification.hand_in": {"answers": {}},
    "intake.ask": {"system": "x", "kind": "tool", "title": "x", "purpose": "eight letters", "owner": "person:x"},
    "intake.answer": {"approves": True, "reason": "x"}, "intake.withdraw": {"reason": "x"}, "gates.add": {"text": "x"}, "gates.sign": {"digest": "0" * 8}, "gates.run": {"gate": "x", "system": "x"},
    "gates.answer": {"approves": True, "reason": "x"}, "gates.revoke": {"reason": "x"},
    "register.put": {"entry": {"kind": "vendor", "id": "x", "title": "x", "owner": "person:x"}},
    "redteam.keep": {
        "tool": "x", "version": "", "target": "x", "made": "2026-01-01", "digest": "0" * 64, "model_digest": "0" * 64,
        "attacked": [{"probe": "x", "judge": "x", "attempts": 1, "successes": 0}],
    },
    "frameworks.diff": {"pack": "{}"}, "frameworks.apply": {"pack": "{}", "digest": "0" * 64},
    "attestations.give": {"clause": "GOV-07", "system": "x", "text": "we looked at it", "until": 1},
    "tools.approve": {"tool": "x", "digest": "aabbccddeeff", "reason": "x"},
    "inventory.begin": {"directory": "x", "platform": "x", "feed": "x", "kind": "listing"}, "inventory.take": {"sightings": []},
    "signals.settle": {"receiver": "idp", "ack": ["sig_x"]},
    "inventory.deliver": {"directory": "x", "platform": "x"},
    "inventory.channel": {
        "directory": "x", "feed": "x", "id": "x", "resource": "x", "address": "https://x.example", "expires_at": 1.0,
    },
    "inventory.end": {"complete": True}, "inventory.accept": {"reason": "x"}, "inventory.close": {"reason": "x"},
    "grants.approve": {"app": "x", "owner": "person:x", "clause": "GRT-01", "days": 1, "reason": "x", "scopes": ["*"]},
    "grants.recertify": {"days": 1, "reason": "x"}, "grants.judge": {},
    "grants.link": {"directory": "x", "app": "x", "principal": "agent:x"},
    "grants.unlink": {"directory": "x", "app": "x", "principal": "agent:x"},
    "revocations.plan": {"directory": "x", "reason": "x", "steps": [_STEP]}, "revocations.add": {"steps": [_STEP]},
    "revocations.draft": {"directory": "x", "reason": "x", "ids": ["g"]},
    "views.save": {"place": "/grants", "name": "x"}, "views.remove": {"place": "/grants", "name": "x"},
    "revocations.report": {"step": "x"}, "canaries.run": {"clause": "x"},
    "prunings.request": {"before_ms": 1, "reason": "x"}, "holds.place": {"subject": "aabbccdd", "reason": "x"},
}  # fmt: skip


def test_every_operation_is_refused_to_strangers_and_to_persons_without_the_right(api: Api) -> None:
    nobody = api.person("nobody")
    for name, method, path in routes(api):
        operation = OPERATIONS[name]
        below = path.removeprefix("/api").replace("{", "").replace("}", "").replace(":str", "")
        body = SAMPLES.get(name)
        if operation.audience is not Audience.ANYONE:
            assert api.error(method, below, body)[0] == 401, name
            assert api.error(method, below, body, uid=4242)[0] == 401, name
        if operation.audience is Audience.HOLDER:
            assert api.error(method, below, body, uid=nobody) == (403, "WL-RGT-010"), name
            assert api.made.recorder.of(name) == [{"refused": "ROLE"}], name


def test_every_body_refuses_a_field_nobody_foresaw() -> None:
    hints = {str(handler.operation_id): get_type_hints(handler.fn) for handler in app._HANDLERS}
    bodies = {name: found["data"] for name, found in hints.items() if "data" in found}
    assert set(SAMPLES) <= set(bodies)
    assert [name for name, body in bodies.items() if not body.__struct_config__.forbid_unknown_fields] == []


def test_a_table_that_differs_stops_the_start() -> None:
    names = sorted(OPERATIONS)
    check_operations(names)
    for wrong in (names[1:], [*names, "new.operation"], [*names, names[0]]):
        with pytest.raises(Fault) as caught:
            check_operations(wrong)
        assert caught.value.code == "WL-RGT-002"


def test_the_document_describes_every_operation(api: Api) -> None:
    document = api.ok("GET", "/openapi.json")
    described = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert described == set(OPERATIONS)
    assert document["openapi"].startswith("3.1")
