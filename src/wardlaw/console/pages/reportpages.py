"""Evidence reports, and what people vouch for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter

from wardlaw.console.pages.auditlog import day_ms, entry_path
from wardlaw.console.pages.filled import Filled
from wardlaw.console.pages.inside import ApiAnswerError, path_of
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.reportshelf import Build, ReportShelf, packed
from wardlaw.console.pages.systems import system_path
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of as saved_shelf
from wardlaw.console.pages.visit import WAITS, Me, Visit
from wardlaw.evidence.attestation import Says
from wardlaw.facts.person import Permission

_EARLIER = 12
_TYPES = {".pdf": "application/pdf", ".html": "text/html; charset=utf-8", ".json": "application/json"}

SAYS: Mapping[str, str] = {
    Says.MET.value: mark("It is met"),
    Says.NOT_APPLICABLE.value: mark("It does not apply"),
}
_COLUMNS = (
    Column("clause", mark("What"), ColumnKind.NAMED),
    Column("system", mark("System"), ColumnKind.SYSTEM),
    Column("says", mark("Says"), ColumnKind.MARK),
    Column("text", mark("In words")),
    Column("by", mark("Who"), ColumnKind.NAMED),
    Column("until", mark("Until"), ColumnKind.MOMENT),
    Column("state", mark("State"), ColumnKind.MARK),
)

_Ended = Annotated[bool, QueryParameter(name="ended")]
_Clause = Annotated[str, QueryParameter(name="clause", max_length=160)]
_System = Annotated[str, QueryParameter(name="system", max_length=256)]


def shelf_of(request: Request[Any, Any, Any]) -> ReportShelf:
    """The shelf of this console, made with the first report."""
    state = request.app.state
    if "report_shelf" not in state:
        state["report_shelf"] = ReportShelf(state.front.clock)
    shelf: ReportShelf = state["report_shelf"]
    return shelf


def _owner(here: Visit) -> str:
    """The session, without what opens it; the same after a proof."""
    return hashlib.sha256(here.line.encode()).hexdigest()


@get("/reports")
async def reports(request: Request[Any, Any, Any]) -> Response[str]:
    """Make a report; those made before, as the log tells."""
    here = Visit(request)
    me = await here.me()
    return await _reports_page(here, me, {}, "")


@post("/reports")
async def begin(request: Request[Any, Any, Any]) -> Response[str]:
    """Begin to make a report."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    asked = {name: form.text(name) for name in ("framework", "since", "until")}
    if not day_ms(asked["since"]) or not day_ms(asked["until"]):
        return await _reports_page(here, me, asked, mark("Give both days of the period."), status=400)
    after = date.fromisoformat(asked["until"]) + timedelta(
        days=1
    )  # a person means the last day, the API the first after
    body = {**asked, "until": after.isoformat()}
    api, session = here.api, here.session
    build = shelf_of(request).begin(_owner(here), asked, lambda: api.post(path_of("reports"), session, body))
    return here.leave(f"/reports/{build.id}")


async def _reports_page(
    here: Visit, me: Me, asked: Mapping[str, str], problem: str, *, status: int = 200
) -> Response[str]:
    today = datetime.fromtimestamp(here.front.clock(), tz=UTC).date()
    usual = {
        "framework": "eu-ai-act",
        "since": today.replace(day=1).isoformat(),
        "until": today.isoformat(),
    }
    return here.page(
        "reports.html", status=status, me=me, title=mark("Reports"), problem=problem, typed={**usual, **asked},
        frameworks=await here.get("frameworks") if me.may(Permission.VIEW_DASHBOARDS) else [], earlier=await _earlier(here, me),
        mine=shelf_of(here.request).of(_owner(here)), may_build=me.may(Permission.EXPORT_EVIDENCE), tab="reports",
    )  # fmt: skip


async def _earlier(here: Visit, me: Me) -> list[dict[str, Any]]:
    """Reports that were made, as the log has them; what was asked for is sealed there and opened for those who may."""
    if not me.may(Permission.VIEW_AUDIT_LOG):
        return []
    page = await here.get("audit", "records", kind="control", words='"reports.build"', limit=_EARLIER)
    found = []
    for one in page["records"]:
        facts = (await here.get("decisions", one["id"]))["explanation"].get("facts", {})
        if "framework" in facts:
            found.append({"record": entry_path(one["id"]), "at_ms": one["at_ms"], **facts})
    return found


def _found(request: Request[Any, Any, Any], here: Visit, build_id: str) -> Build:
    build = shelf_of(request).find(build_id, _owner(here))
    if build is None:
        raise NotFoundException
    return build


@get("/reports/{build_id:str}")
async def show_report(request: Request[Any, Any, Any], build_id: FromPath[str]) -> Response[str]:
    """How far a report is; once it is made, its files."""
    here = Visit(request)
    me = await here.me()
    build = _found(request, here, build_id)
    # With scripts only what changed is put in place; without them the page is loaded anew.
    return here.page(
        "report-state.html" if request.query_params.get("part") == "state" else "report.html", me=me, title=mark("Report"),
        build=build, names=sorted(build.files), seconds=int(here.front.clock() - build.begun_at), waits=WAITS, tab="reports",
    )  # fmt: skip


@get("/reports/{build_id:str}/file")
async def report_file(
    request: Request[Any, Any, Any],
    build_id: FromPath[str],
    *,
    name: Annotated[str, QueryParameter(name="name", max_length=200)] = "",
) -> Response[bytes]:
    """One file of a report, or all of them as ZIP."""
    here = Visit(request)
    await here.me()
    build = _found(request, here, build_id)
    if not build.files:  # nobody has looked yet at what was asked for, which names the archive
        raise NotFoundException
    if not name:
        title = f"report-{build.framework}-{build.since}-{build.until}.zip"
        return _file(packed(build), "application/zip", title)
    if name not in build.files:
        raise NotFoundException
    suffix = f".{name.rpartition('.')[2]}"
    return _file(build.files[name], _TYPES.get(suffix, "application/octet-stream"), name.rpartition("/")[2])


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


@get("/reports/attestations")
async def attestations(
    request: Request[Any, Any, Any], *, ended: _Ended = False, clause: _Clause = "", system: _System = ""
) -> Response[str]:
    """What people vouch for, and the form to vouch."""
    here = Visit(request)
    me = await here.me()
    return await _attestations_page(here, me, {"clause": clause, "system": system}, "", ended=ended)


@post("/reports/attestations")
async def vouch(request: Request[Any, Any, Any]) -> Response[str]:
    """Vouch for something."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    typed = {
        name: form.text(name) for name in ("clause", "system", "says", "text", "until", "file_name", "file_sha256")
    }
    body: dict[str, Any] = {**typed, "until": day_ms(typed["until"], after=True) / 1000}
    try:
        await here.change(form.first, "attestations", body=body)
    except ApiAnswerError as error:
        return await _attestations_page(here, me, typed, error.words, status=error.status)
    return here.leave("/reports/attestations", notice="saved")


@post("/reports/attestations/withdraw")
async def withdraw(request: Request[Any, Any, Any]) -> Response[str]:
    """Take back what was vouched for."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    try:
        await here.change(form.first, "attestations", form.text("id"), "withdraw", body={})
    except ApiAnswerError as error:
        return await _attestations_page(here, me, {}, error.words, status=error.status)
    return here.leave("/reports/attestations", notice="revoked")


async def _attestations_page(
    here: Visit, me: Me, typed: Mapping[str, str], problem: str, *, ended: bool = False, status: int = 200
) -> Response[str]:
    given = await here.get("attestations", **({"ended": "true"} if ended else {}))
    now = here.front.clock()
    table = Table(
        "attestations", mark("What people vouch for"), _COLUMNS, [_row(one, now) for one in given],
        mark("Nobody vouches for anything now."), "",
    )  # fmt: skip
    if file := here.download(table):
        return file
    systems = await here.get("systems")
    return here.page(
        "attestations.html", status=status, me=me, shelf=await saved_shelf(here, "/reports/attestations"), title=mark("What people vouch for"), table=table, ended=ended,
        address="/reports/attestations" + ("?ended=true" if ended else ""), problem=problem, says=SAYS,
        typed={"clause": "", "system": "", "says": "met", "text": "", "until": "", "file_name": "", "file_sha256": ""}
        | dict(typed),
        systems=[(one["system"]["id"], one["system"]["title"]) for one in systems],
        standing=[one for one in given if not one["withdrawn_at"] and one["until"] > now and one["attested_by"] == me.id],
        may_vouch=me.may(Permission.ATTEST), tab="attestations",
    )  # fmt: skip


def _row(one: Mapping[str, Any], now: float) -> Row:
    if one["withdrawn_at"]:
        state, style = mark("Taken back"), "bad"
    else:
        state, style = (mark("Stands"), "good") if one["until"] > now else (mark("Ended"), "")
    return {
        "clause": one["clause"],
        "system": Cell(one["system"], system_path(one["system"])),
        "says": SAYS.get(one["says"], one["says"]),
        "text": Cell(one["text"][:300], below=one["file_name"]),
        "by": one["attested_by"],
        "until": int(one["until"] * 1000),
        "state": Cell(state, style=style),
    }


PLACE = Place(
    Area.EVIDENCE, 11, "/reports", "file-text", mark("Reports"), "x",
    (Permission.EXPORT_EVIDENCE, Permission.ATTEST, Permission.VIEW_DASHBOARDS),
)  # fmt: skip
HANDLERS = (reports, begin, attestations, vouch, withdraw, show_report, report_file)
