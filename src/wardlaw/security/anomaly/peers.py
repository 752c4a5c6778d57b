"""What newcomers are expected to do: what the seniors of their group do, widely.

A group of bad newcomers cannot set the norm: only members with a long past of their own count, each as one, the median
of them speaks, nobody who alerts is heard, and what may be expected has a ceiling whatever a group does.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable

import msgspec

from wardlaw.security.anomaly.baseline import PLACES, Baselines, Prior
from wardlaw.security.anomaly.watched import WATCHED

LEAST_PEERS = 8
SENIOR_DAYS = 28
"""Active days from which somebody is a peer for others: twice the burn-in."""

_MOST_ABOVE = math.log(20.0)  # over what is typical of anybody; a group beyond it is no measure for somebody unknown
_DISCOUNT = 1.3  # a newcomer may lie so much further off than members of the group do from each other
_MAD = 1.4826  # median absolute deviation to standard deviation, for a normal distribution
_COLD = Prior()


class Peer(msgspec.Struct, frozen=True, gc=False):
    """What one member of a group usually does, in logarithms."""

    days: int
    means: tuple[float, ...]
    scales: tuple[float, ...]


def peer_of(baselines: Baselines) -> Peer | None:
    """A principal as a peer of others; None while its own past is short."""
    if baselines.days < SENIOR_DAYS:
        return None
    return Peer(baselines.days, tuple(baselines.means), tuple(baselines.scales))


def prior_of(peers: Iterable[Peer], *, least: int = LEAST_PEERS) -> Prior:
    """What newcomers of a group are expected to do.

    Args:
        least: Fewer seniors than this tell nothing, and the wide prior stays.
    """
    known = [peer for peer in peers if peer.days >= SENIOR_DAYS]
    if len(known) < least:
        return _COLD
    means, spreads = [], []
    for place in PLACES:
        column = [peer.means[place] for peer in known]
        middle = statistics.median(column)
        between = _MAD * statistics.median([abs(value - middle) for value in column])
        within = statistics.median([peer.scales[place] for peer in known])
        # Everything is new to a newcomer, whatever its seniors know by now.
        cold = _COLD.means[place]
        means.append(cold if WATCHED[place].is_late else min(middle, cold + _MOST_ABOVE))
        spreads.append(_DISCOUNT * math.hypot(max(between, WATCHED[place].spread / 2), within))
    return Prior(means=tuple(means), spreads=tuple(spreads))
