"""Gates: what is checked before a route opens, runs with what they measured, sign-offs, and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath

from wardlaw.console.pages.drawings import drawing_of_check
from wardlaw.console.pages.filled import Filled
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.systems import door_word, system_path
from wardlaw.console.pages.systemwords import MODES, TIERS, Word
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission
from wardlaw.register.checks import CheckKind, CheckOutcome
from wardlaw.register.gates.run import RunState
from wardlaw.register.gates.runner import OF_FILES

KINDS: Mapping[str, str] = {
    CheckKind.CLASSIFICATION.value: mark("Classification"),
    CheckKind.SIGN_OFFS.value: mark("What people vouch for"),
    CheckKind.BIAS.value: mark("Bias"),
    CheckKind.POISONING.value: mark("Poisoning of data"),
    CheckKind.MODEL_FILE.value: mark("Safety of the model's file"),
    CheckKind.SCAN.value: mark("Scan of code and texts"),
    CheckKind.RED_TEAM.value: mark("Red team"),
    CheckKind.MODEL_CARD.value: mark("Model card"),
    CheckKind.LIVE.value: mark("Clauses in force and proven"),
}
OUTCOMES: Mapping[str, Word] = {
    CheckOutcome.PASS.value: Word(mark("Passed"), "good"),
    CheckOutcome.REVIEW.value: Word(mark("For a person"), "wait"),
    CheckOutcome.FAIL.value: Word(mark("Failed"), "bad"),
}
STATES: Mapping[str, Word] = {
    RunState.APPROVED.value: Word(mark("Approved"), "good"),
    RunState.WAITING.value: Word(mark("Waits for sign-offs"), "wait"),
    RunState.REFUSED.value: Word(mark("Refused"), "bad"),
    RunState.SUPERSEDED.value: Word(mark("A later run took its place"), ""),
    RunState.FAILED.value: Word(mark("Failed"), "bad"),
}
_FROM_FILES = frozenset(kind.value for kind in OF_FILES)

_GATES = (
    Column("title", mark("Gate")),
    Column("checks", mark("Checks"), ColumnKind.NUMBER),
    Column("for", mark("For")),
    Column("signed", mark("Thresholds"), ColumnKind.MARK),
    Column("version", mark("Version"), ColumnKind.NUMBER),
    Column("days", mark("Stands for, days"), ColumnKind.NUMBER),
)
_RUNS = (
    Column("at", mark("Run"), ColumnKind.MOMENT),
    Column("gate", mark("Gate")),
    Column("system", mark("System"), ColumnKind.SYSTEM),
    Column("outcome", mark("Checks"), ColumnKind.MARK),
    Column("state", mark("Stands"), ColumnKind.MARK),
    Column("by", mark("Asked by"), ColumnKind.NAMED),
)


def gate_path(gate: str) -> str:
    """Address of a gate's page."""
    return f"/gates/{quote(gate, safe='')}"


def _gate_row(kept: Mapping[str, Any]) -> Row:
    gate = kept["gate"]
    scope = ", ".join((*gate["systems"], *(TIERS[tier].word for tier in gate["tiers"]))) or mark("any system")
    signed = bool(kept["signed_at"])
    return {
        "title": Cell(gate["title"], gate_path(gate["gate"]), gate["gate"]),
        "checks": len(gate["checks"]),
        "for": scope,
        "signed": Cell(
            mark("Signed") if signed else mark("Not signed"),
            below=kept["signed_by"],
            is_named=True,
            style="good" if signed else "wait",
        ),
        "version": kept["version"],
        "days": gate["days"],
    }


def _run_row(view: Mapping[str, Any]) -> Row:
    run, outcome, state = view["run"], OUTCOMES[view["outcome"]], STATES[view["state"]]
    return {
        "at": Cell(int(run["at"] * 1000), f"/gates/runs/{run['id']}"),
        "gate": Cell(run["gate"], gate_path(run["gate"])),
        "system": Cell(run["system"], system_path(run["system"], "gate")),
        "outcome": Cell(outcome.word, style=outcome.style),
        "state": Cell(state.word, below=", ".join(view["missing"]), style=state.style),
        "by": run["requested_by"],
    }


def runs_table(views: list[Mapping[str, Any]], *, system: str = "") -> Table:
    """Runs, newest first."""
    command = f"wardlaw gate run {system or '…'} --gate …"
    return Table(
        "gate-runs",
        mark("Runs of gates"),
        _RUNS,
        [_run_row(one) for one in views],
        mark("No gate was run yet."),
        command,
    )


@get("/gates")
async def list_of_gates(request: Request[Any, Any, Any]) -> Response[str]:
    """Gates and the newest runs."""
    here = Visit(request)
    me = await here.me()
    gates = await here.get("gates")
    table = Table(
        "gates", mark("Gates"), _GATES, [_gate_row(one) for one in gates],
        mark("No gate is set up. Write one as docs/gates.md shows, then:"), "wardlaw gate add gate.yaml",
    )  # fmt: skip
    views = await here.get("gate-runs")
    if file := here.download(table, runs_table(views)):
        return file
    runs = runs_table(views[:30])
    return here.page(
        "gates.html", me=me, title=mark("Gates"), table=table, runs=runs, may_add=_may_add(me), text="", problem=""
    )


@post("/gates")
async def add_gate(request: Request[Any, Any, Any]) -> Response[str]:
    """Add a gate, or a new version of one, from its YAML."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    try:
        kept = await here.change(form.first, "gates", body={"text": form.raw("text")})
    except ApiAnswerError as error:
        gates = await here.get("gates")
        table = Table("gates", mark("Gates"), _GATES, [_gate_row(one) for one in gates], mark("No gate is set up."))
        return here.page(
            "gates.html", status=error.status, me=me, title=mark("Gates"), table=table, runs=runs_table([]),
            may_add=_may_add(me), text=form.raw("text"), problem=error.words,
        )  # fmt: skip
    return here.leave(gate_path(kept["gate"]["gate"]), notice="saved")


def _may_add(me: Me) -> bool:
    return me.may(Permission.REGISTER_SYSTEM) or me.may(Permission.APPROVE_GATE)


@get("/gates/{gate_id:str}")
async def show_gate(request: Request[Any, Any, Any], gate_id: FromPath[str]) -> Response[str]:
    """A gate as data: its checks and thresholds, and who signed them."""
    here = Visit(request)
    me = await here.me()
    return await _gate_page(here, me, gate_id, "")


@post("/gates/{gate_id:str}/sign")
async def sign_gate(request: Request[Any, Any, Any], gate_id: FromPath[str]) -> Response[str]:
    """Sign the thresholds that were looked at, by their digest."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    try:
        await here.change(form.first, "gates", gate_id, "sign", body={"digest": form.text("digest")})
    except ApiAnswerError as error:
        return await _gate_page(here, me, gate_id, error.words, status=error.status)
    return here.leave(gate_path(gate_id), notice="signed")


async def _gate_page(here: Visit, me: Me, gate_id: str, problem: str, *, status: int = 200) -> Response[str]:
    kept = await here.get("gates", gate_id)
    return here.page(
        "gate.html", status=status, me=me, title=kept["gate"]["title"], kept=kept, gate=kept["gate"], kinds=KINDS,
        tiers=TIERS, problem=problem, may_sign=me.may(Permission.APPROVE_GATE) and kept["added_by"] != me.id,
        of_files=_FROM_FILES,
    )  # fmt: skip


@get("/systems/{system_id:str}/gate")
async def system_gate(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """How a system stands at the door, and what would open it."""
    here = Visit(request)
    me = await here.me()
    return await _system_page(here, me, system_id, "")


@post("/systems/{system_id:str}/gate/run")
async def run_gate(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """Run the checks that the installation itself can carry out."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    body = {
        "gate": form.text("gate"), "system": system_id, "author": form.text("author"), "anew": form.text("anew") == "yes",
    }  # fmt: skip
    try:
        view = await here.change(form.first, "gate-runs", body=body)
    except ApiAnswerError as error:
        return await _system_page(here, me, system_id, error.words, status=error.status)
    return here.leave(f"/gates/runs/{view['run']['id']}", notice="found-run" if view["found"] else "run")


@post("/systems/{system_id:str}/gate/revoke")
async def revoke(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """End the verdict."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    try:
        await here.change(form.first, "systems", system_id, "verdict", "revoke", body={"reason": form.text("reason")})
    except ApiAnswerError as error:
        return await _system_page(here, me, system_id, error.words, status=error.status)
    return here.leave(system_path(system_id, "gate"), notice="revoked")


async def _system_page(here: Visit, me: Me, system_id: str, problem: str, *, status: int = 200) -> Response[str]:
    kept = (await here.get("systems", system_id))["kept"]
    one = kept["system"]
    told = await here.get("systems", system_id, "verdict")
    statement = told["statement"]
    fitting = [
        gate
        for gate in await here.get("gates")
        if (not gate["gate"]["systems"] or one["id"] in gate["gate"]["systems"])
        and (not gate["gate"]["tiers"] or one["tier"] in gate["gate"]["tiers"])
    ]
    views = await here.get("gate-runs", system=system_id)
    table = runs_table(views, system=system_id)
    if file := here.download(table):
        return file
    may_run = me.may(Permission.REGISTER_SYSTEM) or me.may(Permission.IMPORT_EVIDENCE)
    return here.page(
        "system-gate.html", status=status, me=me, title=mark("Gate"), one=one, statement=statement, key=told["key"],
        door=door_word({**statement, "mode": statement["mode"]}), modes=MODES, fitting=fitting, table=table,
        tier=TIERS[one["tier"]], kinds=KINDS, of_files=_FROM_FILES, may_run=may_run, problem=problem, tab="gate",
        waiting=next((view for view in views if view["state"] == RunState.WAITING.value), None),
        may_revoke=me.may(Permission.APPROVE_GATE) or me.may(Permission.KILL_SYSTEM), outcomes=OUTCOMES,
    )  # fmt: skip


@get("/gates/runs/{run_id:str}")
async def show_run(request: Request[Any, Any, Any], run_id: FromPath[str]) -> Response[str]:
    """One run: each check with its figures drawn, and whose sign-offs it has and needs."""
    here = Visit(request)
    me = await here.me()
    return await _run_page(here, me, run_id, "")


@post("/gates/runs/{run_id:str}/answer")
async def answer_run(request: Request[Any, Any, Any], run_id: FromPath[str]) -> Response[str]:
    """Sign a run off, or refuse it."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    approves = form.text("approves") == "yes"
    try:
        await here.change(
            form.first, "gate-runs", run_id, "answer", body={"approves": approves, "reason": form.text("reason")}
        )
    except ApiAnswerError as error:
        problem = error.words
        return await _run_page(here, me, run_id, problem, form.text("reason"), status=error.status)
    return here.leave(f"/gates/runs/{run_id}", notice="approved" if approves else "denied")


async def _run_page(
    here: Visit, me: Me, run_id: str, problem: str, reason: str = "", *, status: int = 200
) -> Response[str]:
    view = await here.get("gate-runs", run_id)
    run = view["run"]
    checks = [{**one, "drawn": drawing_of_check(one, KINDS.get(one["kind"], one["id"]))} for one in run["results"]]
    waits = view["state"] == RunState.WAITING.value
    is_own = me.id in (run["requested_by"], *run["authors"])
    due = waits and me.may(Permission.APPROVE_GATE)
    return here.page(
        "gate-run.html", status=status, me=me, title=mark("Run of a gate"), view=view, run=run, checks=checks, kinds=KINDS,
        outcomes=OUTCOMES, state=STATES[view["state"]], problem=problem, reason=reason, may_answer=due and not is_own,
        is_own=waits and is_own, has_spoken=any(one["by"] == me.id for one in run["answers"]),
    )  # fmt: skip


PLACE = Place(Area.GOVERNANCE, 21, "/gates", "file-check-2", mark("Gates"), "", (Permission.VIEW_DASHBOARDS,))
HANDLERS = (
    list_of_gates, add_gate, show_gate, sign_gate, system_gate, run_gate, revoke, show_run, answer_run,
)  # fmt: skip
