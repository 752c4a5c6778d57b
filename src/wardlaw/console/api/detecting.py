"""Settings of detectors: a looser one runs only once somebody asked for it and somebody who answers for risk agreed."""

from __future__ import annotations

import msgspec
from litestar import get, post

from wardlaw.config.loosening import looser
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.rights import Circumstances, holds_any
from wardlaw.store import people
from wardlaw.store.detectingbook import DetectingBook
from wardlaw.store.loosenings import ask_to_loosen, end_loosening, list_loosenings


class DetectingView(msgspec.Struct, frozen=True):
    """How the configuration stands to what was approved.

    Attributes:
        standing: ``approved``, ``drifted`` where something is looser, ``unapproved`` where nothing was ever approved.
        looser: The settings that are; gateways run them as they were approved.
        digest: Of the settings of the configuration, hex.
        asked_by: Who asked for them to be taken over; empty for nobody.
    """

    standing: str
    looser: tuple[str, ...]
    digest: str
    approved_by: str = ""
    approved_at: float = 0.0
    asked_by: str = ""


@get("/detectors", operation_id="detectors.status", summary="Settings of detectors against what was approved")
async def detector_status(call: Given) -> DetectingView:
    """Whether the configuration lets detectors see less than was approved."""
    return await call.read(lambda turn: _view(turn, call.deps.detecting))


@post("/detectors/loosen", operation_id="detectors.loosen", summary="Ask for, or agree to, less", status_code=200)
async def loosen_detectors(call: Given) -> DetectingView:
    """Who tunes detectors asks, who answers for risk agrees by the same call (SOD-10); gateways follow when they start."""
    book, roles = call.deps.detecting, call.deps.roles

    def asker(turn: Turn) -> Person | None:
        """Somebody else who asked for these very settings, and could still do so."""
        asked = list_loosenings(turn.connection, now=turn.now).get(_subject(book))
        if asked is None or asked.asked_by in turn.selves:
            return None
        first = people.get_person(turn.connection, asked.asked_by)
        return first if holds_any(first, (Permission.TUNE_DETECTOR,), book=roles) else None

    def agrees(turn: Turn) -> bool:
        return asker(turn) is not None and Role.RISK in turn.person.roles

    def work(turn: Turn) -> Done[DetectingView]:
        subject, first = _subject(book), asker(turn)
        facts: dict[str, str | int] = {"detectors": subject, "looser": ", ".join(_looser(book))}
        if first is not None and agrees(turn):
            end_loosening(turn.connection, subject)

            def approve() -> DetectingView:
                book.approve(asked_by=first.id, by=turn.person.id, at=turn.now)
                return _view(turn, book)

            return Done(_view(turn, book), facts | {"asked_by": first.id}, then=approve)
        ask_to_loosen(turn.connection, subject, by=turn.person.id, now=turn.now)
        return Done(_view(turn, book), facts | {"asked": 1})

    def circumstances(turn: Turn) -> Circumstances:
        if not _looser(book):
            raise InputError(
                "WL-LIF-020", "The configuration is no looser than what was approved.", "Nothing is left to do."
            )
        tunes = holds_any(turn.person, (Permission.TUNE_DETECTOR,), book=roles)
        return Circumstances(loosens=True, asks=tunes and not agrees(turn), first=asker(turn))

    return await call.change(work, circumstances=circumstances)


def _view(turn: Turn, book: DetectingBook) -> DetectingView:
    approved = book.approved()
    asked = list_loosenings(turn.connection, now=turn.now).get(_subject(book))
    less = _looser(book)
    return DetectingView(
        standing="unapproved" if approved is None else "drifted" if less else "approved",
        looser=less,
        digest=book.wanted.digest,
        approved_by="" if approved is None else approved.approved_by,
        approved_at=0.0 if approved is None else approved.at,
        asked_by="" if asked is None else asked.asked_by,
    )


def _looser(book: DetectingBook) -> tuple[str, ...]:
    approved = book.approved()
    return () if approved is None else looser(approved.detecting, book.wanted)


def _subject(book: DetectingBook) -> str:
    return f"detectors:{book.wanted.digest}"
