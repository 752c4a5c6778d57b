"""What every caller usually does: one behaviour profile for each principal, agent and person.

Each gateway worker has profiles of its own; they are no ceilings. ``security.anomaly`` says what a profile is; here
they are kept within bounds, told what is judged, and pictured.

Memory: profiles beyond ``LIVE`` are packed, longest idle first (at most 4 KiB each); packed ones beyond ``KEPT`` are
forgotten, so that their principal starts anew with a burn-in.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import assert_never

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.habit import HabitOrder, HabitOrderKind
from wardlaw.facts.principal import Principal
from wardlaw.security.anomaly.baseline import Prior
from wardlaw.security.anomaly.event import CALM, Arrival, Ending, Event, key_digest
from wardlaw.security.anomaly.image import picture, revive
from wardlaw.security.anomaly.peers import Peer, peer_of, prior_of
from wardlaw.security.anomaly.profile import Profile
from wardlaw.security.anomaly.settings import DEFAULTS, Settings
from wardlaw.security.anomaly.share import Share, Told, gather
from wardlaw.security.anomaly.standing import is_alerting
from wardlaw.state.habitsfile import HabitsImage, PackedProfile, read_image, sound_profiles

LIVE, KEPT = 2_000, 50_000
MOST_NAMED = 5
"""Sentences a record carries at most about one request."""

_NAMES = 8_192  # digests of tool and destination names known by heart
_MOST_UNTOLD = 50_000  # events between two turns of the exchange, some 10 MB
_MOST_GROUPS, _MOST_PEERS = 256, 64
_UNKNOWN = ("", "")
_COLD = Prior()
_NOBODY = PackedProfile(b"", b"")


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
    at: float = 0.0
    calls: int = 0


class Habits:
    """The profiles of one worker. Not for two threads at once.

    Args:
        key: Digests the names of tools and destinations, so that nobody can choose names that collide.
        live: Profiles kept unpacked.
        kept: Profiles kept packed.

    Attributes:
        orders: Number of the last order of people that was carried out.
        heard: Place in the exchange between workers up to which others were heard.
    """

    def __init__(self, key: bytes, *, settings: Settings = DEFAULTS, live: int = LIVE, kept: int = KEPT) -> None:
        self._key = key
        self._settings = settings
        self._bounds = (live, kept)
        self._live: OrderedDict[bytes, Profile] = OrderedDict()
        self._packed: OrderedDict[bytes, PackedProfile] = OrderedDict()
        self._about: dict[bytes, tuple[str, str]] = {}  # name and group of the live ones
        self._names: dict[str, bytes] = {}
        self._changed: set[bytes] = set()  # live ones whose packed form is behind
        self._peers: dict[str, dict[bytes, Peer]] = {}
        self._priors: dict[str, Prior] = {}
        self._regroup: set[str] = set()  # groups whose prior is behind
        self._untold: list[tuple[bytes, Told]] = []
        self.is_shared = False
        """Other workers are told what is judged here."""
        self.lost = 0
        """Events no other worker will hear of."""
        self.orders = 0
        self.heard = ""
        self.is_stale = False
        """Something went, or an order was carried out, since the last picture."""

    def __len__(self) -> int:
        return len(self._live) + sum(key not in self._live for key in self._packed)

    def arrive(self, callers: Sequence[bytes], deed: Deed, principal: Principal | None = None) -> Noted:
        """Tell the profiles of the callers what is about to be judged; ``settle`` ends it, once.

        Args:
            callers: State keys of the principal and of the person it acts for.
            principal: Who they are, for people who ask later.
        """
        tool = self._digest(deed.tool)
        destination = self._digest(deed.destination)
        worst = CALM
        arrivals: list[tuple[Profile, Arrival]] = []
        for caller in callers:
            if caller not in self._about:
                self._introduce(caller, principal, is_person=caller is not callers[0])
            profile = self._known(caller)
            self._changed.add(caller)
            event = Event(
                caller, deed.at, deed.action, tool, destination, deed.tokens, deed.records, deed.size_bytes,
                Ending.RELEASED, deed.session, deed.calls,
            )  # fmt: skip
            arrival = profile.arrive(event)
            arrivals.append((profile, arrival))
            if arrival.reading.score > worst.score:
                worst = arrival.reading
        return Noted(round(worst.score * 1000), worst.tell(MOST_NAMED), tuple(arrivals), deed.at, deed.calls)

    def settle(self, noted: Noted, *, released: bool) -> None:
        """End what ``arrive`` began."""
        ending = Ending.RELEASED if released else Ending.REFUSED
        for profile, arrival in noted.arrivals:
            profile.settle(arrival, ending)
            if not self.is_shared:
                continue
            if len(self._untold) < _MOST_UNTOLD:
                told = Told(noted.at, arrival, noted.calls, released, profile.is_frozen)
                self._untold.append((profile.principal, told))
            else:
                self.lost += 1

    def collect(self) -> list[tuple[Share, str, str]]:
        """What was judged here since the last call, for the other workers: shares with name and group."""
        untold, self._untold = self._untold, []
        by_caller: dict[bytes, list[Told]] = {}
        for caller, told in untold:
            by_caller.setdefault(caller, []).append(told)
        return [(gather(caller, told), *self._about.get(caller, ("", ""))) for caller, told in by_caller.items()]

    def absorb(self, share: Share, name: str = "", group: str = "") -> None:
        """Take in what another worker judged of a caller."""
        caller = share.principal
        if name and caller not in self._about:
            self._about[caller] = (name, group)
        self._known(caller).absorb(share)
        self._changed.add(caller)

    def obey(self, order: HabitOrder) -> None:
        """Carry out what a person ordered; one that was carried out before changes nothing."""
        if order.number <= self.orders:
            return
        self.orders, self.is_stale = order.number, True
        caller = bytes.fromhex(order.caller)
        match order.kind:
            case HabitOrderKind.ACCEPT:
                self.accept(caller, order.placed_at)
            case HabitOrderKind.FORGET:
                self.forget(caller)
            case unknown:
                assert_never(unknown)

    def accept(self, caller: bytes, at: float) -> bool:
        """A person says that a caller's change is right; false when nothing is known of the caller."""
        if caller not in self._live and caller not in self._packed:
            return False
        # What was seen since the order counts for nothing less: time never runs back in a profile.
        profile = self._known(caller)
        profile.accept(max(at, profile.last))
        self._changed.add(caller)
        return True

    def forget(self, caller: bytes) -> None:
        """Keep nothing of a caller; what it does next begins a new profile."""
        known = self._live.pop(caller, None) is not None or caller in self._packed
        self._packed.pop(caller, None)
        self._about.pop(caller, None)
        self._changed.discard(caller)
        for group, members in self._peers.items():
            if members.pop(caller, None) is not None:
                self._regroup.add(group)
        self.is_stale = self.is_stale or known

    def forget_idle(self, before: float) -> int:
        """Forget who was not seen since ``before`` (Unix seconds); answers how many went.

        Only pictured profiles are looked at, and those without a noted time stay until they are pictured again.
        """
        idle = [
            caller for caller, kept in self._packed.items() if 0.0 < kept.last < before and caller not in self._changed
        ]
        for caller in idle:
            self.forget(caller)
        return len(idle)

    def _digest(self, name: str) -> bytes:
        if not name:
            return b""
        digest = self._names.get(name)
        if digest is None:
            if len(self._names) >= _NAMES:
                self._names.clear()
            digest = self._names[name] = key_digest(name, key=self._key)
        return digest

    def _introduce(self, caller: bytes, principal: Principal | None, *, is_person: bool) -> None:
        """Note who a caller is, once for each time its profile comes into memory."""
        before = self._packed.get(caller, _NOBODY)
        if principal is None:
            self._about[caller] = (before.name, before.group)
        elif is_person:  # behind an agent: of the person only the id is known
            self._about[caller] = (principal.acting_for, before.group)
        else:
            self._about[caller] = (principal.id, f"{principal.kind}:{principal.team}" if principal.team else "")

    def _known(self, caller: bytes) -> Profile:
        """The profile of a caller in memory: as it was, or a new one."""
        profile = self._live.get(caller)
        if profile is not None:
            self._live.move_to_end(caller)
            return profile
        kept = self._packed.get(caller)
        settings = self._settings
        profile = Profile(caller, settings=settings) if kept is None else revive(kept.image, settings=settings)
        if profile.baselines.days < settings.burn_in_days:
            profile.expect(self._priors.get(self._about.get(caller, _UNKNOWN)[1], _COLD))
        self._live[caller] = profile
        if len(self._live) > self._bounds[0]:
            idle, oldest = self._live.popitem(last=False)
            if idle in self._changed:
                self._pack(idle, oldest)
            self._about.pop(idle, None)
        return profile

    def _pack(self, caller: bytes, profile: Profile) -> None:
        before = self._packed.get(caller, _NOBODY)
        name, group = self._about.get(caller, (before.name, before.group))
        last = profile.last if math.isfinite(profile.last) else 0.0
        self._packed[caller] = PackedProfile(caller, picture(profile), name, group, last)
        self._packed.move_to_end(caller)
        self._changed.discard(caller)
        if group:
            self._count_in(group, caller, profile)
        if len(self._packed) > self._bounds[1]:
            self._packed.popitem(last=False)

    def _count_in(self, group: str, caller: bytes, profile: Profile) -> None:
        """Note what a senior of a group does. Who alerts, unaccepted, sets no norm."""
        peer = None if is_alerting(profile) else peer_of(profile.baselines)
        members = self._peers.get(group)
        if peer is None:
            if members is not None and members.pop(caller, None) is not None:
                self._regroup.add(group)
            return
        if members is None:
            if len(self._peers) >= _MOST_GROUPS:
                return
            members = self._peers[group] = {}
        if caller in members or len(members) < _MOST_PEERS:
            members[caller] = peer
            self._regroup.add(group)

    def refresh_priors(self) -> None:
        """Work out anew what the newcomers of one group are expected to do, where its seniors have changed."""
        if self._regroup:
            group = self._regroup.pop()
            self._priors[group] = prior_of(self._peers.get(group, {}).values())

    @property
    def has_stale_priors(self) -> bool:
        """``refresh_priors`` has something to do."""
        return bool(self._regroup)

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
        self.is_stale = False
        return HabitsImage(1, list(self._packed.values()), self.orders, self.heard)

    def restore(self, content: bytes) -> int:
        """Stand where a picture was taken; profiles of another version are learned anew.

        Returns:
            How many profiles were taken over; none from a release in which several workers knew a share each.

        Raises:
            EvidenceError: The picture is damaged or of another version (WL-ANO-003).
        """
        image = read_image(content)
        if image.shares != 1:
            return 0
        self._packed = OrderedDict()
        for kept, profile in sound_profiles(image, self._settings):
            self._packed[kept.caller] = kept
            if kept.group:
                self._count_in(kept.group, kept.caller, profile)
        while self.has_stale_priors:
            self.refresh_priors()
        self._live.clear()
        self._about.clear()
        self._changed.clear()
        self.orders, self.heard = image.orders, image.heard
        return len(self._packed)
