"""Recorded decisions without a gateway: sealed and put into the tables, for what reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import insert
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.decision import Decision
from wardlaw.facts.finding import Finding
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.store.keyring import Keyring
from wardlaw.store.tables import RECORD, SEALED_PART

MONTH = "2026-09"

Moment = tuple[RequestFacts, Sequence[Finding], Snapshot]


def put_decisions(
    connection: Connection, keyring: Keyring, policies: PolicySet, moments: Iterable[Moment], *, first: int = 0
) -> None:
    """Decide each moment and put its record where the sequencer would.

    Args:
        first: Leaf index of the first record.
    """
    rows, parts = [], []
    for place, (request, findings, state) in enumerate(moments, first):
        decision = decide(request, findings, policies, state)
        inputs = msgspec.json.encode(Inputs(request, tuple(findings), state, decision))
        row, part = _sealed(keyring, request, inputs, place, decision)
        rows.append(row | {"effect": decision.effect.value, "demanded": decision.demanded.value})
        parts.append(part)
    if rows:
        connection.execute(insert(RECORD), rows)
        connection.execute(insert(SEALED_PART), parts)


def put_inputs(connection: Connection, keyring: Keyring, request: RequestFacts, inputs: bytes, *, leaf: int) -> None:
    """Put a record with these inputs, whatever they are."""
    row, part = _sealed(keyring, request, inputs, leaf)
    connection.execute(insert(RECORD).values(**row))
    connection.execute(insert(SEALED_PART).values(**part))


def _sealed(
    keyring: Keyring, request: RequestFacts, inputs: bytes, leaf: int, decision: Decision | None = None
) -> tuple[dict[str, object], dict[str, object]]:
    subject = request.principal.acting_for or request.principal.id
    sealed = keyring.seal_parts(subject, MONTH, (("inputs", inputs),))
    (one,) = sealed.parts
    at_ms = int(request.at * 1000)
    envelope = Envelope(
        action=request.action.value,
        at=at_ms,
        clauses=tuple(one.clause for one in decision.reasons if one.clause) if decision else (),
        epoch=1,
        exchange=request.exchange,
        gateway="gateway-1",
        id=request.id,
        kind=RecordKind.DECISION,
        policies=decision.policies if decision else "",
        route=request.route,
        sealed=(one.part,),
        seq=leaf,
        subject=sealed.pseudonym,
    )
    row: dict[str, object] = {
        "leaf_index": leaf,
        "id": request.id,
        "kind": RecordKind.DECISION.value,
        "exchange": request.exchange,
        "at_ms": at_ms,
        "gateway": "gateway-1",
        "epoch": 1,
        "seq": leaf,
        "subject": sealed.pseudonym,
        "effect": "",
        "demanded": "",
        "action": request.action.value,
        "route": request.route,
        "policies": envelope.policies,
        "code": "",
        "envelope": encode(envelope),
    }
    part: dict[str, object] = {
        "leaf_index": leaf,
        "klass": "inputs",
        "subject": sealed.pseudonym,
        "month": MONTH,
        "ciphertext": one.blob,
    }
    return row, part
