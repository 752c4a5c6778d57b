"""The upstream behind every target: a model server that answers at once, or as a stream with 10 ms between chunks.

Each chunk says in its text when it was sent: microseconds of the monotonic clock, spelled in letters (a digit
string would be taken for a number that matters).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import sys
import time
from pathlib import Path
from typing import cast

import uvloop

from bench.processes import Running, StartError, free_port

CHUNKS = 51
GAP_S = 0.010
_LETTERS = "abcdefghijklmnop"
_CONNECTIONS = itertools.count(1)
_SPELLED = 12  # 48 bits of microseconds: nine years of uptime
_TEXTS = (
    "The quarterly report is ready and lists the open items for the next meeting, with owners and dates.",
    "Here is a short summary of the letter: the delivery is planned for next week and the price stays the same.",
    "The plan has three steps. First the team collects the data, then it compares the offers, then it decides.",
    "Thank you for the question. The agenda for tomorrow has five points, and the budget is the first of them.",
)


def spell(microseconds: int) -> str:
    """A time as a word of fixed length."""
    return "".join(_LETTERS[microseconds >> 4 * place & 15] for place in reversed(range(_SPELLED)))


def read_spelled(text: str) -> list[int]:
    """The times spelled in a text, in order."""
    return [_value(word) for word in text.split() if len(word) == _SPELLED and set(word) <= set(_LETTERS)]


def _value(word: str) -> int:
    value = 0
    for char in word:
        value = value * 16 + _LETTERS.index(char)
    return value


def answer_text(place: str, text: str) -> str:
    """The body of an answer, about 600 bytes; ``place`` makes it differ from all others."""
    content = f"{text} This is answer {place} of the series, and the text below it goes on with what was agreed."
    return json.dumps(
        {
            "id": "chatcmpl-bench",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": "demo",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": content, "refusal": None},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 250, "completion_tokens": 48, "total_tokens": 298},
            "system_fingerprint": None,
        }
    )


def nginx_answers(port: int, folder: Path) -> str:
    """Configuration of an nginx that answers every request at once, no two answers alike."""
    shares = "\n".join(f"    25% '{text}';" for text in _TEXTS)
    answer = answer_text("$connection in $connection_requests", "$text").replace("'", "\\'")
    return nginx_config(
        folder,
        f"""split_clients "$connection.$connection_requests" $text {{
{shares}
  }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}""",
    )


def nginx_config(folder: Path, http: str) -> str:
    """The frame of every nginx here: one worker, no logs, everything it writes below ``folder``."""
    user = "user root;\n" if _is_root() else ""
    temps = "\n".join(
        f"  {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""{user}worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 300s;
  client_body_buffer_size 256k;
  tcp_nodelay on;
{temps}
  {http}
}}
"""


def _is_root() -> bool:
    return Path("/proc/self").stat().st_uid == 0


def start_nginx(folder: Path, config: str, *, port: int, limit_s: float) -> Running:
    """Start an nginx.

    Raises:
        StartError: There is none, or it does not start.
    """
    program = find_nginx()
    if not program:
        raise StartError("nginx is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nginx.conf"
    path.write_text(config, encoding="utf-8")
    running = Running([program, "-e", str(folder / "nginx.log"), "-c", str(path)], log=folder / "out", limit_s=limit_s)
    running.wait_port(port, within_s=10)
    return running


def find_nginx() -> str:
    """Path of nginx; Debian keeps it off the path of ordinary users. Empty when there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or ""


class Mock:
    """The upstream: nginx for whole answers where it is installed, else the same process that streams."""

    def __init__(self, folder: Path, *, limit_s: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.stream_port = free_port()
        command = [sys.executable, "-m", "bench.mock", str(self.stream_port)]
        self._running = [Running(command, log=folder / "mock.log", limit_s=limit_s)]
        self._running[0].wait_port(self.stream_port, within_s=20)
        self.answer_port = self.stream_port
        self.kind = "uvloop protocol"
        if find_nginx():
            self.answer_port = free_port()
            config = nginx_answers(self.answer_port, folder / "nginx")
            self._running.append(start_nginx(folder / "nginx", config, port=self.answer_port, limit_s=limit_s))
            self.kind = "nginx"

    def stop(self) -> None:
        """End it."""
        for running in reversed(self._running):
            running.stop()


class _Upstream(asyncio.Protocol):
    """One connection of the streaming mock; requests are read just far enough to find their end."""

    def __init__(self) -> None:
        self._buffer = b""
        self._connection = next(_CONNECTIONS)  # not its address: the next connection may be made in the same place
        self._served = 0
        self._timers: list[asyncio.TimerHandle] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in self._timers:
            timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            size = end + 4 + _content_length(self._buffer[:end])
            if len(self._buffer) < size:
                return
            request, self._buffer = self._buffer[end + 4 : size], self._buffer[size:]
            self._served += 1
            if b'"stream":true' in request.replace(b" ", b""):
                self._stream()
            else:
                self._answer()

    def _answer(self) -> None:
        place = f"{self._connection} at {self._served}"  # nginx says "in": the two never agree
        text = answer_text(place, _TEXTS[self._served % len(_TEXTS)]).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n"
        self._transport.write(head.encode() + text)

    def _stream(self) -> None:
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        self._transport.write(head.encode())
        loop = asyncio.get_running_loop()
        begin = loop.time()
        self._timers = [loop.call_at(begin + place * GAP_S, self._chunk) for place in range(CHUNKS)]
        self._timers.append(loop.call_at(begin + CHUNKS * GAP_S, self._finish))

    def _chunk(self) -> None:
        now = time.monotonic_ns() // 1000
        self._event(_chunk_text({"content": spell(now) + " "}, None))

    def _finish(self) -> None:
        self._event(_chunk_text({}, "stop"))
        self._event("[DONE]")
        self._transport.write(b"0\r\n\r\n")

    def _event(self, data: str) -> None:
        event = f"data: {data}\n\n".encode()
        self._transport.write(b"%x\r\n%s\r\n" % (len(event), event))


def _chunk_text(delta: dict[str, str], reason: str | None) -> str:
    return json.dumps(
        {
            "id": "chatcmpl-bench",
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": "demo-stream",
            "system_fingerprint": None,
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
        },
        separators=(",", ":"),
    )


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(port: int) -> None:
    """Serve until ended."""
    server = await asyncio.get_running_loop().create_server(_Upstream, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
