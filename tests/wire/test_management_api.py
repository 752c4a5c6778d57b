"""The management API on real sockets: who is calling is told by the kernel or by a token, by nothing else."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.console_fakes import START, make_dependencies
from wardlaw.cli.client import ManagementClient
from wardlaw.console.api.app import build_api
from wardlaw.console.serve import ControlServer, TcpListener, UnixListener
from wardlaw.facts.errors import ConfigError, InputError, RefusedError, UnavailableError
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.store.database import writing
from wardlaw.store.tokens import create_first_admin_token

NOBODY = 65534


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wardlaw test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@pytest.fixture
def served(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The API on a Unix socket and on loopback, in a thread of its own; with the token that makes the first admin."""
    made = make_dependencies(tmp_path)
    with writing(made.engine) as connection:
        secret = made.entropy(SECRET_BYTES)
        made.first = create_first_admin_token(connection, secret=secret, now=START, lifetime_s=3600)
    # Not below tmp_path: a path of a socket may be long, and nobody may enter root's folders.
    made.path = Path(f"/tmp/wl-{os.getpid()}-{threading.get_ident() % 10**6}.sock")
    with Running(made, UnixListener(made.path, 0o666), TcpListener("127.0.0.1", 0)):
        yield made
    made.engine.dispose()


class Running:
    """Serve in a thread until left."""

    def __init__(self, made: SimpleNamespace, *listeners) -> None:
        self._made, self._listeners = made, listeners
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> None:
        self._thread.start()
        assert self._ready.wait(20)

    def __exit__(self, *_given: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = ControlServer(build_api(self._made.deps), self._listeners)
        await server.start()
        self._made.addresses = server.addresses
        self._ready.set()
        await self._stop.wait()
        await server.stop()


def as_nobody(path: Path) -> str:
    """What an account without a person is told, seen from a process of that account."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            ManagementClient(socket_path=path, timeout_s=10).get("/session")
            told = "let in"
        except RefusedError as error:
            told = f"{error.code} {error.message}"
        except BaseException as error:
            told = repr(error)
        os.write(write, told.encode())
        os._exit(0)
    os.close(write)
    told = os.read(read, 4096).decode()
    os.close(read)
    os.waitpid(child, 0)
    return told


def test_the_first_admin_is_whoever_redeems_the_token_and_the_kernel_vouches(served) -> None:
    client = ManagementClient(socket_path=served.path)
    with pytest.raises(RefusedError, match="WL-API-001"):
        client.get("/session")
    client.post("/session/redeem", {"token": served.first})
    assert client.get("/session")["uid"] == os.getuid()
    client.post("/persons", {"id": "person:ann", "name": "Ann", "roles": ["legal"]})
    assert served.recorder.records[-1][:3] == ("control", "person:admin", "persons.create")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
def test_another_account_is_another_person_or_nobody(served) -> None:
    ManagementClient(socket_path=served.path).post("/session/redeem", {"token": served.first})
    assert as_nobody(served.path) == f"WL-API-001 The account with uid {NOBODY} is bound to nobody."


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
def test_the_sockets_mode_keeps_other_accounts_out(served) -> None:
    served.path.chmod(0o600)
    assert as_nobody(served.path).startswith("WL-API-012 This account may not use")


def test_headers_do_not_make_anybody_a_person(served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(served.addresses[1].rpartition(":")[2]), timeout=10)
    ManagementClient(socket_path=served.path).post("/session/redeem", {"token": served.first})
    headers = {"wardlaw.peer_uid": str(os.getuid()), "x-wardlaw-uid": "0", "x-forwarded-for": "127.0.0.1"}
    connection.request("GET", "/api/session", headers=headers)
    response = connection.getresponse()
    assert response.status == 401
    assert response.headers.get("server") is None
    response.read()
    connection.close()


def test_tokens_over_loopback_until_they_are_revoked_or_expire(served) -> None:
    url = served.addresses[1]
    shown = ManagementClient(url=url).post("/session/redeem", {"token": served.first, "api_token": True, "days": 1})
    client = ManagementClient(url=url, token=shown["api_token"])
    assert client.get("/session")["uid"] == -1
    with pytest.raises(RefusedError, match="WL-API-001"):
        ManagementClient(url=url).get("/session")
    second = client.post("/session/tokens", {"label": "second", "days": 2})
    other = ManagementClient(url=url, token=second["text"])
    served.clock.now += 86_400
    with pytest.raises(RefusedError, match="WL-API-002"):
        client.get("/session")
    other.delete(f"/session/tokens/{second['token']['id']}")
    with pytest.raises(RefusedError, match="WL-API-002"):
        other.get("/session")


def test_a_token_over_the_socket_counts_instead_of_the_account(served) -> None:
    ManagementClient(socket_path=served.path).post("/session/redeem", {"token": served.first})
    with pytest.raises(RefusedError, match="WL-API-002"):
        ManagementClient(socket_path=served.path, token="wlt_wrong").get("/session")


def test_tls_is_verified(tmp_path: Path) -> None:
    made = make_dependencies(tmp_path)
    certificate, key = make_certificate(tmp_path)
    with Running(made, TcpListener("127.0.0.1", 0, certificate, key)):
        (url,) = made.addresses
        assert url.startswith("https://")
        assert ManagementClient(url=url, authority=certificate).get("/health") == {"status": "ok"}
        with pytest.raises(ConfigError, match="WL-API-013"):
            ManagementClient(url=url).get("/health")
    made.engine.dispose()


def test_old_tls_and_weak_ciphers_are_refused(tmp_path: Path) -> None:
    made = make_dependencies(tmp_path)
    certificate, key = make_certificate(tmp_path)

    def cipher(newest: ssl.TLSVersion, ciphers: str) -> str:
        context = ssl.create_default_context(cafile=certificate)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the old version, which is what is tried
            context.minimum_version, context.maximum_version = min(newest, ssl.TLSVersion.TLSv1_2), newest
        context.set_ciphers(ciphers)
        with (
            socket.create_connection(address, timeout=10.0) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as stream,
        ):
            return stream.cipher()[0]

    with Running(made, TcpListener("127.0.0.1", 0, certificate, key)):
        address = "127.0.0.1", int(made.addresses[0].rpartition(":")[2])
        assert cipher(ssl.TLSVersion.TLSv1_3, "DEFAULT").startswith("TLS_")
        assert "GCM" in cipher(ssl.TLSVersion.TLSv1_2, "DEFAULT")
        for newest, ciphers in (
            (ssl.TLSVersion.TLSv1_1, "ALL"),
            (ssl.TLSVersion.TLSv1_2, "AES+SHA1:AES+SHA256:AES+SHA384"),
        ):
            with pytest.raises(ssl.SSLError):
                cipher(newest, f"{ciphers}:!AESGCM:!AESCCM:@SECLEVEL=0")
    made.engine.dispose()


def test_many_changes_at_once_are_all_kept_and_recorded(served) -> None:
    client = ManagementClient(socket_path=served.path)
    client.post("/session/redeem", {"token": served.first})
    failures: list[Exception] = []

    def add(number: int) -> None:
        try:
            client.post("/persons", {"id": f"person:p{number}", "name": "x"})
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(client.get("/persons")) == 17
    assert len(served.recorder.of("persons.create")) == 16


@pytest.mark.parametrize(
    "lengths", ["content-length: 4\r\ntransfer-encoding: chunked", "content-length: 0\r\ncontent-length: 33"]
)
def test_a_request_that_tells_its_length_twice_ends_the_connection(served, lengths: str) -> None:
    hidden = "GET /api/health HTTP/1.1\r\nhost: a\r\n\r\n"
    with socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(10)
        raw.connect(str(served.path))
        raw.sendall(f"POST /api/session/redeem HTTP/1.1\r\nhost: a\r\n{lengths}\r\n\r\n0\r\n\r\n{hidden}".encode())
        raw.shutdown(socket.SHUT_WR)
        told = b"".join(iter(lambda: raw.recv(65_536), b""))
    assert told.startswith(b"HTTP/1.1 400")
    assert told.count(b"HTTP/1.1 ") == 1
    assert b'"status":"ok"' not in told


def test_garbage_ends_the_connection_and_nothing_else(served) -> None:
    for garbage in (b"\x16\x03\x01\x00garbage\r\n\r\n", b"GET /api/health HTTP/9.9\r\n\r\n", b"POST /api/keys\r\n"):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(10)
            raw.connect(str(served.path))
            raw.sendall(garbage)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(4096):
                pass
    assert ManagementClient(socket_path=served.path).get("/health") == {"status": "ok"}


def test_a_stopped_server_is_unavailable(served) -> None:
    path = served.path.with_suffix(".none")
    with pytest.raises(UnavailableError, match="wardlaw up"):
        ManagementClient(socket_path=path).get("/health")
    with pytest.raises(InputError, match="WL-API-004"):
        ManagementClient(socket_path=served.path).get("/none")
