"""The witness behind TLS, and syslog over TLS, with a certificate made for the test."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from wardlaw.audit.cosignature import cosigned_at
from wardlaw.facts.errors import UnavailableError
from wardlaw.store.secondplace import SyslogPlace, WitnessPlace
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries
from wardlaw.witness.folder import WitnessFolder, add_log, create_key
from wardlaw.witness.server import WitnessServer

LOG = MemoryLog(make_entries(5))


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """(server context, client context that trusts it)."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


def test_a_witness_over_tls(tls, tmp_path):
    key = create_key(tmp_path, "witness.example/w1")
    add_log(tmp_path, log_key().verifier)
    folder = WitnessFolder(tmp_path)
    server = WitnessServer(folder, "127.0.0.1", port=0, tls=tls[0], tell=lambda line: None)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"https://127.0.0.1:{server.server_port}"
        line = WitnessPlace(url, key, context=tls[1]).submit(LOG.signed, lambda old, new: [])
        assert cosigned_at(LOG.signed.note.with_signature(line), key)
        with pytest.raises(UnavailableError, match="WL-AUD-030"):  # the system does not trust the certificate
            WitnessPlace(url, key).submit(LOG.signed, lambda old, new: [])
        with pytest.raises(UnavailableError, match="WL-AUD-030"):
            WitnessPlace(url.replace("https", "http"), key).submit(LOG.signed, lambda old, new: [])
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        folder.close()


def test_syslog_over_tls(tls):
    received = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept():
            connection, _ = server.accept()
            with tls[0].wrap_socket(connection, server_side=True) as stream:
                while data := stream.recv(4096):
                    received.append(data)

        thread = threading.Thread(target=accept)
        thread.start()
        url = f"tls://127.0.0.1:{server.getsockname()[1]}"
        SyslogPlace(url, now=lambda: 0.0, context=tls[1]).submit(LOG.signed, lambda old, new: [])
        thread.join(10)
    assert b" checkpoint [log@32473 " in b"".join(received)
