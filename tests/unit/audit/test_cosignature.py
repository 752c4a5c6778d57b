"""Cosignatures: dated, bound to the text, by witness keys alone."""

from __future__ import annotations

import pytest

from wardlaw.audit.cosignature import cosign, cosigned_at
from wardlaw.audit.note import Note, NoteSignature, parse_note, parse_verifier_key
from wardlaw.facts.errors import ConfigError, EvidenceError
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries, witness_key

NOTE = MemoryLog(make_entries(3)).signed.note


def test_round_trip():
    note = NOTE.with_signature(cosign(NOTE, witness_key(), at=1_700_000_000))
    assert cosigned_at(parse_note(note.encode()), witness_key().verifier) == 1_700_000_000
    assert cosigned_at(NOTE, witness_key().verifier) is None
    assert parse_verifier_key(witness_key().verifier.text) == witness_key().verifier


def test_time_and_text_are_signed():
    line = cosign(NOTE, witness_key(), at=7)
    later = NoteSignature(line.name, line.key_id, (8).to_bytes(8, "big") + line.signature[8:])
    for forged in (NOTE.with_signature(later), Note("x\n" + NOTE.text, (line,))):
        with pytest.raises(EvidenceError, match="WL-AUD-011"):
            cosigned_at(forged, witness_key().verifier)


@pytest.mark.parametrize("body", [b"", bytes(71), bytes(73), b"\xff" * 72])
def test_malformed_lines_are_refused(body):
    key = witness_key().verifier
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        cosigned_at(Note(NOTE.text, (NoteSignature(key.name, key.key_id, body),)), key)


def test_a_log_key_never_cosigns():
    with pytest.raises(ConfigError, match="WL-AUD-012"):
        cosign(NOTE, log_key(), at=1)
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        cosigned_at(NOTE, log_key().verifier)
