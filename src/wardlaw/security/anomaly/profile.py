"""One principal's past in bounded memory, and each new event against it."""

from __future__ import annotations

import math
import operator

from wardlaw.security.anomaly.baseline import Baselines, Prior
from wardlaw.security.anomaly.distinct import Distinct
from wardlaw.security.anomaly.event import ALERTS, CALM, Arrival, Ending, Event, Reading, Step
from wardlaw.security.anomaly.familiar import Familiar, step_key
from wardlaw.security.anomaly.quantiles import Quantiles
from wardlaw.security.anomaly.reading import bounded_reading, broken_bounds, read_values
from wardlaw.security.anomaly.rhythm import Rhythm
from wardlaw.security.anomaly.settings import DEFAULTS, Settings
from wardlaw.security.anomaly.share import Share
from wardlaw.security.anomaly.watched import (
    BYTES_HOUR,
    DAY_S,
    DESTINATIONS,
    FOREIGN_HOURS,
    HOUR_S,
    LARGE,
    MINUTE_S,
    NEW_DESTINATIONS,
    NEW_STEPS,
    RECORDS_HOUR,
    REFUSED_HOUR,
    REFUSED_ROW,
    TOOLS,
    WATCHED,
    WORKDAY_S,
)

STEPS_BOUND, DESTINATIONS_BOUND, ALERT_KEYS_BOUND, SESSIONS_BOUND = 128, 64, 48, 8
_LARGE_SHARE = 0.95
_LARGE_FROM = 50  # sizes before anything is said about large ones
_CLOCK_SLACK_S = 3_600.0  # as in the ledger: less is disorder, more is a clock set back
_MOST = 2**53  # beyond this floats no longer tell neighbours apart
_DRIFT_SEEN = 0.01  # a drift's tail below which it is looked at with every event
_SIZE_PLACES = ((1, 5, 9), (2, 6, 10), (3, 7, 11))  # of tokens, records, bytes: a minute, an hour, a working day
_FOREIGN_FROM_DAYS = 7  # before a week was seen every hour is foreign, which says nothing


class Profile:
    """Observes the events of one principal. Not for two threads at once; ``image.py`` keeps it over restarts.

    Args:
        prior: What to expect of a newcomer; ``peers.prior_of`` makes it from its group.
    """

    def __init__(self, principal: bytes, *, prior: Prior | None = None, settings: Settings = DEFAULTS) -> None:
        self.principal = principal
        self.settings = settings
        self.baselines = Baselines(prior or Prior(), settings)
        self.events = 0
        self.last = -math.inf
        self.day = 0
        self.hour = 0
        self.is_hour_learned = False
        self.alert_day = -1
        self.values = [0.0 for _ in WATCHED]
        self.peaks = [0.0 for _ in WATCHED]
        self.alert_peaks = [0.0 for _ in WATCHED]
        self.large = [math.inf, math.inf, math.inf]  # tokens, records, bytes of one call
        self.sizes = (Quantiles(), Quantiles(), Quantiles())
        self.tools = Distinct()
        self.destinations = Distinct()
        self.known_steps = Familiar(STEPS_BOUND)
        self.known_destinations = Familiar(DESTINATIONS_BOUND)
        self.alert_keys = Familiar(ALERT_KEYS_BOUND)
        self.tool_before: dict[int, int] = {}  # newest sessions, oldest first
        self.rhythm = Rhythm()
        self.foreign = 0.0
        self.refresh()

    def refresh(self) -> None:
        """Work out what follows from the baselines; called whenever they change."""
        lowest = min(self.baselines.drift_tail(place) for place in range(len(self.baselines.drift)))
        self._drifts = lowest < _DRIFT_SEEN

    def expect(self, prior: Prior) -> None:
        """Hear what peers do, while the burn-in lasts; what is learned of this principal itself stays as it is."""
        baselines = self.baselines
        if baselines.prior == prior:
            return
        if not baselines.days:
            baselines.means = list(prior.means)
        baselines.prior = prior
        baselines.refresh()

    @property
    def is_experienced(self) -> bool:
        """The burn-in is over, in days and in events."""
        settings = self.settings
        return self.baselines.days >= settings.burn_in_days and self.events >= settings.burn_in_events

    @property
    def is_frozen(self) -> bool:
        """There was an alert today: nothing of this day is learned any more."""
        return self.alert_day == self.day

    def observe(self, event: Event) -> Reading:
        """Take an event in and say what it looks like. Total for every event of this principal.

        Raises:
            ValueError: The event is another principal's; mixing two pasts would be a fault of the caller.
        """
        return self.settle(self.arrive(event), event.ending)

    def arrive(self, event: Event) -> Arrival:
        """Count an event that is about to be decided and say what it looks like; ``settle`` ends it, once.

        Raises:
            ValueError: The event is another principal's.
        """
        if event.principal != self.principal:
            raise ValueError("an event of another principal")
        self._pass_time(event.at)
        self.events += 1
        tool = int.from_bytes(event.tool[:8], "little")
        place = int.from_bytes(event.destination[:8], "little")
        session = int.from_bytes(event.session[:8], "little")
        step = step_key(self.tool_before.get(session, 0), tool) if tool else 0
        tokens, records, moved = event.tokens, event.records, event.size_bytes
        if not (0 <= tokens <= _MOST and 0 <= records <= _MOST and 0 <= moved <= _MOST):
            tokens, records, moved = _bounded(tokens), _bounded(records), _bounded(moved)
        sizes = (tokens, records, moved)
        self._count(sizes, calls=event.calls)
        values = self.values
        if tool:
            values[TOOLS] = self.tools.add(tool & 0xFFFFFFFF)
            if step not in self.known_steps.counts and step not in self.alert_keys.counts:
                values[NEW_STEPS] += 1.0
        if place:
            place &= 0xFFFFFFFF
            values[DESTINATIONS] = self.destinations.add(place)
            if place not in self.known_destinations.counts and place not in self.alert_keys.counts:
                values[NEW_DESTINATIONS] += 1.0
        return Arrival(self._read(), sizes, tool, step, place, session)

    def settle(self, arrival: Arrival, ending: Ending) -> Reading:
        """End an event: what was refused did not move, and counts as refused; then learn from it.

        Returns:
            What the event looks like now that its ending is known.
        """
        reading, values = arrival.reading, self.values
        if ending is Ending.REFUSED:
            self._take_back(arrival.sizes)
            values[REFUSED_ROW] += 1.0
            values[REFUSED_HOUR] += 1.0
            reading = self._read()
        elif values[REFUSED_ROW]:
            values[REFUSED_ROW] = 0.0
            reading = self._read()
        peaks = self.peaks
        for index, value in enumerate(values):
            if value > peaks[index]:  # noqa: PLR1730  max() costs 1 µs an event more
                peaks[index] = value
        # Somebody new who does more than its peers is told of and still gets to know itself; a bound is a hold.
        if reading.step in ALERTS and (reading.step is Step.HOLD or self.is_experienced):
            self.alert_day = self.day
        if arrival.tool:
            self._follow(arrival.session, arrival.tool)
        if self.alert_day != self.day:
            refused = ending is Ending.REFUSED
            self._learn((0, 0, 0) if refused else arrival.sizes, arrival.step, arrival.place)
        else:
            self._note(arrival.step, arrival.place)
        return reading

    def absorb(self, share: Share) -> None:
        """Take in what another worker judged of this principal, as if it had been judged here a moment ago.

        Raises:
            ValueError: The share is another principal's.
        """
        if share.principal != self.principal:
            raise ValueError("a share of another principal")
        self._pass_time(share.at)
        self.events += share.events
        late_s = max(0.0, self.last - share.at)
        self._add(share, late_s)
        self._meet(share)
        values, peaks = self.values, self.peaks
        values[REFUSED_ROW] = float(share.row) if share.released else values[REFUSED_ROW] + share.row
        values[REFUSED_HOUR] += share.refused * math.exp(-late_s / HOUR_S)
        for index, value in enumerate(values):
            peaks[index] = max(peaks[index], value)
        if share.alerted and int(share.at // DAY_S) == self.day:
            self.alert_day = self.day
        for session, tool in share.sessions:
            self._follow(session, tool)
        self._learn_share(share)

    def _add(self, share: Share, late_s: float) -> None:
        """Add a share's sums to the rates, faded by how late it comes."""
        values, large = self.values, self.large
        amounts = (share.calls, _bounded(share.tokens), _bounded(share.records), _bounded(share.size_bytes))
        for first, constant_s in ((0, MINUTE_S), (4, HOUR_S), (8, WORKDAY_S)):
            left = math.exp(-late_s / constant_s)
            for place, amount in enumerate(amounts, first):
                values[place] += amount * left
        left = math.exp(-late_s / HOUR_S)
        values[FOREIGN_HOURS] += share.calls * self.foreign * left
        values[LARGE] += left * sum(any(map(operator.gt, sizes, large)) for sizes in share.sizes)

    def _meet(self, share: Share) -> None:
        """Count a share's tools, destinations and steps; what was met here before is not new."""
        values = self.values
        for tool in share.tools:
            values[TOOLS] = self.tools.add(tool)
        for place in share.places:
            values[DESTINATIONS] = self.destinations.add(place)
        known, met = self.known_steps.counts, self.alert_keys.counts
        values[NEW_STEPS] += sum(step not in known and step not in met for step in share.steps)
        known = self.known_destinations.counts
        values[NEW_DESTINATIONS] += sum(place not in known and place not in met for place in share.places)

    def _learn_share(self, share: Share) -> None:
        is_learned = self.alert_day != self.day
        for step in share.steps:
            self.known_steps.learn(step) if is_learned else self._note(step, 0)
        for place in share.places:
            self.known_destinations.learn(place) if is_learned else self._note(0, place)
        if is_learned:
            for sizes in share.sizes:
                self._learn((_bounded(sizes[0]), _bounded(sizes[1]), _bounded(sizes[2])), 0, 0)
            if share.events:
                self._learn((0, 0, 0), 0, 0)

    def accept(self, at: float) -> None:
        """A person says that the change is right: what was alerted becomes usual, and learning is quick for a while."""
        self._pass_time(at)
        self.baselines.accept([max(pair) for pair in zip(self.peaks, self.alert_peaks, strict=True)])
        self.alert_peaks = [0.0 for _ in WATCHED]
        self.alert_day = -1
        self.refresh()

    def _read(self) -> Reading:
        values, quiet, bounds = self.values, self.baselines.quiet, self.settings.bounds
        reading = CALM
        if self._drifts or any(map(operator.gt, values, quiet)):
            reading = read_values(values, self.baselines, self.settings, is_experienced=self.is_experienced)
        if (
            0 < bounds.refused_row < values[REFUSED_ROW]
            or 0 < bounds.records_hour < values[RECORDS_HOUR]
            or 0 < bounds.bytes_hour < values[BYTES_HOUR]
        ):
            reading = bounded_reading(broken_bounds(values, bounds), reading)
        return reading

    def _count(self, sizes: tuple[int, int, int], *, calls: int) -> None:
        """Add an event to the rates; the time has passed already."""
        values = self.values
        tokens, records, moved = sizes
        if calls:
            values[0] += calls
            values[4] += calls
            values[8] += calls
            values[FOREIGN_HOURS] += self.foreign
        if tokens:
            values[1] += tokens
            values[5] += tokens
            values[9] += tokens
        if records:
            values[2] += records
            values[6] += records
            values[10] += records
        if moved:
            values[3] += moved
            values[7] += moved
            values[11] += moved
        large = self.large
        if tokens > large[0] or records > large[1] or moved > large[2]:
            values[LARGE] += 1.0

    def _take_back(self, sizes: tuple[int, int, int]) -> None:
        """Take the sizes of an event out of the rates again; its call stays counted."""
        values, large = self.values, self.large
        for size, places in zip(sizes, _SIZE_PLACES, strict=True):
            if size:
                for place in places:
                    values[place] = max(0.0, values[place] - size)
        if any(map(operator.gt, sizes, large)):
            values[LARGE] = max(0.0, values[LARGE] - 1.0)

    def _learn(self, sizes: tuple[int, int, int], step: int, place: int) -> None:
        """What is learned at once, as long as nothing alerts: keys, sizes, the hour."""
        if step:
            self.known_steps.learn(step)
        if place:
            self.known_destinations.learn(place)
        tokens, records, moved = sizes
        if tokens:
            self.sizes[0].add(tokens)
        if records:
            self.sizes[1].add(records)
        if moved:
            self.sizes[2].add(moved)
        if not self.is_hour_learned:
            self.is_hour_learned = True
            self.rhythm.learn(self.hour)

    def _note(self, step: int, place: int) -> None:
        """Keep keys met while nothing is learned until the day ends, so that each counts as new once and not for ever."""
        if step and step not in self.known_steps.counts:
            self.alert_keys.learn(step)
        if place and place not in self.known_destinations.counts:
            self.alert_keys.learn(place)

    def _follow(self, session: int, tool: int) -> None:
        before = self.tool_before
        before.pop(session, None)
        before[session] = tool
        if len(before) > SESSIONS_BOUND:
            del before[next(iter(before))]

    def _pass_time(self, at: float) -> None:
        """Let rates fade up to ``at``, and begin a new hour or day where one begins. Time never runs back."""
        last = self.last
        if not math.isfinite(at) or abs(at) > _MOST:
            at = last if math.isfinite(last) else 0.0
        if at < last:
            # INVARIANT: what happened before a clock was set back counts for no less after it.
            at = last if at >= last - _CLOCK_SLACK_S else at
            last = min(last, at)
        if math.isfinite(last) and at > last:
            self._fade(at - last)
        self.last = at
        hour = int(at // HOUR_S)
        if hour != self.hour or not self.events:
            self._begin_hour(hour)

    def _begin_hour(self, hour: int) -> None:
        day = hour * int(HOUR_S) // DAY_S
        if day > self.day and self.events:
            self._end_day()
        elif day < self.day and self.is_frozen:
            self.alert_day = day
        self.hour, self.day, self.is_hour_learned = hour, day, False
        self.foreign = self.rhythm.foreign(hour) if self.baselines.days >= _FOREIGN_FROM_DAYS else 0.0

    def _end_day(self) -> None:
        """Learn the day that is over, unless something alerted in it."""
        baselines = self.baselines
        if self.is_experienced:
            baselines.sum_up(self.peaks)
        if self.is_frozen:
            self.alert_peaks = [max(pair) for pair in zip(self.peaks, self.alert_peaks, strict=True)]
        else:
            # A person who accepts a change means this one, never an attack of long ago.
            self.alert_peaks = [0.0 for _ in WATCHED]
            self._learn_large()
            baselines.learn(self.peaks, is_experienced=self.is_experienced)
        self.peaks = [0.0 for _ in WATCHED]
        self.tools, self.destinations = Distinct(), Distinct()
        self.alert_keys = Familiar(ALERT_KEYS_BOUND)
        for place in (TOOLS, DESTINATIONS, NEW_DESTINATIONS):
            self.values[place] = 0.0
        self.refresh()

    def _learn_large(self) -> None:
        """Move what counts as a large call toward what the sizes say, in steps as capped as every baseline's."""
        settings = self.settings
        for place, sizes in enumerate(self.sizes):
            if sizes.weight() < _LARGE_FROM:
                continue
            seen, known = sizes.at(_LARGE_SHARE), self.large[place]
            if self.is_experienced and math.isfinite(known) and not self.baselines.relearn:
                seen = min(known * math.exp(settings.rise_per_day), max(known * math.exp(-settings.fall_per_day), seen))
            self.large[place] = seen

    def _fade(self, elapsed_s: float) -> None:
        minute, hour = math.exp(-elapsed_s / MINUTE_S), math.exp(-elapsed_s / HOUR_S)
        workday = math.exp(-elapsed_s / WORKDAY_S)
        v = self.values
        v[0] *= minute
        v[1] *= minute
        v[2] *= minute
        v[3] *= minute
        v[4] *= hour
        v[5] *= hour
        v[6] *= hour
        v[7] *= hour
        v[8] *= workday
        v[9] *= workday
        v[10] *= workday
        v[11] *= workday
        v[LARGE] *= hour
        v[NEW_STEPS] *= hour
        v[FOREIGN_HOURS] *= hour
        v[REFUSED_HOUR] *= hour


def _bounded(size: int) -> int:
    """Sizes below 0 are none; beyond what a float tells apart they are that much."""
    return min(max(size, 0), _MOST)
