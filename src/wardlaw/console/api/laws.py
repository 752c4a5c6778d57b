"""Frameworks as they count, and changes of the law: what a pack would change, and applying it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.evidence.applicability import provision_applies
from wardlaw.evidence.running import RunningClause
from wardlaw.facts.errors import InputError
from wardlaw.governance.frameworks.control import Control, controls_for
from wardlaw.governance.frameworks.framework import Framework, Provision
from wardlaw.governance.frameworks.pack import (
    MOST_PACK_BYTES,
    LawChange,
    Pack,
    digest_of,
    law_change,
    read_pack,
    touched_refs,
)
from wardlaw.register.system import System
from wardlaw.store.lawpacks import AppliedFramework, AppliedLaw, Reopening, keep_framework, open_again
from wardlaw.store.systems import list_systems

_Day = Annotated[date | None, QueryParameter(name="as_of")]
_Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
_SHIPPED = "ships with this version"


class FrameworkLine(msgspec.Struct, frozen=True):
    """One framework in a list; ``applying`` counts provisions that apply on the day asked for."""

    id: str
    title: str
    version: str
    as_of: date
    provisions: int
    applying: int
    origin: str
    caveat: str


class ProvisionLine(msgspec.Struct, frozen=True):
    """One provision: whether it applies on the day, and what answers it."""

    provision: Provision
    applies: bool
    controls: tuple[str, ...]
    clauses: tuple[str, ...]


class FrameworkDetail(msgspec.Struct, frozen=True):
    """One framework, on one day; ``framework`` without its provisions, which stand in ``lines``."""

    framework: Framework
    day: date
    origin: str
    lines: tuple[ProvisionLine, ...]


class PackText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack, as its file holds it."""

    pack: str


class PackApplied(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack, and the digest of what was looked at."""

    pack: str
    digest: _Digest


class PackReport(msgspec.Struct, frozen=True):
    """What a pack changes.

    Attributes:
        digest: SHA-256 of the pack, hex; by it the pack is applied.
        changes: By framework.
        what: What changed, in words, by ``<framework>:<id>``.
        clauses: Published clauses that refer to what changed.
        reopened: Pairs of a provision and a system it binds, or did, that must be looked at again.
    """

    pack: str
    issuer: str
    digest: str
    changes: tuple[LawChange, ...]
    what: dict[str, str]
    clauses: tuple[str, ...]
    reopened: tuple[tuple[str, str], ...]


@get("/frameworks", operation_id="frameworks.list", summary="Laws, standards and lists of risks")
async def list_frameworks(call: Given, day: _Day = None) -> tuple[FrameworkLine, ...]:
    """All frameworks that count, with how many of their provisions apply on a day."""

    def work(turn: Turn) -> tuple[FrameworkLine, ...]:
        asked, found = day or _today(turn), call.deps.coverage.frameworks(turn.connection)
        origins = _origins(call.deps.coverage.applied(turn.connection), found)
        return tuple(
            FrameworkLine(
                one.id, one.title, one.version, one.as_of, len(one.provisions), len(one.applying(asked)),
                origins[one.id], one.caveat,
            )
            for one in found.values()
        )  # fmt: skip

    return await call.read(work)


@get("/frameworks/{framework_id:str}", operation_id="frameworks.get", summary="One framework on one day")
async def show_framework(call: Given, framework_id: FromPath[str], day: _Day = None) -> FrameworkDetail:
    """Every provision, from when it applies and how sure that is, and what answers it."""

    def work(turn: Turn) -> FrameworkDetail:
        desk, asked = call.deps.coverage, day or _today(turn)
        found = desk.frameworks(turn.connection)
        one = desk.named(found, framework_id)
        controls, running = desk.controls(), desk.running()
        lines = tuple(_line(one.id, provision, asked, (controls, running)) for provision in one.provisions)
        bare = msgspec.structs.replace(one, provisions=())
        return FrameworkDetail(bare, asked, _origins(desk.applied(turn.connection), found)[one.id], lines)

    return await call.read(work)


@post(
    "/frameworks/diff",
    operation_id="frameworks.diff",
    summary="What a pack would change",
    status_code=200,
    request_max_body_size=2 * MOST_PACK_BYTES,
)
async def compare_pack(call: Given, data: JSONBody[PackText]) -> PackReport:
    """What a pack would change, and which clauses and systems it touches; nothing is changed."""
    return await call.read(lambda turn: _report(call, turn, data.pack)[1])


@post(
    "/frameworks/apply",
    operation_id="frameworks.apply",
    summary="Apply a pack",
    status_code=200,
    request_max_body_size=2 * MOST_PACK_BYTES,
)
async def apply_pack(call: Given, data: JSONBody[PackApplied]) -> PackReport:
    """Put a pack in force, pinned to the digest that was looked at; what it touches is put up to be looked at again."""

    def work(turn: Turn) -> Done[PackReport]:
        pack, report = _report(call, turn, data.pack)
        if report.digest != data.digest:
            raise InputError(
                "WL-FWK-005",
                f"The pack is not the one that was looked at: its digest is {report.digest}.",
                "Look at `wardlaw frameworks diff` of this file, and apply what it prints.",
            )
        for one in pack.frameworks:
            applied = AppliedFramework(one, pack.id, report.digest, turn.person.id, turn.now)
            keep_framework(turn.connection, applied, sign=call.deps.sign)
        open_again(
            turn.connection,
            [
                Reopening(turn.new_id("rop_"), ref, system, pack.id, report.what[ref], turn.now)
                for ref, system in report.reopened
            ],
        )
        return Done(report, _facts(pack, report))

    return await call.change(work)


def _report(call: Call, turn: Turn, text: str) -> tuple[Pack, PackReport]:
    raw = text.encode()
    pack, known = read_pack(raw), call.deps.coverage.frameworks(turn.connection)
    for one in pack.frameworks:
        if one.id in known and one.as_of < known[one.id].as_of:
            raise InputError(
                "WL-FWK-006",
                f"The pack knows {one.id} as of {one.as_of}; what counts is of {known[one.id].as_of}.",
                "An older state never takes the place of a later one; have the pack made anew.",
            )
    changes = tuple(law_change(known.get(one.id), one) for one in pack.frameworks)
    what = dict(touched_refs(changes))
    systems = [one.system for one in list_systems(turn.connection)]
    clauses = tuple(one.id for one in call.deps.coverage.running() if not what.keys().isdisjoint(one.refs))
    pairs = tuple(
        (f"{one.id}:{name}", system.id)
        for one, change in zip(pack.frameworks, changes, strict=True)
        for name in change.touched
        for system in systems
        if _binds((known.get(one.id), one), name, system)
    )
    return pack, PackReport(pack.id, pack.issuer, digest_of(raw), changes, what, clauses, pairs)


def _binds(states: tuple[Framework | None, Framework], name: str, system: System) -> bool:
    """Whether a provision binds a system before a change of the law, or after it."""
    found = (one.provision(name) for one in states if one is not None)
    return any(
        one is not None and provision_applies(one, system, said_by=system.owner, chosen={}).applies for one in found
    )


def _facts(pack: Pack, report: PackReport) -> dict[str, str | int]:
    return {
        "pack": pack.id,
        "digest": report.digest,
        "frameworks": ",".join(one.id for one in pack.frameworks),
        "added": sum(len(one.added) for one in report.changes),
        "removed": sum(len(one.removed) for one in report.changes),
        "moved": sum(len(one.moved) for one in report.changes),
        "touched": len(report.what),
        "clauses": ",".join(report.clauses)[:1_000],
        "reopened": len(report.reopened),
    }


def _origins(law: AppliedLaw, frameworks: Mapping[str, Framework]) -> dict[str, str]:
    applied = {one.framework.id: one for one in law.standing}
    unsigned = {text.partition(" ")[0]: text for text in law.unsigned}
    return {
        name: (f"pack {applied[name].pack}" if name in applied and applied[name].framework == one else _SHIPPED)
        + (f"; {unsigned[name].partition(' ')[2]} is not signed and counts nowhere" if name in unsigned else "")
        for name, one in frameworks.items()
    }


def _line(
    framework: str, provision: Provision, day: date, known: tuple[tuple[Control, ...], Iterable[RunningClause]]
) -> ProvisionLine:
    controls, running = known
    ref = f"{framework}:{provision.id}"
    return ProvisionLine(
        provision,
        provision.first_date is None or provision.first_date <= day,
        tuple(one.id for one in controls_for(ref, controls)),
        tuple(one.id for one in running if ref in one.refs),
    )


def _today(turn: Turn) -> date:
    return datetime.fromtimestamp(turn.now, tz=UTC).date()
