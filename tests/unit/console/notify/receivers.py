"""Real receivers on loopback: a web server, a mail server, a syslog; each keeps what it was sent."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def make_certificate(folder: Path) -> SimpleNamespace:
    """A certificate for 127.0.0.1 that is its own authority: ``.ca`` its file, ``.context`` the server's side."""
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
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return SimpleNamespace(ca=str(folder / "cert.pem"), context=context)


@contextlib.contextmanager
def running(server: socketserver.BaseServer) -> Iterator[int]:
    """Serve in a thread; gives the port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def web(answers: list[int], context: ssl.SSLContext | None = None, *, on: int = 0) -> Iterator[SimpleNamespace]:
    """A web server that answers with these statuses in turn, the last one for ever; ``.seen`` path, headers, body."""
    seen: list[tuple[str, dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            if status == 302:
                self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", on), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server) as port:
        yield SimpleNamespace(port=port, seen=seen)


@contextlib.contextmanager
def post_office(
    context: ssl.SSLContext | None = None, *, implicit: bool = False, refuses: str = ""
) -> Iterator[SimpleNamespace]:
    """A mail server: with a context it offers STARTTLS, or speaks TLS at once; ``.mails`` and ``.signed_in``."""
    mails: list[tuple[str, list[str], str]] = []
    signed_in: list[tuple[str, str]] = []
    under_tls: list[bool] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            stream = self.request
            if implicit and context is not None:
                stream = context.wrap_socket(stream, server_side=True)
            tls = implicit
            with contextlib.ExitStack() as opened:
                self._talk(stream, opened, tls=tls)

        def _talk(self, stream: socket.socket, opened: contextlib.ExitStack, *, tls: bool) -> None:
            opened.callback(lambda: stream.close())
            file = opened.enter_context(stream.makefile("rb"))

            def say(line: str) -> None:
                stream.sendall(line.encode() + b"\r\n")

            say("220 ready")
            sender, to = "", []
            while line := file.readline().decode().rstrip("\r\n"):
                verb = line.upper()
                if verb.startswith("EHLO"):
                    offers = [] if tls or context is None else ["STARTTLS"]
                    words = ["127.0.0.1", *offers, "AUTH PLAIN"]
                    for place, word in enumerate(words):
                        say(f"250{'-' if place < len(words) - 1 else ' '}{word}")
                elif verb == "STARTTLS":
                    say("220 go")
                    stream = context.wrap_socket(stream, server_side=True)  # type: ignore[union-attr]
                    file, tls = opened.enter_context(stream.makefile("rb")), True
                elif verb.startswith("AUTH PLAIN"):
                    _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                    signed_in.append((user, password))
                    say("235 welcome" if password == "right" else "535 no")
                elif verb.startswith("MAIL FROM"):
                    sender, to = line, []
                    say("250 ok")
                elif verb.startswith("RCPT TO"):
                    to.append(line)
                    say(f"550 {refuses}" if refuses and refuses in line else "250 ok")
                elif verb == "DATA":
                    say("354 go on")
                    body = ""
                    while (part := file.readline().decode()) != ".\r\n":
                        body += part
                    mails.append((sender, to, body))
                    under_tls.append(tls)
                    say("250 taken")
                elif verb == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    with running(server) as port:
        yield SimpleNamespace(port=port, mails=mails, signed_in=signed_in, under_tls=under_tls)


@contextlib.contextmanager
def log_receiver(context: ssl.SSLContext | None = None) -> Iterator[SimpleNamespace]:
    """A syslog over TCP or TLS; ``.read()`` waits for the next connection's bytes."""
    arrived: list[bytes] = []
    one = threading.Semaphore(0)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            stream = context.wrap_socket(self.request, server_side=True) if context else self.request
            whole = b""
            with stream, contextlib.suppress(ssl.SSLError, OSError):
                while part := stream.recv(4_096):
                    whole += part
            arrived.append(whole)
            one.release()

    def read() -> bytes:
        assert one.acquire(timeout=5.0)
        return arrived.pop(0)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    with running(server) as port:
        yield SimpleNamespace(port=port, read=read)
