"""The gateway's two outer edges in memory: a caller's connection, and upstreams that answer what they are told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.facts.kept import Kept, KeptKind
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.port import CallerGoneError, Headers
from wardlaw.gateway.upstream import Upstreams

CHAT_PATH = "/v1/chat/completions"


class MemoryCall:
    """One request whose answer is kept.

    Args:
        document: Body, written as JSON; bytes as they are.
        path: With its query, if any.
        gone_after: Parts of a stream after which the caller has left; ``None`` when it stays.
        late: The body never becomes complete.
    """

    def __init__(
        self,
        document: object = b"",
        *,
        method: str = "POST",
        path: str = CHAT_PATH,
        headers: Mapping[str, str] | None = None,
        gone_after: int | None = None,
        late: bool = False,
    ) -> None:
        self.raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.method = method
        self.path, _, self.query = path.partition("?")
        self.headers: Mapping[str, str] = {"content-type": "application/json", **(headers or {})}
        self.started = False
        self.sent_bytes = 0
        self.status = 0
        self.answer_headers: dict[str, str] = {}
        self.sent: list[bytes] = []
        self.aborted = False
        self._gone_after = gone_after
        self._late = late

    async def body(self, *, limit_bytes: int, within_s: float) -> bytes:
        """The body, or the refusals a server gives."""
        if self._late:
            raise InputError("WL-GWY-003", f"The body had not arrived after {within_s:g} s.")
        if len(self.raw) > limit_bytes:
            raise InputError("WL-GWY-002", f"The body is larger than {limit_bytes} bytes.")
        return self.raw

    def reply(self, status: int, headers: Headers, body: bytes) -> None:
        """Keep a complete answer; like a server's, only the first one counts."""
        if self.started:
            return
        self.open(status, headers)
        self.sent.append(body)
        self.sent_bytes += len(body)

    def open(self, status: int, headers: Headers) -> None:
        """Keep the head."""
        self.started = True
        self.status = status
        self.answer_headers = dict(headers)

    async def send(self, data: bytes) -> None:
        """Keep a part of a stream."""
        if self._gone_after is not None and len(self.sent) >= self._gone_after:
            raise CallerGoneError
        self.sent.append(data)
        self.sent_bytes += len(data)

    async def abort(self) -> None:
        """Note that the connection was ended."""
        self.aborted = True

    @property
    def text(self) -> str:
        """Everything the caller got."""
        return b"".join(self.sent).decode()

    @property
    def document(self) -> Any:
        """The answer as JSON."""
        return orjson.loads(b"".join(self.sent))

    @property
    def error(self) -> Any:
        """The error of a refusal."""
        return self.document["error"]

    @property
    def spoken(self) -> str:
        """The text a client joins from the events of a stream."""
        joined = ""
        for line in self.text.splitlines():
            if line.startswith("data: {"):
                for choice in orjson.loads(line[6:]).get("choices", ()):
                    joined += choice["delta"].get("content") or ""
        return joined


class MemoryAnswer:
    """An upstream's answer.

    Args:
        pieces: The body as it arrives; a document is written as JSON.
        breaks: What happens after the last piece instead of a clean end.
    """

    def __init__(
        self,
        *pieces: object,
        status: int = 200,
        headers: Sequence[tuple[str, str]] = (),
        breaks: UnavailableError | None = None,
    ) -> None:
        self._pieces = [piece if isinstance(piece, bytes) else orjson.dumps(piece) for piece in pieces]
        self._breaks = breaks
        self.status = status
        self.headers: Sequence[tuple[str, str]] = headers
        self.closed = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives."""
        for piece in self._pieces:
            yield piece
        if self._breaks is not None:
            raise self._breaks

    async def whole(self, limit_bytes: int) -> bytes:
        """The body."""
        body = b"".join([piece async for piece in self.pieces()])
        if len(body) > limit_bytes:
            raise UnavailableError("WL-UPS-004", "The answer is too large.")
        return body

    async def close(self) -> None:
        """Note that it was let go of."""
        self.closed = True


class Asked(NamedTuple):
    """One request that reached an upstream."""

    upstream: str
    path: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    method: str = "POST"

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


class MemoryUpstreams(Upstreams):
    """Upstreams that give, in turn, the answers put into ``plays`` under their name; an error is raised."""

    def __init__(self) -> None:
        super().__init__()
        self.plays: dict[str, list[MemoryAnswer | UnavailableError]] = {}
        self.asked: list[Asked] = []

    def will(self, *answers: MemoryAnswer | UnavailableError, upstream: str = "near") -> None:
        """Have an upstream answer so, one answer for each request."""
        self.plays.setdefault(upstream, []).extend(answers)

    async def post(  # type: ignore[override]
        self, destination: Destination, path: str, body: bytes, headers: Sequence[tuple[str, str]]
    ) -> MemoryAnswer:
        """As ``call``, with POST."""
        return await self.call(destination, "POST", path, body, headers)

    async def call(  # type: ignore[override]
        self, destination: Destination, method: str, path: str, body: bytes, headers: Sequence[tuple[str, str]]
    ) -> MemoryAnswer:
        """Take a request and give the next answer."""
        self.asked.append(Asked(destination.name, path, body, tuple(headers), method))
        answer = self.plays[destination.name].pop(0)
        if isinstance(answer, UnavailableError):
            raise answer
        return answer


class MemoryKeeping:
    """Whose files and batches are, in memory."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Kept] = {}

    async def remember(self, kept: Kept) -> bool:
        """Keep whose it is."""
        return self.known.setdefault((kept.upstream, kept.id), kept).owner == kept.owner

    async def find(self, upstream: str, identity: str, *, owner: str) -> Kept | None:
        """The thing of that id, when it is this caller's."""
        found = self.known.get((upstream, identity))
        return found if found is not None and found.owner == owner else None

    async def list_of(self, upstream: str, owner: str, kind: KeptKind, *, after: str, most: int) -> tuple[Kept, ...]:
        """Things of one caller, newest first."""
        own = [one for one in self.known.values() if (one.upstream, one.owner, one.kind) == (upstream, owner, kind)]
        newest = own[::-1]
        ids = [one.id for one in newest]
        start = ids.index(after) + 1 if after in ids else 0
        return tuple(newest[start : start + most])

    async def forget(self, upstream: str, identity: str) -> None:
        """Let go of something that is deleted."""
        self.known.pop((upstream, identity), None)


def completion(text: str = "", *, calls: Sequence[tuple[str, str, str]] = (), tokens: int = 20) -> dict[str, Any]:
    """A chat completion; ``calls`` are (id, name, arguments)."""
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = [
            {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}
            for identity, name, arguments in calls
        ]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "demo",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}],
        "usage": {"prompt_tokens": tokens, "completion_tokens": tokens, "total_tokens": 2 * tokens},
    }


def chunk(delta: Mapping[str, Any], *, finish: str | None = None) -> bytes:
    """One event of a chat stream."""
    document = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "demo",
        "choices": [{"index": 0, "delta": dict(delta), "finish_reason": finish}],
    }
    return b"data: " + orjson.dumps(document) + b"\n\n"


def stream(*texts: str) -> tuple[bytes, ...]:
    """A complete chat stream, one event for each text."""
    return (*[chunk({"content": text}) for text in texts], chunk({}, finish="stop"), b"data: [DONE]\n\n")


def user(text: str, **more: Any) -> dict[str, Any]:
    """A chat request with one user message."""
    return {"model": "demo", "messages": [{"role": "user", "content": text}], **more}


def with_result(
    ask: str, result: str, *, call_id: str = "call_1", arguments: str = "{}", **more: Any
) -> dict[str, Any]:
    """A chat request that brings the result of a tool call."""
    call = {"id": call_id, "type": "function", "function": {"name": "query_customers", "arguments": arguments}}
    return {
        "model": "demo",
        "messages": [
            {"role": "user", "content": ask},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call_id, "content": result},
        ],
        **more,
    }
