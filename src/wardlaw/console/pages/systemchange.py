"""Changing a system: two people may do so at once, and neither loses what they typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from wardlaw.console.pages.filled import NOTHING, Filled, Told
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.systems import fields_of, system_path
from wardlaw.console.pages.systemwords import DIGESTS, MODES, OUR_ROLES, PARTS, STAGES, differences
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission
from wardlaw.register.lifecycle import Lifecycle, may_step


@get("/systems/{system_id:str}/change")
async def change_form(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """The form, with what stands now."""
    here = Visit(request)
    me = await here.me()
    kept = (await here.get("systems", system_id))["kept"]
    return _form(here, me, kept, {})


@post("/systems/{system_id:str}/change")
async def change_system(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """Send what was typed anew, and only that; where somebody else was quicker, show both before anything is sent."""
    here, form = Visit(request), await Filled.of(request)
    me = await here.me()
    told = await here.get("systems", system_id)
    kept, seen = told["kept"], form.number("version")
    base = next((one["system"] for one in told["history"] if one["version"] == seen), kept["system"])
    mine = {name: value for name, value in _typed(form, base).items() if value != base.get(name)}
    if seen != kept["version"]:
        return _conflict(here, me, kept, base, mine, form.text("reason"))
    if not mine:
        return _form(here, me, kept, {}, told=Told(mark("Nothing is another than before."), 400))
    body = {**mine, "version": seen, "reason": form.text("reason")}
    if "placed_at" in body:
        body["placed_at"] = body["placed_at"] or "none"
    try:
        await here.alter(form.first, "systems", system_id, body=body)
    except ApiAnswerError as error:
        if error.code == "WL-SYS-005":  # changed between our look and the change itself
            told = await here.get("systems", system_id)
            return _conflict(here, me, told["kept"], base, mine, form.text("reason"))
        return _form(here, me, kept, mine, form.text("reason"), told=Told.by(error))
    return here.leave(system_path(system_id), notice="saved")


def _typed(form: Filled, base: Mapping[str, Any]) -> dict[str, Any]:
    found = fields_of(form)
    for name in ("lifecycle", "gate_mode"):
        if form.has(name):
            found[name] = form.text(name)
    if form.has("law"):
        found["roles"] = form.several("roles")
        found["placed_at"] = form.text("placed_at") or None
    digests = {one.id: form.text(f"digest_{one.id}").lower() for one in DIGESTS if form.has(f"digest_{one.id}")}
    if digests:
        found["made_of"] = {**base["made_of"], **digests}
    return found


def _conflict(
    here: Visit, me: Me, kept: Mapping[str, Any], base: Mapping[str, Any], mine: Mapping[str, Any], reason: str
) -> Response[str]:
    """Both versions: what the other changed stands, what was typed here stands in the form."""
    now = kept["system"]
    theirs = differences(base, now)
    both = {one.id for one in theirs} & {name for name, value in mine.items() if value != now.get(name)}
    return _form(
        here,
        me,
        kept,
        mine,
        reason,
        told=Told(status=409),
        theirs=theirs,
        both=both,
        own=differences(base, {**base, **mine}),
    )


def _form(
    here: Visit,
    me: Me,
    kept: Mapping[str, Any],
    mine: Mapping[str, Any],
    reason: str = "",
    *,
    told: Told = NOTHING,
    **conflict: Any,
) -> Response[str]:
    now = kept["system"]
    stages = {one.value: STAGES[one.value].word for one in Lifecycle if may_step(Lifecycle(now["lifecycle"]), one)}
    shown = {"theirs": (), "own": (), "both": frozenset()} | conflict
    return here.page(
        "system-change.html", status=told.status, me=me, title=mark("Change a system"), one=now, kept=kept,
        values={**now, **mine}, problem=told.problem, reason=reason, parts=PARTS, digests=DIGESTS, modes=MODES,
        stages=stages, our_roles=OUR_ROLES, may_register=me.may(Permission.REGISTER_SYSTEM),
        may_classify=me.may(Permission.CLASSIFY_SYSTEM), tab="system", **shown,
    )  # fmt: skip


HANDLERS = (change_form, change_system)
