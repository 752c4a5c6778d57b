"""What a system is made of, as the register says it: what a bill of materials lists."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.params import FromPath

from wardlaw.console.api.desk import Given, Turn
from wardlaw.register.bom import BomParts
from wardlaw.register.bomparts import entries_of, parts_of
from wardlaw.register.entry import Entry, EntryKind
from wardlaw.store.entries import find_entry
from wardlaw.store.gates import list_runs
from wardlaw.store.systems import living_system


class SystemParts(msgspec.Struct, frozen=True):
    """What a system is made of; ``as_of`` is when the newest of it was said, Unix seconds."""

    parts: BomParts
    as_of: float


@get("/systems/{system_id:str}/parts", operation_id="systems.parts", summary="What a system is made of")
async def show_parts(call: Given, system_id: FromPath[str]) -> SystemParts:
    """Models, datasets, vendors, tools, prompts, digests and regions from the register, and what its gate measured."""

    def work(turn: Turn) -> SystemParts:
        kept = living_system(turn.connection, system_id)

        def find(kind: EntryKind, name: str) -> Entry | None:
            found = find_entry(turn.connection, kind, name)
            return found.entry if found is not None and not found.retired_at else None

        runs = list_runs(turn.connection, system=system_id)[:1]
        parts = parts_of(kept.system, find, runs[0].results if runs else ())
        said = [kept.changed_at, *(run.at for run in runs)]
        for kind, name in entries_of(parts):
            entry = find_entry(turn.connection, kind, name)
            said += [entry.changed_at] if entry is not None else []
        return SystemParts(parts, max(said))

    return await call.read(work)
