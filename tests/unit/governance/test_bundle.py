from __future__ import annotations

import hashlib

import msgspec
import pytest

from tests.unit.governance.cases import BULK, checked
from wardlaw.facts.errors import ConfigError
from wardlaw.governance.bundle import Bundle, bundle_payload, parse_bundle, schema_digest


def test_a_bundle_carries_text_clauses_and_digests() -> None:
    result = checked(BULK)
    bundle = parse_bundle(bundle_payload(result))
    assert bundle.text == result.text
    assert bundle.clauses == result.clauses
    assert bundle.digest == hashlib.sha256(result.text.encode()).hexdigest()
    assert bundle.schema == schema_digest()


def test_the_same_set_gives_the_same_bytes() -> None:
    assert bundle_payload(checked(BULK)) == bundle_payload(checked(BULK))


def test_a_set_with_errors_is_not_bundled() -> None:
    with pytest.raises(ConfigError) as raised:
        bundle_payload(checked(BULK, "id: ["))
    assert raised.value.code == "WL-POL-033"


def altered(**fields: object) -> bytes:
    bundle = msgspec.json.decode(bundle_payload(checked(BULK)), type=Bundle)
    return msgspec.json.encode(msgspec.structs.replace(bundle, **fields))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"format": 1}',
        bundle_payload(checked(BULK))[:-1],
        bundle_payload(checked(BULK)).replace(b'"format"', b'"extra": 1, "format"'),
        altered(format="wardlaw-policy-2"),
        altered(text="permit(principal, action, resource);"),
        altered(schema="0" * 64),
        altered(digest="0" * 64),
    ],
)
def test_what_is_not_a_whole_bundle_of_this_version_is_refused(payload: bytes) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_bundle(payload)
    assert raised.value.code == "WL-POL-030"
