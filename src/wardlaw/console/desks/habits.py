"""What the gateway's workers have learned of callers, read from the pictures they write once a minute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.facts.habit import Habit
from wardlaw.security.anomaly.image import revive
from wardlaw.security.anomaly.standing import standing
from wardlaw.state.callers import CALLER, state_key
from wardlaw.state.habitsfile import FILE_PREFIX, FILE_SUFFIX, PackedProfile, read_image

MOST_LISTED = 1_000
"""Callers a list shows: those who alert first, then those seen last."""

_KEY_HEX = 32


class HabitDesk:
    """Reads behaviour profiles; it changes none.

    Args:
        folder: ``state`` of the data directory.
        secret: Key of the digests under which callers are known.
        same_subject: For a subject of the log, id or pseudonym, whether a principal's id is that subject.
    """

    def __init__(self, folder: Path, secret: bytes, *, same_subject: Callable[[str], Callable[[str], bool]]) -> None:
        self._folder = folder
        self._secret = secret
        self._same_subject = same_subject

    def list(self) -> tuple[Habit, ...]:
        """Everybody known, those who alert first, then the latest seen."""
        found = [habit for kept, at in self._newest().values() if (habit := _habit(kept, at, in_full=False))]
        found.sort(key=lambda one: (not one.alerting, -one.score if one.alerting else 0, -one.last_at, one.key))
        return tuple(found[:MOST_LISTED])

    def show(self, caller: str) -> Habit:
        """One caller, by principal or key.

        Raises:
            InputError: Nothing is known of it (WL-ANO-004).
        """
        key = caller if _is_key(caller) else state_key(self._secret, CALLER, caller).hex()
        found = self._newest().get(key)
        habit = _habit(*found, in_full=True) if found is not None else None
        if habit is None:
            raise InputError(
                "WL-ANO-004",
                f"Nothing is known of the behaviour of {caller[:128]!r}.",
                "Name it as `wardlaw habits list` does, such as agent:reports; somebody new appears within a minute.",
            )
        return habit

    def keys_of(self, subject: str) -> tuple[str, ...]:
        """State keys, hex, of the callers whose records bear the subject's name, an id or a pseudonym."""
        is_meant = self._same_subject(subject)
        named = {key for key, (kept, _) in self._newest().items() if kept.name and is_meant(kept.name)}
        if ":" in subject:  # an id: no profile needs to be known here
            named.add(state_key(self._secret, CALLER, subject).hex())
        return tuple(sorted(named))

    def _newest(self) -> dict[str, tuple[PackedProfile, float]]:
        """Every caller's newest picture, by key, with the time it was taken; damaged files tell nothing."""
        newest: dict[str, tuple[PackedProfile, float]] = {}
        for path in sorted(self._folder.glob(f"{FILE_PREFIX}*{FILE_SUFFIX}")):
            try:
                at, image = path.stat().st_mtime, read_image(path.read_bytes())
            except (OSError, EvidenceError):
                continue
            for kept in image.profiles:
                before = newest.get(kept.caller.hex())
                if before is None or (before[0].last, before[1]) < (kept.last, at):
                    newest[kept.caller.hex()] = (kept, at)
        return newest


def _is_key(caller: str) -> bool:
    return len(caller) == _KEY_HEX and all(digit in "0123456789abcdef" for digit in caller)


def _habit(kept: PackedProfile, pictured_at: float, *, in_full: bool) -> Habit | None:
    """A picture in words; None when it cannot be read."""
    try:
        found = standing(revive(kept.image))
    except EvidenceError:
        return None
    return Habit(
        principal=kept.name,
        key=kept.caller.hex(),
        events=found.events,
        active_days=found.active_days,
        last_at=found.last_at,
        experienced=found.experienced,
        alerting=found.alerting,
        score=found.score,
        step=found.step.value,
        reasons=found.reasons,
        pictured_at=pictured_at,
        measures=found.measures if in_full else (),
    )
