"""What every caller usually does: one behaviour profile for each principal, agent and person.

Each gateway worker owns the profiles of what it has judged itself; they are no ceilings, and nothing that must hold
across workers rests on them. ``security.anomaly`` says what a profile is; here they are kept within bounds, told
what is judged, and pictured.

Memory: profiles beyond ``LIVE`` are packed, longest idle first (at most 4 KiB each); packed ones beyond ``KEPT`` are
forgotten, so that their principal starts anew with a burn-in.
"""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.errors import EvidenceError
from wardlaw.security.anomaly.event import Arrival, Ending, Event, key_digest
from wardlaw.security.anomaly.image import picture, revive
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.settings import DEFAULTS, Settings

LIVE, KEPT = 2_000, 50_000
MOST_NAMED = 5
"""Sentences a record carries at most about one request."""

_NAMES = 8_192  # digests of tool and destination names known by heart
_MAGIC, _VERSION = b"WLBH", 1
_HEAD = struct.Struct(">4sHIQ")


class Deed(msgspec.Struct, frozen=True, gc=False):
    """What is about to be judged, as profiles see it.

    Attributes:
        at: Unix seconds.
        tool: Name of the tool or model.
        destination: Where data goes; ``""`` when it goes nowhere.
        session: Key of the session.
        calls: 0 for what follows within a call that was counted.
    """

    at: float
    action: Action
    tool: str = ""
    destination: str = ""
    tokens: int = 0
    records: int = 0
    size_bytes: int = 0
    session: bytes = b""
    calls: int = 1


class Noted(msgspec.Struct, frozen=True, gc=False):
    """A deed that was told to its profiles and is not decided yet.

    Attributes:
        score: The highest of the profiles' scores, 0 usual to 1000 once in a million days.
        unusual: Sentences with figures, of the profile with that score; for those who may know.
    """

    score: int
    unusual: tuple[str, ...]
    arrivals: tuple[tuple[Profile, Arrival], ...] = ()


class HabitsImage(msgspec.Struct, frozen=True, array_like=True):
    """All profiles of a worker at rest."""

    workers: int
    profiles: list[tuple[bytes, bytes]]


class Habits:
    """The profiles of one worker. Not for two threads at once.

    Args:
        key: Digests the names of tools and destinations, so that nobody can choose names that collide.
        workers: How many workers share the traffic; what one of them usually sees depends on it.
        live: Profiles kept unpacked.
        kept: Profiles kept packed.
    """

    def __init__(
        self, key: bytes, *, workers: int = 1, settings: Settings = DEFAULTS, live: int = LIVE, kept: int = KEPT
    ) -> None:
        self._key = key
        self._settings = settings
        self._workers = workers
        self._bounds = (live, kept)
        self._live: OrderedDict[bytes, Profile] = OrderedDict()
        self._packed: OrderedDict[bytes, bytes] = OrderedDict()
        self._names: dict[str, bytes] = {}
        self._changed: set[bytes] = set()  # live ones whose packed form is behind

    def __len__(self) -> int:
        return len(self._live) + sum(key not in self._live for key in self._packed)

    def arrive(self, callers: Sequence[bytes], deed: Deed) -> Noted:
        """Tell the profiles of the callers what is about to be judged; ``settle`` ends it, once.

        Args:
            callers: State keys of the principal and of the person it acts for.
        """
        tool = self._digest(deed.tool)
        destination = self._digest(deed.destination)
        score = 0.0
        unusual: tuple[str, ...] = ()
        arrivals: list[tuple[Profile, Arrival]] = []
        for caller in callers:
            profile = self._profile(caller)
            event = Event(
                caller, deed.at, deed.action, tool, destination, deed.tokens, deed.records, deed.size_bytes,
                Ending.RELEASED, deed.session, deed.calls,
            )  # fmt: skip
            arrival = profile.arrive(event)
            arrivals.append((profile, arrival))
            if arrival.reading.score > score:
                score, unusual = arrival.reading.score, arrival.reading.reasons
        return Noted(round(score * 1000), unusual[:MOST_NAMED], tuple(arrivals))

    def settle(self, noted: Noted, *, released: bool) -> None:
        """End what ``arrive`` began."""
        ending = Ending.RELEASED if released else Ending.REFUSED
        for profile, arrival in noted.arrivals:
            profile.settle(arrival, ending)

    def accept(self, caller: bytes, at: float) -> bool:
        """A person says that a caller's change is right; false when nothing is known of the caller."""
        if caller not in self._live and caller not in self._packed:
            return False
        self._profile(caller).accept(at)
        return True

    def _digest(self, name: str) -> bytes:
        if not name:
            return b""
        digest = self._names.get(name)
        if digest is None:
            if len(self._names) >= _NAMES:
                self._names.clear()
            digest = self._names[name] = key_digest(name, key=self._key)
        return digest

    def _profile(self, caller: bytes) -> Profile:
        self._changed.add(caller)
        profile = self._live.get(caller)
        if profile is not None:
            self._live.move_to_end(caller)
            return profile
        image = self._packed.get(caller)
        profile = Profile(caller, settings=self._settings) if image is None else revive(image, settings=self._settings)
        self._live[caller] = profile
        if len(self._live) > self._bounds[0]:
            idle, oldest = self._live.popitem(last=False)
            if idle in self._changed:
                self._pack(idle, oldest)
        return profile

    def _pack(self, caller: bytes, profile: Profile) -> None:
        self._packed[caller] = picture(profile)
        self._packed.move_to_end(caller)
        self._changed.discard(caller)
        if len(self._packed) > self._bounds[1]:
            self._packed.popitem(last=False)

    def changed(self) -> tuple[bytes, ...]:
        """Callers of whom something was learned since they were last packed."""
        return tuple(self._changed)

    def pack(self, callers: Sequence[bytes]) -> None:
        """Picture these profiles, some 100 µs each."""
        for caller in callers:
            profile = self._live.get(caller)
            if profile is not None and caller in self._changed:
                self._pack(caller, profile)

    def image(self) -> HabitsImage:
        """All profiles as they were last packed."""
        return HabitsImage(self._workers, list(self._packed.items()))

    def restore(self, content: bytes) -> int:
        """Stand where a picture was taken; profiles of another version are learned anew.

        Returns:
            How many profiles were taken over; none when the number of workers has changed, since each worker then
            sees another share of every caller.

        Raises:
            EvidenceError: The picture is damaged or of another version (WL-ANO-003).
        """
        image = _read(content)
        if image.workers != self._workers:
            return 0
        self._packed = OrderedDict(_sound(image, self._settings))
        self._live.clear()
        self._changed.clear()
        return len(self._packed)


def write_image(image: HabitsImage) -> bytes:
    """The file's bytes: ``magic · version · CRC-32 · length · msgpack``."""
    body = msgspec.msgpack.encode(image)
    return _HEAD.pack(_MAGIC, _VERSION, zlib.crc32(body), len(body)) + body


def _read(content: bytes) -> HabitsImage:
    body = content[_HEAD.size :]
    expected = _HEAD.pack(_MAGIC, _VERSION, zlib.crc32(body), len(body))
    try:
        if content[: _HEAD.size] == expected:
            return msgspec.msgpack.decode(body, type=HabitsImage)
    except msgspec.MsgspecError as error:
        raise _damaged() from error
    raise _damaged()


def _damaged() -> EvidenceError:
    return EvidenceError(
        "WL-ANO-003",
        "The file of behaviour profiles cannot be read: it is damaged or of another version.",
        "Restore it from a backup; otherwise every caller's behaviour is learned anew, with a burn-in.",
    )


def _sound(image: HabitsImage, settings: Settings) -> Iterator[tuple[bytes, bytes]]:
    """The profiles that can be revived: one that is damaged must not stop its caller later."""
    for caller, packed in image.profiles:
        try:
            profile = revive(packed, settings=settings)
        except EvidenceError:
            continue
        if profile.principal == caller:
            yield caller, packed
