from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.unit.gateway.tokens import AGENT_KEY, BODY_HASH, NOW, entry, public_text
from wardlaw.facts.principal import PrincipalKind
from wardlaw.gateway.admitted import Refused
from wardlaw.gateway.assertion import Claimed
from wardlaw.gateway.keybook import HeldKey, KeyBook
from wardlaw.gateway.signature import SignedRequest, check_signature, is_signed

COVERED = ("@method", "@path", "@authority", "content-digest", "x-wardlaw-person")
DIGEST = f"sha-256=:{base64.b64encode(BODY_HASH).decode()}:"
VALUES = {
    "@method": "POST",
    "@path": "/v1/chat/completions",
    "@authority": "gateway.example",
    "content-digest": DIGEST,
    "x-wardlaw-person": "user:ada",
}


def held(**changes: Any) -> HeldKey:
    changes = {"persons": ("user:ada",), "signing_key": public_text(AGENT_KEY)} | changes
    found = KeyBook([entry("bot", PrincipalKind.AGENT, **changes)]).find("wl_bot")
    assert found is not None
    return found


KEY = held().entry.id


def signed(
    covered: tuple[str, ...] = COVERED, values: dict[str, str] | None = None, params: str = "", label: str = "sig1"
) -> list[tuple[str, str]]:
    """The fields an agent sends, signed over ``values``."""
    values = VALUES | (values or {})
    params = params or f'created={int(NOW)};keyid="{KEY}";alg="ed25519";nonce="12345678"'
    inner = "(" + " ".join(f'"{name}"' for name in covered) + f");{params}"
    base = "\n".join([*(f'"{name}": {values.get(name, "")}' for name in covered), f'"@signature-params": {inner}'])
    signature = AGENT_KEY.raw_value.sign(base.encode())  # type: ignore[union-attr]
    return [
        ("signature-input", f"{label}={inner}"),
        ("signature", f"{label}=:{base64.b64encode(signature).decode()}:"),
        ("content-digest", values["content-digest"]),
        ("x-wardlaw-person", values["x-wardlaw-person"]),
        ("host", values["@authority"]),
    ]


def check(fields: list[tuple[str, str]], key: HeldKey | None = None, **request: Any) -> Claimed | Refused:
    given = {"method": "POST", "path": VALUES["@path"], "authority": VALUES["@authority"], "audience": "wardlaw"}
    return check_signature(SignedRequest(at=NOW, fields=fields, **(given | request)), key or held())


def code(fields: list[tuple[str, str]], key: HeldKey | None = None, **request: Any) -> str:
    answer = check(fields, key, **request)
    return answer.code if isinstance(answer, Refused) else "good"


def params(**changes: str) -> str:
    parts = {"created": str(int(NOW)), "keyid": f'"{KEY}"', "alg": '"ed25519"', "nonce": '"12345678"'} | changes
    return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def test_a_good_signature() -> None:
    answer = check(signed())
    assert isinstance(answer, Claimed)
    assert (answer.person, answer.body) == ("user:ada", BODY_HASH)
    assert answer.until > NOW + 65
    assert code(signed(tuple(reversed(COVERED)))) == "good"


def test_whether_there_is_one_is_told_by_either_half() -> None:
    assert is_signed(signed())
    assert is_signed([("signature", "x")])
    assert is_signed([("signature-input", "x")])
    assert not is_signed([("authorization", "x")])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"created": ""}, "WL-ADM-022"),
        ({"created": '"1"'}, "WL-ADM-022"),
        ({"created": str(int(NOW) + 5)}, "good"),
        ({"created": str(int(NOW) + 6)}, "WL-ADM-022"),
        ({"created": str(int(NOW) - 64)}, "good"),
        ({"created": str(int(NOW) - 65)}, "WL-ADM-022"),
        ({"expires": str(int(NOW) - 5)}, "WL-ADM-022"),
        ({"created": str(int(NOW) - 65), "expires": str(int(NOW) + 900)}, "WL-ADM-022"),
        ({"expires": str(int(NOW) + 900)}, "good"),
        ({"keyid": '"key:other"'}, "WL-ADM-021"),
        ({"keyid": ""}, "WL-ADM-021"),
        ({"alg": '"hmac-sha256"'}, "WL-ADM-021"),
        ({"alg": ""}, "WL-ADM-021"),
        ({"nonce": ""}, "WL-ADM-021"),
        ({"nonce": '"1234567"'}, "WL-ADM-021"),
        ({"nonce": f'"{"n" * 129}"'}, "WL-ADM-021"),
        ({"tag": '"wardlaw"'}, "good"),
        ({"tag": '"other"'}, "WL-ADM-023"),
        ({"extra": "1"}, "WL-ADM-021"),
        ({"created": "01"}, "WL-ADM-021"),
        ({"created": "-1"}, "WL-ADM-021"),
    ],
)
def test_what_it_says_of_itself(changes: dict[str, str], expected: str) -> None:
    assert code(signed(params=params(**changes))) == expected


def test_a_parameter_that_stands_twice_says_nothing() -> None:
    assert code(signed(params=params() + f";created={int(NOW)}")) == "WL-ADM-021"


@pytest.mark.parametrize("left_out", COVERED)
def test_less_than_everything_does_not_suffice(left_out: str) -> None:
    assert code(signed(tuple(name for name in COVERED if name != left_out))) == "WL-ADM-021"


def test_more_or_twice_is_not_taken_either() -> None:
    assert code(signed((*COVERED, "host"), {"host": "gateway.example"})) == "WL-ADM-021"
    assert code(signed((*COVERED, "@path"))) == "WL-ADM-021"


@pytest.mark.parametrize(
    "request_",
    [{"method": "GET"}, {"path": "/v1/embeddings"}, {"path": "/v1/chat/completions/"}, {"authority": "other.example"}],
)
def test_it_holds_for_one_request(request_: dict[str, str]) -> None:
    assert code(signed(), **request_) == "WL-ADM-021"


@pytest.mark.parametrize("name", ["content-digest", "x-wardlaw-person", "signature", "signature-input"])
def test_a_header_changed_doubled_or_missing_is_refused(name: str) -> None:
    fields = signed()
    place = [field for field, _ in fields].index(name)
    value = fields[place][1]
    for other in ([], [(name, value)] * 2, [(name, value + "x")], [(name, "")], [(name, "é")], [(name, "a" * 1_025)]):
        assert code(fields[:place] + other + fields[place + 1 :]) == "WL-ADM-021"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"content-digest": "sha-512=:AAAA:"}, "WL-ADM-025"),
        ({"content-digest": "sha-256=:AAAA:"}, "WL-ADM-025"),
        ({"content-digest": DIGEST + ", sha-512=:AAAA:"}, "WL-ADM-025"),
        ({"content-digest": DIGEST.replace("=:", "=:=", 1)}, "WL-ADM-025"),
        ({"x-wardlaw-person": "user:eve"}, "WL-ADM-026"),
        ({"x-wardlaw-person": "agent:ada"}, "WL-ADM-026"),
        ({"x-wardlaw-person": "user:*"}, "WL-ADM-026"),
        ({"x-wardlaw-person": "user:"}, "WL-ADM-026"),
    ],
)
def test_body_and_person_must_make_sense(values: dict[str, str], expected: str) -> None:
    assert code(signed(values=values)) == expected


def test_a_key_without_a_signing_key_signs_nothing() -> None:
    assert code(signed(), held(signing_key="")) == "WL-ADM-020"


@pytest.mark.parametrize(
    "text",
    [
        "sig1=()",
        'sig1=("@method")',
        'sig1=("@method";req);created=1',
        'Sig1=("@method");created=1',
        'sig1=("@method"  "@path");created=1',
        'sig1=("@method");created=1, sig2=("@path");created=1',
    ],
)
def test_other_forms_of_the_input_are_refused(text: str) -> None:
    fields = [("signature-input", text), *signed()[1:]]
    assert code(fields) == "WL-ADM-021"


def test_the_signature_must_bear_the_same_label_and_length() -> None:
    fields = signed()
    short = base64.b64encode(b"x" * 63).decode()
    for other in (fields[1][1].replace("sig1", "sig2"), f"sig1=:{short}:", "sig1=:A:", "sig1=:AB==:"):
        assert code([fields[0], ("signature", other), *fields[2:]]) == "WL-ADM-021"


def test_nonces_of_two_agents_and_of_assertions_are_apart() -> None:
    one, other = check(signed()), check(signed(params=params(nonce='"87654321"')))
    assert isinstance(one, Claimed)
    assert isinstance(other, Claimed)
    assert one.once != other.once
