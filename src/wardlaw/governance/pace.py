"""How often somebody may ask: a bucket for each address that fills again with time, or so many in any hour.

Told the time, and reads no clock. What is kept is bounded: addresses that were quiet for longest make room.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence


class Pace:
    """Buckets of requests.

    Args:
        burst: Requests at once.
        per_s: Requests a second after that.
        most: Addresses remembered.
    """

    def __init__(self, *, burst: int, per_s: float, most: int = 4_096) -> None:
        self._burst = float(burst)
        self._per_s = per_s
        self._most = most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, *, now: float) -> bool:
        """Whether one more request is within the pace; it counts only when it is.

        Args:
            now: Seconds of some clock. One that is set back fills nothing.
        """
        level, at = self._held.pop(address, (self._burst, now))
        level = min(self._burst, level + max(0.0, now - at) * self._per_s)
        is_within = level >= 1.0
        self._held[address] = (level - 1.0 if is_within else level, max(now, at))
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return is_within

    def __len__(self) -> int:
        return len(self._held)


def free_again_at(filed: Sequence[float], *, most: int, window_s: float, now: float) -> float:
    """When somebody may file one more; 0.0 where they may now.

    Args:
        filed: When they filed what they filed, Unix seconds, in any order.
        most: How many may be filed in any window of this length.
        now: Unix seconds.

    Returns:
        Unix seconds: when the oldest of the last ``most`` is as old as the window is long.
    """
    within = sorted((at for at in filed if at > now - window_s), reverse=True)
    return within[most - 1] + window_s if len(within) >= most else 0.0
