from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
from bench.load import MARK, LoadResult, LoadSpec, lua_script, read_result, run_own

SPEC = LoadSpec(
    port=1, headers=[{"authorization": 'Bearer "a"'}], seconds=0.2, prompt_bytes=1_000, seed=3, connections=2
)


def test_results_are_found_in_the_output() -> None:
    line = MARK + '{"requests":10,"seconds":2.0,"p50_us":5.0,"p99_us":9.5,"errors":1}'
    result = read_result(f"Running 2s test\n{line}\nRequests/sec: 5\n")
    assert result == LoadResult(10, 2.0, 5.0, 9.5, 1)
    assert result.per_second == 5


def test_output_without_a_result_is_an_error() -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        read_result("unable to connect to 127.0.0.1:1")


def test_the_script_sends_every_caller() -> None:
    script = lua_script(SPEC)
    assert r'["authorization"]="Bearer \"a\""' in script
    assert "local count" in script


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_wrk_takes_the_script(tmp_path: Path) -> None:
    path = tmp_path / "load.lua"
    path.write_text(lua_script(SPEC))
    done = subprocess.run(
        ["wrk", "-t1", "-c1", "-d1s", "-s", str(path), "http://127.0.0.1:1/"],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert "lua" not in done.stderr.lower()
    assert "connect" in done.stderr.lower() + done.stdout.lower()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]) -> None:
    """A server that keeps what it was sent; the third answer is an error."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            seen.append(await reader.readexactly(size))
            status = b"500 Broken" if len(seen) == 3 else b"200 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 2\r\n\r\n{}")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def test_the_own_client_asks_again_and_counts_errors() -> None:
    seen: list[bytes] = []

    async def main() -> LoadResult:
        running: list[asyncio.Task[None]] = []

        def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            running.append(asyncio.get_running_loop().create_task(_answer(reader, writer, seen)))

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        result = await run_own(LoadSpec(port=port, headers=[{}], seconds=0.2, prompt_bytes=100, seed=3, connections=2))
        await asyncio.gather(*running)
        server.close()
        return result

    result = asyncio.run(main())
    assert result.requests >= 10
    assert result.errors == 1
    assert len(set(seen)) == len(seen) >= result.requests
