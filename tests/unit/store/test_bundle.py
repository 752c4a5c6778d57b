from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from wardlaw.audit.note import SignerKey, signer_key
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.store.bundle import BundleReader, read_bundle, write_bundle

KEY = signer_key("wardlaw.example/bundle", b"\x01" * 32)
OTHER = signer_key("wardlaw.example/bundle", b"\x02" * 32)
TRUSTED = [KEY.verifier]


def _publish(path: Path, version: int, payload: bytes = b"policies", key: SignerKey = KEY) -> str:
    return write_bundle(path, payload, key.sign, version=version)


def test_a_bundle_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    digest = _publish(path, 3)
    bundle = read_bundle(path, trusted_keys=[OTHER.verifier, *TRUSTED], min_version=3)
    assert (bundle.version, bundle.payload, bundle.sha256, bundle.key) == (3, b"policies", digest, KEY.verifier.text)


def test_a_bundle_that_is_missing_or_none(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    with pytest.raises(UnavailableError, match="WL-BND-001"):
        read_bundle(path, trusted_keys=TRUSTED)
    for content in (b"", b"hello", msgspec.msgpack.encode({"format": 1}), os.urandom(100)):
        path.write_bytes(content)
        with pytest.raises(EvidenceError, match="WL-BND-002"):
            read_bundle(path, trusted_keys=TRUSTED)


def test_only_a_trusted_key_counts(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    _publish(path, 1, key=OTHER)
    for trusted in (TRUSTED, []):
        with pytest.raises(EvidenceError, match="WL-BND-003"):
            read_bundle(path, trusted_keys=trusted)


def test_unsigned_and_changed_bundles_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    _publish(path, 1)
    good = msgspec.msgpack.decode(path.read_bytes())
    for change in ({"signature": b""}, {"payload": b"other"}, {"version": 2}, {"format": 2}, {"signature": b"x"}):
        path.write_bytes(msgspec.msgpack.encode(good | change))
        with pytest.raises(EvidenceError, match=r"WL-BND-00[23]"):
            read_bundle(path, trusted_keys=TRUSTED)


def test_every_flipped_bit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    _publish(path, 1)
    raw = path.read_bytes()
    for bit in range(len(raw) * 8):
        bad = bytearray(raw)
        bad[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bad)
        with pytest.raises(EvidenceError, match=r"WL-BND-00[23]"):
            read_bundle(path, trusted_keys=TRUSTED)


def test_an_old_bundle_put_back_is_refused_also_after_a_restart(tmp_path: Path) -> None:
    path, seen = tmp_path / "bundle", tmp_path / "seen"
    _publish(path, 1)
    old = path.read_bytes()
    reader = BundleReader(path, seen=seen)
    assert reader.version == 0
    assert reader.read(trusted_keys=TRUSTED).version == 1
    _publish(path, 2)
    assert reader.read(trusted_keys=TRUSTED).version == 2
    assert reader.read(trusted_keys=TRUSTED).version == 2
    path.write_bytes(old)
    for one in (reader, BundleReader(path, seen=seen)):
        assert one.version == 2
        with pytest.raises(EvidenceError, match="WL-BND-004"):
            one.read(trusted_keys=TRUSTED)


def test_one_version_has_one_content(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    reader = BundleReader(path, seen=tmp_path / "seen")
    _publish(path, 1)
    reader.read(trusted_keys=TRUSTED)
    _publish(path, 1, b"other policies")
    with pytest.raises(EvidenceError, match="WL-BND-007"):
        reader.read(trusted_keys=TRUSTED)


def test_a_refused_bundle_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    reader = BundleReader(path, seen=tmp_path / "seen")
    _publish(path, 9, key=OTHER)
    with pytest.raises(EvidenceError, match="WL-BND-003"):
        reader.read(trusted_keys=TRUSTED)
    _publish(path, 1)
    assert reader.read(trusted_keys=TRUSTED).version == 1


def test_a_version_that_cannot_be_remembered_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    _publish(path, 1)
    reader = BundleReader(path, seen=tmp_path / "missing" / "seen")
    with pytest.raises(UnavailableError, match="WL-BND-006"):
        reader.read(trusted_keys=TRUSTED)
    assert reader.version == 0


def test_a_damaged_note_of_the_version_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "seen").write_bytes(b"{")
    with pytest.raises(EvidenceError, match="WL-BND-008"):
        BundleReader(tmp_path / "bundle", seen=tmp_path / "seen")


def test_what_cannot_be_published(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="WL-BND-005"):
        _publish(tmp_path / "bundle", 0)
    with pytest.raises(UnavailableError, match="WL-BND-006"):
        _publish(tmp_path / "missing" / "bundle", 1)


def test_readers_meet_the_old_or_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bundle"
    _publish(path, 1)

    def fails(_descriptor: int) -> None:
        raise OSError(28, "shim")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        with pytest.raises(UnavailableError, match="WL-BND-006"):
            _publish(path, 2)
    assert read_bundle(path, trusted_keys=TRUSTED).version == 1
