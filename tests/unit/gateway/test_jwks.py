from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.unit.gateway.tokens import ISSUER, RSA, jwks
from wardlaw.config.model import Issuer
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.jwks import JwksFetcher


def test_files_are_read_and_their_faults_named(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    issuer = Issuer(ISSUER, "aud", jwks_file=str(path))
    with pytest.raises(UnavailableError, match="cannot be read") as error:
        asyncio.run(JwksFetcher().fetch(issuer))
    assert error.value.code == "WL-ADM-040"
    path.write_bytes(jwks(RSA))
    assert asyncio.run(JwksFetcher().fetch(issuer)) == jwks(RSA)
    path.write_bytes(b" " * 1_048_577)
    with pytest.raises(UnavailableError, match="too large"):
        asyncio.run(JwksFetcher().fetch(issuer))


@pytest.mark.parametrize(
    "url", ["http://login.example/keys", "ftp://127.0.0.1/keys", "file:///etc/passwd", "", "http://"]
)
def test_unsafe_addresses_are_never_asked(url: str) -> None:
    with pytest.raises(UnavailableError, match="neither https nor on this machine"):
        asyncio.run(JwksFetcher().fetch(Issuer(ISSUER, "aud", jwks_url=url)))
