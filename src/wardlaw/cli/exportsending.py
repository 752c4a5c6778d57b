"""Targets of the export: how each is spoken to, and when it has taken what it was given."""

from __future__ import annotations

import fcntl
import os
import socket
import ssl
import struct
import termios
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import assert_never
from urllib.parse import urlsplit

import msgspec

from wardlaw import __version__
from wardlaw.audit.siem import Item, cef_message, ocsf_lines, otlp_body
from wardlaw.config.load import read_secret
from wardlaw.config.proving import ExportKind, ExportTarget
from wardlaw.facts.errors import ConfigError, UnavailableError, WardlawError

_MOST_ANSWER_BYTES = 65_536


class _PartialSuccess(msgspec.Struct, frozen=True):
    rejectedLogRecords: str | int = 0  # noqa: N815 (as OTLP has it)


class _OtlpAnswer(msgspec.Struct, frozen=True):
    partialSuccess: _PartialSuccess = _PartialSuccess()  # noqa: N815 (as OTLP has it)


def deliver(target: ExportTarget, items: Sequence[Item], *, log: str, env: Mapping[str, str]) -> int:
    """Give a batch to a target; answers how many of it the target says it has dropped for good.

    Args:
        log: Origin of the log.

    Raises:
        UnavailableError: WL-EXP-001 it did not take it, or nobody can tell whether it did.
        ConfigError: WL-EXP-002 its certificates cannot be read.
    """
    try:
        match target.kind:
            case ExportKind.FILE:
                _append(Path(target.path), ocsf_lines(items, log=log, version=__version__))
                return 0
            case ExportKind.WEBHOOK:
                body = ocsf_lines(items, log=log, version=__version__)
                _post(target, body, "application/x-ndjson", env=env)
                return 0
            case ExportKind.OTLP:
                body = otlp_body(items, log=log, version=__version__)
                return _dropped(_post(target, body, "application/json", env=env))
            case ExportKind.SYSLOG:
                host = socket.gethostname()
                _speak(target, [cef_message(one, log=log, version=__version__, host=host) for one in items])
                return 0
            case unknown:
                assert_never(unknown)
    except (OSError, HTTPException) as error:
        raise _not_taken(target, f"{type(error).__name__} {error}".strip()) from error


def _append(path: Path, lines: bytes) -> None:
    """Append whole lines, on the disk before this returns; half a line that a crash left is ended first."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                lines = b"\n" + lines
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _post(target: ExportTarget, body: bytes, content_type: str, *, env: Mapping[str, str]) -> bytes:
    headers = {"content-type": content_type, "user-agent": f"wardlaw/{__version__}"}
    if target.token:
        headers["authorization"] = f"Bearer {read_secret(target.token, env=env, what=f'the token of {target.name}')}"
    parts = urlsplit(target.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(
            parts.hostname or "", parts.port, timeout=target.timeout_s, context=_context(target.ca)
        )
    else:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=target.timeout_s)
    try:
        connection.connect()
        with _within(target.timeout_s, connection.sock):
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            told = answer.read(_MOST_ANSWER_BYTES)
    finally:
        connection.close()
    # A redirect is not followed: it would lead to a place nobody configured.
    if not 200 <= answer.status < 300:
        raise _not_taken(target, f"it answered {answer.status}")
    return told


@contextmanager
def _within(seconds: float, stream: socket.socket) -> Iterator[None]:
    """End a connection after a time, however busy the other side keeps it with a byte now and then.

    Raises:
        TimeoutError: It was ended; what came until then is no answer, though it may look like one.
    """
    ended = threading.Event()

    def end() -> None:
        ended.set()
        with suppress(OSError):
            stream.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if ended.is_set():
            raise TimeoutError(f"no whole answer within {seconds:g} s")


def _dropped(answer: bytes) -> int:
    """Records that an OTLP receiver says it will never take; the protocol forbids sending them again."""
    try:
        return int(msgspec.json.decode(answer, type=_OtlpAnswer).partialSuccess.rejectedLogRecords) if answer else 0
    except (msgspec.MsgspecError, ValueError):
        return 0


def _speak(target: ExportTarget, messages: Sequence[bytes]) -> None:
    """Send messages by octet counting (RFC 6587 3.4.1, RFC 5425 4.3) and wait until the other side has them."""
    parts = urlsplit(target.url)
    host = parts.hostname or ""
    with socket.create_connection((host, parts.port or 0), timeout=target.timeout_s) as plain:
        tls = _context(target.ca).wrap_socket(plain, server_hostname=host) if parts.scheme == "tls" else None
        with tls or plain as stream, _within(2 * target.timeout_s, stream):
            stream.sendall(b"".join(b"%d %s" % (len(one), one) for one in messages))
            stream.shutdown(socket.SHUT_WR)
            _wait_taken(target, stream)


def _wait_taken(target: ExportTarget, stream: socket.socket) -> None:
    """Syslog has no word for "taken": the other side ends the connection, or its machine has confirmed every byte."""
    try:
        while stream.recv(4096):
            pass
    except TimeoutError:
        unsent = struct.unpack("i", fcntl.ioctl(stream.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0]
        if unsent:
            raise _not_taken(target, f"{unsent} bytes were not confirmed") from None


def _context(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        raise ConfigError(
            "WL-EXP-002", f"The certificates in {ca} cannot be read.", "Check the path and that it is a PEM file."
        ) from error


def _not_taken(target: ExportTarget, why: str) -> WardlawError:
    return UnavailableError(
        "WL-EXP-001",
        f"The target {target.name} did not take a batch: {why}.",
        "It is sent again, with growing pauses; see `wardlaw audit export-status`.",
    )
