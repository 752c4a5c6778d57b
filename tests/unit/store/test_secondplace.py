"""Second places: write-once folder, syslog, and a witness that cannot be reached."""

from __future__ import annotations

import re
import socket
import threading
from base64 import b64decode
from itertools import pairwise

import pytest

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.secondplace import SyslogPlace, WitnessPlace, WriteOncePlace, is_loopback, origin_folder, syslog_line
from wardlaw.testing.memorylog import LOG_NAME, MemoryLog, make_entries, witness_key

LOG = MemoryLog(make_entries(20))
NOW = 1_790_000_000.25


def no_proof(old, new):
    raise AssertionError("no proof is needed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_write_once_folder_is_only_added_to(tmp_path):
    clock = iter([NOW, NOW + 1, NOW + 86_400])
    place = WriteOncePlace(tmp_path, now=lambda: next(clock))
    assert place.newest(LOG_NAME) is None
    contents = []
    for size in (5, 10, 20):
        assert place.submit(LOG.signed_at(size), no_proof) is None
        contents.append({p.name: p.read_bytes() for p in tmp_path.iterdir()})
        assert place.newest(LOG_NAME).note == LOG.signed_at(size).note.encode()
    assert sorted(contents[-1]) == [f"{origin_folder(LOG_NAME)}-{day}.jsonl" for day in ("20260921", "20260922")]
    for before, after in pairwise(contents):
        assert all(after[name].startswith(data) for name, data in before.items())
    assert place.newest("another.example/log") is None


def test_a_rewritten_line_is_handed_to_the_comparison(tmp_path):
    place = WriteOncePlace(tmp_path, now=lambda: NOW)
    (tmp_path / f"{origin_folder(LOG_NAME)}-20260921.jsonl").write_bytes(b"not json\n")
    assert place.newest(LOG_NAME).note == b"not json"


def test_a_missing_folder_is_told(tmp_path):
    place = WriteOncePlace(tmp_path / "absent", now=lambda: NOW)
    with pytest.raises(UnavailableError, match="WL-AUD-033"):
        place.submit(LOG.signed, no_proof)


def test_the_syslog_line_holds_the_whole_checkpoint():
    line = syslog_line(LOG.signed, at=NOW, host="höst one").decode()
    match = re.fullmatch(
        r"<109>1 2026-09-21T14:13:20\.250Z hstone wardlaw - checkpoint "
        r'\[log@32473 size="20" note="([A-Za-z0-9+/=]+)"\]',
        line,
    )
    assert b64decode(match[1]) == LOG.signed.note.encode()


def test_udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        place = SyslogPlace(f"udp://127.0.0.1:{server.getsockname()[1]}", now=lambda: NOW)
        assert place.submit(LOG.signed, no_proof) is None and place.newest(LOG_NAME) is None
        assert server.recv(4096).startswith(b"<109>1 2026-09-21T")


def test_tcp_counts_its_octets():
    received = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept():
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(4096):
                    received.append(data)

        thread = threading.Thread(target=accept)
        thread.start()
        SyslogPlace(f"tcp://127.0.0.1:{server.getsockname()[1]}", now=lambda: NOW).submit(LOG.signed, no_proof)
        thread.join(5)
    count, line = b"".join(received).split(b" ", 1)
    assert int(count) == len(line) and line.startswith(b"<109>1 ")


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_an_unreachable_syslog_is_told(scheme):
    with pytest.raises(UnavailableError, match="WL-AUD-037"):
        SyslogPlace(f"{scheme}://127.0.0.1:{free_port()}", now=lambda: NOW).submit(LOG.signed, no_proof)


@pytest.mark.parametrize("url", ["", "syslog.example:514", "http://x:1", "udp://host", "tcp://:5"])
def test_addresses_that_are_none(url):
    with pytest.raises(ConfigError, match="WL-AUD-036"):
        SyslogPlace(url, now=lambda: NOW)


def test_an_unreachable_witness_is_told():
    place = WitnessPlace(f"http://127.0.0.1:{free_port()}", witness_key().verifier)
    for call in (lambda: place.submit(LOG.signed, no_proof), lambda: place.newest(LOG_NAME)):
        with pytest.raises(UnavailableError, match="WL-AUD-030"):
            call()


def test_loopback():
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1"))
    assert not any(is_loopback(host) for host in ("", "0.0.0.0", "10.0.0.1", "localhost.example", "witness"))
