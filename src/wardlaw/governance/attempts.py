"""How often somebody may try to sign in: attempts fill a bucket that leaks, and a full one makes them wait longer each time.

An attacker who guesses at an account fills the bucket of strangers to it. Whoever signed in from a browser before shows
that by a cookie of the device and has a bucket of their own, so that the attacker cannot lock them out. What is kept is
bounded: names nobody has share a fixed number of buckets, and addresses make room for one another.

Sources: OWASP "Slow Down Online Guessing Attacks with Device Cookies"; NIST SP 800-63B-4, section 3.2.2 (throttling).
Everything here is told the time and reads no clock. Not for several threads at once.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import msgspec

_STRANGE_NAMES = 1_024
_MOST_ADDRESSES = 10_000
_MOST_DEVICES = 10_000


class AttemptLimits(msgspec.Struct, frozen=True):
    """How attempts are slowed down; times in seconds.

    Attributes:
        free: Failures of one account from strangers, or of one known device, that cost nothing.
        free_of_address: The same of one address, behind which there may be many people.
        first_wait_s: Wait after the first failure that costs; each further one doubles it.
        longest_wait_s: No wait is longer.
        forget_s: After so long one failure is forgotten.
    """

    free: int = 5
    free_of_address: int = 30
    first_wait_s: float = 2.0
    longest_wait_s: float = 900.0
    forget_s: float = 600.0


class Attempt(msgspec.Struct, frozen=True):
    """Who tries: the account they name, whether there is one, where from, and the device they showed (``""`` for none)."""

    account: str
    exists: bool
    address: str
    device: str = ""


class _Bucket(msgspec.Struct):
    level: float = 0.0
    at: float = 0.0
    until: float = 0.0


class AttemptBook:
    """Remembers failed attempts.

    Args:
        limits: How they are slowed down.
    """

    def __init__(self, limits: AttemptLimits) -> None:
        self._limits = limits
        self._accounts: dict[str, _Bucket] = {}
        self._addresses: OrderedDict[str, _Bucket] = OrderedDict()
        self._devices: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, attempt: Attempt, *, now: float) -> float:
        """How long to wait before this attempt is looked at; 0 when it is looked at now."""
        return max((max(0.0, bucket.until - now) for bucket, _ in self._buckets(attempt)), default=0.0)

    def charge(self, attempt: Attempt, *, now: float) -> bool:
        """Count an attempt as failed before it is looked at, so that many at once are not all looked at for nothing.

        Answers whether further ones have to wait now that did not before.
        """
        began = False
        for bucket, free in self._buckets(attempt):
            self._leak(bucket, now)
            was_free = bucket.level < free
            bucket.level += 1.0
            over = int(bucket.level) - free
            if over >= 0:
                # The exponent is bounded: a float has no room for two to the power of a patient attacker.
                wait = min(self._limits.longest_wait_s, self._limits.first_wait_s * 2.0 ** min(over, 40))
                bucket.until = now + wait
                began = began or was_free
        return began

    def forgive(self, attempt: Attempt) -> None:
        """Take back the charge of an attempt that was right; what others failed stays, or guessing beside it were free."""
        for bucket, free in self._buckets(attempt):
            bucket.level = max(0.0, bucket.level - 1.0)
            if bucket.level < free:
                bucket.until = 0.0
        self._devices.pop(_device(attempt), None)

    def __len__(self) -> int:
        return len(self._accounts) + len(self._addresses) + len(self._devices)

    def _buckets(self, attempt: Attempt) -> list[tuple[_Bucket, int]]:
        if attempt.device:
            # A known device answers for itself alone: its address may be the attacker's too.
            return [(_kept(self._devices, _device(attempt), _MOST_DEVICES), self._limits.free)]
        name = f"={attempt.account}" if attempt.exists else f"#{_slot(attempt.account)}"
        account = self._accounts.setdefault(name, _Bucket())  # bounded: accounts there are, and the slots
        address = _kept(self._addresses, attempt.address, _MOST_ADDRESSES)
        return [(account, self._limits.free), (address, self._limits.free_of_address)]

    def _leak(self, bucket: _Bucket, now: float) -> None:
        passed = max(0.0, now - bucket.at)  # a clock that is set back forgets nothing
        bucket.level = max(0.0, bucket.level - passed / self._limits.forget_s)
        bucket.at = max(bucket.at, now)


def _kept(buckets: OrderedDict[str, _Bucket], key: str, most: int) -> _Bucket:
    bucket = buckets.get(key)
    if bucket is None:
        bucket = buckets[key] = _Bucket()
        if len(buckets) > most:
            buckets.popitem(last=False)
    buckets.move_to_end(key)
    return bucket


def _device(attempt: Attempt) -> str:
    return f"{attempt.account} {attempt.device}"


def _slot(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:4], "big") % _STRANGE_NAMES
