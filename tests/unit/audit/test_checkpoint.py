"""Checkpoints: one canonical form, signed by the log they name."""

from __future__ import annotations

from base64 import b64encode

import pytest

from wardlaw.audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, parse_decimal, sign_checkpoint
from wardlaw.audit.merkle import EMPTY_ROOT
from wardlaw.audit.note import sign_note
from wardlaw.facts.errors import EvidenceError
from wardlaw.testing.memorylog import log_key

ROOT = b64encode(b"r" * 32).decode()


def test_round_trip():
    head = Checkpoint(log_key().name, 5, b"r" * 32)
    signed = sign_checkpoint(head, log_key())
    assert open_checkpoint(signed.note.encode(), log_key().verifier) == signed
    assert parse_checkpoint(head.text) == head
    assert parse_checkpoint(Checkpoint("o", 0, EMPTY_ROOT).text).size == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"o\n5\n{ROOT}",
        f"\n5\n{ROOT}\n",
        f"o\n05\n{ROOT}\n",
        f"o\n+5\n{ROOT}\n",
        f"o\n5 \n{ROOT}\n",
        f"o\n\u0665\n{ROOT}\n",
        f"o\n{1 << 63}\n{ROOT}\n",
        "o\n5\nAAAA\n",
        f"o\n5\n{ROOT[:-1]}\n",
        f"o\n5\n{ROOT}\nextension\n",
        f"o\n0\n{ROOT}\n",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(EvidenceError, match="WL-AUD-013"):
        parse_checkpoint(text)


def test_signature_and_name_must_fit():
    signed = sign_checkpoint(Checkpoint(log_key().name, 5, b"r" * 32), log_key())
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        open_checkpoint(signed.note.encode(), log_key(9).verifier)
    foreign = sign_note(Checkpoint("another.example/log", 5, b"r" * 32).text, log_key())
    with pytest.raises(EvidenceError, match="WL-AUD-013"):
        open_checkpoint(foreign.encode(), log_key().verifier)


def test_decimals():
    assert parse_decimal("0") == 0 and parse_decimal(str((1 << 63) - 1)) == (1 << 63) - 1
    assert all(parse_decimal(text) is None for text in ("", "00", "-1", "1_0", "²", "9" * 5000))
