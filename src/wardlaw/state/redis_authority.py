"""The state authority on Redis or Valkey: for more than one gateway worker or machine.

Each change is one Lua script and one round trip. When Redis cannot be asked, or has lost what it
held, ``reserve`` says ``authority_ok=False`` (which is a deny of its own), single-use tokens count
as used, tool calls as not released, and everything else raises.

Redis must not evict keys, and should sync each write (``appendfsync always``): with the default of
one second, a power failure gives back up to one second of counting.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Self

import msgspec
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.facts.request import Snapshot
from wardlaw.state import redis_scripts as scripts
from wardlaw.state.authority import OVER, Ask, Limits, Once, Ticket, bounded, call_digest, subject_digests
from wardlaw.state.deltas import (
    Change,
    Corrected,
    Freed,
    Probed,
    Quarantined,
    Remembered,
    Reserved,
    Settled,
    Tainted,
    Used,
    decode_delta,
    encode_delta,
)

TIMEOUT_S = 0.5  # an authority slower than this is as good as gone: the request path waits for it
_CONNECTIONS = 64  # a worker has far fewer reservations under way at once; more wait for a free one
_SKEW_S = 30.0  # half of the slack that windows allow

_LOST = UnavailableError(
    "WL-STA-006",
    "Redis holds no state of this installation, or is being rebuilt.",
    "On a new installation it is adopted at the first start; otherwise restore Redis or rebuild it from the spool.",
)


class RedisAuthority:
    """``StateAuthority`` on one Redis or Valkey.

    Args:
        client: A client without response decoding; ``RedisAuthority.connect`` makes one.
        prefix: Key prefix of the installation; braces keep its keys on one node of a cluster.
        epoch: Life of this gateway's numbers, greater than every earlier one of the same gateway.
        gateway: Id of the gateway, for tickets and replay positions.
    """

    def __init__(
        self, client: Redis, *, prefix: str, epoch: int, gateway: str = "gateway", limits: Limits | None = None
    ) -> None:
        self._client = client
        self._prefix = "{" + prefix + "}:"
        self._gateway = gateway
        self.epoch = epoch
        self.number = 0
        self.limits = limits or Limits()
        spans = self.limits
        functions = scripts.prelude(probes_s=spans.probes_s, taint_s=spans.taint_s, copied_s=spans.copied_s)
        named = ("RESERVE", "SETTLE", "CORRECT", "PROBE", "TAINT", "QUARANTINE", "FREE", "USE_ONCE", "REMEMBER")
        self._scripts: dict[str, AsyncScript] = {
            name: client.register_script(functions + getattr(scripts, name)) for name in (*named, "WAS_RELEASED")
        }

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        prefix: str,
        epoch: int,
        gateway: str = "gateway",
        limits: Limits | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> Self:
        """An authority on the Redis at ``url``; nothing is sent before the first call.

        Raises:
            ConfigError: The address is not one of a Redis (WL-STA-009).
        """
        try:
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=_CONNECTIONS,
                timeout=timeout_s,
                socket_timeout=timeout_s,
                socket_connect_timeout=timeout_s,
                # One more try: a pooled connection may be older than the server's last restart.
                retry=Retry(NoBackoff(), 1),
            )
        except ValueError as error:
            raise ConfigError(
                "WL-STA-009", "The address of the state authority is not valid.", "Write redis://host:port/number."
            ) from error
        return cls(Redis(connection_pool=pool), prefix=prefix, epoch=epoch, gateway=gateway, limits=limits)

    # -- start ----------------------------------------------------------------------------------

    async def ping(self, *, at: float) -> None:
        """Refuse to start on a Redis that cannot be the authority.

        Raises:
            UnavailableError: Not reachable (WL-STA-005), its state is lost (WL-STA-006), or its clock
                and ours differ by more than 30 s (WL-STA-007).
            ConfigError: It may evict keys (WL-STA-008).
        """
        try:
            seconds, micros = await self._client.time()
            memory = await self._client.info("memory")
            alive = await self._client.get(self._prefix + "alive")
        except (RedisError, OSError) as error:
            raise self._unreachable(error) from error
        if abs(seconds + micros / 1e6 - at) > _SKEW_S:
            raise UnavailableError(
                "WL-STA-007",
                f"The clocks of this machine and of Redis differ by more than {_SKEW_S:.0f} s.",
                "Run a time service on both; windows and single-use tokens depend on it.",
            )
        if memory.get("maxmemory", 0) and memory.get("maxmemory_policy") != "noeviction":
            raise ConfigError(
                "WL-STA-008",
                "Redis may evict keys, which would give back allowance and forget quarantines.",
                "Set `maxmemory-policy noeviction`, or use a Redis of its own.",
            )
        if alive != b"yes":
            raise _LOST

    async def is_empty(self) -> bool:
        """No installation with this prefix was ever adopted here, or its state is lost.

        Raises:
            UnavailableError: Not reachable (WL-STA-005).
        """
        try:
            return await self._client.get(self._prefix + "alive") is None
        except (RedisError, OSError) as error:
            raise self._unreachable(error) from error

    async def adopt(self, frames: Iterable[tuple[tuple[int, int], bytes]] = ()) -> int:
        """Make this Redis the authority, with the deltas of this gateway's spool replayed into it.

        Frames replayed before are passed over, so that every gateway can bring its own, and again.

        Returns:
            How many frames were replayed.

        Raises:
            UnavailableError: Not reachable (WL-STA-005).
            EvidenceError: A delta cannot be read (WL-STA-002).
        """
        count = 0
        positions = self._prefix + "positions"
        try:
            await self._client.set(self._prefix + "alive", b"rebuilding")
            raw: Any = await self._client.hget(positions, self._gateway)
            done = msgspec.msgpack.decode(raw, type=tuple[int, int]) if raw else (-1, -1)
            for position, delta in frames:
                if position <= done:
                    continue
                for change in decode_delta(delta):
                    await self._run(change, rebuilding=True)
                await self._client.hset(positions, self._gateway, msgspec.msgpack.encode(position))
                count += 1
            await self._client.set(self._prefix + "alive", b"yes")
        except (RedisError, OSError) as error:
            raise self._unreachable(error) from error
        return count

    # -- the contract ---------------------------------------------------------------------------

    async def reserve(self, ask: Ask) -> Ticket:
        """See ``StateAuthority.reserve``."""
        reserved = Reserved(
            self.epoch,
            self._next(),
            ask.principal,
            ask.person,
            ask.session,
            ask.at,
            bounded(ask.calls),
            bounded(ask.tokens),
            subject_digests(ask.subjects),
            bounded(ask.result_bytes),
        )
        try:
            answer = await self._run(reserved)
        except UnavailableError:
            return Ticket(ask, Snapshot(authority_ok=False), self.epoch, reserved.number)
        calls, tokens, session_subjects, subjects, session_bytes, moved, probes = (
            int(float(value)) for value in answer[1:8]
        )
        snapshot = Snapshot(
            calls,
            tokens,
            OVER if session_subjects < 0 else session_subjects,
            OVER if subjects < 0 else subjects,
            session_bytes,
            moved,
            probes,
            tuple(sorted(label.decode() for label in answer[9])),
            answer[8].decode(),
        )
        return Ticket(ask, snapshot, self.epoch, reserved.number, tuple(sorted(answer[10])), encode_delta(reserved))

    async def settle(self, ticket: Ticket, *, released: bool, tokens: int | None = None) -> bytes:
        """See ``StateAuthority.settle``."""
        if not ticket.snapshot.authority_ok:
            return b""
        known = -1 if tokens is None else bounded(tokens)
        return await self._commit(Settled(self.epoch, self._next(), ticket.epoch, ticket.number, released, known))

    async def correct_tokens(self, ask: Ask, change: int) -> bytes:
        """See ``StateAuthority.correct_tokens``."""
        change = -bounded(-change) if change < 0 else bounded(change)
        return await self._commit(Corrected(self.epoch, self._next(), ask.principal, ask.person, ask.at, change))

    async def probe(self, ask: Ask, weight: int = 1) -> bytes:
        """See ``StateAuthority.probe``."""
        number, weight = self._next(), bounded(weight)
        return await self._commit(Probed(self.epoch, number, ask.principal, ask.person, ask.session, ask.at, weight))

    async def taint(self, ask: Ask, labels: Collection[str]) -> bytes:
        """See ``StateAuthority.taint``."""
        named, number = tuple(sorted(set(labels))), self._next()
        return await self._commit(Tainted(self.epoch, number, ask.principal, ask.person, ask.session, ask.at, named))

    async def quarantine(self, keys: Collection[bytes], reason: str, *, until: float, at: float) -> bytes:
        """See ``StateAuthority.quarantine``."""
        named = tuple(sorted(key for key in set(keys) if key))
        return await self._commit(Quarantined(self.epoch, self._next(), named, reason or "quarantined", until, at))

    async def release(self, keys: Collection[bytes]) -> bytes:
        """See ``StateAuthority.release``."""
        return await self._commit(Freed(self.epoch, self._next(), tuple(sorted(set(keys)))))

    async def use_once(self, token: bytes, *, until: float, at: float) -> Once:
        """See ``StateAuthority.use_once``; false as well when Redis cannot be asked."""
        used = Used(self.epoch, self._next(), token, until, at)
        try:
            answer = await self._run(used)
        except UnavailableError:
            return Once(first=False)
        return Once(first=True, delta=encode_delta(used)) if answer[1] == b"1" else Once(first=False)

    async def released_calls(self, ask: Ask, calls: Mapping[str, bytes]) -> bytes:
        """See ``StateAuthority.released_calls``."""
        if not calls:
            return b""
        named = tuple(sorted((call_digest(call_id), digest) for call_id, digest in calls.items()))
        return await self._commit(Remembered(self.epoch, self._next(), ask.principal, ask.at, named))

    async def was_released(self, principal: bytes, *call_ids: str) -> dict[str, bytes]:
        """See ``StateAuthority.was_released``; none when Redis cannot be asked."""
        if not call_ids:
            return {}
        try:
            answer = await self._call(
                "WAS_RELEASED", (principal.hex(), *(call_digest(call_id) for call_id in call_ids))
            )
        except UnavailableError:
            return {}
        return {call_id: digest for call_id, digest in zip(call_ids, answer[1:], strict=True) if digest}

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._client.connection_pool.disconnect()

    # -- inside ---------------------------------------------------------------------------------

    def _next(self) -> int:
        self.number += 1
        return self.number

    async def _commit(self, change: Change) -> bytes:
        await self._run(change)
        return encode_delta(change)

    async def _run(self, change: Change, *, rebuilding: bool = False) -> list[Any]:
        name, arguments = self._words(change)
        return await self._call(name, arguments, rebuilding=rebuilding)

    async def _call(self, name: str, arguments: Sequence[Any], *, rebuilding: bool = False) -> list[Any]:
        keys = [self._prefix, self._prefix + "rebuilding"] if rebuilding else [self._prefix]
        try:
            answer: list[Any] = await self._scripts[name](keys=keys, args=arguments)
        except (RedisError, OSError) as error:
            raise self._unreachable(error) from error
        if answer[0] != b"ok":
            raise _LOST
        return answer

    def _words(self, change: Change) -> tuple[str, tuple[Any, ...]]:
        """Name and arguments of the script that makes ``change``."""
        limits = self.limits
        match change:
            case Reserved():
                session = change.session or change.principal
                return "RESERVE", (
                    change.principal.hex(), change.person.hex(), session.hex(), repr(change.at), change.calls,
                    change.tokens, change.result_bytes, b"".join(change.subjects), limits.subjects,
                    limits.exact_calls, repr(limits.session_idle_s), self._ticket(change.epoch, change.number),
                    math.ceil(limits.ticket_s),
                )  # fmt: skip
            case Settled():
                ticket = self._ticket(change.ticket_epoch, change.ticket_number)
                idle = math.ceil(limits.session_idle_s) + 60
                return "SETTLE", (ticket, int(change.released), change.tokens, idle)
            case Corrected():
                return "CORRECT", (change.principal.hex(), change.person.hex(), repr(change.at), change.change)
            case Probed():
                return "PROBE", (
                    *self._holders(change), repr(change.at), change.weight, limits.exact_calls,
                    repr(limits.session_idle_s), self._ticket(change.epoch, change.number),
                )  # fmt: skip
            case Tainted():
                born = self._ticket(change.epoch, change.number)
                return "TAINT", (
                    *self._holders(change), repr(change.at), repr(limits.session_idle_s), born, *change.labels
                )  # fmt: skip
            case Quarantined():
                return "QUARANTINE", (repr(change.until), change.reason, *(key.hex() for key in change.keys))
            case Freed():
                return "FREE", tuple(key.hex() for key in change.keys)
            case Used():
                return "USE_ONCE", (change.token, repr(change.until), repr(change.at))
            case Remembered():
                pairs = (part for call in change.calls for part in call)
                return "REMEMBER", (change.principal.hex(), repr(limits.released_call_s), *pairs)

    def _holders(self, change: Probed | Tainted) -> tuple[str, str, str]:
        return change.principal.hex(), change.person.hex(), (change.session or change.principal).hex()

    def _ticket(self, epoch: int, number: int) -> str:
        return f"{self._gateway}-{epoch}-{number}"

    def _unreachable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            "WL-STA-005",
            f"The state authority (Redis) cannot be asked: {type(error).__name__}.",
            "Requests are refused until it answers. Check that it runs and that `state.url` names it.",
        )
