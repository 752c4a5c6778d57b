"""The runners there are, by kind, and those that need no file but what the installation knows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from wardlaw.facts.tier import Tier
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Figure, Ground
from wardlaw.register.classification import APPROVED
from wardlaw.register.gates.gate import CheckSpec
from wardlaw.register.gates.runner import GivenFile, Runner, Subject, unmeasured

DAY_S = 86_400.0
ASSESSMENTS = ("eu-ai-act:art-27", "gdpr:35")
"""Duties that are assessments of their own, vouched for by whoever made them."""
MOST_SARIF_BYTES = 64 * 1024 * 1024
"""Largest report of a scan that is read, in bytes; a scan of this whole product writes some hundred kilobytes."""


def check_classification(spec: CheckSpec, subject: Subject, _files: Mapping[str, GivenFile]) -> CheckResult:
    """The questionnaire was answered, still speaks for the system, and what it asks for was assessed.

    Thresholds: ``max_age_days``; ``said_by``, roles of which whoever answered held one; ``assessments`` (true unless
    false is said): the assessments that are due are vouched for.
    """
    known = subject.known
    if known is None:
        return _elsewhere(spec)
    name = subject.system.id
    if known.classified != APPROVED:
        gone = subject.system.tier is Tier.PROHIBITED or known.classified.startswith("prohibited")
        outcome = CheckOutcome.FAIL if gone else CheckOutcome.REVIEW
        return _result(spec, outcome, f"The classification is {known.classified}.", f"`wardlaw system classify {name}`")
    age = (subject.at - known.classified_at) / DAY_S
    limit = _number(spec, "max_age_days")
    if limit is not None and age > limit:
        return _result(
            spec, CheckOutcome.REVIEW, f"The classification is {age:.0f} days old.", f"`wardlaw system classify {name}`"
        )
    said_by = words(spec, "said_by")
    if said_by and not set(said_by) & set(known.classified_as):
        told = f"It was answered by {', '.join(known.classified_as)}, and must be by {' or '.join(said_by)}."
        return _result(spec, CheckOutcome.REVIEW, told, "Let one of them look at it and hand it in.")
    due = [one for one in ASSESSMENTS if one in known.duties and one not in known.attested]
    if due and spec.require.get("assessments", True):
        told = f"Due, and nobody vouches for it: {', '.join(due)}."
        return _result(spec, CheckOutcome.REVIEW, told, f"`wardlaw attest {due[0]} --system {name} …`")
    return _result(spec, CheckOutcome.PASS, f"It is classified as {subject.system.tier.value}, and that still stands.")


def check_sign_offs(spec: CheckSpec, subject: Subject, _files: Mapping[str, GivenFile]) -> CheckResult:
    """Somebody answers for it, and people vouch for each provision of ``attested``."""
    known = subject.known
    if known is None:
        return _elsewhere(spec)
    missing = [one for one in (*spec.refs, *words(spec, "attested")) if one not in known.attested]
    if missing:
        told = f"Nobody vouches for {', '.join(missing)}."
        step = f"`wardlaw attest {missing[0]} --system {subject.system.id} …`"
        return _result(spec, CheckOutcome.REVIEW, told, step)
    return _result(spec, CheckOutcome.PASS, f"{subject.system.owner} answers for it, and all of it is vouched for.")


def check_live(spec: CheckSpec, subject: Subject, _files: Mapping[str, GivenFile]) -> CheckResult:
    """Its traffic can be told from others', the ``clauses`` are in force, and their canaries were stopped.

    Thresholds: ``clauses``, ids, every clause in force when left out; ``canaries``, whether each must be proven (true).
    """
    known = subject.known
    if known is None:
        return _elsewhere(spec)
    system = subject.system
    if not (system.principals or system.routes or system.models):
        return _result(
            spec,
            CheckOutcome.REVIEW,
            "Nothing says which traffic is its own, so no clause can be shown to look at it.",
            f"`wardlaw system change {system.id} --principal …`",
        )
    asked = words(spec, "clauses")
    wanted = frozenset(asked) or known.in_force
    if missing := sorted(wanted - known.in_force):
        told = f"Not in force: {', '.join(missing)}."
        return _result(spec, CheckOutcome.FAIL, told, "`wardlaw policy enforce` puts a clause in force.")
    if failed := sorted(wanted & known.failed):
        told = f"A canary got through: {', '.join(failed)}."
        return _result(spec, CheckOutcome.FAIL, told, f"`wardlaw canary show {failed[0]}`")
    unproven = sorted(wanted - known.proven)
    if unproven and spec.require.get("canaries", True):
        told = f"No canary has proven {', '.join(unproven[:5])}{' …' if len(unproven) > 5 else ''}."
        return _result(spec, CheckOutcome.REVIEW, told, "`wardlaw canary run`")
    figures = (Figure("clauses in force", float(len(wanted)), count=len(wanted)),)
    return _result(
        spec, CheckOutcome.PASS, "The clauses are in force, and none let its canary through.", figures=figures
    )


class _SarifResult(msgspec.Struct, frozen=True):
    level: str = "warning"  # SARIF 2.1.0, 3.27.10: what a result is without one


class _SarifRun(msgspec.Struct, frozen=True):
    results: tuple[_SarifResult, ...] | None = None


class _Sarif(msgspec.Struct, frozen=True):
    version: str
    runs: tuple[_SarifRun, ...]


def check_scan(spec: CheckSpec, _subject: Subject, files: Mapping[str, GivenFile]) -> CheckResult:
    """A scan (SARIF 2.1.0, as ``wardlaw scan --sarif`` writes it) found no more than is allowed.

    Thresholds: ``max_errors`` (0) and ``max_warnings`` (any number when left out).
    """
    given = [files[name] for name in spec.files or ("scan",) if name in files]
    if not given:
        return unmeasured(spec, "No report of a scan was handed in.", "`wardlaw scan --sarif FILE`, then `--input`.")
    errors = warnings = 0
    for one in given:
        try:
            if one.size > MOST_SARIF_BYTES:
                return unmeasured(spec, f"{one.name} is too large to be a report of a scan.", "Hand in the report.")
            report = msgspec.json.decode(one.stream.read(), type=_Sarif)
        except msgspec.MsgspecError:
            return unmeasured(spec, f"{one.name} is not SARIF 2.1.0.", "`wardlaw scan --sarif FILE` writes it.")
        # A run without results was not finished: SARIF 2.1.0, 3.14.23.
        if not report.runs or any(run.results is None for run in report.runs):
            return unmeasured(spec, f"{one.name} has a run without results.", "Let the scan run to its end.")
        levels = [result.level for run in report.runs for result in run.results or ()]
        errors += levels.count("error")
        warnings += levels.count("warning")
    most_errors, most_warnings = _number(spec, "max_errors") or 0.0, _number(spec, "max_warnings")
    figures = (
        Figure("errors", float(errors), limit=most_errors),
        Figure("warnings", float(warnings), limit=most_warnings),
    )
    grounds = tuple(Ground("report", one.name, one.digest) for one in given)
    if errors > most_errors or (most_warnings is not None and warnings > most_warnings):
        told = f"The scan found more than is allowed: errors {errors}, warnings {warnings}."
        return _result(spec, CheckOutcome.FAIL, told, "Mend what the report names.", figures, grounds)
    return _result(spec, CheckOutcome.PASS, "The scan found no more than is allowed.", "", figures, grounds)


RUNNERS: Mapping[CheckKind, Runner] = MappingProxyType(
    {
        CheckKind.CLASSIFICATION: check_classification,
        CheckKind.SIGN_OFFS: check_sign_offs,
        CheckKind.LIVE: check_live,
        CheckKind.SCAN: check_scan,
    }
)
"""One runner for each kind that can be measured."""


def run_check(spec: CheckSpec, subject: Subject, files: Mapping[str, GivenFile]) -> CheckResult:
    """Run one check; of a kind nothing here can measure it asks for a person."""
    runner = RUNNERS.get(spec.kind)
    if runner is None:
        return unmeasured(spec, f"Nothing here measures {spec.kind.value}.", "Leave it out of the gate, or look at it.")
    return runner(spec, subject, files)


def _result(
    spec: CheckSpec,
    outcome: CheckOutcome,
    why: str,
    step: str = "",
    figures: tuple[Figure, ...] = (),
    grounds: tuple[Ground, ...] = (),
) -> CheckResult:
    return CheckResult(spec.id, spec.kind, outcome, why, step, figures, grounds)


def _elsewhere(spec: CheckSpec) -> CheckResult:
    return unmeasured(spec, "Only the installation itself can answer this.", "Run the gate while it can be reached.")


def _number(spec: CheckSpec, name: str) -> float | None:
    value = spec.require.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def words(spec: CheckSpec, name: str) -> tuple[str, ...]:
    """A threshold that is a list of words; empty when it is left out."""
    value = spec.require.get(name, ())
    return value if isinstance(value, tuple) else (str(value),)
