"""The red-team check of a gate, held against reports that are kept: no file need be handed in while one is fresh."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckOutcome, CheckResult
from wardlaw.register.gates.gate import CheckSpec
from wardlaw.register.gates.runner import Subject, unmeasured
from wardlaw.register.redteam.judging import RedTeamLimits, red_team_check
from wardlaw.register.redteam.report import BoundReport


class Asked(msgspec.Struct, frozen=True):
    """What a gate asks of a report: how old it may be, of which target, and for inspect which score is a success."""

    limits: RedTeamLimits
    target: str
    succeeds: str


def asked_of(spec: CheckSpec) -> Asked:
    """The thresholds of a check.

    Raises:
        InputError: One is none (WL-GAT-012).
    """
    age = spec.require.get("max_age_days", 90)
    if isinstance(age, bool) or not isinstance(age, int) or age < 1:
        raise _bad(spec, "max_age_days is no number of days")
    succeeds = str(spec.require.get("attack_succeeds_when", ""))
    if succeeds not in ("", "correct", "incorrect"):
        raise _bad(spec, "attack_succeeds_when is neither correct nor incorrect")
    return Asked(RedTeamLimits(max_age_days=age), str(spec.require.get("target", "")), succeeds)


def kept_red_team_check(spec: CheckSpec, subject: Subject) -> CheckResult:
    """The newest report that is kept of the model the system is registered with.

    A gate that names a target and finds reports of that target alone of another model fails, as with such a file.
    """
    asked = asked_of(spec)
    digest = subject.system.made_of.model
    kept = subject.known.red_team if subject.known is not None else ()
    fitting = [one for one in kept if asked.target in ("", one.report.target)]
    if not digest:
        return unmeasured(
            spec, f"Nobody has said which model {subject.system.id} runs, so no report can be of it.",
            f"`wardlaw system change {subject.system.id} --model-digest …`",
        )  # fmt: skip
    own = [one for one in fitting if one.model_digest == digest]
    if not own and not (asked.target and fitting):
        return unmeasured(
            spec, "No report was handed in, and none of this model is kept.",
            "`wardlaw redteam import REPORT --model-digest … --keep`, or `--input`.",
        )  # fmt: skip
    today = datetime.fromtimestamp(subject.at, UTC).date()
    found = red_team_check(
        _newest(own or fitting), model_digest=digest, today=today, limits=asked.limits, check_id=spec.id
    )
    if found.outcome is CheckOutcome.PASS:
        return msgspec.structs.replace(found, why=f"{found.why} The report is one that is kept.")
    return found


def _newest(reports: list[BoundReport]) -> BoundReport:
    return max(reports, key=lambda one: (one.report.made, one.digest))


def _bad(spec: CheckSpec, why: str) -> InputError:
    return InputError(
        "WL-GAT-012",
        f"A threshold of the check {spec.id} is none: {why}.",
        "Correct the gate's file, add it, and have it signed anew; docs/gates.md names the thresholds of each kind.",
    )
