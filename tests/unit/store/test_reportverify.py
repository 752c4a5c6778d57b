"""The verifier by itself: signatures of RFC 8032, and inclusion against logs of every small size."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.audit.note import signer_key
from wardlaw.audit.proof import format_proof, make_proof
from wardlaw.store.reportverify import Untrue, check, ed25519_verify, included, main, open_note, read_report
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries

KEYS = (log_key().verifier.text,)
VECTORS = [  # RFC 8032, section 7.1, tests 1 to 3
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc(public: str, message: str, signature: str) -> None:
    key, text, value = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert ed25519_verify(key, text, value)
    assert not ed25519_verify(key, text + b"x", value)
    for at in (0, 31, 32, 63):
        assert not ed25519_verify(key, text, value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :])
    assert not ed25519_verify(key[:31], text, value)
    order = 2**252 + 27742317777372353535851937790883648493
    larger = (int.from_bytes(value[32:], "little") + order).to_bytes(32, "little")  # the same scalar, not reduced
    assert not ed25519_verify(key, text, value[:32] + larger)


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=64))
def test_it_agrees_with_the_library(seed: bytes, message: bytes) -> None:
    key = signer_key("a", seed)
    assert ed25519_verify(key.verifier.public, message, key.sign(message))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_each_record_is_found_in_its_place_alone(size: int) -> None:
    log = MemoryLog(make_entries(size))
    for index in range(size):
        proof = format_proof(make_proof(index, size=size, note=log.signed.note, read=log.reader())).encode()
        included(log.entries[index], proof, KEYS, "it")
        with pytest.raises(Untrue, match="not in the log"):
            included(log.entries[index] + b" ", proof, KEYS, "it")


def test_a_note_of_another_key_is_refused() -> None:
    note = MemoryLog(make_entries(2)).signed.note.encode()
    assert open_note(note, KEYS, "it").count("\n") == 3
    with pytest.raises(Untrue, match="not signed"):
        open_note(note, (signer_key("other", b"o" * 32).verifier.text,), "it")
    with pytest.raises(Untrue, match="no Ed25519 key line"):
        open_note(note, ("a+b+AAAA",), "it")


def test_what_is_no_report_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check({})[0] == ["keys.json is missing"]
    (tmp_path / "x.zip").write_bytes(b"PK")
    with pytest.raises(ValueError, match="damaged"):
        read_report(tmp_path / "x.zip")
    assert main([str(tmp_path / "x.zip")]) == 2
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as packed:
        packed.writestr("keys.json", "{}")
    assert main([str(tmp_path / "y.zip")]) == 4
    assert "NOT SOUND" in capsys.readouterr().out
