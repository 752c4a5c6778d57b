from __future__ import annotations

import json
from pathlib import Path

import pytest

from wardlaw.facts.errors import ConfigError
from wardlaw.security.jwt import choose_key, read_jwks, read_token, verify
from wardlaw.store.signalkey import KEY, published_keys, signal_signer


def test_what_is_signed_verifies_with_what_is_published_and_the_key_stays(tmp_path: Path) -> None:
    assert json.loads(published_keys(tmp_path)) == {"keys": []}
    tokens = [signal_signer(tmp_path)({"jti": "1"}) for _ in range(2)]
    keys = read_jwks(published_keys(tmp_path))
    assert keys is not None
    for text in tokens:
        token = read_token(text)
        assert token is not None
        assert (token.header["typ"], token.claims) == ("secevent+jwt", {"jti": "1"})
        key = choose_key(keys, token, "ES256")
        assert key is not None
        assert verify(token, key, "ES256")
    assert b'"d"' not in published_keys(tmp_path)
    assert (tmp_path / KEY).stat().st_mode & 0o777 == 0o600


def test_what_is_no_key_is_not_replaced_by_itself(tmp_path: Path) -> None:
    (tmp_path / KEY).touch(mode=0o600)
    (tmp_path / KEY).write_text("none")
    with pytest.raises(ConfigError) as caught:
        signal_signer(tmp_path)
    assert caught.value.code == "WL-LSN-008"
