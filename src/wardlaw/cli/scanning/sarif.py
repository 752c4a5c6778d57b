"""The report as SARIF 2.1.0, which code hosts show beside the lines.

Source: OASIS Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from wardlaw import __version__
from wardlaw.cli.scanning.spotted import Spotted
from wardlaw.cli.scanning.walking import Skipped
from wardlaw.facts.finding import Level
from wardlaw.governance.shipped import known
from wardlaw.security.detectors import DETECTORS, DetectorRecord

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Level.BLOCK: "error", Level.REVIEW: "warning", Level.NOTE: "note"}
_FRAMEWORKS = (("owasp-llm-2025", "OWASP-LLM-2025"), ("mitre-atlas", "MITRE-ATLAS"))
_NOBODY = DetectorRecord("", "", "", ())


def sarif(
    found: Sequence[Spotted],
    skipped: Sequence[Skipped],
    *,
    old: frozenset[str] | None = None,
    successful: bool = True,
) -> bytes:
    """The report.

    Args:
        old: Fingerprints of findings that are accepted; they are in the report, marked as such. None without a baseline.
        successful: No detector failed.
    """
    rules: dict[str, Spotted] = {}
    for one in found:
        kept = rules.get(one.rule)
        if kept is None or one.score > kept.score:
            rules[one.rule] = one
    places = {rule: place for place, rule in enumerate(rules)}
    records = {record.id: record for record in DETECTORS}
    run = {
        "tool": {
            "driver": {
                "name": "Wardlaw",
                "semanticVersion": __version__,
                "rules": [_rule(one, records.get(one.detector, _NOBODY)) for one in rules.values()],
                "supportedTaxonomies": [{"name": name} for _, name in _FRAMEWORKS],
            }
        },
        "taxonomies": _taxonomies({records.get(one.detector, _NOBODY) for one in rules.values()}),
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": successful,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": f"Skipped: {one.why}."}, "locations": [_location(one.path)]}
                    for one in skipped
                ],
            }
        ],
        "results": [_result(one, places[one.rule], old) for one in found],
    }
    return msgspec.json.encode({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + b"\n"


def _rule(one: Spotted, record: DetectorRecord) -> dict[str, Any]:
    return {
        "id": one.rule,
        "name": _camel(one.rule),
        "shortDescription": {"text": _sentence(one.says)},
        "fullDescription": {"text": f"{_sentence(one.says)} {record.finds}".strip()},
        "defaultConfiguration": {"level": _LEVELS[one.level]},
        "properties": {
            "tags": ["security", *record.owasp, *record.atlas],
            # Code hosts read this as a CVSS score, 0.0 to 10.0.
            "security-severity": f"{one.score / 100:.1f}",
            "precision": "high" if one.level is Level.BLOCK else "medium",
            "detector": one.detector,
            "detectorVersion": one.version,
            "threshold": record.threshold / 1000,
        },
        "relationships": [
            {"target": {"id": name, "toolComponent": {"name": component}}, "kinds": ["relevant"]}
            for (_, component), names in zip(_FRAMEWORKS, (record.owasp, record.atlas), strict=True)
            for name in names
        ],
    }


def _taxonomies(records: set[DetectorRecord]) -> list[dict[str, Any]]:
    frameworks = known().frameworks
    wanted = ({name for one in records for name in one.owasp}, {name for one in records for name in one.atlas})
    return [
        {
            "name": component,
            "informationUri": frameworks[key].source,
            "shortDescription": {"text": frameworks[key].title},
            "isComprehensive": False,
            "taxa": [
                {"id": name, "shortDescription": {"text": frameworks[key].ids.get(name, name)}}
                for name in sorted(names)
            ],
        }
        for (key, component), names in zip(_FRAMEWORKS, wanted, strict=True)
    ]


def _result(one: Spotted, rule: int, old: frozenset[str] | None) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": one.line}
    if not one.pointer or one.kind == "agent-config":
        region |= {"startColumn": one.column, "endLine": one.end_line, "endColumn": one.end_column}
    location = _location(one.path, region)
    if one.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": one.pointer}]
    state: dict[str, Any] = {}
    if old is not None:
        state["baselineState"] = "unchanged" if one.fingerprint in old else "new"
        if one.fingerprint in old:
            state["suppressions"] = [{"kind": "external"}]
    return {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": _LEVELS[one.level],
        "message": {"text": f"{_sentence(one.says)} ({one.kind})"},
        "locations": [location],
        "partialFingerprints": {"wardlaw/v1": one.fingerprint},
        "rank": one.score / 10,
        "properties": {"score": one.score / 1000, "label": one.label},
        **state,
    }


def _location(path: str, region: Mapping[str, Any] | None = None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(path)}}
    if region:
        physical["region"] = dict(region)
    return {"physicalLocation": physical}


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _camel(rule: str) -> str:
    return "".join(part.capitalize() for part in rule.replace("_", "-").split("-"))
