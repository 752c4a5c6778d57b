"""When in the week somebody works: 168 hours, each with how regularly it is used."""

from __future__ import annotations

HOURS = 168
_FULL = 255
_LEAST = 64  # presence in and around an hour from which it counts as usual: once a week for a week
_MOST_WEEKS = 8  # an absence longer than this is forgotten no further


class Rhythm:
    """Presence per hour of the week, 0 to 255, fading by a tenth each week. Counts from the epoch's Thursday, UTC."""

    __slots__ = ("hours", "week")

    def __init__(self, hours: bytes = bytes(HOURS), week: int = 0) -> None:
        if len(hours) != HOURS:
            raise ValueError("a week has 168 hours")
        self.hours = bytearray(hours)
        self.week = week

    def learn(self, hour: int) -> None:
        """Somebody works in ``hour``, counted from the epoch; to be told once for each hour."""
        week, place = divmod(hour, HOURS)
        if week > self.week:
            for _ in range(min(week - self.week, _MOST_WEEKS) if self.week else 0):
                self.hours = bytearray(presence * 9 // 10 for presence in self.hours)
            self.week = week
        self.hours[place] += (_FULL - self.hours[place]) * 3 // 10

    def foreign(self, hour: int) -> float:
        """How unusual work in ``hour`` is: 0 usual, 1 never seen. Neighbouring hours and days count in part."""
        hours, place = self.hours, hour % HOURS
        near = hours[place] + (hours[place - 1] + hours[(place + 1) % HOURS]) / 2
        near += sum([hours[(place + 24 * day) % HOURS] for day in range(1, 7)]) / 8
        return max(0.0, 1.0 - near / _LEAST)
