"""A server of tools that has an address: streamable HTTP, one POST for each message.

The stream a server may offer on GET is not opened: what it has to say, it says in answers, where somebody waits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from wardlaw.facts.errors import UnavailableError, WardlawError
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.mcp.line import gone, too_large, unheard, unminded
from wardlaw.gateway.mcp.modern import MODERN, headers_of
from wardlaw.gateway.upstream import Upstreams
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.sse import SseParser

_SESSION_CHARS = 512
_TOLD_BYTES = 65_536  # of an error's body that are read
_TELLING = (400, 404)  # specification 2026-07-28, basic/transports: with the error as body


def _is_json(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


class AddressLine:
    """A line to an address.

    Args:
        there: Where.
        limit_bytes: Largest message the server may send.
        own: The headers of the configuration, as they are now; nothing of a caller's head is ever sent.
    """

    def __init__(
        self, there: Destination, upstreams: Upstreams, *, limit_bytes: int, own: Sequence[tuple[str, str]] = ()
    ) -> None:
        self._own = tuple(own)
        self.heard: Callable[[bytes], None] = unheard
        self.broken: Callable[[UnavailableError], None] = unminded
        self._there = there
        self._name = there.name.removeprefix("mcp:")
        self._upstreams = upstreams
        self._limit = limit_bytes
        self._path = "" if urlsplit(there.url).path else "/"
        self._session = ""
        self._version = ""

    async def open(self) -> None:
        """As ``Line``; connections are made when something is sent."""

    async def send(self, message: bytes, *, settled: Callable[[], bool]) -> bool:
        """As ``Line``: the answer is all there is in what comes back."""
        headers = [
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("accept-encoding", "identity"),
            ("user-agent", "wardlaw"),
            *self._own,
        ]
        if self._session:
            headers.append(("mcp-session-id", self._session))
        if self._version:
            headers.append(("mcp-protocol-version", self._version))
        if self._version == MODERN:
            headers += headers_of(message)
        answer = await self._upstreams.post(self._there, self._path, message, headers)
        try:
            names = {name.lower(): value for name, value in answer.headers}
            if answer.status >= 300:
                if answer.status in _TELLING and not self._session and _is_json(names):
                    self.heard(await answer.whole(_TOLD_BYTES))  # an error of the protocol under a status of its own
                    if settled():
                        return False
                raise self._refused(answer.status)
            self._take_session(names.get("mcp-session-id", ""))
            kind = names.get("content-type", "").partition(";")[0].strip().lower()
            if names.get("content-encoding", "identity") != "identity":
                raise gone(self._name, "it compresses its answers, which nobody asked for")
            if kind == "text/event-stream":
                await self._hear_events(answer.pieces(), settled)
            elif kind == "application/json":
                try:
                    self.heard(await answer.whole(self._limit))
                except WardlawError as error:
                    raise too_large(self._name, self._limit) if error.code == "WL-UPS-004" else error from error
        finally:
            await answer.close()
        return False

    async def _hear_events(self, pieces: AsyncIterator[bytes], settled: Callable[[], bool]) -> None:
        parser = SseParser(max_event_bytes=self._limit)
        try:
            async for piece in pieces:
                for event in parser.feed(piece):
                    if event.name in (b"", b"message") and event.data:
                        self.heard(event.data)
                if settled():
                    return
        except BadUpstreamError as error:
            large = error.code == "WL-GW-203"
            raise too_large(self._name, self._limit) if large else gone(self._name, "it sends no events") from error

    def _take_session(self, text: str) -> None:
        if text and not self._session:
            if len(text) > _SESSION_CHARS or not (text.isascii() and text.isprintable()):
                raise gone(self._name, "its session id is no plain text")
            self._session = text

    def _refused(self, status: int) -> UnavailableError:
        if status in (401, 403):
            error = gone(self._name, f"it refuses the gateway's credentials ({status})")
        elif status == 404 and self._session:
            error = gone(self._name, "it has forgotten the session")
        else:
            return gone(self._name, f"it answered with status {status}")
        if status != 403:  # which a server may answer to one request alone
            self.broken(error)  # the next call begins a session anew, with the credentials as they are then
        return error

    def speaks(self, version: str) -> None:
        """As ``Line``: named in every request from now on."""
        self._version = version

    async def close(self) -> None:
        """As ``Line``: the server is told that its session has ended."""
        session, self._session = self._session, ""
        if not session:
            return
        there = msgspec.structs.replace(self._there, first_byte_timeout_s=1.0, connect_timeout_s=1.0)
        try:
            answer = await self._upstreams.call(
                there, "DELETE", self._path, b"", [*self._own, ("mcp-session-id", session)]
            )
            await answer.close()
        except WardlawError:
            return  # it has gone before, or does not care
