"""Answers of models that wait because a tool call in them is held: kept whole, sealed, and given out once.

The caller gets a token; the tables have its hash. Who asks for the answer sends the same request with the token, and
what comes is what was kept, judged once more: nothing is generated anew and no upstream is called.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from sqlalchemy.engine import Connection, Engine

from wardlaw.facts.approval import ApprovalState, CallPass, HeldNotice
from wardlaw.facts.errors import InputError, RefusedError, UnavailableError
from wardlaw.gateway.judge import Case, Judgement
from wardlaw.gateway.recorder import month_of
from wardlaw.gateway.tablework import AWAY, TableWork
from wardlaw.state.callers import state_key
from wardlaw.store.approvals import HELD, SealedDetail, get_approval
from wardlaw.store.database import reading, writing
from wardlaw.store.keptanswers import KeptAnswer, find_answer, keep_answer, take_answer
from wardlaw.store.keyring import Keyring

MOST_BYTES = 4 * 1024 * 1024
"""Size of an answer that is kept; calls in a larger one wait, and the request must be made anew."""
_TOKEN_BYTES = 24
_TOKEN_PREFIX = "wlr_"
_log = logging.getLogger("wardlaw.gateway")


class KeptBody:
    """An answer that was kept, in the place of one that an upstream gives."""

    def __init__(self, status: int, pieces: Sequence[bytes]) -> None:
        self.status = status
        self.headers: Sequence[tuple[str, str]] = ()
        self._pieces = tuple(pieces)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it came."""
        for piece in self._pieces:
            yield piece

    async def whole(self, limit_bytes: int) -> bytes:
        """The body; it was within the limit when it came."""
        return b"".join(self._pieces)

    async def close(self) -> None:
        """There is nothing to let go of."""


class ShelvedAnswer(msgspec.Struct, frozen=True):
    """What is sealed of an answer that waits.

    Attributes:
        judgement: The judgement that let the request go.
        upstream: Who gave the answer.
        status: Of the answer.
        pieces: Its body, cut as it came.
        planted: A tripwire token stood in the request's system prompt.
        passes: Approvals that calls in it have used up already.
    """

    judgement: Judgement
    upstream: str
    status: int
    pieces: tuple[bytes, ...]
    planted: bool = False
    passes: tuple[CallPass, ...] = ()


class NotShelvedError(InputError):
    """There is no such answer for this caller and this request, whether or not there is one of somebody else."""

    http_status = 404


class AnswerShelf:
    """The answers that wait, in the tables that all workers share.

    Args:
        engine: The open database.
        keyring: Seals them.
        secret: Key of the digests by which a caller and its request are known again.
        random: Gives random bytes.
        work: Where the work on the tables is done.
    """

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        *,
        secret: bytes,
        random: Callable[[int], bytes],
        work: TableWork | None = None,
    ) -> None:
        self._engine = engine
        self._keyring = keyring
        self._secret = secret
        self._random = random
        self._work = work or TableWork()

    async def keep(
        self, case: Case, raw: bytes, answer: ShelvedAnswer, waiting: Sequence[HeldNotice], *, at: float
    ) -> HeldNotice:
        """Keep an answer; the notice with the token, or without one where the answer could not be kept.

        Args:
            raw: The request as it came.
            waiting: What calls in the answer wait for; at least one.
            at: Unix seconds.
        """
        lead, *others = waiting
        beside = tuple(dict.fromkeys(one.approval for one in others if one.approval != lead.approval))
        notice = msgspec.structs.replace(lead, expires_at=min(one.expires_at for one in waiting), beside=beside)
        if sum(map(len, answer.pieces)) > MOST_BYTES:
            return notice
        token = _TOKEN_PREFIX + self._random(_TOKEN_BYTES).hex()
        approvals = (lead.approval, *beside)

        def work() -> bool:
            sealed = self._seal(case, answer, at)
            kept = KeptAnswer(_hashed(token), self._owner(case, raw), approvals, sealed, notice.expires_at)
            with writing(self._engine) as connection:
                return keep_answer(connection, kept, now=at)

        try:
            kept = await self._work.do(work)
        except AWAY as error:
            _log.error("an answer with a held call could not be kept: %s", type(error).__name__)
            return notice
        return msgspec.structs.replace(notice, retry=token) if kept else notice

    async def take(self, case: Case, raw: bytes, token: str, *, at: float) -> ShelvedAnswer | HeldNotice:
        """The answer under a token, once all it waits for was approved; or where it still waits.

        Raises:
            NotShelvedError: WL-APR-008 there is none, or none any more.
            RefusedError: WL-APR-009 a person has refused a call in it; it is gone.
            UnavailableError: WL-APR-010 nobody can tell now.
        """

        def work() -> ShelvedAnswer | HeldNotice:
            hashed = _hashed(token)
            with reading(self._engine) as connection:
                kept = find_answer(connection, hashed, self._owner(case, raw), now=at)
                states = _states(connection, kept) if kept is not None else {}
            if kept is None:
                raise not_shelved()
            if ApprovalState.REFUSED in states.values():
                with writing(self._engine) as connection:
                    take_answer(connection, hashed)
                raise RefusedError(
                    "WL-APR-009",
                    "A person has refused a call in this answer, so it is not given out.",
                    "Ask them why, or ask the model for something else.",
                )
            waits = [name for name, state in states.items() if state is ApprovalState.WAITING]
            if waits:
                return HeldNotice(waits[0], kept.expires_at, retry=token, beside=tuple(waits[1:]))
            opened = self._unseal(kept)
            with writing(self._engine) as connection:
                if not take_answer(connection, hashed):
                    raise not_shelved()
            return msgspec.msgpack.decode(opened, type=ShelvedAnswer)

        try:
            return await self._work.do(work)
        except (InputError, RefusedError):
            raise
        except (*AWAY, msgspec.MsgspecError) as error:
            _log.error("a kept answer could not be looked up: %s", type(error).__name__)
            raise UnavailableError(
                "WL-APR-010", "Whether this answer may be given out cannot be looked up now.", "Try again shortly."
            ) from error

    def _seal(self, case: Case, answer: ShelvedAnswer, at: float) -> SealedDetail:
        subject = case.principal.acting_for or case.principal.id
        sealed = self._keyring.seal_parts(subject, month_of(at), ((HELD, msgspec.msgpack.encode(answer)),))
        return SealedDetail(sealed.pseudonym, sealed.parts[0].part, sealed.parts[0].blob)

    def _unseal(self, kept: KeptAnswer) -> bytes:
        try:
            return self._keyring.unseal(kept.sealed.subject, kept.sealed.part, kept.sealed.ciphertext)
        except InputError as error:  # erased
            raise not_shelved() from error

    def _owner(self, case: Case, raw: bytes) -> str:
        principal, body = case.principal, hashlib.sha256(raw).hexdigest()
        return state_key(self._secret, "kept-answer", principal.id, principal.acting_for, case.route, body).hex()


def _states(connection: Connection, kept: KeptAnswer) -> dict[str, ApprovalState]:
    try:
        return {name: get_approval(connection, name).state for name in kept.approvals}
    except InputError as error:  # erased with the person it was for
        raise not_shelved() from error


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def not_shelved() -> NotShelvedError:
    """That nothing is kept, told the same way whatever the reason."""
    return NotShelvedError(
        "WL-APR-008",
        "No answer is kept under this token for this caller and this request.",
        "It was given out already or has run out, or the request differs; send the request without Wardlaw-Retry.",
    )
