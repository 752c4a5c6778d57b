"""Signed notes: a text and Ed25519 signatures below it, parsed strictly.

Source: C2SP signed-note; key strings as in Go's ``golang.org/x/mod/sumdb/note``.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from enum import IntEnum
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from wardlaw.facts.errors import ConfigError, EvidenceError

MAX_NOTE_BYTES = 64 * 1024  # our checkpoints have some hundred bytes; a stranger's note must not fill the memory
MAX_SIGNATURES = 32  # signed-note asks for at least 16
_SEED_BYTES = 32
_PRIVATE_PREFIX = "PRIVATE+KEY+"


class KeyType(IntEnum):
    """Signature type bytes (signed-note, Signature types)."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


class VerifierKey(msgspec.Struct, frozen=True):
    """A public key with the name it signs under."""

    name: str
    type: KeyType
    public: bytes

    @property
    def key_id(self) -> int:
        """First four bytes of SHA-256 over name, newline, type and key."""
        return _key_id(self.name, self.type, self.public)

    @property
    def text(self) -> str:
        """The key as one line: ``<name>+<key id in hex>+<base64 of type and key>``."""
        return f"{self.name}+{self.key_id:08x}+{b64encode(bytes([self.type]) + self.public).decode()}"

    def verify(self, message: bytes, signature: bytes) -> bool:
        """True when the raw Ed25519 signature is this key's over the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class SignerKey(msgspec.Struct, frozen=True):
    """A private key with the name it signs under; the seed is 32 random bytes the caller made."""

    name: str
    type: KeyType
    seed: bytes

    def __repr__(self) -> str:  # a private key must not reach a log through a traceback
        return f"SignerKey(name={self.name!r}, type={self.type!r})"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.type, self._private().public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The key as one secret line, in the form Go's note package reads."""
        body = b64encode(bytes([self.type]) + self.seed).decode()
        return f"{_PRIVATE_PREFIX}{self.name}+{self.verifier.key_id:08x}+{body}"

    def sign(self, message: bytes) -> bytes:
        """Raw Ed25519 signature, 64 bytes."""
        return self._private().sign(message)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line; ``signature`` is what follows the four bytes of the key id."""

    name: str
    key_id: int
    signature: bytes

    @property
    def line(self) -> str:
        """The line with its newline."""
        body = b64encode(self.key_id.to_bytes(4, "big") + self.signature).decode()
        return f"— {self.name} {body}\n"


class Note(msgspec.Struct, frozen=True):
    """A parsed note. Nothing in it may be trusted before a known key has verified it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """The note as bytes; ``parse_note`` of them gives the note again."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()

    def with_signature(self, signature: NoteSignature) -> Note:
        """The note with one more signature; an older one of the same key is replaced."""
        others = tuple(s for s in self.signatures if (s.name, s.key_id) != (signature.name, signature.key_id))
        return Note(self.text, (*others, signature))

    def find(self, key: VerifierKey) -> NoteSignature | None:
        """The signature that claims to be of this key."""
        return next((s for s in self.signatures if (s.name, s.key_id) == (key.name, key.key_id)), None)


def signer_key(name: str, seed: bytes, kind: KeyType = KeyType.ED25519) -> SignerKey:
    """A signing key from 32 random bytes.

    Raises:
        ConfigError: The name or the seed cannot be used.
    """
    if not is_key_name(name) or len(seed) != _SEED_BYTES:
        raise _bad_key("A key needs a name without spaces and plus signs, and 32 bytes of seed.")
    return SignerKey(name, kind, seed)


def parse_verifier_key(text: str) -> VerifierKey:
    """Read a public key line.

    Raises:
        ConfigError: The line is malformed or its key id does not fit.
    """
    name, kind, body = _parse_key(text.strip())
    key = VerifierKey(name, kind, body)
    if text.strip() != key.text:
        raise _bad_key("The key id of a public key line does not fit its key.")
    return key


def parse_signer_key(text: str) -> SignerKey:
    """Read a private key line.

    Raises:
        ConfigError: The line is malformed or its key id does not fit.
    """
    line = text.strip()
    if not line.startswith(_PRIVATE_PREFIX):
        raise _bad_key("A private key line begins with PRIVATE+KEY+.")
    name, kind, body = _parse_key(line.removeprefix(_PRIVATE_PREFIX))
    key = SignerKey(name, kind, body)
    if line != key.text:
        raise _bad_key("The key id of a private key line does not fit its key.")
    return key


def is_key_name(name: str) -> bool:
    """True for a non-empty name without spaces, control characters and plus signs."""
    return bool(name) and name.isprintable() and "+" not in name and not any(c.isspace() for c in name)


def sign_note(text: str, key: SignerKey) -> Note:
    """A note with one Ed25519 signature; the text must end in a newline."""
    signature = NoteSignature(key.name, key.verifier.key_id, key.sign(text.encode()))
    return Note(text, (signature,))


def parse_note(data: bytes) -> Note:
    """Read a note strictly: only the one canonical encoding of a note is accepted.

    Raises:
        EvidenceError: Anything about the form is not as signed-note asks.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise _malformed(f"it has more than {MAX_NOTE_BYTES} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    if any(c < " " and c != "\n" for c in whole):
        raise _malformed("it holds control characters")
    split = whole.rfind("\n\n")
    if split < 1 or not whole.endswith("\n"):
        raise _malformed("text and signatures are not parted by an empty line")
    lines = whole[split + 2 :].split("\n")[:-1]
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise _malformed(f"it has not between 1 and {MAX_SIGNATURES} signatures")
    signatures = tuple(parse_signature_line(line) for line in lines)
    if len({(s.name, s.key_id) for s in signatures}) != len(signatures):
        raise _malformed("one key signs twice")
    return Note(whole[: split + 1], signatures)


def parse_signature_line(line: str) -> NoteSignature:
    """Read one signature line without its newline.

    Raises:
        EvidenceError: The line is malformed.
    """
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not is_key_name(parts[1]):
        raise _malformed("a signature line is malformed")
    body = strict_base64(parts[2])
    if body is None or len(body) < 5:  # four bytes of key id and at least one of signature
        raise _malformed("a signature is not base64")
    return NoteSignature(parts[1], int.from_bytes(body[:4], "big"), body[4:])


def verify_note(note: Note, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The Ed25519 keys among ``keys`` that signed the note.

    Raises:
        EvidenceError: A known key's signature is false, or none of the keys signed.
    """
    good = []
    for key in keys:
        signature = note.find(key)
        if signature is None:
            continue
        if key.type is not KeyType.ED25519 or not key.verify(note.text.encode(), signature.signature):
            raise EvidenceError(
                "WL-AUD-011",
                f"The signature of {key.name} on a note does not verify.",
                "Compare the key with the one kept at set-up; treat the note as forged until it is explained.",
            )
        good.append(key)
    if not good:
        raise EvidenceError(
            "WL-AUD-011",
            "No known key signed the note.",
            "Give the public key of the log that is said to have made it.",
        )
    return tuple(good)


def strict_base64(text: str) -> bytes | None:
    """Bytes of a canonical standard base64 text; None for anything else."""
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None
    return data if b64encode(data).decode() == text else None


def _parse_key(line: str) -> tuple[str, KeyType, bytes]:
    parts = line.split("+", 2)
    body = strict_base64(parts[2]) if len(parts) == 3 else None
    if body is None or len(body) != 1 + _SEED_BYTES or not is_key_name(parts[0]):
        raise _bad_key("A key line is not <name>+<key id>+<base64>.")
    if body[0] not in tuple(KeyType):
        raise _bad_key(f"Keys of type {body[0]} are not supported.")
    return parts[0], KeyType(body[0]), body[1:]


def _key_id(name: str, kind: KeyType, public: bytes) -> int:
    return int.from_bytes(sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4], "big")


def _bad_key(message: str) -> ConfigError:
    return ConfigError("WL-AUD-012", message, "Copy the key line again from where it was made.")


def _malformed(why: str) -> EvidenceError:
    return EvidenceError("WL-AUD-010", f"A signed note is malformed: {why}.", "Fetch it again from its source.")
