"""An authenticator in a few lines: makes and shows passkeys as a browser would hand them over (W3C WebAuthn, level 3)."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


class SoftKey:
    """One passkey.

    Args:
        name: Another name is another credential.
        origin: Where the browser says its page comes from.
    """

    def __init__(self, name: str, origin: str = "http://localhost:8081") -> None:
        self.credential = hashlib.sha256(name.encode()).digest()
        self.origin = origin
        self.count = 0
        self.verifies = True
        self.handle = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def id(self) -> str:
        return bytes_to_base64url(self.credential)

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser answers when it is asked for a new passkey."""
        numbers = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], _ATTESTED) + attested
        said = self._client("webauthn.create", options["challenge"])
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": said, "attestationObject": made})

    def show(self, options: dict[str, Any], *, challenge: str = "") -> dict[str, Any]:
        """What a browser answers when it is asked for a passkey."""
        self.count += 1
        data = self._data(options["rpId"], 0)
        said = self._client("webauthn.get", challenge or options["challenge"])
        signature = self._key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        told = {"clientDataJSON": said, "authenticatorData": data, "signature": signature}
        return self._answer(told | ({"userHandle": self.handle} if self.handle else {}))

    def _data(self, rp_id: str, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, bytes]) -> dict[str, Any]:
        texts = {name: bytes_to_base64url(value) for name, value in response.items()}
        return {"id": self.id, "rawId": self.id, "type": "public-key", "response": texts}
