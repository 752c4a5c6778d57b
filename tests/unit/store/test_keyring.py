from __future__ import annotations

import itertools
import os
import sqlite3
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from tests.keyrings import MONTH, GivenKek, all_bytes, file_keyring, given, places
from wardlaw.audit.envelope import commitment
from wardlaw.facts.errors import ConfigError, EvidenceError, Fault, InputError, UnavailableError
from wardlaw.store import keyring as keyring_module
from wardlaw.store.keyring import Keyring, rotate_kek_file
from wardlaw.store.keyring_kek import EnvKek, Kek, LocalKek

ANNA, BEN = "user:anna", "user:ben"
TEXT = b'{"who": "anna"}'


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring(places(tmp_path)[0], given())


def _rows(tmp_path: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(tmp_path / "data" / "deks.db") as connection:
        return connection.execute(query).fetchall()


def test_what_was_sealed_opens_and_the_envelope_commits_to_it(ring: Keyring) -> None:
    sealed = ring.seal(ANNA, "inputs", MONTH, TEXT)
    part = sealed.part
    assert (part.klass, part.month, part.bytes) == ("inputs", MONTH, len(sealed.blob))
    assert part.ct_sha256 == sha256(sealed.blob).hexdigest()
    assert TEXT not in sealed.blob
    assert ring.unseal(ring.pseudonym(ANNA, MONTH), part, sealed.blob) == TEXT


def test_the_commitment_needs_the_salt_that_is_only_inside(ring: Keyring) -> None:
    lots = bytes(range(44))
    sealed = ring.seal(ANNA, "inputs", MONTH, TEXT, random=lambda count: lots[:count])
    assert sealed.part.commit == commitment(lots[:32], TEXT)
    outside = msgspec.json.encode(sealed.part) + sealed.blob
    assert lots[:32] not in outside
    assert lots[:32].hex().encode() not in outside


def test_two_seals_of_the_same_text_have_nothing_in_common(ring: Keyring) -> None:
    first, second = (ring.seal(ANNA, "inputs", MONTH, TEXT) for _ in range(2))
    assert first.blob[1:13] != second.blob[1:13]
    assert first.part.commit != second.part.commit


def test_every_changed_bit_is_found(ring: Keyring) -> None:
    sealed = ring.seal(ANNA, "inputs", MONTH, TEXT)
    name = ring.pseudonym(ANNA, MONTH)
    for at in range(len(sealed.blob)):
        bad = bytearray(sealed.blob)
        bad[at] ^= 1
        with pytest.raises(EvidenceError, match="WL-KEY-009"):
            ring.unseal(name, sealed.part, bytes(bad))
        matching = msgspec.structs.replace(sealed.part, ct_sha256=sha256(bad).hexdigest())
        with pytest.raises(EvidenceError, match="WL-KEY-009"):
            ring.unseal(name, matching, bytes(bad))


def test_a_part_is_bound_to_its_person_class_and_month(ring: Keyring) -> None:
    sealed = ring.seal(ANNA, "inputs", MONTH, TEXT)
    ring.seal(ANNA, "content", MONTH, TEXT)
    ring.seal(BEN, "inputs", MONTH, TEXT)
    anna, ben = ring.pseudonym(ANNA, MONTH), ring.pseudonym(BEN, MONTH)
    for name, part in [
        (ben, sealed.part),
        (anna, msgspec.structs.replace(sealed.part, klass="content")),
        (anna, msgspec.structs.replace(sealed.part, month="2026-12")),
        (anna, msgspec.structs.replace(sealed.part, commit="0" * 64)),
    ]:
        with pytest.raises(EvidenceError, match="WL-KEY-009"):
            ring.unseal(name, part, sealed.blob)


def test_a_part_opens_with_what_it_was_sealed_about_alone(ring: Keyring) -> None:
    sealed, bare = ring.seal(ANNA, "inputs", MONTH, TEXT, about=b"|a"), ring.seal(ANNA, "inputs", MONTH, TEXT)
    name = ring.pseudonym(ANNA, MONTH)
    assert ring.unseal(name, sealed.part, sealed.blob, about=b"|a") == TEXT
    for one, about in [(sealed, b""), (sealed, b"|b"), (bare, b"|a")]:
        with pytest.raises(EvidenceError, match="WL-KEY-009"):
            ring.unseal(name, one.part, one.blob, about=about)


def test_pseudonyms_differ_by_person_and_month_and_are_found_by_either_name(ring: Keyring) -> None:
    names = {(who, month): ring.pseudonym(who, month) for who in (ANNA, BEN) for month in ("2026-10", MONTH)}
    assert len(set(names.values())) == 4
    assert names[ANNA, MONTH] == ring.pseudonym(ANNA, MONTH)
    expected = (("2026-10", names[ANNA, "2026-10"]), (MONTH, names[ANNA, MONTH]))
    assert ring.pseudonyms(ANNA) == ring.pseudonyms(names[ANNA, "2026-10"]) == expected
    assert ring.pseudonyms("user:nobody") == ring.pseudonyms("f" * 64) == ()


def test_keys_are_durable_before_they_are_used(tmp_path: Path) -> None:
    url = places(tmp_path)[0]
    ring = Keyring(url, given())
    sealed, name = ring.seal(ANNA, "inputs", MONTH, TEXT), ring.pseudonym(ANNA, MONTH)
    again = Keyring(url, given())  # the first one is not closed: as after a crash
    assert again.unseal(name, sealed.part, sealed.blob) == TEXT
    assert again.pseudonym(ANNA, MONTH) == name
    sealed = again.seal(ANNA, "inputs", MONTH, b"more")
    assert ring.unseal(name, sealed.part, sealed.blob) == b"more"


def test_prepare_makes_sealing_answer_from_memory(ring: Keyring) -> None:
    classes = ("inputs", "content")
    assert not ring.is_ready(ANNA, MONTH, classes)
    assert ring.prepare(ANNA, MONTH, classes) == ring.pseudonym(ANNA, MONTH)
    assert ring.is_ready(ANNA, MONTH, classes)


@pytest.mark.parametrize(("month", "klass"), [("2026-13", "inputs"), ("now", "inputs"), (MONTH, "In"), (MONTH, "")])
def test_months_and_classes_are_checked(ring: Keyring, month: str, klass: str) -> None:
    with pytest.raises(Fault, match="WL-KEY-012"):
        ring.seal(ANNA, klass, month, TEXT)


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "CACHE_ENTRIES", 8)
    ring = Keyring(places(tmp_path)[0], given())
    sealed = [ring.seal(f"user:{at}", "inputs", MONTH, b"%d" % at) for at in range(30)]
    assert len(ring._sealing) <= 9
    for at, one in enumerate(sealed):
        assert ring.unseal(ring.pseudonym(f"user:{at}", MONTH), one.part, one.blob) == b"%d" % at
    assert len(ring._opening) <= 9


def test_no_key_and_no_person_stands_in_the_open(tmp_path: Path) -> None:
    made: list[bytes] = []

    def random(count: int) -> bytes:
        made.append(os.urandom(count))
        return made[-1]

    ring = Keyring(places(tmp_path)[0], given(), random=random)
    ring.seal(ANNA, "inputs", MONTH, TEXT)
    stored = all_bytes(tmp_path)
    pseudonym = bytes.fromhex(ring.pseudonym(ANNA, MONTH))
    assert len(made) == 3  # root, pseudonym, data key
    assert [key for key in made if key in stored or (key != pseudonym and key.hex().encode() in stored)] == []
    assert b"anna" not in stored


def test_after_erasure_the_key_is_in_no_file_and_nothing_opens(tmp_path: Path) -> None:
    ring, _ = file_keyring(tmp_path)
    sealed = {who: ring.seal(who, "inputs", MONTH, TEXT) for who in (ANNA, BEN)}
    names = {who: ring.pseudonym(who, MONTH) for who in (ANNA, BEN)}
    wrapped = {str(name): bytes(key) for name, key in _rows(tmp_path, "SELECT pseudonym, wrapped FROM keyring_dek")}  # type: ignore[arg-type]
    (tag,) = {row[0] for row in _rows(tmp_path, f"SELECT tag FROM keyring_subject WHERE pseudonym='{names[ANNA]}'")}
    assert wrapped[names[ANNA]] in all_bytes(tmp_path)

    assert ring.erase(ANNA).links == ((MONTH, names[ANNA]),)

    left = all_bytes(tmp_path)
    for trace in (wrapped[names[ANNA]], wrapped[names[ANNA]][:16], names[ANNA].encode(), str(tag).encode()):
        assert trace not in left
    assert wrapped[names[BEN]] in left
    with pytest.raises(InputError, match="WL-KEY-010"):
        ring.unseal(names[ANNA], sealed[ANNA].part, sealed[ANNA].blob)
    assert ring.unseal(names[BEN], sealed[BEN].part, sealed[BEN].blob) == TEXT
    assert ring.pseudonyms(ANNA) == ()
    assert ring.pseudonym(ANNA, MONTH) != names[ANNA]


def test_erasure_up_to_a_month_and_by_pseudonym(ring: Keyring) -> None:
    months = ("2026-08", "2026-09", "2026-10")
    sealed = {month: ring.seal(ANNA, "inputs", month, TEXT) for month in months}
    names = {month: ring.pseudonym(ANNA, month) for month in months}
    gone = ring.erase(names["2026-10"], before="2026-10")
    assert gone.links == (("2026-08", names["2026-08"]), ("2026-09", names["2026-09"]))
    assert ring.unseal(names["2026-10"], sealed["2026-10"].part, sealed["2026-10"].blob) == TEXT
    with pytest.raises(InputError, match="WL-KEY-010"):
        ring.unseal(names["2026-09"], sealed["2026-09"].part, sealed["2026-09"].blob)
    assert ring.erase("user:nobody").links == ()


def test_a_legal_hold_blocks_erasure_and_retention(ring: Keyring) -> None:
    sealed = {who: ring.seal(who, "content", "2026-01", TEXT) for who in (ANNA, BEN)}
    anna, ben = ring.pseudonym(ANNA, "2026-01"), ring.pseudonym(BEN, "2026-01")
    ring.hold(ANNA)
    ring.hold(anna)
    with pytest.raises(InputError, match="WL-KEY-011"):
        ring.erase(ANNA)
    assert ring.expire("content", before=MONTH) == 1
    assert ring.unseal(anna, sealed[ANNA].part, sealed[ANNA].blob) == TEXT
    with pytest.raises(InputError, match="WL-KEY-010"):
        ring.unseal(ben, sealed[BEN].part, sealed[BEN].blob)
    ring.unhold(anna)
    assert ring.erase(ANNA).links == (("2026-01", anna),)


def test_retention_by_class_unlinks_with_the_last_key(ring: Keyring) -> None:
    for klass in ("inputs", "content"):
        ring.seal(ANNA, klass, "2026-01", TEXT)
    ring.seal(ANNA, "content", MONTH, TEXT)
    assert ring.expire("content", before="2026-02") == 1
    assert [month for month, _ in ring.pseudonyms(ANNA)] == ["2026-01", MONTH]
    assert ring.expire("content", before="2026-02") == 0
    assert ring.expire("inputs", before="2026-02") == 1
    assert [month for month, _ in ring.pseudonyms(ANNA)] == [MONTH]


def _second_by_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock is two seconds later."""
    clock = itertools.count(time.monotonic(), 2.0)
    monkeypatch.setattr(keyring_module.time, "monotonic", lambda: next(clock))  # type: ignore[attr-defined]


def test_another_process_notices_an_erasure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = places(tmp_path)[0]
    gateway, control = Keyring(url, given()), Keyring(url, given())
    gateway.seal(ANNA, "inputs", MONTH, TEXT)
    old = gateway.pseudonym(ANNA, MONTH)
    control.erase(ANNA)
    _second_by_second(monkeypatch)
    sealed = gateway.seal_parts(ANNA, MONTH, [("inputs", TEXT), ("content", b"more")])
    while sealed.pseudonym == old:  # within the first second it may not know yet
        sealed = gateway.seal_parts(ANNA, MONTH, [("inputs", TEXT), ("content", b"more")])
    assert gateway.pseudonym(ANNA, MONTH) == sealed.pseudonym
    for one, text in zip(sealed.parts, (TEXT, b"more"), strict=True):
        assert control.unseal(sealed.pseudonym, one.part, one.blob) == text


def test_the_parts_of_one_record_belong_to_one_pseudonym_whatever_is_remembered(ring: Keyring) -> None:
    ring.seal(ANNA, "inputs", MONTH, TEXT)
    stale = ring._sealing[ANNA, MONTH, "inputs"]
    ring.erase(ANNA)
    ring.seal(ANNA, "content", MONTH, TEXT)
    ring._sealing[ANNA, MONTH, "inputs"] = stale
    sealed = ring.seal_parts(ANNA, MONTH, [("inputs", TEXT), ("content", b"more")])
    assert sealed.pseudonym == ring.pseudonym(ANNA, MONTH)
    for one, text in zip(sealed.parts, (TEXT, b"more"), strict=True):
        assert ring.unseal(sealed.pseudonym, one.part, one.blob) == text


def test_sealing_outlives_a_short_absence_of_the_database_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Keyring(places(tmp_path)[0], given())
    ring.seal(ANNA, "inputs", MONTH, TEXT)

    def gone() -> object:
        raise UnavailableError("WL-KEY-008", "gone")

    monkeypatch.setattr(ring._database, "reading", gone)
    _second_by_second(monkeypatch)
    assert ring.seal(ANNA, "inputs", MONTH, TEXT)
    with pytest.raises(UnavailableError, match="WL-KEY-008"):
        for _ in range(40):
            ring.seal(ANNA, "inputs", MONTH, TEXT)


def test_a_wrong_kek_is_named_not_guessed_from_garbage(tmp_path: Path) -> None:
    url = places(tmp_path)[0]
    Keyring(url, given(1)).seal(ANNA, "inputs", MONTH, TEXT)
    with pytest.raises(ConfigError, match="WL-KEY-006") as caught:
        Keyring(url, given(2))
    assert LocalKek(b"\x01" * 32).id in caught.value.message
    assert LocalKek(b"\x02" * 32).id in caught.value.message


def test_derived_keys_are_stable_apart_and_survive_a_new_kek(tmp_path: Path) -> None:
    ring, source = file_keyring(tmp_path)
    keys = {purpose: ring.derive(purpose) for purpose in ("fingerprints", "subjects", "")}
    assert len(set(keys.values())) == 3
    assert {len(key) for key in keys.values()} == {32}
    rotate_kek_file(ring, source)
    again, _ = file_keyring(tmp_path)
    assert {purpose: again.derive(purpose) for purpose in keys} == keys


def test_a_new_kek_wraps_everything_anew(tmp_path: Path) -> None:
    ring, source = file_keyring(tmp_path)
    sealed = [ring.seal(f"user:{at}", "inputs", MONTH, TEXT) for at in range(5)]
    names = [ring.pseudonym(f"user:{at}", MONTH) for at in range(5)]
    old = source.load()[0]
    before = _rows(tmp_path, "SELECT wrapped FROM keyring_dek")
    assert rotate_kek_file(ring, source) == 6
    assert ring.kek_id == source.load()[0].id != old.id
    for (wrapped,) in before:
        assert bytes(wrapped) not in all_bytes(tmp_path)  # type: ignore[arg-type]
    for keyring in (ring, file_keyring(tmp_path)[0]):
        for name, one in zip(names, sealed, strict=True):
            assert keyring.unseal(name, one.part, one.blob) == TEXT
    with pytest.raises(ConfigError, match="WL-KEY-006"):
        Keyring(places(tmp_path)[0], GivenKek(old))


@pytest.mark.parametrize("crash", ["staged", "wrapped"])
def test_a_rotation_cut_short_leaves_everything_readable_and_goes_on(tmp_path: Path, crash: str) -> None:
    ring, source = file_keyring(tmp_path)
    sealed, name = ring.seal(ANNA, "inputs", MONTH, TEXT), ring.pseudonym(ANNA, MONTH)
    new = source.stage()
    if crash == "wrapped":
        ring.rotate_kek(new)
    ring.close()
    ring, source = file_keyring(tmp_path)
    assert ring.unseal(name, sealed.part, sealed.blob) == TEXT
    assert rotate_kek_file(ring, source) == (0 if crash == "wrapped" else 2)
    ring, source = file_keyring(tmp_path)
    assert ring.kek_id == new.id
    assert len(source.load()) == 1
    assert ring.unseal(name, sealed.part, sealed.blob) == TEXT


def test_a_rotation_that_fails_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    ring = Keyring(places(tmp_path)[0], given())
    sealed = [ring.seal(f"user:{at}", "inputs", MONTH, TEXT) for at in range(4)]

    class Failing(LocalKek):
        wraps = 0

        def wrap(self, key: bytes, *, purpose: str) -> bytes:
            self.wraps += 1
            if self.wraps == 3:
                raise UnavailableError("WL-KMS-001", "the service is gone")
            return super().wrap(key, purpose=purpose)

    with pytest.raises(UnavailableError, match="WL-KMS-001"):
        ring.rotate_kek(Failing(b"n" * 32))
    again = Keyring(places(tmp_path)[0], given())
    for at, one in enumerate(sealed):
        assert again.unseal(again.pseudonym(f"user:{at}", MONTH), one.part, one.blob) == TEXT


def test_another_process_never_wraps_with_the_old_kek(tmp_path: Path) -> None:
    control, source = file_keyring(tmp_path)
    gateway, _ = file_keyring(tmp_path)
    rotate_kek_file(control, source)
    sealed, name = gateway.seal(BEN, "inputs", MONTH, TEXT), gateway.pseudonym(BEN, MONTH)
    assert gateway.kek_id == control.kek_id
    assert file_keyring(tmp_path)[0].unseal(name, sealed.part, sealed.blob) == TEXT


def test_a_key_service_fits_in_by_the_protocol(tmp_path: Path) -> None:
    class Service:
        """Stands for a key-management service: wraps by a table only it has."""

        id = "kms:key/1"

        def __init__(self) -> None:
            self.table: dict[bytes, tuple[bytes, str]] = {}

        def wrap(self, key: bytes, *, purpose: str) -> bytes:
            handle = b"handle-%d" % len(self.table)
            self.table[handle] = (key, purpose)
            return handle

        def unwrap(self, wrapped: bytes, *, purpose: str) -> bytes:
            key, bound = self.table[wrapped]
            assert bound == purpose
            return key

    class Source:
        def __init__(self) -> None:
            self.service = Service()

        def load(self) -> Sequence[Kek]:
            return (self.service,)

    source, url = Source(), places(tmp_path)[0]
    sealed = Keyring(url, source).seal(ANNA, "inputs", MONTH, TEXT)
    ring = Keyring(url, source)
    assert ring.unseal(ring.pseudonym(ANNA, MONTH), sealed.part, sealed.blob) == TEXT


def test_a_key_from_the_environment_serves_too(tmp_path: Path) -> None:
    key = EnvKek("X", environment=lambda _name: "A" * 43 + "=")
    assert Keyring(places(tmp_path)[0], key).seal(ANNA, "inputs", MONTH, TEXT)
