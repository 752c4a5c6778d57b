"""One AI system: what it is, how it stands, what became of it; and what may be taken away of it as files."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import yaml
from litestar import Request, Response, get, post
from litestar.params import FromPath

import wardlaw
from wardlaw.console.pages.drawings import drawing_of_figures
from wardlaw.console.pages.filled import Filled
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.systems import door_word, system_path
from wardlaw.console.pages.systemwords import MODES, OUR_ROLES, STAGES, TIERS, Word, states_of
from wardlaw.console.pages.visit import Visit
from wardlaw.facts.person import Permission
from wardlaw.register.bom import BomModel, BomParts, BomVersion, bill_of_materials
from wardlaw.register.modelcard import ModelCard
from wardlaw.register.system import System

_KINDS = (("model", "built_on"), ("dataset", "datasets"), ("vendor", "vendors"))
_WORST_LINES = 8


@get("/systems/{system_id:str}")
async def show_system(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """One system."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("systems", system_id)
    kept = told["kept"]
    one, living = kept["system"], not kept["retired_at"]
    statement = (await here.get("systems", system_id, "verdict"))["statement"] if living else None
    outcomes = await here.get("systems", system_id, "outcomes") if living else None
    classification = await here.get("systems", system_id, "classification") if living else None
    result = outcomes["result"] if outcomes else None
    return here.page(
        "system.html", me=me, title=one["title"][:120], kept=kept, one=one, statement=statement,
        door=door_word({**statement, "mode": statement["mode"]} if statement else None),
        tier=TIERS.get(one["tier"], Word(one["tier"])), stage=_stage(kept), modes=MODES, our_roles=OUR_ROLES,
        entries=await _entries(here, one), states=states_of(told["history"]), classification=classification,
        lines=await _coverage(here, system_id) if living else None, outcomes=outcomes,
        drawn=drawing_of_figures(result["figures"], mark("Live decisions")) if result else "",
        may_change=living and (me.may(Permission.REGISTER_SYSTEM) or me.may(Permission.CLASSIFY_SYSTEM)),
        may_retire=living and me.may(Permission.REGISTER_SYSTEM), tab="system",
    )  # fmt: skip


@post("/systems/{system_id:str}/retire")
async def end_system(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """Take a system out of use."""
    here, form = Visit(request), await Filled.of(request)
    await here.take_away(form.first, "systems", system_id)
    return here.leave(system_path(system_id), notice="closed")


@get("/systems/{system_id:str}/file")
async def technical_file(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[str]:
    """The technical documentation of Annex IV as it stands now."""
    here = Visit(request)
    me = await here.me()
    kept = (await here.get("systems", system_id))["kept"]
    told = await here.get("systems", system_id, "file")
    counted = Counter(field["state"] for field in told["fields"])
    return here.page(
        "system-file.html", me=me, title=mark("Technical documentation"), one=kept["system"], told=told, counted=counted,
        may_attest=me.may(Permission.ATTEST), tab="file",
    )  # fmt: skip


@get("/systems/{system_id:str}/bom")
async def bill(request: Request[Any, Any, Any], system_id: FromPath[str]) -> Response[bytes]:
    """The bill of materials, CycloneDX JSON."""
    here = Visit(request)
    await here.me()
    system = msgspec.convert((await here.get("systems", system_id))["kept"]["system"], System)
    named = [one for one in (*system.built_on, *system.models) if not set("*?") & set(one)]
    content = bill_of_materials(
        BomParts(system, tuple(BomModel(f"model:{one}", one) for one in dict.fromkeys(named))),
        version=BomVersion("1.7"),
        made=datetime.fromtimestamp(int(here.front.clock()), tz=UTC),
        serial=uuid.uuid4(),
        tool_version=wardlaw.__version__,
    )
    return _file(content, "application/vnd.cyclonedx+json", f"{system.id}.cdx.json")


@get("/systems/{system_id:str}/card/{model_id:str}")
async def model_card(
    request: Request[Any, Any, Any], system_id: FromPath[str], model_id: FromPath[str]
) -> Response[bytes]:
    """What the register knows of a model, in the form that `wardlaw gate` reads as its card."""
    here = Visit(request)
    await here.me()
    system = (await here.get("systems", system_id))["kept"]["system"]
    entry = (await here.get("register", "model", model_id))["kept"]["entry"]
    card = ModelCard(
        name=entry["title"], developer=entry["vendor"] or entry["owner"], licence=entry["licence"],
        intended_use=entry["purpose"] or system["purpose"], training_data=", ".join(entry["datasets"]),
        contact=entry["owner"], digest=entry["digest"],
    )  # fmt: skip
    text = "# From the register; what is empty nobody has said there.\n" + yaml.safe_dump(
        msgspec.structs.asdict(card), sort_keys=False, allow_unicode=True
    )
    return _file(text.encode(), "application/yaml", f"{model_id}.card.yaml")


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _stage(kept: Mapping[str, Any]) -> Word:
    if kept["retired_at"]:
        return Word(mark("Retired"))
    return STAGES.get(kept["system"]["lifecycle"], Word(kept["system"]["lifecycle"]))


async def _entries(here: Visit, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What it is built of, as the register has it; an id that stands in no register is shown as it is."""
    found = {(kept["entry"]["kind"], kept["entry"]["id"]): kept["entry"] for kept in await here.get("register")}
    return [
        {"kind": kind, "id": name, "entry": found.get((kind, name))} for kind, field in _KINDS for name in one[field]
    ]


async def _coverage(here: Visit, system_id: str) -> dict[str, Any]:
    told = await here.get("coverage")
    mine = [line for line in told["clauses"] if line["system"] == system_id]
    return {
        "counted": Counter(line["state"] for line in mine),
        "worst": [line for line in mine if line["state"] not in ("proven", "attested", "not applicable", "not yet")][
            :_WORST_LINES
        ],
        "whole": told["counted"] >= told["log_end"],
    }


HANDLERS = (show_system, end_system, technical_file, bill, model_card)
