"""Canaries on their way: to the gateway's own socket with a mark, and from the log what was decided of them."""

from __future__ import annotations

import hashlib
import http.client
import ssl
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from zlib import compress

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Engine

from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.config.address import parse_listen
from wardlaw.config.model import Config
from wardlaw.evidence.canary import CanaryRequest
from wardlaw.evidence.canaryverdict import SeenDecision
from wardlaw.facts.canary import ANSWER_HEADER, LIFE_S, MARK_HEADER, make_mark, request_digest
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.record import Inputs
from wardlaw.store.database import reading
from wardlaw.store.keyring import Keyring
from wardlaw.store.records import RecordRow, StoredPart, stored_parts
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import RECORD

_LOG_S = 15.0  # the log is some tenths of a second behind; one that is this far behind is another trouble
_LOOK_S = 0.05
_DECISION_HEADER = "x-wardlaw-decision"
_SESSION_HEADER = "x-wardlaw-session"
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (it is asked, not bound)
_REASON_BYTES = 2_000


class CanaryReply(msgspec.Struct, frozen=True):
    """What came back at the door.

    Attributes:
        decision: Id of the decision that the answer names; ``""`` for none.
        took_us: Microseconds until the whole answer was there.
        told: Beginning of the body, for answers that name no decision.
    """

    status: int
    decision: str
    took_us: int
    told: str


class CanaryPost:
    """Sends canaries over the gateway's real socket.

    Args:
        key: Key of the marks.
        random: Gives random bytes.
        clock: Unix seconds.
    """

    def __init__(
        self, config: Config, key: bytes, *, random: Callable[[int], bytes], clock: Callable[[], float]
    ) -> None:
        self._listen = parse_listen(config.gateway.listen)
        self._tls = bool(config.gateway.tls)
        self._within_s = config.canaries.within_s
        self._key = key
        self._random = random
        self._clock = clock

    def send(self, canary: str, request: CanaryRequest, *, credential: str, session: str = "") -> CanaryReply:
        """Send one.

        Args:
            canary: Id for its mark.
            credential: Text of the key it comes with.
            session: Of steps that belong together; ``""`` for a request alone.

        Raises:
            UnavailableError: WL-CAN-011 the gateway cannot be reached, or does not answer in time.
        """
        played = urlsafe_b64encode(compress(request.answer, 9)).decode() if request.answer else ""
        headers = {
            "authorization": f"Bearer {credential}",
            "content-type": request.content_type,
            "accept": "application/json, text/event-stream",
            MARK_HEADER: self._mark(canary, request, played),
            **({ANSWER_HEADER: played} if played else {}),
            **({_SESSION_HEADER: session} if session else {}),
        }
        connection = self._connect()
        began = time.perf_counter()
        try:
            connection.request(request.method, request.path, request.sent or None, headers)
            answer = connection.getresponse()
            told = answer.read(_REASON_BYTES).decode("utf-8", "replace")
            took_us = int((time.perf_counter() - began) * 1e6)
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(
                "WL-CAN-011",
                f"The gateway did not answer a canary: {type(error).__name__}.",
                "See `wardlaw doctor`; the canary is sent again when it is due.",
            ) from error
        finally:
            connection.close()
        return CanaryReply(answer.status, answer.getheader(_DECISION_HEADER) or "", took_us, told)

    def _mark(self, canary: str, request: CanaryRequest, played: str) -> str:
        digest = request_digest(request.method, request.path, hashlib.sha256(request.sent).digest(), played)
        until = int(self._clock() + LIFE_S)
        return make_mark(self._key, canary=canary, until=until, nonce=self._random(16), digest=digest).text

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._listen
        host = _ANYWHERE.get(host, host)
        if not self._tls:
            return http.client.HTTPConnection(host, port, timeout=self._within_s)
        # The gateway's own address on this machine; its certificate names a host, not this address.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(host, port, timeout=self._within_s, context=context)


def decisions_of(engine: Engine, keyring: Keyring, decision: str) -> tuple[SeenDecision, ...]:
    """All decisions of the exchange one belongs to, once the log has it; empty when it has not in time."""
    ends = time.monotonic() + _LOG_S
    while True:
        with reading(engine) as connection:
            row = connection.execute(select(RECORD.c.exchange).where(RECORD.c.id == decision)).first()
            if row is not None:
                rows = connection.execute(
                    select(RECORD)
                    .where(RECORD.c.exchange == row.exchange, RECORD.c.kind == RecordKind.DECISION.value)
                    .order_by(RECORD.c.leaf_index)
                ).mappings()
                found = [as_struct(one, RecordRow) for one in rows]
                parts = {one.leaf_index: stored_parts(connection, one.leaf_index) for one in found}
                return tuple(_seen(keyring, one, parts[one.leaf_index]) for one in found)
        if time.monotonic() > ends:
            return ()
        time.sleep(_LOOK_S)


def _seen(keyring: Keyring, row: RecordRow, parts: tuple[StoredPart, ...]) -> SeenDecision:
    envelope = decode(row.envelope)
    committed = next((part for part in envelope.sealed if part.klass == "inputs"), None)
    stored = next((part for part in parts if part.klass == "inputs"), None)
    inputs: Inputs | None = None
    if committed is not None and stored is not None:
        inputs = msgspec.json.decode(keyring.unseal(row.subject, committed, stored.ciphertext), type=Inputs)
    return SeenDecision(
        id=envelope.id,
        action=envelope.action,
        effect=Effect(envelope.effect),
        demanded=Effect(envelope.demanded),
        clauses=envelope.clauses,
        canary=str(envelope.facts.get("canary", "")),
        inputs=inputs,
    )
