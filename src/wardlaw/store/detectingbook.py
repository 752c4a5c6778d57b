"""The settings of detectors that were approved, in a signed file beside the policy bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from wardlaw.audit.note import VerifierKey
from wardlaw.config.loosening import Detecting
from wardlaw.facts.errors import EvidenceError, UnavailableError
from wardlaw.store.keyring_signing import replace_file

_DOMAIN = b"wardlaw.dev/detectors-approved/v1\n"
_ENCODER = msgspec.json.Encoder(order="sorted")


class ApprovedDetecting(msgspec.Struct, frozen=True):
    """What was approved, by whom after whom asked, and when (Unix seconds)."""

    detecting: Detecting
    asked_by: str
    approved_by: str
    at: float


class _File(msgspec.Struct, frozen=True):
    approved: ApprovedDetecting
    signature: bytes


class DetectingBook:
    """The approved settings beside those of the configuration.

    Args:
        path: Where the approved ones lie.
        wanted: What the configuration says.
        sign: Raw signature of the bundle's key.
        keys: Whose signatures are believed.
    """

    def __init__(
        self,
        path: Path,
        wanted: Detecting,
        *,
        sign: Callable[[bytes], bytes],
        keys: Callable[[], Sequence[VerifierKey]],
    ) -> None:
        self._path, self._sign, self._keys = path, sign, keys
        self.wanted = wanted

    def approved(self) -> ApprovedDetecting | None:
        """What was approved last; as ``read_approved``."""
        return read_approved(self._path, self._keys())

    def approve(self, *, asked_by: str, by: str, at: float) -> ApprovedDetecting:
        """Keep what the configuration wants as approved.

        Raises:
            UnavailableError: It cannot be written (WL-LIF-019).
        """
        done = ApprovedDetecting(self.wanted, asked_by, by, at)
        content = _File(done, self._sign(_message(done)))
        try:
            replace_file(self._path, msgspec.msgpack.encode(content), mode=0o644)
        except OSError as error:
            raise UnavailableError(
                "WL-LIF-019", f"{self._path} cannot be written: {error.strerror}.", "Check the disk, then try again."
            ) from error
        return done


def read_approved(path: Path, keys: Sequence[VerifierKey]) -> ApprovedDetecting | None:
    """The approved settings; None where nobody has approved any yet.

    Raises:
        EvidenceError: The file cannot be read, or nobody we trust signed it (WL-LIF-018).
    """
    try:
        found = msgspec.msgpack.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise _not_ours(path) from error
    if not any(key.verify(_message(found.approved), found.signature) for key in keys):
        raise _not_ours(path)
    return found.approved


def _message(approved: ApprovedDetecting) -> bytes:
    return _DOMAIN + _ENCODER.encode(approved)


def _not_ours(path: Path) -> EvidenceError:
    return EvidenceError(
        "WL-LIF-018",
        f"{path} is not what this installation signed, so nobody can tell what detectors must see.",
        "Put it back from the backup, or take it away: the settings of the file are then taken as they are, on record.",
    )
