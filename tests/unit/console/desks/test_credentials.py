from __future__ import annotations

import pytest

from wardlaw.console.desks.credentials import CredentialDesk
from wardlaw.facts.errors import InputError
from wardlaw.store.credentials import KeptCredential, open_credential


def test_what_is_sealed_opens_until_its_key_is_erased(house) -> None:
    desk = CredentialDesk(house.keyring)
    sealed = desk.seal("tickets", "token", "Bearer x", nonce=b"n" * 16, now=1_790_000_000.0)
    kept = KeptCredential("tickets", "token", sealed, "person:a", 0.0)
    assert open_credential(house.keyring, kept) == "Bearer x"
    for _ in range(2):  # again after a crash in between
        desk.erase(sealed.subject)
    with pytest.raises(InputError, match="WL-KEY-010"):
        open_credential(house.keyring, kept)
