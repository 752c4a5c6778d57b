"""What a witness does with one ``add-checkpoint`` request; no sockets, no clock. Source: C2SP tlog-witness."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from wardlaw.audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, parse_decimal
from wardlaw.audit.cosignature import cosign
from wardlaw.audit.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from wardlaw.audit.note import MAX_NOTE_BYTES, Note, SignerKey, VerifierKey, parse_note, strict_base64
from wardlaw.facts.errors import EvidenceError

MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 4096  # 63 proof lines of 45 bytes and the old size line
_MAX_PROOF_LINES = 63


class AddCheckpoint(msgspec.Struct, frozen=True):
    """A parsed request; nothing in it is trusted yet."""

    old: int
    proof: tuple[bytes, ...]
    note: Note


class Reply(msgspec.Struct, frozen=True):
    """What to answer.

    Attributes:
        keep: The cosigned checkpoint, to be durable before the answer leaves; None when nothing changes.
        reason: For the witness's own log; not sent.
    """

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    keep: bytes | None = None
    reason: str = ""


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """Read a request strictly.

    Raises:
        EvidenceError: It is not of the form tlog-witness asks for.
    """
    head, separator, rest = body.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    old = parse_decimal(lines[0].removeprefix("old ")) if lines[0].startswith("old ") else None
    proof = tuple(strict_base64(line) or b"" for line in lines[1:])
    if (
        not separator
        or old is None
        or len(body) > MAX_REQUEST_BYTES
        or len(proof) > _MAX_PROOF_LINES
        or any(len(digest) != HASH_BYTES for digest in proof)
    ):
        raise EvidenceError("WL-AUD-038", "An add-checkpoint request is malformed.", "See C2SP tlog-witness.")
    return AddCheckpoint(old, proof, parse_note(rest))


def answer_add_checkpoint(
    body: bytes,
    *,
    logs: Mapping[str, tuple[VerifierKey, ...]],
    held: Callable[[str], Checkpoint | None],
    key: SignerKey,
    at: int,
) -> Reply:
    """Judge one request. The caller serialises requests, and makes ``keep`` durable before it answers.

    Args:
        logs: Keys by origin of the logs this witness knows.
        held: The checkpoint cosigned last for an origin.
        at: Unix time in seconds.
    """
    try:
        request = parse_add_checkpoint(body)
        claimed = parse_checkpoint(request.note.text)
    except EvidenceError as error:
        return Reply(400, reason=error.message)
    keys = logs.get(claimed.origin)
    if keys is None:
        return Reply(404, reason=f"unknown log {claimed.origin!r}")
    try:
        head = open_checkpoint(request.note.encode(), *keys).checkpoint
    except EvidenceError as error:
        return Reply(403, reason=error.message)
    if request.old > head.size or (request.old == 0 and request.proof):
        return Reply(400, reason="the old size or the proof does not fit the checkpoint")
    last = held(head.origin) or Checkpoint(head.origin, 0, EMPTY_ROOT)
    if request.old != last.size:
        return _conflict(last, f"the log believes {request.old} records were cosigned")
    if head.size == last.size and head.root != last.root:
        return _conflict(last, f"FORK: another root for the same {head.size} records")
    if not verify_consistency(last.size, head.size, old_root=last.root, new_root=head.root, proof=request.proof):
        return Reply(422, reason=f"FORK or bad proof: {head.size} records do not extend the {last.size} seen")
    line = cosign(request.note, key, at=at)
    return Reply(200, line.line.encode(), keep=request.note.with_signature(line).encode(), reason="cosigned")


def _conflict(last: Checkpoint, reason: str) -> Reply:
    return Reply(409, f"{last.size}\n".encode(), "text/x.tlog.size", reason=reason)
