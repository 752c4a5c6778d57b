"""The log told to real receivers on loopback: taken once, kept when they fail, and gone on with when they are back."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from bench.exporting import row_of
from sqlalchemy import delete, insert
from sqlalchemy.engine import Engine

from tests.unit.console.notify.receivers import make_certificate, running, web
from wardlaw.cli.exportkeeping import IDLE_S, TargetKeeper
from wardlaw.config.proving import ExportKind, ExportTarget
from wardlaw.config.secretref import SecretRef
from wardlaw.store.database import reading, writing
from wardlaw.store.exports import ExportCursor, read_cursor
from wardlaw.store.tables import RECORD
from wardlaw.testing.databases import sqlite_database

COVERS = ("exportsending",)
NOW = 1_790_000_000.0


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Engine]:
    with sqlite_database(tmp_path) as engine:
        with writing(engine) as connection:
            connection.execute(insert(RECORD), [row_of(leaf) for leaf in range(10)])
        yield engine


def keeper(engine: Engine, kind: ExportKind, **more: object) -> TargetKeeper:
    target = ExportTarget("siem", kind, **{"batch": 4, "timeout_s": 2.0} | more)
    return TargetKeeper(engine, target, origin="wardlaw/test", env={"TOKEN": "secret"}, clock=lambda: NOW)


def cursor(engine: Engine) -> ExportCursor:
    with reading(engine) as connection:
        return read_cursor(connection, "siem")


def uids(lines: bytes) -> list[str]:
    return [json.loads(line)["metadata"]["uid"] for line in lines.splitlines()]


ALL = [f"dec_{leaf:032x}" for leaf in range(10)]


def test_a_file_gets_every_record_once_in_order_and_goes_on_after_a_crash(tables: Engine, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b'{"half": ')
    made = keeper(tables, ExportKind.FILE, path=str(path))
    assert [made.turn() for _ in range(4)] == [0.0, 0.0, IDLE_S, IDLE_S]
    half, *lines = path.read_bytes().splitlines()
    assert half == b'{"half": '
    assert uids(b"\n".join(lines)) == ALL
    assert cursor(tables) == ExportCursor("siem", 10, 10, 0, 0, NOW, 0, "")


def test_a_webhook_that_refuses_is_asked_again_with_growing_pauses_and_loses_nothing(tables: Engine) -> None:
    with web([500, 302, 429, 200]) as receiver:
        made = keeper(
            tables, ExportKind.WEBHOOK, url=f"http://127.0.0.1:{receiver.port}/in", token=SecretRef("env", "TOKEN")
        )
        assert [made.turn() for _ in range(3)] == [1.0, 2.0, 4.0]
        assert (cursor(tables).next_leaf, cursor(tables).failures) == (0, 3)
        assert "429" in cursor(tables).error
        assert [made.turn() for _ in range(3)] == [0.0, 0.0, IDLE_S]
        assert cursor(tables) == ExportCursor("siem", 10, 10, 0, 0, NOW, 0, "")
        bodies = [body for _, _, body in receiver.seen]
        assert uids(bodies[0]) == uids(bodies[3]) == ALL[:4]
        assert uids(b"".join(bodies[3:])) == ALL
        assert receiver.seen[0][1]["authorization"] == "Bearer secret"


def test_the_pause_never_grows_beyond_five_minutes(tables: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    made = keeper(tables, ExportKind.WEBHOOK, url=f"http://127.0.0.1:{port}/")
    assert [made.turn() for _ in range(12)][-1] == 300.0


def test_a_target_that_is_back_after_a_day_gets_everything_in_order_and_another_never_waited(
    tables: Engine, tmp_path: Path
) -> None:
    clock = [NOW]
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gone, file = (
        TargetKeeper(tables, target, origin="wardlaw/test", env={}, clock=lambda: clock[0])
        for target in (
            ExportTarget("siem", ExportKind.WEBHOOK, url=f"http://127.0.0.1:{port}/in", batch=7, timeout_s=2.0),
            ExportTarget("file", ExportKind.FILE, path=str(tmp_path / "out.jsonl"), batch=7, timeout_s=2.0),
        )
    )
    for hour in (0, 12, 24):
        clock[0] = NOW + hour * 3_600
        assert gone.turn() >= 1.0
        with writing(tables) as connection:
            connection.execute(insert(RECORD), [row_of(10 + hour + place) for place in range(12)])
        while file.turn() == 0.0:
            pass
    expected = [f"dec_{leaf:032x}" for leaf in range(46)]
    assert uids((tmp_path / "out.jsonl").read_bytes()) == expected
    clock[0] -= 40 * 86_400  # and whoever sets the clock back takes nothing from it
    with web([200], on=port) as receiver:
        while gone.turn() == 0.0:
            pass
        assert uids(b"".join(body for _, _, body in receiver.seen)) == expected
    assert (cursor(tables).sent, cursor(tables).missing, cursor(tables).failures) == (46, 0, 0)
    assert cursor(tables).sent_at == clock[0]


def test_a_target_that_hangs_is_given_up_in_its_time_and_tried_again(tables: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = keeper(tables, ExportKind.WEBHOOK, url=f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_s=0.2)
        assert made.turn() == 1.0
        assert (cursor(tables).next_leaf, cursor(tables).failures) == (0, 1)


def test_a_target_that_answers_a_byte_now_and_then_is_given_up_too(tables: Engine) -> None:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.sendall(b"HTTP/1.1 200 ")
                while True:
                    time.sleep(0.05)
                    self.request.sendall(b"O")

    with running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        assert keeper(tables, ExportKind.WEBHOOK, url=f"http://127.0.0.1:{port}/", timeout_s=0.3).turn() == 1.0
    assert cursor(tables).next_leaf == 0


def test_a_receiver_of_otlp_that_drops_records_is_believed_and_counted(tables: Engine) -> None:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            size = 0
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            seen.append(json.loads(self.rfile.read(size)))
            told = b'{"partialSuccess": {"rejectedLogRecords": "2", "errorMessage": "too old"}}'
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(told) + told)

    seen: list[dict] = []
    with running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        assert keeper(tables, ExportKind.OTLP, url=f"http://127.0.0.1:{port}/v1/logs", batch=50).turn() == IDLE_S
    assert (cursor(tables).sent, cursor(tables).refused) == (10, 2)
    assert len(seen[0]["resourceLogs"][0]["scopeLogs"][0]["logRecords"]) == 10


@pytest.mark.parametrize("tls", [False, True])
def test_syslog_gets_whole_messages_by_their_length(tables: Engine, tmp_path: Path, tls: bool) -> None:
    certificate = make_certificate(tmp_path) if tls else None
    got = bytearray()
    done = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            stream = certificate.context.wrap_socket(self.request, server_side=True) if certificate else self.request
            while piece := stream.recv(65_536):
                got.extend(piece)
            done.set()
            stream.close()

    with running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        url = f"{'tls' if tls else 'tcp'}://127.0.0.1:{port}"
        made = keeper(tables, ExportKind.SYSLOG, url=url, ca=certificate.ca if certificate else "", batch=50)
        assert made.turn() == IDLE_S
        assert done.wait(5)
    messages, rest = [], bytes(got)
    while rest:
        size, _, rest = rest.partition(b" ")
        messages.append(rest[: int(size)])
        rest = rest[int(size) :]
    assert len(messages) == 10
    assert all(f"externalId={uid} ".encode() in one for uid, one in zip(ALL, messages, strict=True))


def test_records_that_are_gone_are_told_and_counted(tables: Engine, tmp_path: Path) -> None:
    with writing(tables) as connection:
        connection.execute(delete(RECORD).where(RECORD.c.leaf_index < 6))
    path = tmp_path / "out.jsonl"
    keeper(tables, ExportKind.FILE, path=str(path), batch=50).turn()
    assert uids(path.read_bytes()) == ["gap_0_5", *ALL[6:]]
    assert (cursor(tables).missing, cursor(tables).next_leaf) == (6, 10)


def test_certificates_that_cannot_be_read_are_told_and_nothing_is_lost(tables: Engine) -> None:
    made = keeper(tables, ExportKind.WEBHOOK, url="https://127.0.0.1:1/", ca="/nowhere.pem")
    assert made.turn() == 1.0
    assert "certificates" in cursor(tables).error
    assert cursor(tables).next_leaf == 0
