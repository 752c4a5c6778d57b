"""What the files of a model say together, as one check of a gate; and the same as SARIF."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Digest, Figure, Ground
from wardlaw.register.modelfiles.look import Looked
from wardlaw.register.modelfiles.seen import REVIEWED, Rule, Seen

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NOTES = 20

MEANS = {
    Rule.GLOBAL: "A pickle imports a name that is on no list of harmless ones.",
    Rule.CALL: "A pickle calls something that it must not call, or not so.",
    Rule.HIDDEN: "A pickle puts the name of an import together while it is loaded.",
    Rule.EXTENSION: "A pickle imports by a number that only the loader knows.",
    Rule.PERSISTENT: "A pickle asks its loader for objects.",
    Rule.DAMAGED: "The content ends or breaks off where it must not; a loader may have run what stands before.",
    Rule.TRAILING: "Bytes stand behind the end that no loader needs.",
    Rule.BOMB: "It is made to exhaust whoever opens it.",
    Rule.NESTED: "Archives stand in archives beyond any use.",
    Rule.MISMATCH: "An archive's list and its content say different things.",
    Rule.LOCKED: "It cannot be read here, so nobody can say what it holds.",
    Rule.ESCAPE: "A path leads out of the model's folder.",
    Rule.NATIVE: "A program or a library stands where a model should be.",
    Rule.SOURCE: "Source code stands beside the model.",
    Rule.HEADER: "A header contradicts the file.",
    Rule.TEMPLATE: "A chat template reaches out of the texts it is given.",
    Rule.OPERATOR: "A graph calls an operator that reaches out of the model.",
    Rule.LAYER: "A layer runs code of its own.",
    Rule.TYPE: "A type is made that is on no list of harmless ones.",
    Rule.MARKUP: "Markup brings in something from outside.",
    Rule.REMOTE: "Loading it may run code that stands beside it.",
    Rule.UNKNOWN: "The content is of no format that is known here.",
}


class FileLooked(msgspec.Struct, frozen=True):
    """One file, by its digest, and what it holds."""

    path: str
    digest: Digest
    size_bytes: int
    looked: Looked


def model_file_check(files: Sequence[FileLooked], *, check_id: str = "model-files") -> CheckResult:
    """All files of a model as one check. No file is no pass."""
    grounds = tuple(Ground("model", one.path, one.digest) for one in files)
    failed = [one for one in files if one.looked.outcome is CheckOutcome.FAIL]
    unclear = [one for one in files if one.looked.outcome is CheckOutcome.REVIEW]
    if failed:
        outcome = CheckOutcome.FAIL
        why = f"{_count(failed)} could run code, or lie about what they hold: {_first(failed)}."
        following = (
            "Ask for the weights as safetensors or ONNX, or have each name allowed by whoever knows what it does."
        )
    elif unclear or not files:
        outcome = CheckOutcome.REVIEW
        why = (
            f"{_count(unclear)} hold something nobody could judge: {_first(unclear)}." if files else "There is no file."
        )
        following = "Let a person look at them, or have them packed in a form that can be read."
    else:
        outcome, following = CheckOutcome.PASS, ""
        why = f"Nothing in {_count(files)} would run code when it is loaded."
    return CheckResult(
        check_id,
        CheckKind.MODEL_FILE,
        outcome,
        why,
        following,
        (Figure("files that could run code", len(failed), limit=0), Figure("files nobody could judge", len(unclear))),
        grounds,
        tuple(f"{one.path}: {words(seen)}" for one in (*failed, *unclear) for seen in one.looked.seen)[:_NOTES],
    )


def words(seen: Seen) -> str:
    """A finding in one line."""
    return (f"{seen.where}: " if seen.where else "") + seen.what


def _count(files: Sequence[FileLooked]) -> str:
    return "1 file" if len(files) == 1 else f"{len(files)} files"


def _first(files: Sequence[FileLooked]) -> str:
    return f"{files[0].path} ({words(files[0].looked.seen[0])})"


def model_file_sarif(files: Sequence[FileLooked], version: str) -> bytes:
    """The report as SARIF 2.1.0; a finding keeps its fingerprint while file path, place and words stay."""
    used = sorted({seen.rule for one in files for seen in one.looked.seen})
    driver = {
        "name": "Wardlaw model files",
        "semanticVersion": version,
        "rules": [
            {
                "id": rule.value,
                "shortDescription": {"text": MEANS[rule]},
                "defaultConfiguration": {"level": _level(rule)},
            }
            for rule in used
        ],
    }
    results = [
        _result(one.path, seen, used.index(seen.rule))
        for one in files
        for seen in one.looked.seen
    ]  # fmt: skip
    run = {"tool": {"driver": driver}, "results": results}
    return msgspec.json.encode({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + b"\n"


def _level(rule: Rule) -> str:
    return "warning" if rule in REVIEWED else "error"


def _result(path: str, seen: Seen, rule: int) -> dict[str, Any]:
    mark = hashlib.sha256(f"{path}\0{seen.where}\0{seen.rule}\0{seen.what}".encode()).hexdigest()[:32]
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": quote(path)}}}
    if seen.where:
        location["logicalLocations"] = [{"fullyQualifiedName": seen.where}]
    return {
        "ruleId": seen.rule.value,
        "ruleIndex": rule,
        "level": _level(seen.rule),
        "message": {"text": f"{MEANS[seen.rule]} {words(seen)}"},
        "locations": [location],
        "partialFingerprints": {"wardlaw/v1": mark},
    }
