"""Settings of detectors: a looser one runs only once somebody asked for it and somebody who answers for risk agreed."""

from __future__ import annotations

import msgspec
from litestar import get, post

from wardlaw.audit.envelope import decode
from wardlaw.config.detection import BuiltIn
from wardlaw.config.loosening import Detecting, looser
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.rights import Circumstances, holds_any
from wardlaw.store import people
from wardlaw.store.detectingbook import DetectingBook
from wardlaw.store.loosenings import ask_to_loosen, end_loosening, list_loosenings
from wardlaw.store.records import newest_told

IN_FORCE = "detectors.in-force"
"""The record by which a gateway tells what it inspects with."""
_LOOKED_BACK_S = 90 * 86_400
_LOOKED_THROUGH = 2_000
_ENCODER = "Read what the linear model doubts more closely."
_PLANTING = "Plant tokens in system prompts, which tell that one leaks."
_MEANINGS = {
    field.name: str(field.type.extra_json_schema["description"])  # as docs/configuration.md has them
    for field in msgspec.inspect.type_info(BuiltIn).fields  # type: ignore[attr-defined]
    if isinstance(field.type, msgspec.inspect.Metadata) and field.type.extra_json_schema
}


class DetectorView(msgspec.Struct, frozen=True):
    """One detector or setting of them.

    Attributes:
        id: As in the configuration: ``built_in.secrets``, ``encoder.enabled``, ``detectors.<id>``.
        meaning: What it looks for, in words; empty for a detector of others.
        is_on: What gateways run: it is wanted, or it was approved that it must be.
        is_wanted: The configuration wants it.
        must: It was approved that it looks, so that nobody switches it off alone.
        on_failure: ``deny`` or ``allow-and-record``, for a detector of others.
    """

    id: str
    meaning: str
    is_on: bool
    is_wanted: bool
    must: bool
    on_failure: str = ""


class Inspecting(msgspec.Struct, frozen=True):
    """What a gateway said it inspects with; each detector with its version. ``at_ms`` Unix milliseconds."""

    gateway: str
    at_ms: int
    record: str
    detectors: tuple[str, ...]


class DetectingView(msgspec.Struct, frozen=True):
    """How the configuration stands to what was approved.

    Attributes:
        standing: ``approved``, ``drifted`` where something is looser, ``unapproved`` where nothing was ever approved.
        looser: The settings that are; gateways run them as they were approved.
        digest: Of the settings of the configuration, hex.
        asked_by: Who asked for them to be taken over; empty for nobody.
        detectors: All there are, on or off.
        in_force: What each gateway last said it runs, within the last quarter.
    """

    standing: str
    looser: tuple[str, ...]
    digest: str
    approved_by: str = ""
    approved_at: float = 0.0
    asked_by: str = ""
    detectors: tuple[DetectorView, ...] = ()
    in_force: tuple[Inspecting, ...] = ()


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
        asked = list_loosenings(turn.connection, now=turn.now).get(loosening_subject(book))
        if asked is None or asked.asked_by in turn.selves:
            return None
        first = people.get_person(turn.connection, asked.asked_by)
        return first if holds_any(first, (Permission.TUNE_DETECTOR,), book=roles) else None

    def agrees(turn: Turn) -> bool:
        return asker(turn) is not None and Role.RISK in turn.person.roles

    def work(turn: Turn) -> Done[DetectingView]:
        subject, first = loosening_subject(book), asker(turn)
        facts: dict[str, str | int] = {"detectors": subject, "looser": ", ".join(looser_settings(book))}
        if first is not None and agrees(turn):
            end_loosening(turn.connection, subject)

            def approve() -> DetectingView:
                book.approve(asked_by=first.id, by=turn.person.id, at=turn.now)
                return _view(turn, book)

            return Done(_view(turn, book), facts | {"asked_by": first.id}, then=approve)
        ask_to_loosen(turn.connection, subject, by=turn.person.id, now=turn.now)
        return Done(_view(turn, book), facts | {"asked": 1})

    def circumstances(turn: Turn) -> Circumstances:
        if not looser_settings(book):
            raise InputError(
                "WL-LIF-020", "The configuration is no looser than what was approved.", "Nothing is left to do."
            )
        tunes = holds_any(turn.person, (Permission.TUNE_DETECTOR,), book=roles)
        return Circumstances(loosens=True, asks=tunes and not agrees(turn), first=asker(turn))

    return await call.change(work, circumstances=circumstances)


def _view(turn: Turn, book: DetectingBook) -> DetectingView:
    approved = book.approved()
    asked = list_loosenings(turn.connection, now=turn.now).get(loosening_subject(book))
    less = looser_settings(book)
    return DetectingView(
        standing="unapproved" if approved is None else "drifted" if less else "approved",
        looser=less,
        digest=book.wanted.digest,
        approved_by="" if approved is None else approved.approved_by,
        approved_at=0.0 if approved is None else approved.at,
        asked_by="" if asked is None else asked.asked_by,
        detectors=_detectors(book.wanted, None if approved is None else approved.detecting),
        in_force=_in_force(turn),
    )


def _detectors(wanted: Detecting, approved: Detecting | None) -> tuple[DetectorView, ...]:
    must = approved or Detecting(BuiltIn(**dict.fromkeys(BuiltIn.__struct_fields__, False)), encoder=False)
    found = [
        _switch(f"built_in.{name}", meaning, getattr(wanted.built_in, name), must=getattr(must.built_in, name))
        for name, meaning in _MEANINGS.items()
    ]
    found.append(_switch("encoder.enabled", _ENCODER, wanted.encoder, must=must.encoder))
    found.append(_switch("gateway.tripwires.enabled", _PLANTING, wanted.planting, must=must.planting))
    for name in sorted({*wanted.others, *must.others}):
        setting = wanted.others.get(name) or must.others[name]
        one = _switch(f"detectors.{name}", "", name in wanted.others, must=name in must.others)
        found.append(msgspec.structs.replace(one, on_failure=setting.on_failure.value))
    return tuple(found)


def _switch(name: str, meaning: str, is_wanted: bool, *, must: bool) -> DetectorView:  # noqa: FBT001 - a setting's value
    return DetectorView(name, meaning, is_wanted or must, is_wanted, must)


def _in_force(turn: Turn) -> tuple[Inspecting, ...]:
    """The newest word of each gateway."""
    since_ms = int((turn.now - _LOOKED_BACK_S) * 1000)
    found: dict[str, Inspecting] = {}
    for row in newest_told(turn.connection, IN_FORCE, since_ms=since_ms, limit=_LOOKED_THROUGH):
        told = str(decode(row.envelope).facts.get("target", ""))
        names = tuple(one for one in told.partition(": ")[2].split(", ") if one)
        found.setdefault(row.gateway, Inspecting(row.gateway, row.at_ms, row.id, names))
    return tuple(found[gateway] for gateway in sorted(found))


def looser_settings(book: DetectingBook) -> tuple[str, ...]:
    """Settings of the configuration by which detectors would see less than was approved."""
    approved = book.approved()
    return () if approved is None else looser(approved.detecting, book.wanted)


def loosening_subject(book: DetectingBook) -> str:
    """What a request to loosen is kept under: these very settings."""
    return f"detectors:{book.wanted.digest}"
