"""The audit log: searched, verified in front of whoever asks, with proofs to take away and what is kept how long."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from wardlaw.audit.envelope import RecordKind
from wardlaw.console.pages.codewords import code_word
from wardlaw.console.pages.filled import Filled
from wardlaw.console.pages.inside import ApiAnswerError, path_of
from wardlaw.console.pages.keepingtable import table_of_kept
from wardlaw.console.pages.messages import mark, opened
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.console.pages.words import effect_word
from wardlaw.facts.person import Permission
from wardlaw.store import reportverify
from wardlaw.store.reportverifypage import verifier_page

PAGE_ROWS = 50
_DAY_MS = 86_400_000
_PROGRAM = Path(reportverify.__file__).read_text(encoding="utf-8")

KINDS: Mapping[str, str] = {
    RecordKind.DECISION.value: mark("Decision"),
    RecordKind.OUTCOME.value: mark("How it ended"),
    RecordKind.CONTROL.value: mark("Change or look"),
    RecordKind.ERASURE.value: mark("Erasure"),
    RecordKind.GAP.value: mark("Gap"),
    RecordKind.START.value: mark("Start of a gateway"),
}
_COLUMNS = (
    Column("place", mark("Entry"), ColumnKind.NUMBER),
    Column("at", mark("Time"), ColumnKind.MOMENT),
    Column("kind", mark("Kind"), ColumnKind.MARK),
    Column("what", mark("What")),
    Column("who", mark("Who"), ColumnKind.CODE),
)

_FILTERS = ("kind", "who", "words", "since", "until")
_Before = Annotated[int, QueryParameter(name="before", ge=-1, le=2**53)]


def day_ms(text: str, *, after: bool = False) -> int:
    """The begin of a day (UTC), or of the day after, in Unix milliseconds; 0 where it is none."""
    try:
        begin = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        return 0
    return int(begin.timestamp() * 1000) + (_DAY_MS if after else 0)


def entry_path(record: str) -> str:
    """Address of an entry's page."""
    return f"/audit/{quote(record, safe='')}"


def _row(one: Mapping[str, Any]) -> Row:
    what = (
        one["operation"].replace(".", ": ").replace("_", " ") if one["operation"] else effect_word(one["effect"]).word
    )
    below = " ".join((*one["clauses"], *((one["route"],) if one["route"] else ())))
    if one["kind"] == RecordKind.OUTCOME.value:
        what = opened(code_word(str(one["told"].get("result", "ended"))))
    return {
        "place": one["leaf_index"],
        "at": one["at_ms"],
        "kind": KINDS.get(one["kind"], one["kind"]),
        "what": Cell(what or KINDS.get(one["kind"], ""), entry_path(one["id"]), below or one["code"]),
        "who": one["subject"][:16],
    }


@get("/audit")
async def audit_log(request: Request[Any, Any, Any], *, before: _Before = -1) -> Response[str]:
    """Records, newest first."""
    here = Visit(request)
    me = await here.me()
    kind, who, words, since, until = (request.query_params.get(name, "")[:128] for name in _FILTERS)
    asked: dict[str, str | int] = {
        "subject": who, "words": words, "since_ms": day_ms(since), "until_ms": day_ms(until, after=True),
        "limit": PAGE_ROWS, **({"kind": kind} if kind in KINDS else {}),
    }  # fmt: skip
    kept = dict(zip(_FILTERS, (kind, who, words, since, until), strict=True))
    filters = {name: value for name, value in kept.items() if value}

    async def part(place: str) -> Table:
        return _records_table(await here.get("audit", "records", **asked, before=int(place)), filters)

    table = await part(str(before))
    if file := here.download(table, further=part):
        return file
    return here.page(
        "audit.html", me=me, shelf=await shelf_of(here), title=mark("Audit log"), table=table, kinds=KINDS, asked=kept, further=table.older,
        address="/audit" + (f"?{urlencode(filters)}" if filters else ""), log=await here.get("audit"),
        may_export=me.may(Permission.EXPORT_EVIDENCE),
    )  # fmt: skip


def _records_table(page: Mapping[str, Any], filters: Mapping[str, str]) -> Table:
    older = f"/audit?{urlencode({**filters, 'before': page['next']})}" if page["next"] >= 0 else ""
    nothing = (
        mark("Nothing fits in the part that was looked through; look further.") if older else mark("Nothing fits.")
    )
    return Table(
        "audit-log", mark("Records of the log"), _COLUMNS, [_row(one) for one in page["records"]],
        nothing if filters else mark("The log is empty."), "", older,
    )  # fmt: skip


@get("/audit/{record:str}")
async def entry(request: Request[Any, Any, Any], record: FromPath[str]) -> Response[str]:
    """One entry, with what everybody may read of it and what this person may."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("decisions", record)
    facts = told["explanation"].get("facts", {})
    return here.page(
        "audit-entry.html", me=me, title=mark("Entry of the log"), record=told["record"], why=told["explanation"],
        facts=facts, envelope=json.dumps(told["envelope"], indent=2, ensure_ascii=False), kinds=KINDS,
        sealed=told["envelope"].get("sealed", ()),
    )  # fmt: skip


@get("/audit/{record:str}/proof")
async def proof(request: Request[Any, Any, Any], record: FromPath[str]) -> Response[str]:
    """The proof of one entry as a file."""
    here = Visit(request)
    await here.me()
    told = await here.get("audit", "proofs", record)
    return _file(told["proof"], "text/plain; charset=utf-8", f"{record}.tlog-proof")


@get("/audit/verify")
async def verify_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Where the log is verified; without scripts the button leads to the steps as plain text."""
    here = Visit(request)
    me = await here.me()
    return here.page("audit-verify.html", me=me, title=mark("Verify the log"), log=await here.get("audit"))


@get("/audit/verify/steps")
async def verify_steps(request: Request[Any, Any, Any]) -> Stream:
    """Each step as a line of text while it is done."""
    here = Visit(request)
    await here.me()
    await here.get("audit")  # who may not read the log is told so as a page, before the answer begins
    return Stream(told_steps(here), media_type="text/plain; charset=utf-8", headers={"x-accel-buffering": "no"})


async def told_steps(here: Visit) -> AsyncIterator[bytes]:
    """Lines of a verification in words, as they are made."""
    try:
        async for line in here.api.lines(path_of("audit", "verification"), here.session):
            yield f"{spoken(json.loads(line))}\n".encode()
    except ApiAnswerError as error:
        yield f"NOT DONE {error} {error.hint}\n".encode()


def spoken(told: Mapping[str, Any]) -> str:
    """A line of a verification in words; its first word says what kind of line it is."""
    if step := told.get("step"):
        far = f" {step['done']:,} of {step['of']:,} bundles" if step["of"] else ""
        return f"STEP {step['what']}{':' if far else ''}{far}"
    if error := told.get("error"):
        return f"NOT DONE {error['message']} {error['hint']}"
    verdict = told["verdict"]
    lines = [f"{'SOUND' if verdict['sound'] else 'UNSOUND'} {verdict['verdict']}"]
    lines += [f"PROBLEM {one['where']}: {one['message']}" for one in verdict["problems"][:200]]
    lines += [f"NOTE {one}" for one in verdict["notices"]]
    if verdict["root"]:
        lines.append(f"NOTE Root {verdict['root']}")
    return "\n".join(line.replace("\n", " ") for line in lines)


@get("/audit/verifier/{name:str}")
async def verifier(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[str]:
    """The verifier that runs without Wardlaw, as a page for a browser or a program for Python."""
    here = Visit(request)
    await here.me()
    if name == "verify.py":
        return _file(_PROGRAM, "text/x-python; charset=utf-8", name)
    return _file(verifier_page(), "text/html; charset=utf-8", "verify.html")


@get("/audit/keeping")
async def keeping(request: Request[Any, Any, Any]) -> Response[str]:
    """What is kept how long, what waits for a second person, and how far exports have read."""
    here = Visit(request)
    me = await here.me()
    return await _keeping_page(here, me, "")


@post("/audit/keeping/{what:str}")
async def change_keeping(request: Request[Any, Any, Any], what: FromPath[str]) -> Response[str]:
    """Place or lift a hold, ask for or confirm a pruning, write an export."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    ident, reason = form.text("id"), form.text("reason")
    try:
        match what:
            case "hold":
                await here.change(
                    form.first, "audit", "holds", body={"subject": form.text("subject"), "reason": reason}
                )
            case "lift":
                await here.change(form.first, "audit", "holds", ident, "lift", body={})
            case "prune":
                body = {"before_ms": day_ms(form.text("before")), "reason": reason}
                await here.change(form.first, "audit", "prunings", body=body)
            case "confirm":
                await here.change(form.first, "audit", "prunings", ident, "confirm", body={})
            case _:
                body = {"since_ms": day_ms(form.text("since")), "until_ms": day_ms(form.text("until"), after=True)}
                told = await here.change(form.first, "audit", "exports", body=body)
                return await _keeping_page(here, me, "", written=told)
    except ApiAnswerError as error:
        return await _keeping_page(here, me, error.words, status=error.status, typed=form.first)
    return here.leave("/audit/keeping", notice="asked" if what in ("lift", "prune") else "saved")


async def _keeping_page(
    here: Visit,
    me: Me,
    problem: str,
    *,
    status: int = 200,
    written: Mapping[str, Any] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    table = table_of_kept(await here.get("audit", "retention"))
    if here.request.method == "GET" and (file := here.download(table)):
        return file
    return here.page(
        "audit-keeping.html", status=status, me=me, title=mark("Keeping and exports"), problem=problem, written=written,
        typed={"subject": "", "before": "", "since": "", "until": ""} | dict(typed or {}),
        table=table, holds=await here.get("audit", "holds"),
        prunings=await here.get("audit", "prunings"), targets=await here.get("audit", "targets"),
        may_change=me.may(Permission.CHANGE_RETENTION) or bool({"compliance", "ciso"} & set(me.roles)),
        may_export=me.may(Permission.EXPORT_EVIDENCE),
    )  # fmt: skip


def _file(text: str, media_type: str, name: str) -> Response[str]:
    return Response(text, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


PLACE = Place(Area.EVIDENCE, 10, "/audit", "book-open", mark("Audit log"), "l", (Permission.VIEW_AUDIT_LOG,))
HANDLERS = (
    audit_log, verify_page, verify_steps, verifier, keeping, change_keeping, entry, proof,
)  # fmt: skip
