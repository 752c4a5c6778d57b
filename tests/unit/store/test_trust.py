"""Keys of a backup are trusted only where the log's key vouches for them, and never in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from wardlaw.audit.note import sign_note
from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.keyring_signing import TrustedKey, create_signing_key, rotate_signing_key, trusted_keys
from wardlaw.store.sequencing import log_signer_key
from wardlaw.store.trust import VOUCHER_NAME, Brought, BroughtKey, bring_back_trust, vouch

NAMES = {"log": "w/t", "gateway": "w/t/gateway", "bundle": "w/t/bundle"}
NOW = 9_000.0


def paths_in(folder: Path) -> dict[str, Path]:
    return {role: folder / f"{role}.key" for role in NAMES}


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, Path]:
    """An installation whose keys were all rotated once."""
    found = paths_in(tmp_path / "keys")
    for role, path in found.items():
        create_signing_key(path, NAMES[role])
        rotate_signing_key(path, now=1_000.0)
    return found


def taken(paths: dict[str, Path], folder: Path) -> Path:
    """The public keys as a backup carries them."""
    folder.mkdir()
    for path in paths.values():
        for suffix in (".pub", ".trusted"):
            shutil.copy(path.with_name(path.name + suffix), folder)
    (folder / VOUCHER_NAME).write_bytes(vouch(paths, log_signer_key(paths["log"])))
    return folder


def bring(folder: Path, paths: dict[str, Path], *, trust_all: bool = False) -> tuple[BroughtKey, ...]:
    return bring_back_trust(folder, paths, NAMES, now=NOW, trust_all=trust_all)


def lose_lists(paths: dict[str, Path]) -> None:
    for path in paths.values():
        path.with_name(path.name + ".trusted").unlink()


def lists(paths: dict[str, Path]) -> dict[str, tuple[TrustedKey, ...]]:
    return {role: trusted_keys(path) for role, path in paths.items()}


def slip_in(folder: Path, paths: dict[str, Path], tmp_path: Path) -> str:
    """An attacker adds a key of his own to a list of the backup."""
    foreign = create_signing_key(tmp_path / "foreign", NAMES["bundle"]).text
    listed = (TrustedKey(foreign, 0.0, 500.0), *trusted_keys(paths["bundle"]))
    (folder / "bundle.key.trusted").write_bytes(msgspec.json.encode(listed))
    return foreign


def test_lost_lists_come_back_by_the_word_of_the_log_key(paths: dict[str, Path], tmp_path: Path) -> None:
    before = lists(paths)
    folder = taken(paths, tmp_path / "b")
    lose_lists(paths)
    assert [len(keys) for keys in lists(paths).values()] == [1, 1, 1]
    done = bring(folder, paths)
    assert [(one.role, one.done) for one in done] == [
        (role, state) for role in NAMES for state in (Brought.TRUSTED, Brought.KNOWN)
    ]
    assert {role: [one.key for one in keys] for role, keys in lists(paths).items()} == {
        role: [one.key for one in keys] for role, keys in before.items()
    }
    assert [one.until for one in lists(paths)["log"]] == [1_000.0, 0.0]


def test_what_is_here_already_stays_as_it_is(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = taken(paths, tmp_path / "b")
    rotate_signing_key(paths["log"], now=2_000.0)
    before = lists(paths)
    assert {one.done for one in bring(folder, paths)} == {Brought.KNOWN}
    assert lists(paths) == before


def test_a_key_slipped_into_a_backup_is_not_trusted(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = taken(paths, tmp_path / "b")
    foreign = slip_in(folder, paths, tmp_path)
    before = lists(paths)
    bring(folder, paths)  # the signed lists count, not the files
    assert lists(paths) == before
    (folder / VOUCHER_NAME).unlink()
    done = {one.key.key: one.done for one in bring(folder, paths)}
    assert done[foreign] is Brought.LEFT_OUT
    assert lists(paths) == before
    lose_lists(paths)
    assert {one.done for one in bring(folder, paths)} == {Brought.KNOWN, Brought.LEFT_OUT}
    assert [len(keys) for keys in lists(paths).values()] == [1, 1, 1]


def test_only_the_log_key_that_is_here_vouches(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = taken(paths, tmp_path / "b")
    note = (folder / VOUCHER_NAME).read_bytes()
    own = create_signing_key(tmp_path / "own", NAMES["log"])
    assert own.name == NAMES["log"]
    lose_lists(paths)
    text = note.decode().rpartition("\n\n")[0] + "\n"
    forged = sign_note(text, log_signer_key(tmp_path / "own")).encode()
    another = sign_note(text.replace("/v1", "/v2", 1), log_signer_key(paths["log"])).encode()
    for changed in (note.replace(b"1000", b"1001"), forged, another, b"", b"\xff"):
        (folder / VOUCHER_NAME).write_bytes(changed)
        assert Brought.TRUSTED not in {one.done for one in bring(folder, paths)}
        assert [len(keys) for keys in lists(paths).values()] == [1, 1, 1]


def test_on_the_word_of_the_operator_all_are_trusted_and_end_now(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = taken(paths, tmp_path / "b")
    (folder / VOUCHER_NAME).unlink()
    others = paths_in(tmp_path / "other")
    for role, path in others.items():
        create_signing_key(path, NAMES[role])
    in_force = {role: trusted_keys(path)[-1].key for role, path in others.items()}
    assert {one.done for one in bring(folder, others)} == {Brought.LEFT_OUT}
    assert {one.done for one in bring(folder, others, trust_all=True)} == {Brought.TRUSTED}
    for role, keys in lists(others).items():
        assert [one.until for one in keys] == [1_000.0, NOW, 0.0]
        assert keys[-1].key == in_force[role]


def test_where_no_key_is_there_is_nothing_to_compare_with(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = taken(paths, tmp_path / "b")
    empty = paths_in(tmp_path / "empty")
    assert {one.done for one in bring(folder, empty)} == {Brought.TRUSTED}
    assert lists(empty) == lists(paths)
    assert not any(path.exists() for path in empty.values())


def test_a_private_key_without_its_public_half_is_a_key_that_is_here(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = taken(paths, tmp_path / "b")
    lose_lists(paths)
    for path in paths.values():
        path.with_name(path.name + ".pub").unlink()
    assert {one.done for one in bring(folder, paths)} == {Brought.KNOWN, Brought.TRUSTED}
    assert all(path.with_name(path.name + ".pub").exists() for path in paths.values())


def test_keys_of_another_name_and_unreadable_lists_are_left_out(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = taken(paths, tmp_path / "b")
    (folder / VOUCHER_NAME).unlink()
    (folder / "log.key.trusted").write_text("[]")
    foreign = create_signing_key(tmp_path / "x", "another/name")
    (folder / "gateway.key.trusted").unlink()
    (folder / "gateway.key.pub").write_text(foreign.text)
    before = lists(paths)
    done = {(one.role, one.done) for one in bring(folder, paths, trust_all=True)}
    assert done == {("gateway", Brought.LEFT_OUT), ("bundle", Brought.KNOWN)}
    assert lists(paths) == before


def test_a_folder_that_cannot_be_written_is_told(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = taken(paths, tmp_path / "b")
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="WL-BKP-007"):
        bring(folder, paths_in(tmp_path / "file" / "keys"))


def test_lists_that_cannot_be_read_are_not_vouched_for(paths: dict[str, Path]) -> None:
    paths["bundle"].with_name("bundle.key.trusted").write_text("{")
    with pytest.raises(ConfigError, match="WL-KEY-017"):
        vouch(paths, log_signer_key(paths["log"]))
