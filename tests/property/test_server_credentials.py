"""A credential opens for its own server and name alone, and not at all when a bit of it was changed."""

from __future__ import annotations

from hashlib import sha256

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.keyrings import given as given_kek
from wardlaw.config.toolservers import CREDENTIAL_NAME
from wardlaw.facts.errors import EvidenceError
from wardlaw.security.toolnames import is_server_name
from wardlaw.store.credentials import KeptCredential, open_credential, seal_credential
from wardlaw.store.keyring import Keyring

SERVERS = st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,31}\Z").filter(is_server_name)
NAMES = st.from_regex(CREDENTIAL_NAME.removesuffix(r"(?!\n)"), fullmatch=True).filter(lambda name: "\n" not in name)
VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200)


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory):
    made = Keyring(f"sqlite:///{tmp_path_factory.mktemp('keys')}/deks.db", given_kek())
    yield made
    made.close()


def _kept(keyring: Keyring, server: str, name: str, value: str, nonce: bytes) -> KeptCredential:
    sealed = seal_credential(keyring, server, name, value, nonce=nonce, now=1_790_000_000.0)
    return KeptCredential(server, name, sealed, "person:ann", 0.0)


@given(server=SERVERS, name=NAMES, other=st.tuples(SERVERS, NAMES), value=VALUES, nonce=st.binary(min_size=13))
def test_it_opens_for_its_server_and_name_alone(keyring: Keyring, server, name, other, value, nonce) -> None:
    kept = _kept(keyring, server, name, value, nonce)
    assert open_credential(keyring, kept) == value
    assume(other != (server, name))
    with pytest.raises(EvidenceError, match="WL-KEY-009"):
        open_credential(keyring, msgspec.structs.replace(kept, server=other[0], name=other[1]))


@given(value=VALUES, nonce=st.binary(min_size=13), data=st.data())
def test_no_changed_bit_opens_whatever_the_row_says_of_its_digest(keyring: Keyring, value, nonce, data) -> None:
    kept = _kept(keyring, "tickets", "token", value, nonce)
    raw = bytearray(kept.sealed.ciphertext)
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    for digest in (kept.sealed.part.ct_sha256, sha256(raw).hexdigest()):
        part = msgspec.structs.replace(kept.sealed.part, ct_sha256=digest)
        sealed = msgspec.structs.replace(kept.sealed, part=part, ciphertext=bytes(raw))
        with pytest.raises(EvidenceError, match="WL-KEY-009"):
            open_credential(keyring, msgspec.structs.replace(kept, sealed=sealed))
