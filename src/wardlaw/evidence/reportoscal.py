"""A report as OSCAL assessment results. Source: NIST OSCAL 1.2.1, model assessment-results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from wardlaw.evidence.coverage import Line, State
from wardlaw.evidence.report import Report

OSCAL_VERSION = "1.2.1"
_SPACE = UUID("6f1c2f0e-5a0e-5c1b-9a39-0d6d3f4f7b11")  # ours; the same report gives the same ids
_WORD = re.compile(r"\w+")
_MEDIA = {"html": "text/html", "json": "application/json", "pdf": "application/pdf"}
_REMARK = "Not proven and not attested today. The reason says what is missing."


def oscal_results(report: Report, files: Mapping[str, str]) -> dict[str, Any]:
    """The document, JSON-ready: one observation and one finding for each provision and system it applies to.

    Args:
        files: The files the findings rest on, as they lie in the bundle, with the SHA-256 of each, hex.
    """
    base = f"{report.origin}/{report.framework.id}/{report.made_at}"
    at = _time(report.made_at)
    resources = {name: _resource_id(base, name) for name in files}
    proofs = _proofs_by_record(files)
    lines = [one for one in report.lines if one.state not in (State.NOT_APPLICABLE, State.NOT_YET)]
    result: dict[str, Any] = {
        "uuid": _id(base, "result"),
        "title": f"{report.framework.title} {report.framework.version}",
        "description": f"{report.proven} of {report.applicable} proven, {report.attested} attested.",
        "start": _time(report.period.begin),
        "end": _time(report.period.end),
        # Every file is linked here: those that no observation names (the page, the log's head) belong to the whole.
        "links": [{"href": f"#{uuid}", "rel": "reference", "text": name} for name, uuid in resources.items()],
        "reviewed-controls": {"control-selections": [{"description": "Every provision.", "include-all": {}}]},
    }
    if lines:
        result["observations"] = [_observation(base, one, at, resources, proofs) for one in lines]
        result["findings"] = [_finding(base, one) for one in lines]
    return {
        "assessment-results": {
            "uuid": _id(base, "document"),
            "metadata": {
                "title": f"Evidence report of {report.origin}",
                "last-modified": at,
                "version": "1",
                "oscal-version": OSCAL_VERSION,
            },
            "import-ap": {"href": f"#{resources['report.json']}"},
            "results": [result],
            "back-matter": {
                "resources": [
                    {"uuid": uuid, "title": name, "rlinks": [_located(name, files[name])]}
                    for name, uuid in resources.items()
                ]
            },
        }
    }


def _observation(
    base: str, line: Line, at: str, resources: dict[str, str], proofs: dict[str, list[str]]
) -> dict[str, Any]:
    named = [name for record in dict.fromkeys(_WORD.findall(line.why)) for name in proofs.get(record, ())]
    return {
        "uuid": _id(base, "observation", line.clause, line.system),
        "title": f"{line.clause} for {line.system}",
        "description": f"{line.state.value}: {line.why}",
        "methods": ["EXAMINE" if line.state is State.ATTESTED else "TEST"],
        "collected": at,
        "relevant-evidence": [
            {"href": f"#{resources[name]}", "description": name} for name in ("report.json", *named)
        ],
    }  # fmt: skip


def _finding(base: str, line: Line) -> dict[str, Any]:
    met = line.state in (State.PROVEN, State.ATTESTED)
    status: dict[str, Any] = {"state": "satisfied" if met else "not-satisfied", "reason": "pass" if met else "fail"}
    if not met:
        status["remarks"] = _REMARK
    return {
        "uuid": _id(base, "finding", line.clause, line.system),
        "title": f"{line.clause} for {line.system}: {line.state.value}",
        "description": line.why or line.state.value,
        "target": {"type": "objective-id", "target-id": _token(line.clause), "status": status},
        "related-observations": [{"observation-uuid": _id(base, "observation", line.clause, line.system)}],
    }


def _located(name: str, digest: str) -> dict[str, Any]:
    media = _MEDIA.get(name.rpartition(".")[2], "text/plain")
    return {"href": name, "media-type": media, "hashes": [{"algorithm": "SHA-256", "value": digest}]}


def _proofs_by_record(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Entry and proof of each record, by its id."""
    found: dict[str, list[str]] = {}
    for name in files:
        if name.startswith("proofs/"):
            found.setdefault(name.removeprefix("proofs/").partition(".")[0], []).append(name)
    return found


def _token(text: str) -> str:
    """An id as OSCAL's tokens may be: letters, digits, dot, dash, underscore, a letter first."""
    kept = "".join(char if char.isalnum() or char in ".-_" else "_" for char in text)
    return kept if kept[:1].isalpha() or kept[:1] == "_" else f"_{kept}"


def _id(*parts: str) -> str:
    """A UUID that the parts decide, in OSCAL's own form (version 5)."""
    return str(uuid5(_SPACE, "\n".join(parts)))


def _resource_id(base: str, name: str) -> str:
    """A UUID of version 4 in form: OSCAL takes 4 and 5, but trestle 5.2.0 sees only links to version 4 as links."""
    return str(UUID(bytes=sha256(f"{base}\nresource\n{name}".encode()).digest()[:16], version=4))


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
