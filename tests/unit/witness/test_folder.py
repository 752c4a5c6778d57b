"""The witness's folder: key permissions, logs, and what survives a restart."""

from __future__ import annotations

import stat

import pytest

from wardlaw.audit.note import KeyType
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.store.secondplace import origin_folder
from wardlaw.testing.memorylog import LOG_NAME, MemoryLog, log_key, make_entries, witness_key
from wardlaw.witness.folder import WitnessFolder, add_log, create_key

LOG = MemoryLog(make_entries(5))


@pytest.fixture
def path(tmp_path):
    create_key(tmp_path / "w", "witness.example/w1")
    add_log(tmp_path / "w", log_key().verifier)
    return tmp_path / "w"


def test_the_key_is_private_and_made_once(path):
    assert stat.S_IMODE((path / "key").stat().st_mode) == 0o600
    with pytest.raises(ConfigError, match="WL-AUD-031"):
        create_key(path, "witness.example/w1")
    folder = WitnessFolder(path)
    assert folder.key.type is KeyType.COSIGNATURE and folder.key.name == "witness.example/w1"
    folder.close()
    (path / "key").chmod(0o640)
    with pytest.raises(ConfigError, match=r"WL-AUD-031.*Others may read"):
        WitnessFolder(path)
    (path / "key").unlink()
    with pytest.raises(ConfigError, match="WL-AUD-031"):
        WitnessFolder(path)


def test_two_keys_are_never_alike(tmp_path):
    assert create_key(tmp_path / "a", "w").public != create_key(tmp_path / "b", "w").public


def test_logs_and_their_rotated_keys(path):
    add_log(path, log_key(8).verifier)
    add_log(path, log_key(8).verifier)
    folder = WitnessFolder(path)
    assert folder.logs == {LOG_NAME: (log_key().verifier, log_key(8).verifier)}
    folder.close()
    with pytest.raises(ConfigError, match="WL-AUD-012"):
        add_log(path, witness_key().verifier)


def test_what_was_cosigned_survives_a_restart(path):
    folder = WitnessFolder(path)
    assert folder.held(LOG_NAME) is None and folder.note(origin_folder(LOG_NAME)) is None
    folder.keep(LOG_NAME, LOG.signed.note.encode())
    folder.close()
    folder = WitnessFolder(path)
    assert folder.held(LOG_NAME) == LOG.signed.checkpoint
    assert folder.note(origin_folder(LOG_NAME)) == LOG.signed.note.encode()
    assert folder.note("../../etc") is None
    folder.close()


def test_a_damaged_memory_is_not_taken_for_an_empty_one(path):
    folder = WitnessFolder(path)
    folder.keep(LOG_NAME, b"junk")
    with pytest.raises(EvidenceError, match="WL-AUD-010"):
        folder.held(LOG_NAME)
    folder.close()


def test_one_process_at_a_time(path):
    folder = WitnessFolder(path)
    with pytest.raises(UnavailableError, match="WL-AUD-039"):
        WitnessFolder(path)
    folder.close()
    WitnessFolder(path).close()


def test_a_disk_that_fails_is_told(path):
    folder = WitnessFolder(path)
    target = path / "logs" / origin_folder(LOG_NAME)
    (target / "checkpoint").mkdir()
    with pytest.raises(UnavailableError, match="WL-AUD-040"):
        folder.keep(LOG_NAME, b"x")
    folder.close()
