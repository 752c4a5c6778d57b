"""A profile at rest: versioned bytes that bring it back exactly where it stood."""

from __future__ import annotations

import math

import msgspec

from wardlaw.facts.errors import EvidenceError
from wardlaw.security.anomaly.baseline import Prior
from wardlaw.security.anomaly.distinct import Distinct
from wardlaw.security.anomaly.familiar import Familiar
from wardlaw.security.anomaly.profile import ALERT_KEYS_BOUND, DESTINATIONS_BOUND, SESSIONS_BOUND, STEPS_BOUND, Profile
from wardlaw.security.anomaly.quantiles import Quantiles
from wardlaw.security.anomaly.rhythm import Rhythm
from wardlaw.security.anomaly.settings import DEFAULTS, Settings
from wardlaw.security.anomaly.watched import WATCHED

VERSION = 1
MOST_BYTES = 4_096
"""No profile is larger than this at rest, whatever it saw."""

_DistinctImage = tuple[list[int], bytes, float]
_QuantilesImage = tuple[int, list[bytes]]


class _Body(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    principal: bytes
    events: int
    last: float | None
    days: tuple[int, int, int]  # hour, day, day of the last alert
    is_hour_learned: bool
    foreign: float
    values: list[float]
    peaks: list[float]
    alert_peaks: list[float]
    baselines: tuple[int, int, list[float], list[float], list[float]]
    large: tuple[float | None, float | None, float | None]
    sizes: tuple[_QuantilesImage, _QuantilesImage, _QuantilesImage]
    distinct: tuple[_DistinctImage, _DistinctImage]
    known_steps: bytes
    known_destinations: bytes
    alert_keys: bytes
    tool_before: list[tuple[int, int]]
    rhythm: tuple[bytes, int]


_encoder = msgspec.msgpack.Encoder()
_outer = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw])
_body = msgspec.msgpack.Decoder(_Body)


def picture(profile: Profile) -> bytes:
    """The profile's image, at most ``MOST_BYTES``. Its prior and settings are not in it: they are the installation's."""
    tokens, records, moved = profile.sizes
    body = _Body(
        profile.principal,
        profile.events,
        profile.last if math.isfinite(profile.last) else None,
        (profile.hour, profile.day, profile.alert_day),
        profile.is_hour_learned,
        profile.foreign,
        profile.values,
        profile.peaks,
        profile.alert_peaks,
        profile.baselines.image(),
        (_finite(profile.large[0]), _finite(profile.large[1]), _finite(profile.large[2])),
        (tokens.image(), records.image(), moved.image()),
        (profile.tools.image(), profile.destinations.image()),
        profile.known_steps.image(),
        profile.known_destinations.image(),
        profile.alert_keys.image(),
        list(profile.tool_before.items()),
        (bytes(profile.rhythm.hours), profile.rhythm.week),
    )
    return _encoder.encode((VERSION, msgspec.Raw(_encoder.encode(body))))


def revive(image: bytes, *, prior: Prior | None = None, settings: Settings = DEFAULTS) -> Profile:
    """The profile as it was: it reads the next event exactly as the pictured one would have.

    Raises:
        EvidenceError: Another version (WL-ANO-001), or not an image at all (WL-ANO-002).
    """
    try:
        version, raw = _outer.decode(image)
        if version != VERSION:
            raise EvidenceError(
                "WL-ANO-001",
                f"A behaviour profile was written in version {version} of its format; this Wardlaw reads {VERSION}.",
                "Go back to the release that wrote it, or let the profile be learned again.",
            )
        return _restore(_body.decode(raw), prior, settings)
    except (msgspec.MsgspecError, ValueError) as error:
        raise EvidenceError(
            "WL-ANO-002",
            "A behaviour profile cannot be read: it is damaged.",
            "Restore it from a backup, or let the profile be learned again.",
        ) from error


def _restore(body: _Body, prior: Prior | None, settings: Settings) -> Profile:
    rows = (body.values, body.peaks, body.alert_peaks)
    if any(len(row) != len(WATCHED) or not all(0.0 <= value < math.inf for value in row) for row in rows):
        raise ValueError("values of other statistics")
    if not all(map(math.isfinite, (body.last or 0.0, body.foreign, *(size or 0.0 for size in body.large)))):
        raise ValueError("a profile with a value that is no number")
    if len(body.tool_before) > SESSIONS_BOUND:
        raise ValueError("more sessions than are kept")
    profile = Profile(body.principal, prior=prior, settings=settings)
    profile.baselines.restore(body.baselines)
    profile.events = body.events
    profile.last = -math.inf if body.last is None else body.last
    profile.hour, profile.day, profile.alert_day = body.days
    profile.is_hour_learned, profile.foreign = body.is_hour_learned, body.foreign
    profile.values, profile.peaks, profile.alert_peaks = rows
    profile.large = [math.inf if size is None else size for size in body.large]
    tokens, records, moved = body.sizes
    profile.sizes = (Quantiles.revive(tokens), Quantiles.revive(records), Quantiles.revive(moved))
    profile.tools, profile.destinations = (Distinct.revive(one) for one in body.distinct)
    profile.known_steps = Familiar.revive(body.known_steps, STEPS_BOUND)
    profile.known_destinations = Familiar.revive(body.known_destinations, DESTINATIONS_BOUND)
    profile.alert_keys = Familiar.revive(body.alert_keys, ALERT_KEYS_BOUND)
    profile.tool_before = dict(body.tool_before)
    profile.rhythm = Rhythm(*body.rhythm)
    profile.refresh()
    return profile


def _finite(size: float) -> float | None:
    return size if math.isfinite(size) else None
