"""The technical documentation of a system, read from the running installation."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.params import FromPath

from wardlaw.console.api.desk import Given, Turn
from wardlaw.evidence.attestation import Says
from wardlaw.evidence.tally import decisions_in
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.effect import Mode
from wardlaw.register.technicalfile import Change, LiveView, TechnicalField, Vouched, technical_file
from wardlaw.store.attestations import list_attestations
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.systems import living_system, system_history
from wardlaw.store.verdictbook import standing_of


class TechnicalFile(msgspec.Struct, frozen=True):
    """Every field of Annex IV for a system; ``at`` is when it was read, Unix seconds."""

    system: str
    at: float
    fields: tuple[TechnicalField, ...]


@get("/systems/{system_id:str}/file", operation_id="systems.file", summary="Technical documentation")
async def show_file(call: Given, system_id: FromPath[str]) -> TechnicalFile:
    """Each field as it stands now: live, vouched for, or missing."""

    def work(turn: Turn) -> TechnicalFile:
        kept = living_system(turn.connection, system_id)
        coverage = call.deps.coverage
        survey, counted = coverage.survey(turn.connection)
        scene = survey.scenes.get(system_id)
        standing = standing_of(turn.connection, kept.system, now=turn.now, keys=call.deps.keys())
        latest = CanaryRuns(turn.connection).latest()
        failed = {run.clause for run in latest if run.outcome is CanaryOutcome.FAIL}
        passed = {run.clause for run in latest if run.outcome is CanaryOutcome.PASS} - failed
        in_force = tuple(one.id for one in coverage.running() if one.mode is Mode.ENFORCE)
        live = LiveView(
            version=kept.version,
            changes=tuple(
                Change(one.version, one.step, one.changed_by, one.changed_at)
                for one in system_history(turn.connection, system_id)
            ),
            verdict=standing.kept.signed.verdict if standing.kept is not None and not standing.why else None,
            in_force=in_force,
            proven=tuple(one for one in in_force if one in passed),
            calls=decisions_in(scene) if scene is not None else 0,
            since=counted.since,
        )
        vouched = {
            one.clause: Vouched(one.text, one.attested_by, one.until)
            for one in list_attestations(turn.connection, after=turn.now)
            if one.system == system_id and one.says is Says.MET and one.effective_from <= turn.now
        }
        return TechnicalFile(system_id, turn.now, technical_file(kept.system, live, vouched))

    return await call.read(work)
