"""Each answer of the witness, by the letter of tlog-witness."""

from __future__ import annotations

from base64 import b64encode

import pytest

from wardlaw.audit.checkpoint import open_checkpoint
from wardlaw.audit.cosignature import cosigned_at
from wardlaw.audit.merkle import consistency_proof
from wardlaw.audit.note import parse_note
from wardlaw.testing.memorylog import LOG_NAME, MemoryLog, log_key, make_entries, make_entry, witness_key
from wardlaw.witness.core import answer_add_checkpoint

LOG = MemoryLog(make_entries(100))
FORK = MemoryLog([*LOG.entries[:50], make_entry(50, note="forged"), *LOG.entries[51:]])


def request(size, *, old=0, log=LOG, proof=None):
    hashes = proof if proof is not None else (consistency_proof(old, size, log.reader()) if old <= size else [])
    lines = [f"old {old}", *(b64encode(h).decode() for h in hashes)]
    return ("\n".join(lines) + "\n\n").encode() + log.signed_at(size).note.encode()


def answer(body, *, held=None, logs=None):
    return answer_add_checkpoint(
        body,
        logs={LOG_NAME: (log_key().verifier,)} if logs is None else logs,
        held=lambda origin: None if held is None else LOG.signed_at(held).checkpoint,
        key=witness_key(),
        at=123,
    )


@pytest.mark.parametrize(("held", "size"), [(None, 0), (None, 100), (1, 100), (64, 65), (50, 100), (100, 100)])
def test_a_log_that_grew_is_cosigned(held, size):
    reply = answer(request(size, old=held or 0), held=held)
    assert reply.status == 200 and reply.body.startswith("— witness.example/w1 ".encode())
    kept = open_checkpoint(reply.keep, log_key().verifier)
    assert kept.checkpoint.size == size and cosigned_at(kept.note, witness_key().verifier) == 123
    note = parse_note(LOG.signed_at(size).note.encode() + reply.body)
    assert cosigned_at(note, witness_key().verifier) == 123


def test_another_old_size_is_told_the_right_one():
    for old in (0, 49, 51):
        reply = answer(request(100, old=old), held=50)
        assert (reply.status, reply.body, reply.content_type) == (409, b"50\n", "text/x.tlog.size")
        assert reply.keep is None


def test_a_shorter_log_is_not_cosigned():
    assert answer(request(30, old=30), held=50).status == 409
    assert answer(request(30, old=50), held=50).status == 400


@pytest.mark.parametrize("held", [51, 64, 99])
def test_a_fork_is_not_cosigned(held):
    reply = answer(request(100, old=held, log=FORK), held=held)
    assert reply.status == 422 and reply.keep is None and "FORK" in reply.reason


def test_another_root_for_the_same_size_is_a_conflict():
    reply = answer(request(100, old=100, log=FORK, proof=[]), held=100)
    assert reply.status == 409 and "FORK" in reply.reason


def test_unknown_logs_and_keys():
    assert answer(request(100), logs={}).status == 404
    assert answer(request(100), logs={LOG_NAME: (log_key(9).verifier,)}).status == 403
    both = (log_key(9).verifier, log_key().verifier)
    assert answer(request(100), logs={LOG_NAME: both}).status == 200


GOOD = request(100, old=50)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0",
        GOOD.replace(b"old 50", b"old 050"),
        GOOD.replace(b"old 50", b"old -1"),
        GOOD.replace(b"old 50", b"new 50"),
        GOOD.replace(b"old 50\n", b"old 50\nAAAA\n"),
        GOOD.replace(b"old 50\n", b"old 50\n" + (b"A" * 43 + b"=\n") * 64),
        GOOD.replace(b"\n\n", b"\n", 1),
        request(100, old=0, proof=[b"x" * 32]),
        b"old 0\n\n" + b"x" * 100_000,
        b"old 0\n\nlog\n5\nAAAA\n\n" + GOOD.split(b"\n\n")[2],
        b"\xff\xfe\n\n",
    ],
)
def test_malformed_requests(body):
    reply = answer(body)
    assert reply.status == 400 and reply.keep is None
