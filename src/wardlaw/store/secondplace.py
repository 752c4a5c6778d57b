"""Second places: where checkpoints go that the operator of the log cannot rewrite.

A witness (C2SP tlog-witness), a folder on write-once storage, a remote syslog. What they kept is compared with the
log at start and by ``audit verify``: a cut tail, a restored old copy and a second history are found that way.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from wardlaw.audit.checkpoint import SignedCheckpoint, parse_decimal
from wardlaw.audit.cosignature import cosigned_at
from wardlaw.audit.note import MAX_NOTE_BYTES, NoteSignature, VerifierKey, parse_signature_line
from wardlaw.audit.seen import Seen
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.store.logdir import sync_folder

TIMEOUT_S = 2.0  # a hung second place must not hold the log up for long
Prove = Callable[[int, int], list[bytes]]  # consistency proof from an old size to a new one


class SecondPlace(Protocol):
    """Somewhere a checkpoint is kept out of the operator's reach."""

    name: str

    def newest(self, origin: str) -> Seen | None:
        """The newest checkpoint of the log kept there; None when there is none or it cannot tell.

        Raises:
            UnavailableError: It cannot be reached.
        """

    def submit(self, signed: SignedCheckpoint, prove: Prove) -> NoteSignature | None:
        """Hand over a checkpoint; gives the cosignature of a witness.

        Raises:
            UnavailableError: It cannot be reached now.
            ConfigError: It does not know this log.
            EvidenceError: It saw a larger log or another history.
        """


class WitnessPlace:
    """A witness reached over HTTP.

    Args:
        url: Submission prefix; ``https``, or ``http`` on loopback.
        key: The witness's public key.
        context: TLS settings; the system's trust store by default.

    Raises:
        ConfigError: The url is neither TLS nor loopback.
    """

    def __init__(self, url: str, key: VerifierKey, *, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
            raise ConfigError(
                "WL-AUD-032",
                f"The witness address {url} is neither https nor http on loopback.",
                "Put TLS in front of the witness, or run it on this machine.",
            )
        self.name = key.name
        self._key = key
        self._tls = (context or ssl.create_default_context()) if parts.scheme == "https" else None
        self._host, self._port = host, parts.port
        self._prefix = parts.path.rstrip("/")
        self._old = 0  # size of the last checkpoint it cosigned, as far as we know

    def newest(self, origin: str) -> Seen | None:
        """The checkpoint the witness serves for reading; a witness without that interface cannot tell."""
        status, body = self._ask("GET", f"/logs/{origin_folder(origin)}/checkpoint", b"")
        return Seen(f"witness {self.name}", body) if status == 200 else None

    def submit(self, signed: SignedCheckpoint, prove: Prove) -> NoteSignature | None:
        """Ask for a cosignature; learns the size the witness knows from its answer."""
        size = signed.checkpoint.size
        for _ in range(2):  # the first answer may only tell where the witness stands
            old = min(self._old, size)
            status, body = self._ask("POST", "/add-checkpoint", _request(old, signed, prove))
            if status != 409:
                return self._accept(status, body, signed)
            known = parse_decimal(body.decode("ascii", "replace").removesuffix("\n"))
            if known is None:
                raise self._unavailable("it answered 409 without a size")
            if known > size:
                raise larger_log_error(f"The witness {self.name}", known, size)
            if known == old:
                raise self._fork()
            self._old = known
        raise self._unavailable("somebody else submits this log's checkpoints at the same time")

    def _accept(self, status: int, body: bytes, signed: SignedCheckpoint) -> NoteSignature:
        if status == 422:
            raise self._fork()
        if status in (403, 404):
            raise ConfigError(
                "WL-AUD-035",
                f"The witness {self.name} does not know this log or its key (status {status}).",
                "Give the log's public key to whoever runs the witness.",
            )
        if status != 200:
            raise self._unavailable(f"it answered {status}")
        for line in body.decode("utf-8", "replace").splitlines():
            try:
                signature = parse_signature_line(line)
            except EvidenceError:
                continue
            if (signature.name, signature.key_id) == (self._key.name, self._key.key_id):
                cosigned_at(signed.note.with_signature(signature), self._key)
                self._old = signed.checkpoint.size
                return signature
        raise EvidenceError(
            "WL-AUD-011",
            f"The witness {self.name} answered without a cosignature by its key.",
            "Compare the witness's public key in the configuration with the one it prints.",
        )

    def _ask(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        connection: HTTPConnection
        if self._tls is not None:
            connection = HTTPSConnection(self._host, self._port, timeout=TIMEOUT_S, context=self._tls)
        else:
            connection = HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
        try:
            connection.request(method, self._prefix + path, body=body or None)
            answer = connection.getresponse()
            return answer.status, answer.read(MAX_NOTE_BYTES)
        except (OSError, HTTPException) as error:
            raise self._unavailable(str(error) or type(error).__name__) from error
        finally:
            connection.close()

    def _unavailable(self, why: str) -> UnavailableError:
        return UnavailableError(
            "WL-AUD-030",
            f"The witness {self.name} cannot be used: {why}.",
            "The log goes on without it and says so; start the witness or mend the network.",
        )

    def _fork(self) -> EvidenceError:
        return EvidenceError(
            "WL-AUD-023",
            f"The witness {self.name} saw another history of this log.",
            "Stop, keep database, log directory and witness as they are, and find out who wrote the second history.",
        )


class WriteOncePlace:
    """A folder on storage that lets files be added to and never rewritten: one JSON line for each checkpoint.

    Args:
        folder: Must exist; one file a day is appended to.
        now: Unix time in seconds.
    """

    def __init__(self, folder: Path, *, now: Callable[[], float]) -> None:
        self.name = f"write-once folder {folder}"
        self._folder = folder
        self._now = now

    def newest(self, origin: str) -> Seen | None:
        """The last line of the log's newest file."""
        try:
            files = sorted(self._folder.glob(f"{origin_folder(origin)}-*.jsonl"))
            for path in reversed(files):
                for line in reversed(path.read_bytes().splitlines()):
                    return Seen(self.name, _note_of(line))
        except OSError as error:
            raise self._unavailable(error) from error
        return None

    def submit(self, signed: SignedCheckpoint, prove: Prove) -> NoteSignature | None:
        """Append the checkpoint; it is on the disk on return."""
        at = int(self._now())
        day = dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y%m%d")
        path = self._folder / f"{origin_folder(signed.checkpoint.origin)}-{day}.jsonl"
        line = msgspec.json.encode({"at": at, "checkpoint": signed.note.encode().decode()}) + b"\n"
        try:
            fresh = not path.exists()
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                if os.write(descriptor, line) != len(line):
                    raise OSError(0, "the disk took a part of the line only")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if fresh:
                sync_folder(self._folder)
        except OSError as error:
            raise self._unavailable(error) from error
        return None

    def _unavailable(self, error: OSError) -> UnavailableError:
        return UnavailableError(
            "WL-AUD-033",
            f"The {self.name} cannot be used: {error.strerror}.",
            "The log goes on without it and says so; mount the storage or correct `audit.write_once`.",
        )


class SyslogPlace:
    """A remote syslog: one RFC 5424 line for each checkpoint, over UDP, TCP or TLS.

    Args:
        url: ``udp://host:port``, ``tcp://host:port`` or ``tls://host:port``.
        now: Unix time in seconds.
        context: TLS settings; the system's trust store by default.

    Raises:
        ConfigError: The url is not of that form.
    """

    def __init__(self, url: str, *, now: Callable[[], float], context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("udp", "tcp", "tls") or not parts.hostname or not parts.port:
            raise ConfigError(
                "WL-AUD-036",
                f"{url} is no syslog address.",
                "Write tls://host:6514, tcp://host:port or udp://host:514.",
            )
        self.name = f"syslog {url}"
        self._scheme, self._host, self._port = parts.scheme, parts.hostname, parts.port
        self._now = now
        self._tls = (context or ssl.create_default_context()) if parts.scheme == "tls" else None

    def newest(self, origin: str) -> Seen | None:
        """A syslog cannot be asked; its lines are given to ``audit verify`` by hand."""
        return None

    def submit(self, signed: SignedCheckpoint, prove: Prove) -> NoteSignature | None:
        """Send one line; over UDP nobody says whether it arrived."""
        line = syslog_line(signed, at=self._now(), host=socket.gethostname())
        try:
            if self._scheme == "udp":
                family, kind, proto, _, address = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)[0]
                with socket.socket(family, kind, proto) as datagram:
                    datagram.sendto(line, address)
                return None
            stream = socket.create_connection((self._host, self._port), timeout=TIMEOUT_S)
            with self._tls.wrap_socket(stream, server_hostname=self._host) if self._tls else stream as sink:
                sink.sendall(b"%d %s" % (len(line), line))  # octet counting, RFC 6587 section 3.4.1
                sink.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise UnavailableError(
                "WL-AUD-037",
                f"The {self.name} cannot be reached: {error}.",
                "The log goes on without it and says so; correct `audit.syslog` or mend the network.",
            ) from error
        return None


def syslog_line(signed: SignedCheckpoint, *, at: float, host: str) -> bytes:
    """One RFC 5424 message that holds a whole checkpoint (facility 13 log audit, severity 5 notice: 13*8+5)."""
    time = dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = signed.checkpoint
    note = b64encode(signed.note.encode()).decode()
    name = "".join(c for c in host if "!" <= c <= "~")[:255] or "-"
    # 32473 is the enterprise number RFC 5612 reserves for documentation and private use.
    return f'<109>1 {time} {name} wardlaw - checkpoint [log@32473 size="{head.size}" note="{note}"]'.encode()


def origin_folder(origin: str) -> str:
    """A name for a log that is safe in paths: the first 32 hex digits of SHA-256 of its origin."""
    return sha256(origin.encode()).hexdigest()[:32]


def is_loopback(host: str) -> bool:
    """True for ``localhost`` and loopback addresses."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def larger_log_error(who: str, seen: int, size: int) -> EvidenceError:
    """The error for a log that is shorter than somebody saw it."""
    return EvidenceError(
        "WL-AUD-022",
        f"{who} saw {seen} records, this log has {size}: an old backup was restored or the tail was cut.",
        f"Restore a backup that holds at least {seen} records; never continue a shorter log under the same name.",
    )


def _request(old: int, signed: SignedCheckpoint, prove: Prove) -> bytes:
    hashes = prove(old, signed.checkpoint.size) if old else []
    head = f"old {old}\n" + "".join(b64encode(digest).decode() + "\n" for digest in hashes) + "\n"
    return head.encode() + signed.note.encode()


def _note_of(line: bytes) -> bytes:
    try:
        return str(msgspec.json.decode(line)["checkpoint"]).encode()
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return line  # not ours: the comparison reports it as unusable
