"""Requests to prune the log: one person asks, another confirms (SOD-7)."""

from __future__ import annotations

from pathlib import Path

import msgspec

from wardlaw.facts.errors import EvidenceError, InputError, UnavailableError
from wardlaw.store.keyring_signing import replace_file


class Pruning(msgspec.Struct, frozen=True):
    """One request.

    Attributes:
        id: ``prn_…``.
        before: Records before this one go.
        expires_at: Unix seconds; a request nobody confirmed by then is void.
        confirmed_by: ``""`` while it waits for its second person.
        rows: Records taken out of the tables.
    """

    id: str
    before: int
    reason: str
    requested_by: str
    requested_at: float
    expires_at: float
    confirmed_by: str = ""
    confirmed_at: float = 0.0
    rows: int = 0


class PruningBook:
    """All requests, in a file of the data directory. Only the control process writes it.

    Args:
        path: The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def list(self) -> tuple[Pruning, ...]:
        """All requests, newest first.

        Raises:
            EvidenceError: WL-STO-077, the file is damaged.
        """
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[Pruning, ...])
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise EvidenceError(
                "WL-STO-077",
                f"{self._path} does not tell any more who asked for records to be pruned.",
                "Look who wrote into it; move it away, and ask again.",
            ) from error

    def pending(self, pruning_id: str, *, now: float) -> Pruning:
        """The request of that id if it can still be confirmed.

        Raises:
            InputError: There is none (WL-STO-075), or it was carried out or is too old (WL-STO-076).
        """
        found = next((one for one in self.list() if one.id == pruning_id), None)
        if found is None:
            raise InputError("WL-STO-075", f"There is no request {pruning_id}.", "See `wardlaw audit prune`.")
        if found.confirmed_by or now >= found.expires_at:
            raise InputError("WL-STO-076", f"{pruning_id} was carried out or is too old.", "Ask for it anew.")
        return found

    def keep(self, pruning: Pruning) -> None:
        """Keep a request, in place of an earlier one of its id; durable on return.

        Raises:
            UnavailableError: WL-STO-078, it cannot be written.
        """
        others = tuple(one for one in self.list() if one.id != pruning.id)
        try:
            replace_file(self._path, msgspec.json.format(msgspec.json.encode((pruning, *others))) + b"\n")
        except OSError as error:
            raise UnavailableError(
                "WL-STO-078", f"{self._path} cannot be written: {error.strerror}.", "Check the disk."
            ) from error
