"""What signing in needs beside tables: slow digests, slowed attempts, known devices, challenges of passkeys."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec

from wardlaw.console.desks.ceremonies import Ceremonies
from wardlaw.governance.attempts import AttemptBook, AttemptLimits
from wardlaw.store.passwords import SALT_BYTES, PasswordCost, Passwords
from wardlaw.store.sessions import SessionLimits

T = TypeVar("T")

_AT_ONCE = 2  # digests at a time: each takes 19 MiB and a core; more only wait
_NONCE_BYTES = 16


class SigningSettings(msgspec.Struct, frozen=True):
    """How signing in is set.

    Attributes:
        limits: How long sessions live.
        attempts: How attempts are slowed down.
        cost: What a password's digest costs.
        own_uid: Account whose shell becomes the first admin's too when they come by a browser; -1 for none.
        words: What no password may be made of beside a person's own name: what the installation is called.
    """

    limits: SessionLimits = SessionLimits()
    attempts: AttemptLimits = AttemptLimits()
    cost: PasswordCost = PasswordCost()
    own_uid: int = -1
    words: tuple[str, ...] = ()


class SigningDesk:
    """Everything about signing in that this process remembers.

    Args:
        settings: How it is set.
        device_key: Key of the cookies of known devices.
        clock: Unix seconds.
        entropy: That many random bytes.
    """

    def __init__(
        self,
        settings: SigningSettings,
        *,
        device_key: bytes,
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        self.own_uid = settings.own_uid
        self.words = settings.words
        self.limits = settings.limits
        self.book = AttemptBook(settings.attempts)
        self.ceremonies = Ceremonies(clock=clock, entropy=entropy)
        self._device_key = device_key
        self._entropy = entropy
        self._passwords = Passwords(settings.cost, salt=entropy(SALT_BYTES))
        # Digests have threads of their own: guessing at passwords must not keep pages and the API waiting.
        self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="passwords")

    async def is_right(self, encoded: str, password: str) -> bool:
        """Whether a password is the kept one; takes as long when nothing is kept."""
        return await self._slowly(lambda: self._passwords.is_right(encoded, password))

    async def encoded(self, password: str) -> str:
        """The text to keep for a password."""
        salt = self._entropy(SALT_BYTES)
        return await self._slowly(lambda: self._passwords.encode(password, salt=salt))

    def is_outdated(self, encoded: str) -> bool:
        """Whether a kept password was made at another cost than would be paid now."""
        return self._passwords.is_outdated(encoded)

    def new_device(self, person_id: str) -> str:
        """The cookie of a browser that a person has just signed in with."""
        nonce = self._entropy(_NONCE_BYTES).hex()
        return f"{nonce}.{self._mark(person_id, nonce)}"

    def known_device(self, cookie: str, person_id: str) -> str:
        """What names the device of a cookie that we gave for this person; empty for every other."""
        nonce, _, mark = cookie.partition(".")
        return nonce if nonce and hmac.compare_digest(mark.encode(), self._mark(person_id, nonce).encode()) else ""

    async def _slowly(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _mark(self, person_id: str, nonce: str) -> str:
        return hmac.new(self._device_key, f"{person_id} {nonce}".encode(), hashlib.sha256).hexdigest()
