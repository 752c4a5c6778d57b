"""The witness over real sockets, with the client the sequencer uses."""

from __future__ import annotations

import http.client
import socket
import threading

import pytest

from wardlaw.audit.cosignature import cosigned_at
from wardlaw.audit.merkle import consistency_proof
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.store.secondplace import WitnessPlace, origin_folder
from wardlaw.testing.memorylog import LOG_NAME, MemoryLog, log_key, make_entries, make_entry, witness_key
from wardlaw.witness.folder import WitnessFolder, add_log, create_key
from wardlaw.witness.server import WitnessServer, serve

LOG = MemoryLog(make_entries(100))
FORK = MemoryLog([*LOG.entries[:50], make_entry(50, note="forged"), *LOG.entries[51:]])


@pytest.fixture
def lines():
    return []


@pytest.fixture
def running(tmp_path, lines):
    key = create_key(tmp_path / "w", "witness.example/w1")
    add_log(tmp_path / "w", log_key().verifier)
    folder = WitnessFolder(tmp_path / "w")
    server = WitnessServer(folder, "127.0.0.1", port=0, tell=lines.append)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server, key
    server.shutdown()
    thread.join(10)
    server.server_close()
    folder.close()


def place(running):
    server, key = running
    return WitnessPlace(f"http://127.0.0.1:{server.server_port}", key)


def prover(log=LOG):
    return lambda old, new: consistency_proof(old, new, log.reader())


def ask(running, method, path, body=b"", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", running[0].server_port, timeout=5)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, data


def test_a_growing_log_is_cosigned_and_can_be_read(running):
    client = place(running)
    assert client.newest(LOG_NAME) is None
    for size in (0, 10, 10, 100):
        signed = LOG.signed_at(size)
        line = client.submit(signed, prover())
        assert cosigned_at(signed.note.with_signature(line), running[1]) > 1_700_000_000
    assert b"\n100\n" in client.newest(LOG_NAME).note


def test_a_client_that_forgot_learns_where_the_witness_stands(running):
    place(running).submit(LOG.signed_at(40), prover())
    assert place(running).submit(LOG.signed_at(90), prover()) is not None


def test_a_shrunken_log_and_a_fork_are_refused(running):
    place(running).submit(LOG.signed_at(60), prover())
    with pytest.raises(EvidenceError, match=r"WL-AUD-022.*saw 60 records, this log has 40"):
        place(running).submit(LOG.signed_at(40), prover())
    with pytest.raises(EvidenceError, match="WL-AUD-023"):
        place(running).submit(FORK.signed_at(60), prover(FORK))
    with pytest.raises(EvidenceError, match="WL-AUD-023"):
        place(running).submit(FORK.signed_at(100), prover(FORK))
    assert b"\n60\n" in place(running).newest(LOG_NAME).note


def test_an_unknown_log_or_key_is_told(running):
    other = MemoryLog(make_entries(3), key=log_key(9))
    with pytest.raises(ConfigError, match="WL-AUD-035"):
        place(running).submit(other.signed, prover(other))


def test_a_witness_with_another_key_is_not_believed(running):
    server, _ = running
    client = WitnessPlace(f"http://127.0.0.1:{server.server_port}", witness_key().verifier)
    with pytest.raises(EvidenceError, match="WL-AUD-011"):
        client.submit(LOG.signed_at(5), prover())


def test_bad_requests(running):
    assert ask(running, "POST", "/add-checkpoint", b"junk")[0] == 400
    assert ask(running, "POST", "/other", b"x")[0] == 404
    assert ask(running, "POST", "/add-checkpoint", b"", {"content-length": "99999999999"})[0] == 413
    assert ask(running, "POST", "/add-checkpoint", b"", {"content-length": "x"})[0] == 411
    assert ask(running, "GET", "/health") == (200, b"ok\n")
    assert ask(running, "GET", f"/logs/{origin_folder(LOG_NAME)}/checkpoint")[0] == 404
    assert ask(running, "GET", "/logs/../key")[0] == 404
    assert ask(running, "GET", "/key")[0] == 404


def test_a_broken_connection_does_no_harm(running, lines):
    with socket.create_connection(("127.0.0.1", running[0].server_port)) as raw:
        raw.sendall(b"POST /add-checkpoint HTTP/1.1\r\ncontent-length: 500\r\n\r\nold 0")
    assert ask(running, "GET", "/health")[0] == 200


def test_a_checkpoint_that_cannot_be_stored_is_not_cosigned(running, tmp_path, lines):
    (tmp_path / "w" / "logs" / origin_folder(LOG_NAME) / ".checkpoint.tmp").mkdir()
    with pytest.raises(UnavailableError, match="WL-AUD-030"):
        place(running).submit(LOG.signed_at(5), prover())
    assert any("WL-AUD-040" in line for line in lines)


def test_two_submissions_at_once_never_roll_the_witness_back(running):
    errors = []

    def submit(size):
        try:
            place(running).submit(LOG.signed_at(size), prover())
        except (EvidenceError, UnavailableError) as error:
            errors.append(error)

    threads = [threading.Thread(target=submit, args=(size,)) for size in range(1, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    held = running[0]._folder.held(LOG_NAME)
    assert held == LOG.signed_at(held.size).checkpoint
    assert all(error.code in ("WL-AUD-022", "WL-AUD-030") for error in errors)


def test_only_loopback_or_tls(tmp_path):
    create_key(tmp_path, "w")
    with pytest.raises(ConfigError, match="WL-AUD-035"):
        serve(tmp_path, "127.0.0.1:0")
    add_log(tmp_path, log_key().verifier)
    with pytest.raises(ConfigError, match="WL-AUD-032"):
        serve(tmp_path, "0.0.0.0:0")
    with pytest.raises(ConfigError, match="WL-AUD-032"):
        serve(tmp_path, "nowhere")
    with pytest.raises(ConfigError, match="WL-AUD-032"):
        WitnessPlace("http://witness.example", witness_key().verifier)
