"""What the highest value of a day usually is, for each statistic: a robust mean and variance of its logarithm.

Learning is slow on purpose. After the burn-in a baseline moves by at most a capped step a day, so that whoever raises
volume patiently runs away from it; and what is above it day after day is summed up (Page's CUSUM), so that the gap is
seen long before a single day of it would be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from wardlaw.security.anomaly.settings import Settings
from wardlaw.security.anomaly.tail import student_tail
from wardlaw.security.anomaly.watched import DRIFTING, WATCHED

PLACES = range(len(WATCHED))
_LATE_DAYS = 7  # active days before the late statistics are learned
_PRIOR_DAYS = 4.0  # how many days the prior spread is worth
_LEAST_FREEDOM, _MOST_FREEDOM = 10.0, 30.0  # tails stay a little heavier than normal for ever
_COLD_SPREAD = 1.0  # a principal nobody knows may do 2.7 times what is typical, at one standard deviation
_MOST_VARIANCE = 1.44
_MOST_MEAN = 64.0  # logarithm of far more than 64 bits of anything
_PEERS_DAYS = 5.0  # how many days of one's own what peers do is worth
_LEAST_WIDENING = 1e-3
_CLIP_LOW, _CLIP_HIGH = 2.0, 2.5  # a day counts as at most this many spreads off when it is learned
_CLIPPED_FROM_DAYS = 5
_QUIET = 1.0  # spreads above the mean under which a value is not looked at
_MOST_Z = 1.5  # a day adds at most this, less the slack, to a drift: a month-end of a few days is none
_DRIFT_DECAY = 2.0  # of P(sum > s) = exp(-decay s): 2.5 if days were normal and independent, which they are not


class Prior(msgspec.Struct, frozen=True):
    """What a principal is expected to do before anything is known: the mean of each statistic, in logarithms.

    Attributes:
        spreads: How far a newcomer of the group may be off, for each statistic; empty where no peers speak.
    """

    means: tuple[float, ...] = tuple(math.log1p(watch.typical / watch.unit) for watch in WATCHED)
    spread: float = _COLD_SPREAD
    spreads: tuple[float, ...] = ()


class Baselines:
    """Mean, variance and drift of every statistic.

    Args:
        prior: Stands in until the first day is learned; that of peers is mixed in until the burn-in is over.

    Attributes:
        expected: What readings compare with: mean and scale of each statistic.
        is_led: Peers are still heard.
    """

    __slots__ = (
        "days", "drift", "drift_tails", "expected", "freedom", "is_drifting", "is_led", "means", "prior", "quiet", "relearn",
        "scales", "settings", "typicals", "usuals", "variances",
    )  # fmt: skip

    def __init__(self, prior: Prior, settings: Settings) -> None:
        self.prior = prior
        self.settings = settings
        self.days = 0
        self.relearn = 0
        self.means = list(prior.means)
        self.variances = [0.0 for _ in PLACES]
        self.drift = [0.0 for _ in DRIFTING]
        self.refresh()

    def refresh(self) -> None:
        """Work out scales and quiet levels from what is known."""
        self.scales = [self._scale(place) for place in PLACES]
        self.is_led = bool(self.prior.spreads) and self.days < self.settings.burn_in_days
        # Where peers speak the spread is known, and wide; a heavy tail on top of it would hear nothing at all.
        self.freedom = [_MOST_FREEDOM if self.is_led else self._freedom(place) for place in PLACES]
        if self.is_led:
            self.expected = [self._led(place) for place in PLACES]
        else:
            self.expected = list(zip(self.means, self.scales, strict=True))
        self.quiet = [
            watch.unit * math.expm1(mean + _QUIET * scale)
            for watch, (mean, scale) in zip(WATCHED, self.expected, strict=True)
        ]

        self.usuals = [
            max(0.0, watch.unit * math.expm1(mean + 2.0 * scale))
            for watch, (mean, scale) in zip(WATCHED, self.expected, strict=True)
        ]
        self.typicals = [
            max(0.0, watch.unit * math.expm1(mean)) for watch, (mean, _) in zip(WATCHED, self.expected, strict=True)
        ]
        self._refresh_drift()

    def _refresh_drift(self) -> None:
        self.drift_tails = [math.exp(-_DRIFT_DECAY * total) for total in self.drift]
        self.is_drifting = any(self.drift)

    def _led(self, place: int) -> tuple[float, float]:
        """Mean and spread of a mixture: the peers' and, the more days are known, one's own."""
        mean, scale = self.means[place], self.scales[place]
        if WATCHED[place].is_late:
            return mean, scale  # everything is new to a newcomer, whatever its peers know
        own = self.days / (self.days + _PEERS_DAYS)
        theirs, spread = self.prior.means[place], self.prior.spreads[place]
        variance = own * scale * scale + (1.0 - own) * spread * spread + own * (1.0 - own) * (mean - theirs) ** 2
        return own * mean + (1.0 - own) * theirs, math.sqrt(variance)

    def tail(self, place: int, value: float) -> float:
        """Probability that a usual day reaches ``value``."""
        mean, scale = self.expected[place]
        z = (math.log1p(value / WATCHED[place].unit) - mean) / scale
        return student_tail(z, self.freedom[place])

    def usual(self, place: int) -> float:
        """What about 98 of 100 days stay under."""
        return self.usuals[place]

    def typical(self, place: int) -> float:
        """The highest value of an ordinary day."""
        return self.typicals[place]

    def drift_tail(self, place: int) -> float:
        """Probability that a principal without drift stands so far above its baseline, day after day."""
        return self.drift_tails[place]

    def sum_up(self, peaks: Sequence[float]) -> None:
        """Add a day to the drift. This watches and learns nothing: it goes on while baselines are frozen."""
        for place, watched in enumerate(DRIFTING):
            level = math.log1p(peaks[watched] / WATCHED[watched].unit)
            z = min(_MOST_Z, (level - self.means[watched]) / self.scales[watched])
            total = self.drift[place] + z - self.settings.drift_slack
            self.drift[place] = min(self.settings.drift_most, max(0.0, total))
        self._refresh_drift()

    def learn(self, peaks: Sequence[float], *, is_experienced: bool) -> None:
        """Learn a day's highest values, with capped steps once the burn-in is over."""
        is_capped = is_experienced and not self.relearn
        for place in PLACES:
            if WATCHED[place].is_late and self.days < _LATE_DAYS:
                continue
            self._learn(place, math.log1p(peaks[place] / WATCHED[place].unit), is_capped=is_capped)
        self.days += 1
        self.relearn = max(0, self.relearn - 1)
        self.refresh()

    def accept(self, peaks: Sequence[float]) -> None:
        """Take ``peaks`` as usual from now on, and learn without caps for a while."""
        for place in PLACES:
            level = math.log1p(peaks[place] / WATCHED[place].unit) - self.scales[place] / 2
            self.means[place] = max(self.means[place], level)
        self.drift = [0.0 for _ in DRIFTING]
        self.relearn = self.settings.relearn_days
        self.refresh()

    def _learn(self, place: int, level: float, *, is_capped: bool) -> None:
        settings, scale = self.settings, self.scales[place]
        days = min(self._days(place), settings.memory_days)
        weight = max(1.0 / (days + 1), 1.0 / (settings.relearn_days + 1) if self.relearn else 0.0)
        gap = level - self.means[place]
        if days >= _CLIPPED_FROM_DAYS:
            gap = min(_CLIP_HIGH * scale, max(-_CLIP_LOW * scale, gap))
        step, old = weight * gap, self.variances[place]
        new = (1.0 - weight) * (old + weight * gap * gap)
        if is_capped:
            step = min(settings.rise_per_day, max(-settings.fall_per_day, step))
            new = min(new, old + max(_LEAST_WIDENING, old * settings.widen_per_day))
        # The first day says where a principal stands; the prior's place is forgotten, only its spread stays.
        self.means[place] = level if days == 0 else max(0.0, self.means[place] + step)
        self.variances[place] = min(_MOST_VARIANCE, new) if days else 0.0

    def _days(self, place: int) -> int:
        return max(0, self.days - _LATE_DAYS) if WATCHED[place].is_late else self.days

    def _freedom(self, place: int) -> float:
        days = self._days(place)  # before the first day it is the group's spread that speaks, and that is known
        return min(_MOST_FREEDOM, _LEAST_FREEDOM + days) if days else _MOST_FREEDOM

    def _scale(self, place: int) -> float:
        """Spread of the next day as it can be told: own variance, the prior's, and what few days leave open."""
        days, before = min(self._days(place), self.settings.memory_days), WATCHED[place].spread
        if days == 0:
            return self.prior.spread
        own = (_PRIOR_DAYS * before * before + days * self.variances[place]) / (_PRIOR_DAYS + days)
        return math.sqrt(own * (1.0 + 1.0 / days))

    def image(self) -> tuple[int, int, list[float], list[float], list[float]]:
        """Days, days to relearn, means, variances, drift."""
        return self.days, self.relearn, list(self.means), list(self.variances), list(self.drift)

    def restore(self, image: tuple[int, int, list[float], list[float], list[float]]) -> None:
        """Stand where the image was taken.

        Raises:
            ValueError: The image has another number of statistics.
        """
        days, relearn, means, variances, drift = image
        if (len(means), len(variances), len(drift)) != (len(PLACES), len(PLACES), len(DRIFTING)):
            raise ValueError("a baseline of other statistics")
        in_range = (
            all(0.0 <= mean <= _MOST_MEAN for mean in means)
            and all(0.0 <= variance <= _MOST_VARIANCE for variance in variances)
            and all(0.0 <= total < math.inf for total in drift)
        )
        if not in_range or min(days, relearn) < 0:
            raise ValueError("a baseline no traffic can have made")
        self.days, self.relearn = days, relearn
        self.means, self.variances = means, variances
        self.drift = [min(total, self.settings.drift_most) for total in drift]  # the setting may have been lowered
        self.refresh()
