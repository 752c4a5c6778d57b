"""Checks of a gate that read files by their paths: decisions, data, models, red-team reports and cards.

Each answers as the command of its own does (``wardlaw measure``, ``model-file``, ``redteam``); what cannot be measured
asks for a person and is never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from wardlaw.cli.measuring.bias import read_decisions
from wardlaw.cli.measuring.poisoning import check_file
from wardlaw.cli.measuring.rows import digest_of
from wardlaw.cli.modelreading import look_at, model_files
from wardlaw.cli.redteamreading import bound_report
from wardlaw.facts.errors import DataError, InputError
from wardlaw.register.bias.check import BiasRule, check_bias
from wardlaw.register.bias.reading import Favourable
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Ground, worst
from wardlaw.register.gates.gate import CheckSpec
from wardlaw.register.gates.runner import Subject, unmeasured
from wardlaw.register.modelcard import model_card_check
from wardlaw.register.modelfiles.allowed import Allowed
from wardlaw.register.modelfiles.judging import model_file_check
from wardlaw.register.plotdata import MOST_PLOTS
from wardlaw.register.redteam.judging import red_team_check
from wardlaw.register.redteam.keptcheck import asked_of

PathRunner: TypeAlias = Callable[[CheckSpec, Subject, Mapping[str, Path]], CheckResult]

_MOST_CARD_BYTES = 1 << 20
_RULE = ("metric", "limit", "groups", "min_group_n", "small_groups")


def run_by_path(spec: CheckSpec, subject: Subject, paths: Mapping[str, Path]) -> CheckResult:
    """Run a check whose kind is in ``PATH_RUNNERS``.

    Args:
        paths: What was handed in, by the names of ``CheckSpec.files``.

    Raises:
        InputError: A threshold is none, or a file cannot be read.
    """
    try:
        return PATH_RUNNERS[spec.kind](spec, subject, paths)
    except DataError as error:
        return unmeasured(spec, error.message, error.hint)


def _bias(spec: CheckSpec, _subject: Subject, paths: Mapping[str, Path]) -> CheckResult:
    """Thresholds: those of a rule, and which columns are what: ``by``, ``predicted``, ``label``, ``favourable``."""
    if len(paths) != 1:
        return unmeasured(spec, "Not one file of decisions was handed in.", f"`--input {_name(spec)}=FILE`.")
    (path,) = paths.values()
    by = _words(spec, "by")
    if not by:
        return unmeasured(spec, "The gate does not say which groups to compare.", "Put `by: [column]` under require.")
    given: dict[str, Any] = {name: spec.require[name] for name in _RULE if name in spec.require}
    if isinstance(given.get("groups"), str):
        given["groups"] = (given["groups"],)
    try:
        rule = msgspec.convert({"id": spec.id, **given}, BiasRule)
    except msgspec.ValidationError as error:
        raise _bad_threshold(spec, str(error)) from error
    score = spec.require.get("from_score")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float)):
        raise _bad_threshold(spec, "from_score is no number")
    favourable = Favourable(_word(spec, "favourable"), score)
    answers = (_word(spec, "predicted") or "predicted", _word(spec, "label"))
    read = read_decisions(path, by, answers, favourable=favourable, told=_quiet)
    ground = Ground("dataset", path.name, digest_of(path))
    # A seed that is fixed by the gate's thresholds: whoever runs it cannot draw until it passes.
    result = check_bias(read, rule, seed=0, grounds=(ground,)).result
    return msgspec.structs.replace(result, id=spec.id)


def _poisoning(spec: CheckSpec, _subject: Subject, paths: Mapping[str, Path]) -> CheckResult:
    """Files: ``data``, and ``baseline`` with the ``key`` that verifies it, or ``trusted``; thresholds ``label``, ``text``."""
    data = paths.get("data")
    references = tuple(paths[name] for name in ("baseline", "trusted") if name in paths)
    if data is None or not references:
        return unmeasured(
            spec,
            "The data, or what it is to be held against, was not handed in.",
            "`--input data=FILE --input baseline=FILE --input key=FILE`.",
        )
    found = check_file(data, references, paths.get("key"), (_word(spec, "label"), _word(spec, "text")), _quiet)
    return joined(spec, found)


def joined(spec: CheckSpec, found: tuple[CheckResult, ...]) -> CheckResult:
    """Several measures of one kind as one check: the worst of them decides and says why."""
    outcome = worst(found)
    first = next((one for one in found if one.outcome is outcome), None)
    if first is None:
        return unmeasured(spec, "Nothing of it could be measured.", "Hand in a file with rows.")
    others = tuple(f"{one.id}: {one.outcome.value}. {one.why}" for one in found if one is not first)
    figures = tuple(figure for one in found for figure in one.figures)
    notes = tuple(note for one in found for note in one.notes)
    plots = tuple(plot for one in found for plot in one.plots)[:MOST_PLOTS]
    return CheckResult(
        spec.id, spec.kind, outcome, first.why, first.next, figures, first.grounds, (*others, *notes), plots
    )


def _model_file(spec: CheckSpec, subject: Subject, paths: Mapping[str, Path]) -> CheckResult:
    """Files and folders of the model. Threshold: ``allow``, further names that pickles may use."""
    if not paths:
        return unmeasured(spec, "No file of the model was handed in.", f"`--input {_name(spec)}=FILE-OR-FOLDER`.")
    allowed = Allowed(frozenset(_words(spec, "allow")))
    looked = [look_at(path, name, allowed) for path, name in model_files([str(one) for one in paths.values()])]
    result = msgspec.structs.replace(model_file_check(looked, check_id=spec.id), kind=spec.kind)
    said = subject.system.made_of.model
    if said and result.outcome is not CheckOutcome.FAIL and said not in {one.digest for one in looked}:
        return msgspec.structs.replace(
            result,
            outcome=CheckOutcome.FAIL,
            why=f"None of these files is the model that {subject.system.id} is registered with ({said[:12]}…).",
            next=f"Hand in that model, or register this one: `wardlaw system change {subject.system.id} --model-digest …`.",
        )
    return result


def _red_team(spec: CheckSpec, subject: Subject, paths: Mapping[str, Path]) -> CheckResult:
    """Reports. Thresholds: ``max_age_days``, ``target``, and for inspect ``attack_succeeds_when``."""
    digest = subject.system.made_of.model
    if not paths:
        return unmeasured(spec, "No report was handed in.", f"`--input {_name(spec)}=REPORT`.")
    if not digest:
        return _no_model(spec, subject)
    asked = asked_of(spec)
    today = datetime.fromtimestamp(subject.at, UTC).date()
    found = []
    for path in paths.values():
        bound = bound_report(
            str(path),
            # That this model was attacked is the word of whoever runs the gate, and stands in the run under their name.
            model_digest=digest,
            target=asked.target,
            succeeds=asked.succeeds or None,  # type: ignore[arg-type]
        )
        found.append(red_team_check(bound, model_digest=digest, today=today, limits=asked.limits, check_id=spec.id))
    return joined(spec, tuple(found))


def _model_card(spec: CheckSpec, subject: Subject, paths: Mapping[str, Path]) -> CheckResult:
    """The card of the model that the system is registered with."""
    if len(paths) != 1:
        return unmeasured(spec, "Not one card was handed in.", f"`--input {_name(spec)}=README.md`.")
    if not subject.system.made_of.model:
        return _no_model(spec, subject)
    (path,) = paths.values()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            "WL-GAT-010", f"{path} cannot be read: {error.strerror}.", "Check the path and its permissions."
        ) from error
    if len(content) > _MOST_CARD_BYTES:
        return unmeasured(spec, f"{path.name} is larger than 1 MiB.", "Hand in the card alone.")
    return model_card_check(content, model_digest=subject.system.made_of.model, check_id=spec.id)


PATH_RUNNERS: Mapping[CheckKind, PathRunner] = MappingProxyType(
    {
        CheckKind.BIAS: _bias,
        CheckKind.POISONING: _poisoning,
        CheckKind.MODEL_FILE: _model_file,
        CheckKind.RED_TEAM: _red_team,
        CheckKind.MODEL_CARD: _model_card,
    }
)


def _no_model(spec: CheckSpec, subject: Subject) -> CheckResult:
    name = subject.system.id
    return unmeasured(
        spec,
        f"Nobody has said which model {name} runs, so no report can be of it.",
        f"`wardlaw system change {name} --model-digest …`",
    )


def _name(spec: CheckSpec) -> str:
    return spec.files[0] if spec.files else spec.kind.value


def _word(spec: CheckSpec, name: str) -> str:
    value = spec.require.get(name, "")
    return value if isinstance(value, str) else str(value)


def _words(spec: CheckSpec, name: str) -> tuple[str, ...]:
    value = spec.require.get(name, ())
    return value if isinstance(value, tuple) else (str(value),)


def _bad_threshold(spec: CheckSpec, why: str) -> InputError:
    return InputError(
        "WL-GAT-012",
        f"A threshold of the check {spec.id} is none: {why}.",
        "Correct the gate's file, add it, and have it signed anew; docs/gates.md names the thresholds of each kind.",
    )


def _quiet(_share: float, _word: str) -> None:
    """A pipeline's log wants no progress."""
