"""Exemptions that were ended before their time, in a signed file beside the policy bundle.

A row of the tables is believed by its signature, and the row of a waiver that was ended bore a good one until then. Whoever
can write to the tables could put it back; they cannot write this file's signature. So the door holds both against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from wardlaw.audit.note import VerifierKey
from wardlaw.facts.errors import EvidenceError, UnavailableError
from wardlaw.store.keyring_signing import replace_file

_DOMAIN = b"wardlaw.dev/exemptions-ended/v1\n"
_ENCODER = msgspec.json.Encoder(order="sorted")


class Ending(msgspec.Struct, frozen=True):
    """When an exemption was ended, and until when it would have stood: after that nobody need remember it."""

    at: float
    until: float


class _File(msgspec.Struct, frozen=True):
    endings: dict[str, Ending]
    signature: bytes


class EndingsFile:
    """The file of one installation.

    Args:
        path: Where it lies; without it nothing was ended early.
        sign: Raw signature of the bundle's key.
        keys: Whose signatures are believed.
    """

    def __init__(
        self, path: Path, *, sign: Callable[[bytes], bytes], keys: Callable[[], Sequence[VerifierKey]]
    ) -> None:
        self._path, self._sign, self._keys = path, sign, keys

    def add(self, exemption: str, *, at: float, until: float) -> None:
        """Remember an end; one that is remembered is never moved to a later moment.

        Args:
            at: From when on it lifts nothing, Unix seconds.
            until: When it would have ended.

        Raises:
            EvidenceError: What is there is not ours (WL-WVR-015).
            UnavailableError: It cannot be written (WL-WVR-016).
        """
        known = read_endings(self._path, self._keys())
        kept = {name: one for name, one in known.items() if one.until > at}
        before = kept.get(exemption)
        kept[exemption] = Ending(at if before is None else min(at, before.at), until)
        content = _File(kept, self._sign(_message(kept)))
        try:
            replace_file(self._path, msgspec.msgpack.encode(content), mode=0o644)
        except OSError as error:
            raise UnavailableError(
                "WL-WVR-016",
                f"{self._path} cannot be written: {error.strerror}.",
                "Check the disk, then end the exemption again.",
            ) from error


def read_endings(path: Path, keys: Sequence[VerifierKey]) -> Mapping[str, Ending]:
    """What was ended before its time, by id.

    Raises:
        EvidenceError: The file is there and cannot be read, or nobody we trust signed it (WL-WVR-015).
    """
    try:
        found = msgspec.msgpack.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        raise _not_ours(path) from error
    message = _message(found.endings)
    if not any(key.verify(message, found.signature) for key in keys):
        raise _not_ours(path)
    return found.endings


def _message(endings: Mapping[str, Ending]) -> bytes:
    return _DOMAIN + _ENCODER.encode(endings)


def _not_ours(path: Path) -> EvidenceError:
    return EvidenceError(
        "WL-WVR-015",
        f"{path} is not what this installation signed; no waiver lifts anything until it is.",
        "Put it back from the backup; taken away, waivers that were ended early could stand again until their end.",
    )
