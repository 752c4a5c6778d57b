from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from wardlaw.console.desks.held import HeldDesk
from wardlaw.facts.approval import CallApproval, HeldDetail
from wardlaw.facts.errors import EvidenceError
from wardlaw.store.approvals import HELD, SealedDetail, list_approvals, park_call
from wardlaw.store.database import writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_kek import LocalKek
from wardlaw.testing.databases import sqlite_database

DETAIL = HeldDetail('{"to": "a"}', "payment")


class _Kek:
    def load(self) -> tuple[LocalKek, ...]:
        return (LocalKek(b"\x01" * 32),)


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    made = Keyring(f"sqlite:///{tmp_path}/deks.db", _Kek())
    yield made
    made.close()


def sealed(keyring: Keyring, plaintext: bytes) -> SealedDetail:
    made = keyring.seal_parts("user:ada", "2026-11", ((HELD, plaintext),))
    return SealedDetail(made.pseudonym, made.parts[0].part, made.parts[0].blob)


def test_it_opens_what_was_sealed_until_that_is_erased(keyring: Keyring) -> None:
    one = sealed(keyring, msgspec.json.encode(DETAIL))
    assert HeldDesk(keyring).open(one) == DETAIL
    keyring.erase("user:ada")
    assert HeldDesk(keyring).open(one) is None


def test_what_was_changed_or_is_of_another_version_is_told(keyring: Keyring) -> None:
    one = sealed(keyring, msgspec.json.encode(DETAIL))
    with pytest.raises(EvidenceError, match="WL-KEY-009"):
        HeldDesk(keyring).open(
            msgspec.structs.replace(one, ciphertext=one.ciphertext[:-1] + bytes([one.ciphertext[-1] ^ 1]))
        )
    with pytest.raises(EvidenceError, match="WL-CTL-002"):
        HeldDesk(keyring).open(sealed(keyring, b'{"arguments": 5}'))


def test_held_calls_of_a_subject_go_by_its_name_and_its_pseudonym(keyring: Keyring, tmp_path: Path) -> None:
    def call(number: int, principal: str, acting_for: str) -> CallApproval:
        return CallApproval(
            f"apr_{number}", str(number), principal, acting_for, "ToolCall", "tool:x", (), "", 1, "e", "d", 1.0, 2.0
        )  # fmt: skip

    pseudonym = keyring.pseudonym("user:ada", "2026-11")
    with sqlite_database(tmp_path) as engine, writing(engine) as connection:
        for number, names in enumerate((("agent:bot", "user:ada"), ("user:ada", ""), ("agent:bot", "user:ben"))):
            park_call(connection, call(number, *names))
        desk = HeldDesk(keyring)
        assert desk.forget(connection, "user:eve") == 0
        assert desk.forget(connection, pseudonym) == 2
        assert [one.id for one in list_approvals(connection, now=0.0, waiting=False)] == ["apr_2"]
        assert desk.forget(connection, "user:ben") == 1
