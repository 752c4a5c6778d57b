"""Exported records prove themselves, offline, with nothing but the log's key."""

from __future__ import annotations

import msgspec
import pytest

from wardlaw.audit.cosignature import cosign
from wardlaw.audit.proof import parse_proof, verify_proof
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store.logdir import LogDirectory, LogWriter
from wardlaw.store.logexport import export_records, prove_record
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries, witness_key

KEYS = (log_key().verifier,)
LOG = MemoryLog(make_entries(700))


@pytest.fixture
def directory(tmp_path):
    made = LogDirectory(tmp_path)
    writer = LogWriter.resume(made, 0)
    writer.append(LOG.entries[:300], LOG.leaves[:300])
    note = LOG.signed_at(300).note
    writer.publish(note.with_signature(cosign(note, witness_key(), at=5)).encode(), cosigned=True)
    writer.append(LOG.entries[300:], LOG.leaves[300:])
    writer.publish(LOG.signed.note.encode(), cosigned=False)
    return made


def test_every_exported_line_verifies(directory):
    lines = list(export_records(directory, start=250, end=520, keys=KEYS))
    assert len(lines) == 270
    for at, line in enumerate(lines, 250):
        value = msgspec.json.decode(line)
        assert value["index"] == at and value["envelope"].encode() == LOG.entries[at]
        facts = verify_proof(parse_proof(value["proof"].encode()), value["envelope"].encode(), log_key=KEYS[0])
        assert facts.index == at and facts.checkpoint.size == 700


def test_the_witnessed_checkpoint_is_preferred(directory):
    entry, proof = prove_record(directory, 299, keys=KEYS)
    facts = verify_proof(proof, entry, log_key=KEYS[0], witness_keys=(witness_key().verifier,), quorum=1)
    assert facts.checkpoint.size == 300
    assert verify_proof(*reversed(prove_record(directory, 300, keys=KEYS)), log_key=KEYS[0]).checkpoint.size == 700


def test_what_is_not_there_is_told(directory, tmp_path):
    with pytest.raises(InputError, match="WL-AUD-017"):
        prove_record(directory, 700, keys=KEYS)
    with pytest.raises(EvidenceError, match="WL-AUD-013"):
        prove_record(LogDirectory(tmp_path / "absent"), 0, keys=KEYS)
    (tmp_path / "tile/entries/001").unlink()
    with pytest.raises(EvidenceError, match="WL-AUD-003"):
        list(export_records(directory, start=255, end=257, keys=KEYS))
    assert list(export_records(directory, start=5, end=5, keys=KEYS)) == []
