"""Gates: what there is, adding one, and signing its thresholds before anything is run."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.governance.rights import Circumstances
from wardlaw.register.gates.gate import read_gate
from wardlaw.store.gates import KeptGate, add_gate, get_gate, list_gates, sign_gate


class GateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gate as its YAML."""

    text: Annotated[str, msgspec.Meta(max_length=32_768)]


class SigningBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Digest of what was looked at; its first eight digits suffice."""

    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8,64}$(?!\n)")]


@get("/gates", operation_id="gates.list", summary="Gates")
async def list_of_gates(call: Given) -> tuple[KeptGate, ...]:
    """The newest version of each gate, by id."""
    return await call.read(lambda turn: list_gates(turn.connection))


@get("/gates/{gate_id:str}", operation_id="gates.get", summary="One gate")
async def show_gate(call: Given, gate_id: FromPath[str]) -> KeptGate:
    """A gate with its checks and thresholds."""
    return await call.read(lambda turn: get_gate(turn.connection, gate_id))


@post("/gates", operation_id="gates.add", summary="Add a gate, or a new version of one", status_code=201)
async def keep_gate(call: Given, data: JSONBody[GateBody]) -> KeptGate:
    """It opens nothing before somebody else has signed it."""

    def work(turn: Turn) -> Done[KeptGate]:
        kept = add_gate(turn.connection, read_gate(data.text), by=turn.person.id, now=turn.now)
        return Done(kept, _facts(kept))

    return await call.change(work)


@post("/gates/{gate_id:str}/sign", operation_id="gates.sign", summary="Sign its thresholds", status_code=200)
async def put_signature(call: Given, gate_id: FromPath[str], data: JSONBody[SigningBody]) -> KeptGate:
    """Say that these are the checks and thresholds: nobody signs their own, and any edit voids it."""

    def work(turn: Turn) -> Done[KeptGate]:
        kept = sign_gate(turn.connection, gate_id, digest=data.digest, by=turn.person.id, now=turn.now)
        return Done(kept, _facts(kept))

    return await call.change(
        work,
        circumstances=lambda turn: Circumstances(changes=True, authors=(get_gate(turn.connection, gate_id).added_by,)),
    )


def _facts(kept: KeptGate) -> dict[str, str | int]:
    return {"gate": kept.gate.gate, "version": kept.version, "digest": kept.digest, "signed": int(bool(kept.signed_at))}
