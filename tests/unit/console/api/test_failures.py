from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import Api
from wardlaw.console.api.failures import status_of
from wardlaw.facts.errors import ConfigError, EvidenceError, Fault, InputError, RefusedError, UnavailableError
from wardlaw.facts.person import Role


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("WL-X-1", "x"), 400),
        (InputError("WL-STO-011", "x"), 404),
        (InputError("WL-STO-010", "x"), 409),
        (RefusedError("WL-RGT-010", "x"), 403),
        (ConfigError("WL-X-1", "x"), 500),
        (EvidenceError("WL-X-1", "x"), 500),
        (UnavailableError("WL-X-1", "x"), 503),
        (Fault("WL-X-1", "x"), 500),
    ],
)
def test_families_and_codes_have_their_status(error, status: int) -> None:
    assert status_of(error) == status


def test_an_unknown_operation_is_told_as_json(api: Api) -> None:
    assert api.error("GET", "/nothing") == (404, "WL-API-004")
    assert api.error("PUT", "/health") == (405, "WL-API-004")


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b'"text"', b"[]", b'{"purpose": "\\ud800"}', b"{" * 3000])
def test_broken_bodies_are_told_as_json(api: Api, raw: bytes) -> None:
    uid = api.person("sec", Role.SECOPS)
    status, answer = api.call("POST", "/decisions/dec_1/content", uid=uid, raw=raw)
    assert (status, answer["error"]["code"]) == (400, "WL-API-003")


def test_a_large_body_is_refused(api: Api) -> None:
    uid = api.person("sec", Role.SECOPS)
    body = {"id": "secret:x", "text": "x" * 70_000}
    assert api.error("POST", "/secrets", body, uid=uid) == (413, "WL-API-005")


def test_what_nobody_foresaw_is_a_fault_without_values(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    uid = api.person("sec", Role.SECOPS)

    def explode(text: str, secret_id: str, tripwire: bool):
        hidden = text + "!"
        raise RuntimeError(f"cannot digest {hidden}")

    msgspec.structs.force_setattr(api.made.deps, "fingerprint", explode)
    status, answer = api.call("POST", "/secrets", {"id": "secret:x", "text": "hunter22-hunter22"}, uid=uid)
    assert (status, answer["error"]["code"], answer["error"]["exit"]) == (500, "WL-API-006", 70)
    printed = "".join(capsys.readouterr())
    assert "hunter22" not in printed + str(answer)
    assert "RuntimeError" in printed
