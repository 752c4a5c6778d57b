"""Gates and their runs in tables; versions are added, and a run only gains sign-offs."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.register.gates.gate import Gate
from wardlaw.register.gates.run import GateRun, is_same_artefact
from wardlaw.store.registertables import GATE, GATE_RUN

_G, _R = GATE.c, GATE_RUN.c


class KeptGate(msgspec.Struct, frozen=True):
    """A gate with who added and who signed it; times in Unix seconds, ``signed_at`` 0 while nobody has."""

    gate: Gate
    version: int
    digest: str
    added_by: str
    added_at: float
    signed_by: str = ""
    signed_at: float = 0.0


def add_gate(connection: Connection, gate: Gate, *, by: str, now: float) -> KeptGate:
    """Keep a gate, or a new version of one; it opens nothing before it is signed."""
    newest = connection.execute(select(func.max(_G.version)).where(_G.id == gate.gate)).scalar() or 0
    kept = KeptGate(gate, int(newest) + 1, gate.digest, by, now)
    connection.execute(
        insert(GATE).values(
            id=gate.gate, version=kept.version, digest=kept.digest, gate=msgspec.json.encode(gate).decode(),
            added_by=by, added_at=now, signed_by="", signed_at=0.0,
        )
    )  # fmt: skip
    return kept


def sign_gate(connection: Connection, gate_id: str, *, digest: str, by: str, now: float) -> KeptGate:
    """Sign the newest version of a gate.

    Raises:
        InputError: There is none (WL-GAT-002), or another one by now (WL-GAT-003).
    """
    kept = get_gate(connection, gate_id)
    if len(digest) < 8 or not kept.digest.startswith(digest):
        raise InputError(
            "WL-GAT-003",
            f"The gate {gate_id} is {kept.digest[:12]}, not what you looked at.",
            f"Look with `wardlaw gate show {gate_id}`, then sign that digest.",
        )
    same = (_G.id == gate_id) & (_G.version == kept.version)
    connection.execute(update(GATE).where(same).values(signed_by=by, signed_at=now))
    return msgspec.structs.replace(kept, signed_by=by, signed_at=now)


def get_gate(connection: Connection, gate_id: str, *, version: int = 0) -> KeptGate:
    """The newest version of a gate, or the one named.

    Raises:
        InputError: There is none (WL-GAT-002).
    """
    query = select(GATE).where(_G.id == gate_id).order_by(_G.version.desc()).limit(1)
    if version:
        query = query.where(_G.version == version)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise InputError("WL-GAT-002", f"There is no gate {gate_id}.", "`wardlaw gate list` names those there are.")
    return _gate(row)


def gate_by_digest(connection: Connection, gate_id: str, digest: str) -> KeptGate:
    """The version of a gate with that digest.

    Raises:
        InputError: There is none (WL-GAT-002).
    """
    query = select(GATE).where(_G.id == gate_id, _G.digest == digest).order_by(_G.version.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise InputError("WL-GAT-002", f"There is no gate {gate_id} of that digest.", "Run the gate anew.")
    return _gate(row)


def list_gates(connection: Connection) -> tuple[KeptGate, ...]:
    """The newest version of each gate, by id."""
    newest = select(_G.id, func.max(_G.version).label("version")).group_by(_G.id).subquery()
    query = select(GATE).join(newest, (_G.id == newest.c.id) & (_G.version == newest.c.version)).order_by(_G.id)
    return tuple(_gate(row) for row in connection.execute(query).mappings())


def keep_run(connection: Connection, run: GateRun) -> None:
    """Keep a new run."""
    connection.execute(
        insert(GATE_RUN).values(
            id=run.id, system=run.system, gate=run.gate, at=run.at, answers=0, run=msgspec.json.encode(run).decode()
        )
    )


def change_run(connection: Connection, run: GateRun) -> None:
    """Keep a run with one more sign-off.

    Raises:
        InputError: Somebody answered at the same moment (WL-GAT-006).
    """
    before = len(run.answers) - 1
    values = {"answers": before + 1, "run": msgspec.json.encode(run).decode()}
    done = connection.execute(update(GATE_RUN).where(_R.id == run.id, _R.answers == before).values(**values))
    if done.rowcount != 1:
        raise InputError("WL-GAT-006", f"{run.id} was answered at the same moment.", "Look at it again.")


def get_run(connection: Connection, run_id: str) -> GateRun:
    """One run.

    Raises:
        InputError: There is none (WL-GAT-004).
    """
    text = connection.execute(select(_R.run).where(_R.id == run_id)).scalar()
    if text is None:
        raise InputError("WL-GAT-004", f"There is no run {run_id}.", "`wardlaw gate show --system SYSTEM` lists runs.")
    return msgspec.json.decode(text, type=GateRun)


def list_runs(connection: Connection, *, system: str = "", limit: int = 50) -> tuple[GateRun, ...]:
    """Runs, newest first; of one system when it is named."""
    query = select(_R.run).order_by(_R.at.desc(), _R.id.desc()).limit(limit)
    if system:
        query = query.where(_R.system == system)
    return tuple(msgspec.json.decode(text, type=GateRun) for text in connection.execute(query).scalars())


def newest_of_artefact(connection: Connection, run: GateRun) -> GateRun | None:
    """The latest run that is kept of the artefact of a run; None where there is none."""
    query = select(_R.run).where(_R.system == run.system, _R.gate == run.gate).order_by(_R.at.desc(), _R.id.desc())
    kept = (msgspec.json.decode(text, type=GateRun) for text in connection.execute(query).scalars())
    return next((one for one in kept if is_same_artefact(one, run)), None)


def is_newest(connection: Connection, run: GateRun) -> bool:
    """Whether no later run is of the artefact of a run that is kept."""
    newest = newest_of_artefact(connection, run)
    return newest is None or newest.id == run.id


def _gate(row: RowMapping) -> KeptGate:
    gate = msgspec.json.decode(row["gate"], type=Gate)
    return KeptGate(
        gate, row["version"], row["digest"], row["added_by"], row["added_at"], row["signed_by"], row["signed_at"]
    )
