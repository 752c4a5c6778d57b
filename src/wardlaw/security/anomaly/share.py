"""What one worker tells the others of a principal: a sum over a moment, from which each brings its own profile up.

Rates are sums that fade, so sums of different workers add up to what one worker would have seen. Keys are told, not
counted, so that the same tool at two workers is one. Everything is bounded: what is more alerts long before.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from wardlaw.security.anomaly.event import Arrival

MOST_KEYS, MOST_SIZES, MOST_SESSIONS = 64, 24, 8


class Told(msgspec.Struct, frozen=True, gc=False):
    """One settled event, as it is gathered.

    Attributes:
        calls: As in ``Event``.
        released: It was not refused.
        frozen: Afterwards nothing of that day is learned any more.
    """

    at: float
    arrival: Arrival
    calls: int
    released: bool
    frozen: bool


class Share(msgspec.Struct, frozen=True, array_like=True):
    """What one worker judged of one principal within a moment.

    Attributes:
        principal: Key of the principal.
        at: Unix seconds of the last event.
        events: How many there were.
        tokens: Of what was released; records and bytes likewise.
        refused: Events that were refused.
        row: Refusals in a row at the end.
        released: Something was released before them.
        alerted: Nothing of this day is to be learned.
        tools: Keys as numbers; places and steps likewise.
        sizes: Tokens, records and bytes of single calls, a sample.
        sessions: Session and its last tool, newest last.
    """

    principal: bytes
    at: float
    events: int = 0
    calls: int = 0
    tokens: int = 0
    records: int = 0
    size_bytes: int = 0
    refused: int = 0
    row: int = 0
    released: bool = False
    alerted: bool = False
    tools: list[int] = []
    places: list[int] = []
    steps: list[int] = []
    sizes: list[tuple[int, int, int]] = []
    sessions: list[tuple[int, int]] = []


def gather(principal: bytes, told: Iterable[Told]) -> Share:
    """Sum up events of one principal, in the order they were settled."""
    at, events, calls, refused, row, released, alerted = 0.0, 0, 0, 0, 0, False, False
    sums = [0, 0, 0]
    tools: dict[int, None] = {}
    places: dict[int, None] = {}
    steps: dict[int, None] = {}
    sessions: dict[int, int] = {}
    sizes: list[tuple[int, int, int]] = []
    for one in told:
        arrival = one.arrival
        at, events, calls, alerted = max(at, one.at), events + 1, calls + one.calls, alerted or one.frozen
        if one.released:
            row, released = 0, True
            for place, size in enumerate(arrival.sizes):
                sums[place] += size
            if any(arrival.sizes) and len(sizes) < MOST_SIZES:
                sizes.append(arrival.sizes)
        else:
            row, refused = row + 1, refused + 1
        if arrival.tool:
            tools[arrival.tool & 0xFFFFFFFF] = None
            steps[arrival.step] = None
            sessions.pop(arrival.session, None)
            sessions[arrival.session] = arrival.tool
        if arrival.place:
            places[arrival.place] = None
    return Share(
        principal, at, events, calls, sums[0], sums[1], sums[2], refused, row, released, alerted,
        list(tools)[:MOST_KEYS], list(places)[:MOST_KEYS], list(steps)[:MOST_KEYS], sizes,
        list(sessions.items())[-MOST_SESSIONS:],
    )  # fmt: skip


def is_sound(share: Share) -> bool:
    """Whether a worker of ours can have told it."""
    counts = (share.events, share.calls, share.tokens, share.records, share.size_bytes, share.refused, share.row)
    lengths = (len(share.tools), len(share.places), len(share.steps))
    return (
        min(counts) >= 0
        and share.at >= 0.0
        and max(lengths) <= MOST_KEYS
        and len(share.sizes) <= MOST_SIZES
        and len(share.sessions) <= MOST_SESSIONS
        and all(min(sizes) >= 0 for sizes in share.sizes)
    )
