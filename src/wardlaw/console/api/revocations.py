"""Revocations: planned, agreed to, carried out by the command that holds the credential, and proved by looking again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.picture import draw_door
from wardlaw.console.api.shapes import Line
from wardlaw.console.api.signalling import signal_revocation
from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Quarantine
from wardlaw.inventory.model import Consent, Credential, Grant, Item
from wardlaw.inventory.revocation import CallOutcome, RevocationProof, RevocationStep, StepKind
from wardlaw.inventory.ruling import Fate, GrantRuling, RevokingMode
from wardlaw.inventory.veiling import is_veiled
from wardlaw.inventory.view import account_of, app_of
from wardlaw.inventory.withdrawal import (
    Aftermath,
    Revocation,
    StepProgress,
    WithdrawalState,
    aftermath,
    confirmed,
    extended,
    reported,
    withdrawal_state,
)
from wardlaw.store.doorseen import DOOR
from wardlaw.store.grantdecisions import ruling_by_id
from wardlaw.store.inventory import list_runs
from wardlaw.store.principallinks import list_links
from wardlaw.store.quarantines import place
from wardlaw.store.redrawing import drawings_due, refuse_undrawn
from wardlaw.store.revocations import (
    RevocationRecord,
    change_revocation,
    get_revocation,
    keep_revocation,
    leaf_indices,
    list_records_of,
    list_revocations,
    note_record,
)
from wardlaw.store.revokedthings import count_grants_to, names_known, things_of
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.thingquery import ThingQuery, find_thing, list_things
from wardlaw.store.treestate import newest_checkpoint

MOST_STEPS = 1_000
"""Steps of one revocation; each report writes all of them anew."""

_Limit = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Text = Annotated[str, msgspec.Meta(max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
_Steps = Annotated[tuple[RevocationStep, ...], msgspec.Meta(min_length=1, max_length=200)]


class PlanRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be taken away, as the platform's revoker has planned it.

    Attributes:
        app: Client id, where everything of an app goes.
        decisions: Decisions of clauses that it carries out, and nothing else; empty where people want it.
    """

    directory: _Slug
    steps: _Steps
    reason: Line
    app: _Text = ""
    decisions: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=200)] = ()


class DraftRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be taken away: grants and credentials by their ids, or everything of an app."""

    directory: _Slug
    reason: Line
    ids: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=200)] = ()
    app: _Text = ""


class MoreSteps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Further steps of a plan."""

    steps: _Steps


class StepReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of one step: how the platform answered, and what a look at the thing found."""

    step: _Text
    outcome: CallOutcome | None = None
    proof: RevocationProof | None = None


class ToldRecord(msgspec.Struct, frozen=True):
    """A record that tells of a revocation, and its place in the log; -1 while the log has not caught up."""

    record: RevocationRecord
    leaf_index: int


class RevocationView(msgspec.Struct, frozen=True):
    """A revocation and how far it has come.

    Attributes:
        done: Steps whose thing was found gone.
        failed: Steps that were tried, and whose thing was not.
        tokens_until: Until when tokens given before may work; 0 where none can, or nobody knows.
        checkpoint: The log's newest, which the places of the records are under.
    """

    revocation: Revocation
    state: WithdrawalState
    done: int
    failed: int
    tokens_until: float
    aftermath: Aftermath
    records: tuple[ToldRecord, ...]
    checkpoint: str


class RevocationLine(msgspec.Struct, frozen=True):
    """One revocation in a list; ``decisions`` are those of clauses that it carries out."""

    id: str
    directory: str
    app: str
    state: WithdrawalState
    steps: int
    done: int
    reason: str
    planned_by: str
    planned_at: float
    confirmed_by: str
    decisions: tuple[str, ...]


@get("/revocations", operation_id="revocations.list", summary="Revocations, newest first")
async def list_of_revocations(call: Given, *, limit: _Limit = 50) -> tuple[RevocationLine, ...]:
    """Each with how far it has come."""

    def work(turn: Turn) -> tuple[RevocationLine, ...]:
        return tuple(_listed(turn, call, one) for one in list_revocations(turn.connection, limit=limit))

    return await call.read(work)


@get("/revocations/{revocation:str}", operation_id="revocations.get", summary="One revocation with its proofs")
async def show_revocation(call: Given, revocation: FromPath[str]) -> RevocationView:
    """Its steps, what looking again found, and where its records stand in the log."""
    return await call.read(lambda turn: _view(turn, call, get_revocation(turn.connection, revocation)))


@post("/revocations", operation_id="revocations.plan", summary="Plan a revocation")
async def plan_revocation(call: Given, data: JSONBody[PlanRequest]) -> RevocationView:
    """Nothing is taken away yet. What clauses have decided needs no further person, and nothing else may stand in it."""

    def work(turn: Turn) -> Done[RevocationView]:
        _refuse_veiled(data.steps)
        _check_steps(turn, call, data.directory, data.steps)
        one = Revocation(
            id=turn.new_id("rev_"),
            directory=data.directory,
            platform=_platform(turn, call, data.directory),
            app=data.app,
            steps=tuple(StepProgress(step) for step in data.steps),
            reason=data.reason,
            planned_by=turn.person.id,
            planned_at=turn.now,
            decisions=data.decisions,
        )
        one = msgspec.structs.replace(one, persons=_persons(turn, call, one))
        if data.decisions:
            clauses = _due_clauses(turn, call, one)
            one = msgspec.structs.replace(one, persons=1)
            one = confirmed(one, by=f"clause {clauses}", at=turn.now)
        keep_revocation(turn.connection, one)
        facts: dict[str, str | int] = {
            "revocation": one.id, "directory": one.directory, "app": one.app, "steps": len(one.steps),
            "subjects": " ".join(step.subject for step in data.steps), "persons": one.persons,
            "decisions": " ".join(one.decisions), "confirmed_by": one.confirmed_by, "reason": one.reason,
        }  # fmt: skip
        return _done(turn, call, one, ("revocations.plan", facts))

    return await call.change(work)


@post("/revocations/drafts", operation_id="revocations.draft", summary="Plan a revocation by what is to go")
async def draft_revocation(call: Given, data: JSONBody[DraftRequest]) -> RevocationView:
    """The platform's own calls are worked out here from what the inventory knows; nothing is asked of it, and nothing taken
    away. It waits a day for somebody who confirms it."""

    def work(turn: Turn) -> Done[RevocationView]:
        refuse_undrawn(turn.connection, data.directory)
        things = _things(turn, data)
        steps = call.deps.plan_steps(data.directory, things, data.app)
        if len(steps) > MOST_STEPS:
            raise InputError("WL-INV-083", f"That would be {len(steps)} steps; {MOST_STEPS} at most.", "Plan less.")
        one = Revocation(
            turn.new_id("rev_"), data.directory, _platform(turn, call, data.directory), data.app,
            tuple(StepProgress(step) for step in steps), data.reason, turn.person.id, turn.now,
        )  # fmt: skip
        _refuse_veiled(steps)
        _check_steps(turn, call, data.directory, steps)
        one = msgspec.structs.replace(one, persons=_persons(turn, call, one))
        keep_revocation(turn.connection, one)
        subjects = " ".join(step.subject for step in steps[:200])
        facts: dict[str, str | int] = {
            "revocation": one.id, "directory": one.directory, "app": one.app, "steps": len(steps), "subjects": subjects,
            "persons": one.persons, "reason": one.reason,
        }  # fmt: skip
        return _done(turn, call, one, ("revocations.draft", facts))

    return await call.change(work)


@post("/revocations/{revocation:str}/steps", operation_id="revocations.add", summary="More of a plan", status_code=200)
async def add_steps(call: Given, revocation: FromPath[str], data: JSONBody[MoreSteps]) -> RevocationView:
    """While nobody has confirmed it, and by whoever planned it."""

    def work(turn: Turn) -> Done[RevocationView]:
        known = get_revocation(turn.connection, revocation)
        _refuse_veiled(data.steps)
        _check_steps(turn, call, known.directory, data.steps)
        one = extended(known, data.steps, by=turn.person.id, at=turn.now, most=MOST_STEPS)
        one = msgspec.structs.replace(one, persons=_persons(turn, call, one))
        change_revocation(turn.connection, one)
        subjects = " ".join(step.subject for step in data.steps)
        facts: dict[str, str | int] = {"revocation": one.id, "subjects": subjects, "persons": one.persons}
        return _done(turn, call, one, ("revocations.add", facts))

    return await call.change(work)


@post("/revocations/{revocation:str}/confirm", operation_id="revocations.confirm", summary="Agree", status_code=200)
async def confirm_revocation(call: Given, revocation: FromPath[str]) -> RevocationView:
    """By another person where it needs four eyes. The gateway refuses linked principals from now on."""

    def work(turn: Turn) -> Done[RevocationView]:
        known = get_revocation(turn.connection, revocation)
        linked = list_links(turn.connection, directory=known.directory, app=known.app) if known.app else ()
        names = tuple(one.principal for one in linked)
        one = confirmed(known, by=turn.person.id, at=turn.now, links=names, selves=turn.selves)
        change_revocation(turn.connection, one)
        for name in names:
            lock = Quarantine(
                turn.new_id("qua_"), f"principal:{name}", "principal",
                f"the app it is linked to was revoked ({one.id})", turn.now, placed_by=turn.person.id,
            )  # fmt: skip
            place(turn.connection, lock)
        facts: dict[str, str | int] = {
            "revocation": one.id, "planned_by": one.planned_by, "steps": len(one.steps), "locked_out": " ".join(names),
        }  # fmt: skip
        return _done(turn, call, one, ("revocations.confirm", facts))

    return await call.change(work)


@post("/revocations/{revocation:str}/report", operation_id="revocations.report", summary="Tell", status_code=200)
async def report_step(call: Given, revocation: FromPath[str], data: JSONBody[StepReport]) -> RevocationView:
    """A step that failed stays visible, and may be tried again."""

    def work(turn: Turn) -> Done[RevocationView]:
        known = get_revocation(turn.connection, revocation)
        _refuse_veiled(one.step for one in known.steps if one.step.id == data.step)
        one = reported(known, data.step, outcome=data.outcome, proof=data.proof, at=turn.now)
        change_revocation(turn.connection, one)
        step = next(progress.step for progress in one.steps if progress.step.id == data.step)
        if any(progress.is_done for progress in one.steps if progress.step.id == data.step):
            signal_revocation(turn, call.deps.signals, (one.directory, one.id), step)
        facts: dict[str, str | int] = {
            "revocation": one.id, "step": step.id, "kind": step.kind.value, "subject": step.subject, "call": step.call,
        }  # fmt: skip
        if (outcome := data.outcome) is not None:
            facts |= {"done": int(outcome.done), "status": outcome.status, "detail": outcome.detail[:256]}
        if (proof := data.proof) is not None:
            facts |= {
                "presence": proof.presence.value, "method": proof.method[:64], "proof_status": proof.status,
                "digest": proof.digest[:128], "tokens_until": int(proof.tokens_until), "proof_detail": proof.detail[:256],
            }  # fmt: skip
        return _done(turn, call, one, ("revocations.report", facts))

    return await call.change(work)


def _things(turn: Turn, data: DraftRequest) -> tuple[Grant | Credential, ...]:
    """What is meant, as the inventory has it.

    Raises:
        InputError: Ids and an app, neither, or something that could not be taken away (WL-INV-084).
    """
    if bool(data.ids) == bool(data.app):
        raise InputError("WL-INV-084", "Name grants by their ids, or one app.", "See the list of grants.")
    found: list[Grant | Credential] = []
    if data.app:
        query = ThingQuery(
            directory=data.directory, about=data.app, kinds=("grant", "credential"), limit=MOST_STEPS + 1
        )
        found = [thing for item in list_things(turn.connection, query).items if (thing := _takeable(item))]
    for name in data.ids:
        known = (
            find_thing(turn.connection, name, at=turn.now, kind=kind, directory=data.directory)
            for kind in ("grant", "credential")
        )
        own = next((thing for one in known if one and (thing := _takeable(one[0]))), None)
        if own is None:
            raise InputError(
                "WL-INV-084", f"{name[:80]} is no grant or credential that is there.", "See the list of grants."
            )
        found.append(own)
    if not found:
        raise InputError(
            "WL-INV-084", "The inventory knows nothing there that could be revoked.", "Run `wardlaw inventory sync`."
        )
    return tuple(found)


def _takeable(item: Item) -> Grant | Credential | None:
    thing = item.thing
    if not item.is_there or not isinstance(thing, Grant | Credential):
        return None
    return None if isinstance(thing, Grant) and thing.consent is Consent.REQUESTED else thing


def _refuse_veiled(steps: Iterable[RevocationStep]) -> None:
    """Nothing is asked of a platform, or proved by it, about a name that it does not know.

    Raises:
        InputError: The names were erased (WL-INV-116).
    """
    if any(is_veiled(text) for step in steps for text in (step.subject, step.account, step.app, step.call)):
        raise InputError(
            "WL-INV-116",
            "The names of this account were erased here; its platform does not know the pseudonym.",
            "Take it away on the platform itself.",
        )


def _done(turn: Turn, call: Call, one: Revocation, told: tuple[str, dict[str, str | int]]) -> Done[RevocationView]:
    """The answer, and the record that tells of it kept beside the revocation."""
    operation, facts = told

    def note(record: str) -> None:
        note_record(turn.connection, RevocationRecord(record, one.id, turn.now, operation))

    return Done(_view(turn, call, one), facts, noted=note)


def _view(turn: Turn, call: Call, one: Revocation) -> RevocationView:
    after = _aftermath(turn, call, one)
    records = list_records_of(turn.connection, one.id)
    places = leaf_indices(turn.connection, [told.record for told in records])
    return RevocationView(
        revocation=one,
        state=withdrawal_state(one, after, at=turn.now),
        done=sum(step.is_done for step in one.steps),
        failed=sum(step.tries > 0 and not step.is_done for step in one.steps),
        tokens_until=one.tokens_until,
        aftermath=after,
        records=tuple(ToldRecord(told, places.get(told.record, -1)) for told in records),
        checkpoint=newest_checkpoint(turn.connection),
    )


def _aftermath(turn: Turn, call: Call, one: Revocation) -> Aftermath:
    """What readings say since everything was gone; nothing while its directory is not wholly drawn."""
    if not one.is_gone or drawings_due(turn.connection, one.directory):
        return Aftermath()
    if one.directory == DOOR:
        door = draw_door(turn, call.deps)
        return aftermath(one, door.inventory.items, door.runs)
    return aftermath(one, things_of(turn.connection, one), list_runs(turn.connection, directory=one.directory))


def _listed(turn: Turn, call: Call, one: Revocation) -> RevocationLine:
    state = withdrawal_state(one, _aftermath(turn, call, one), at=turn.now)
    done = sum(step.is_done for step in one.steps)
    return RevocationLine(
        one.id, one.directory, one.app, state, len(one.steps), done, one.reason, one.planned_by, one.planned_at,
        one.confirmed_by, one.decisions,
    )  # fmt: skip


def _platform(turn: Turn, call: Call, directory: str) -> str:
    if directory == DOOR:
        return draw_door(turn, call.deps).inventory.platforms.get(directory, "")
    return FeedsOf(turn.connection, directory).platforms[directory]


def _check_steps(turn: Turn, call: Call, directory: str, steps: tuple[RevocationStep, ...]) -> None:
    """Each step is about something the inventory knows there.

    Raises:
        InputError: One is not (WL-INV-081).
        UnavailableError: What it knows is not wholly drawn (WL-INV-122).
    """
    refuse_undrawn(turn.connection, directory)
    subjects = {step.subject for step in steps}
    if directory == DOOR:
        things = [item.thing for item in draw_door(turn, call.deps).inventory.items]
        known = frozenset(name for thing in things for name in (thing.id, app_of(thing), account_of(thing)))
    else:
        known = names_known(turn.connection, directory, subjects)
    for step in steps:
        if not step.id or not step.subject or step.subject not in known:
            raise InputError(
                "WL-INV-081",
                "A step is about something that the inventory does not know there.",
                "Run `wardlaw inventory sync` first.",
            )
    if len({step.id for step in steps}) != len(steps):
        raise InputError("WL-INV-081", "Two steps share an id.", "Give each its own.")


def _persons(turn: Turn, call: Call, one: Revocation) -> int:
    """How many must agree: two where much goes, or where an app is touched that only people touch."""
    apps = {step.step.app for step in one.steps} | {one.app}
    whole = {step.step.app or step.step.subject for step in one.steps if step.step.kind is StepKind.APP}
    touched = count_grants_to(turn.connection, one.directory, whole)
    desk = call.deps.grants
    is_much = max(len(one.steps), touched) > desk.confirm_above
    return 2 if is_much or apps & set(desk.limits.protected) else 1


def _due_clauses(turn: Turn, call: Call, one: Revocation) -> str:
    """The clauses under which everything in a plan is due.

    Raises:
        InputError: Something in it is not (WL-INV-082).
    """
    found = [ruling_by_id(turn.connection, decision) for decision in one.decisions]
    due: list[GrantRuling] = [ruling for ruling in found if ruling is not None and ruling.fate is Fate.DUE]
    subjects = {ruling.grant for ruling in due if ruling.directory == one.directory}
    is_covered = all(step.step.kind is StepKind.GRANT and step.step.subject in subjects for step in one.steps)
    begun = {decision for other in list_revocations(turn.connection) for decision in other.decisions}
    is_on = call.deps.grants.limits.mode is RevokingMode.ON
    protected = any(step.step.app in call.deps.grants.limits.protected for step in one.steps)
    is_fresh = not begun & set(one.decisions)
    if not (is_on and is_fresh and is_covered and len(due) == len(found)) or one.app or protected:
        raise InputError(
            "WL-INV-082",
            "Not everything in this plan is due by a clause in force.",
            "Plan it as a person: `wardlaw grants revoke`; automatic revocation may be off by now.",
        )
    return " ".join(sorted({clause for ruling in due for clause in ruling.clauses}))
