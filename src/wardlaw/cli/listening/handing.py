"""Hands deliveries to the management API, several at once while one call is under way, and knows when they are durable."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.listening.reading import Told
from wardlaw.facts.errors import InputError, RefusedError, UnavailableError, WardlawError

PAGE_BYTES = 48 * 1024
"""Largest part of a delivery, in bytes of JSON."""
CALL_BYTES = 384 * 1024
"""JSON handed over at once; the management API takes 512 KiB."""
MOST_AT_ONCE = 200
MOST_WAITING = 2_000
"""Deliveries that wait to be handed over; more are told to come back."""
PATIENCE_S = 5.0
"""How long a delivery waits while the control process is away; GitHub gives up on us after ten seconds."""
COUNTED_S = 5.0
"""How often counts alone go out."""
_AGAIN_S = 0.25
_log = logging.getLogger("wardlaw.listener")


class Place(msgspec.Struct, frozen=True):
    """Where deliveries belong: the directory, its platform, and whether mail addresses are ids there."""

    directory: str
    platform: str
    has_ids: bool = False


class _Part:
    """A part of a delivery that waits, with the size of its JSON."""

    __slots__ = ("body", "done", "size")

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.size = len(msgspec.json.encode(body)) + 1
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class _Waiting:
    """What waits for one directory, and what became of deliveries that never will."""

    __slots__ = ("outcomes", "parts")

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.outcomes: dict[str, int] = {}


class Hand:
    """Takes deliveries from requests and hands them over, in the order in which they came.

    Args:
        connect: A client of the management API, made anew for each call so that a renewed token is taken.
    """

    def __init__(self, connect: Callable[[], ManagementClient]) -> None:
        self._connect = connect
        self._waiting: dict[Place, _Waiting] = {}
        self._count = 0
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to hand over."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Hand over what waits, as far as that goes at once, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for place in list(self._waiting):
            # Whoever waits is told by its own answer; one directory in trouble keeps no other from being handed over.
            with contextlib.suppress(WardlawError):
                await self._hand_over(place)

    def count(self, place: Place, outcome: str) -> None:
        """Note what became of a delivery that is not handed over."""
        own = self._waiting.setdefault(place, _Waiting())
        own.outcomes[outcome] = own.outcomes.get(outcome, 0) + 1

    async def take(self, place: Place, told: Told) -> None:
        """Hand a delivery over; returns once it is durable.

        Raises:
            UnavailableError: It could not be made durable now (WL-LSN-004); whoever sent it should send it again.
            InputError: The management API does not take it.
        """
        if self._count >= MOST_WAITING:
            raise _not_now("too many deliveries wait")
        parts = [_Part(body) for body in bodies_of(told)]
        self._waiting.setdefault(place, _Waiting()).parts += parts
        self._count += len(parts)
        self._woken.set()
        await asyncio.gather(*(part.done for part in parts))

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(COUNTED_S):
                    await self._woken.wait()
            self._woken.clear()
            for place in list(self._waiting):
                try:
                    await self._hand_over(place)
                except WardlawError as error:
                    _log.warning("deliveries of %s were not handed over: %s", place.directory, error)

    async def _hand_over(self, place: Place) -> None:
        """Hand over one page of what waits for a directory, and its counts."""
        own = self._waiting[place]
        parts = _page(own.parts)
        del own.parts[: len(parts)]
        self._count -= len(parts)
        if own.parts:
            self._woken.set()
        outcomes, own.outcomes = own.outcomes, {}
        if not parts and not outcomes:
            return
        try:
            await self._send(place, parts, outcomes)
        except RefusedError as error:  # it is us whom the management API refuses, and not the delivery
            _fail(parts, _not_now(error.message))
            raise
        except InputError as error:
            if len(parts) > 1:  # one of them is not taken; the others must not go with it
                await self._one_by_one(place, parts)
                return
            _fail(parts, error)
        except WardlawError as error:
            for name, count in outcomes.items():
                own.outcomes[name] = own.outcomes.get(name, 0) + count
            _fail(parts, _not_now(error.message))
            if not parts:
                raise

    async def _one_by_one(self, place: Place, parts: list[_Part]) -> None:
        for part in parts:
            try:
                await self._send(place, [part], {})
            except RefusedError as error:
                _fail([part], _not_now(error.message))
            except InputError as error:
                _fail([part], error)
            except WardlawError as error:
                _fail([part], _not_now(error.message))

    async def _send(self, place: Place, parts: list[_Part], outcomes: dict[str, int]) -> None:
        body = {
            "directory": place.directory,
            "platform": place.platform,
            "has_ids": place.has_ids,
            "deliveries": [part.body for part in parts],
            "outcomes": outcomes,
        }
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            try:
                await asyncio.to_thread(lambda: self._connect().post("/inventory/deliveries", body))
                break
            except UnavailableError:
                if asyncio.get_running_loop().time() >= until:
                    raise
            await asyncio.sleep(_AGAIN_S)
        for part in parts:
            if not part.done.done():
                part.done.set_result(None)


def bodies_of(told: Told) -> list[dict[str, Any]]:
    """The JSON of a delivery, in parts where it is larger than a page; the same delivery always in the same parts.

    Raises:
        InputError: One event alone is larger than a page (WL-LSN-005).
    """
    whole: list[tuple[str, Any]] = [("sightings", msgspec.to_builtins(one)) for one in told.sightings]
    whole += [("activities", msgspec.to_builtins(one)) for one in told.activities]
    bodies: list[dict[str, Any]] = [{"id": told.id, "at": told.at, "wishes": list(told.wishes)}]
    room = PAGE_BYTES - 1_024
    for kind, one in whole:
        size = len(msgspec.json.encode(one)) + 1
        if size > PAGE_BYTES - 1_024:
            raise InputError("WL-LSN-005", "One event of a delivery is larger than a page.", "The log tells of it.")
        if size > room:
            bodies.append({"id": f"{told.id}/{len(bodies)}", "at": told.at})
            room = PAGE_BYTES - 1_024
        bodies[-1].setdefault(kind, []).append(one)
        room -= size
    return bodies


def _page(parts: list[_Part]) -> list[_Part]:
    """As many as fit into one call, in their order; one at least."""
    taken, size = 0, 0
    for part in parts[:MOST_AT_ONCE]:
        if taken and size + part.size > CALL_BYTES:
            break
        taken, size = taken + 1, size + part.size
    return parts[:taken]


def _fail(parts: list[_Part], error: WardlawError) -> None:
    for part in parts:
        if not part.done.done():
            part.done.set_exception(error)


def _not_now(why: str) -> UnavailableError:
    return UnavailableError(
        "WL-LSN-004", f"A delivery could not be kept now: {why}", "The platform sends it again; see `wardlaw doctor`."
    )
