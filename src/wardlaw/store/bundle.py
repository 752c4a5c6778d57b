"""The signed policy bundle: what the control process publishes and the gateway enforces.

A gateway takes a bundle only with the signature of a trusted key, and never one older than it has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from wardlaw.audit.note import VerifierKey
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.store.keyring_signing import replace_file

FORMAT = 1
MAX_BUNDLE_BYTES = 64 * 1024 * 1024  # some hundred thousand policies; bounds what is read before it is verified
_DOMAIN = "wardlaw.dev/bundle/v1"


class Bundle(msgspec.Struct, frozen=True):
    """A verified bundle.

    Attributes:
        version: Rises with every publication.
        payload: The content, as it was published.
        sha256: Digest of the payload, hex.
        key: Public key line that signed it.
    """

    version: int
    payload: bytes
    sha256: str
    key: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    version: int
    payload: bytes
    signature: bytes


class _Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    sha256: str


def write_bundle(path: Path, payload: bytes, sign: Callable[[bytes], bytes], *, version: int) -> str:
    """Sign and publish a bundle; readers meet the old one or this one, durable before this returns.

    Args:
        path: Where readers look.
        payload: The content.
        sign: Raw Ed25519 signature by the bundle key.
        version: Must be higher than every version published before, > 0.

    Returns:
        SHA-256 of the payload, hex.

    Raises:
        ConfigError: WL-BND-005, the payload is too large or the version is not positive.
        UnavailableError: WL-BND-006, it cannot be written.
    """
    if version <= 0 or len(payload) > MAX_BUNDLE_BYTES // 2:
        raise ConfigError(
            "WL-BND-005",
            f"Bundle {version} of {len(payload)} bytes cannot be published.",
            "Versions begin at 1; split policies that need more than 32 MB.",
        )
    digest = sha256(payload).hexdigest()
    signature = sign(_message(version, digest))
    try:
        replace_file(path, msgspec.msgpack.encode(_File(FORMAT, version, payload, signature)), mode=0o644)
    except OSError as error:
        raise UnavailableError(
            "WL-BND-006", f"The bundle {path} cannot be written: {error.strerror}.", "Check the disk; nothing changed."
        ) from error
    return digest


def read_bundle(path: Path, *, trusted_keys: Sequence[VerifierKey], min_version: int = 0) -> Bundle:
    """Read and verify a bundle.

    Raises:
        UnavailableError: WL-BND-001, there is no bundle.
        EvidenceError: WL-BND-002 it is not one of ours or damaged, -003 not signed by a trusted key,
            -004 older than ``min_version``.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BUNDLE_BYTES + 1)
    except OSError as error:
        raise UnavailableError(
            "WL-BND-001", f"The policy bundle {path} cannot be read: {error.strerror}.", "Publish the policies."
        ) from error
    found = _parse(raw)
    if found is None:
        raise EvidenceError(
            "WL-BND-002",
            f"{path} is no policy bundle of this version, or it is damaged.",
            "Publish the policies again.",
        )
    digest = sha256(found.payload).hexdigest()
    message = _message(found.version, digest)
    signer = next((key for key in trusted_keys if key.verify(message, found.signature)), None)
    if signer is None:
        raise EvidenceError(
            "WL-BND-003",
            f"The policy bundle {path} is not signed by a key this installation trusts; it is refused.",
            "If nobody replaced the bundle key, somebody changed the file: look into it, then publish again.",
        )
    if found.version < min_version:
        raise EvidenceError(
            "WL-BND-004",
            f"The policy bundle {path} is version {found.version}, but {min_version} was already in force.",
            "An old bundle was put back. To return to old policies, publish them as a new version.",
        )
    return Bundle(found.version, found.payload, digest, signer.text)


class BundleReader:
    """Reads bundles for one gateway and remembers, durably, the newest it has taken.

    Args:
        path: Where bundles are published.
        seen: File of the version seen last; it belongs to this reader alone.
    """

    def __init__(self, path: Path, *, seen: Path) -> None:
        self._path = path
        self._seen_path = seen
        self._seen = self._load_seen()

    @property
    def version(self) -> int:
        """Newest version taken so far; 0 for none."""
        return self._seen.version

    def read(self, *, trusted_keys: Sequence[VerifierKey]) -> Bundle:
        """The bundle there is now; once it is returned, no older one is taken any more.

        Raises:
            UnavailableError: WL-BND-001, or -006 when the version cannot be remembered.
            EvidenceError: WL-BND-002 to -004, or -007: the same version with other content.
        """
        bundle = read_bundle(self._path, trusted_keys=trusted_keys, min_version=self._seen.version)
        now = _Seen(bundle.version, bundle.sha256)
        if now == self._seen:
            return bundle
        if now.version == self._seen.version:
            raise EvidenceError(
                "WL-BND-007",
                f"Bundle version {now.version} was published twice with different content.",
                "Find out who else holds the bundle key, replace it, and publish a new version.",
            )
        try:
            replace_file(self._seen_path, msgspec.json.encode(now))
        except OSError as error:
            raise UnavailableError(
                "WL-BND-006", f"{self._seen_path} cannot be written: {error.strerror}.", "Check the disk."
            ) from error
        self._seen = now
        return bundle

    def _load_seen(self) -> _Seen:
        try:
            return msgspec.json.decode(self._seen_path.read_bytes(), type=_Seen)
        except FileNotFoundError:
            return _Seen(0, "")
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise EvidenceError(
                "WL-BND-008",
                f"{self._seen_path} does not say any more which policies were in force.",
                "Restore it; delete it only when you are sure that the published bundle is the newest.",
            ) from error


def _parse(raw: bytes) -> _File | None:
    """The file's fields; None unless it is in the one form we write."""
    try:
        found = msgspec.msgpack.decode(raw, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return found if found.format == FORMAT and msgspec.msgpack.encode(found) == raw else None


def _message(version: int, digest: str) -> bytes:
    return f"{_DOMAIN}\n{version}\n{digest}\n".encode()
