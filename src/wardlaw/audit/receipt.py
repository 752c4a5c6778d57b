"""Receipts: a gateway's signed word, in one response header, that it has recorded a decision.

One signature covers a whole batch of the spool's writer: the leaves of the batch form a small tree of their own, the
root is signed, and each receipt carries the signature with the path from its leaf to that root. A caller who keeps a
receipt can show later that a record is missing from the log.
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from struct import Struct

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from wardlaw.audit.merkle import HASH_BYTES, node_hash
from wardlaw.facts.errors import EvidenceError, Fault

MAX_BATCH = 65_535  # 16 bits of count; the spool's batches are far smaller
MAX_GATEWAY_BYTES = 64  # keeps a receipt below 700 characters for batches up to 512
_VERSION = 1
_DOMAIN = "wardlaw.dev/receipt/v1"
_HEAD = Struct(">BB")  # version, bytes of the gateway id
_FIELDS = Struct(">IQHH")  # epoch, first seq, count, index
_SIGNATURE_BYTES = 64
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class ReceiptFacts(msgspec.Struct, frozen=True):
    """What a verified receipt says.

    Attributes:
        root: Root over the batch the record was written in.
    """

    gateway: str
    epoch: int
    seq: int
    count: int
    index: int
    root: bytes


def sign_batch(
    leaves: Sequence[bytes],
    *,
    gateway: str,
    epoch: int,
    first_seq: int,
    sign: Callable[[bytes], bytes],
    wanted: Iterable[int] | None = None,
) -> list[str]:
    """Receipts for the records of a batch.

    Args:
        leaves: Leaf hashes (``merkle.leaf_hash`` of each envelope) in the order of their seq, without gaps.
        gateway: Id of the gateway, at most 64 bytes.
        first_seq: Seq of the first leaf.
        sign: Raw Ed25519 signature over the message by the gateway's key.
        wanted: Places in the batch of the records whose receipts somebody waits for; all when None.

    Returns:
        The wanted receipts in their order, safe to stand in a header: base64url without padding.

    Raises:
        Fault: The batch is empty or too large, or the gateway id is too long.
    """
    name = gateway.encode()
    if not 1 <= len(leaves) <= MAX_BATCH or len(name) > MAX_GATEWAY_BYTES:
        raise Fault("WL-AUD-016", "A batch cannot be given receipts: its size or its gateway id is out of range.")
    levels = _levels(leaves)
    count = len(leaves)
    signature = sign(_message(gateway, epoch, first_seq, count, levels[-1][0]))
    head = _HEAD.pack(_VERSION, len(name)) + name
    below = levels[:-1]
    receipts = []
    for index in range(count) if wanted is None else wanted:
        parts = [head, _FIELDS.pack(epoch, first_seq, count, index), signature]
        at = index
        for level in below:
            if at ^ 1 < len(level):
                parts.append(level[at ^ 1])
            at >>= 1
        text = b2a_base64(b"".join(parts), newline=False).translate(_URL_SAFE)
        receipts.append(text.rstrip(b"=").decode("ascii"))
    return receipts


def verify_receipt(text: str, leaf: bytes, public_key: bytes) -> ReceiptFacts:
    """Check a receipt offline.

    Args:
        leaf: Leaf hash of the envelope the receipt is said to be for.
        public_key: The gateway's raw Ed25519 public key, 32 bytes.

    Raises:
        EvidenceError: The receipt is malformed, for another record, or not signed by the key.
    """
    facts, signature, path = _parse(text)
    root = _climb(leaf, facts.index, facts.count, path)
    if root is None:
        raise _refused("its path does not fit its batch")
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signature, _message(facts.gateway, facts.epoch, facts.seq - facts.index, facts.count, root))
    except (InvalidSignature, ValueError):
        raise _refused("the gateway did not sign this record") from None
    return ReceiptFacts(facts.gateway, facts.epoch, facts.seq, facts.count, facts.index, root)


def receipt_claim(text: str) -> ReceiptFacts:
    """What a receipt claims, unverified (``root`` is empty): enough to look its record up.

    Raises:
        EvidenceError: The receipt is malformed.
    """
    return _parse(text)[0]


def _parse(text: str) -> tuple[ReceiptFacts, bytes, list[bytes]]:
    try:
        body = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (Base64Error, ValueError):
        raise _refused("it is not base64url") from None
    if urlsafe_b64encode(body).rstrip(b"=").decode() != text:
        raise _refused("it is not in canonical form")
    if len(body) < _HEAD.size:
        raise _refused("it is cut short")
    version, length = _HEAD.unpack_from(body)
    fields_at = _HEAD.size + length
    path_at = fields_at + _FIELDS.size + _SIGNATURE_BYTES
    if version != _VERSION or length > MAX_GATEWAY_BYTES or len(body) < path_at or (len(body) - path_at) % HASH_BYTES:
        raise _refused("its version or length is unknown")
    epoch, first_seq, count, index = _FIELDS.unpack_from(body, fields_at)
    try:
        gateway = body[_HEAD.size : fields_at].decode("utf-8")
    except UnicodeDecodeError:
        raise _refused("its gateway id is not UTF-8") from None
    if index >= count:
        raise _refused("its index is outside its batch")
    path = [body[at : at + HASH_BYTES] for at in range(path_at, len(body), HASH_BYTES)]
    claim = ReceiptFacts(gateway, epoch, first_seq + index, count, index, b"")
    return claim, body[path_at - _SIGNATURE_BYTES : path_at], path


def _message(gateway: str, epoch: int, first_seq: int, count: int, root: bytes) -> bytes:
    return f"{_DOMAIN}\n{gateway}\n{epoch}\n{first_seq}\n{count}\n{b64encode(root).decode()}\n".encode()


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All levels of the batch's tree; a last hash without sibling rises unchanged, as in RFC 6962."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [sha256(b"\x01" + below[at] + below[at + 1]).digest() for at in range(0, len(below) - 1, 2)]
        if len(below) & 1:
            above.append(below[-1])
        levels.append(above)
    return levels


def _climb(leaf: bytes, index: int, count: int, path: list[bytes]) -> bytes | None:
    """The root a path leads to; None when it has too few or too many hashes."""
    digest, rest = leaf, iter(path)
    while count > 1:
        if index ^ 1 < count:
            sibling = next(rest, None)
            if sibling is None:
                return None
            digest = node_hash(sibling, digest) if index & 1 else node_hash(digest, sibling)
        index >>= 1
        count = (count + 1) >> 1
    return digest if next(rest, None) is None else None


def _refused(why: str) -> EvidenceError:
    return EvidenceError("WL-AUD-016", f"A receipt does not hold: {why}.", "Check that it belongs to this record.")
