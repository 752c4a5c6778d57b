"""What is told of viewers of live traffic."""

from __future__ import annotations

import asyncio
import json

from bench.live import VIEWERS, Round, Tally, Watched, figures, watch


def told(newest_ms: int, *, shown: int = 20, fitting: int = 1_000, lost: int = 0) -> bytes:
    said = {"shown": shown, "fitting": fitting, "seconds": 1.0, "lost": lost, "newest_ms": newest_ms}
    return b"data: " + json.dumps(said).encode() + b"\n"


def test_a_tally_leaves_out_the_first_seconds_and_what_is_no_count() -> None:
    tally = Tally(since=100.0)
    tally.line(told(98_000), 99.0)
    tally.line(b"data: <tr></tr>\n", 101.0)
    tally.line(b": still here\n", 101.0)
    tally.line(told(100_250, lost=7), 101.0)
    assert (tally.rows, tally.told, tally.lost, tally.delays_ms) == (20, 1_000, 7, [750.0])


def test_figures_are_for_one_viewer_and_ratios_within_pairs() -> None:
    watched = Watched(2.0, rows=40 * VIEWERS, told=2_000 * VIEWERS, lost=3, delays_ms=[500.0, 700.0])
    quiet, busy = [Round(2.0, 0.2)] * 3, [Round(2.0, 1.0, watched)] * 3
    found = figures(quiet, busy, made_per_s=1_000.0, rates=[0.9, 1.0, 1.1], costs=[1.0, 1.02, 1.2])
    assert (found.rows_per_s, found.told_per_s, found.lost, found.pairs) == (20.0, 1_000.0, 9, 3)
    assert (found.console_cores, found.quiet_cores) == (0.5, 0.1)
    assert (found.delay_p50_ms, found.delay_p99_ms) == (500.0, 700.0)
    assert (found.gateway_rate_ratio, found.gateway_cpu_ratio) == (1.0, 1.02)


def test_a_viewer_counts_what_it_is_sent_and_says_when_it_is_refused() -> None:
    async def seen(answer: bytes) -> tuple[bool, int]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        tally = Tally(since=0.0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            let_in = await watch(port, "a=b", tally, until=4e9)
        return let_in, tally.rows

    assert asyncio.run(seen(b"HTTP/1.1 200 OK\r\n\r\n" + told(1))) == (True, 20)
    assert asyncio.run(seen(b"HTTP/1.1 503 No\r\n\r\n")) == (False, 0)
