"""A run of a gate as SARIF 2.1.0 and JUnit XML, and on the terminal.

Source: OASIS Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET  # writes only; nothing is parsed
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from rich.text import Text

from wardlaw import __version__
from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import when

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"fail": "error", "review": "warning", "pass": "none"}
# SARIF 2.1.0, 3.27.10: only what has the kind `fail` has a level, so what is to be looked at is a failure that warns.
_KINDS = {"fail": "fail", "review": "fail", "pass": "pass"}
_STYLES = {"fail": "bold red", "review": "yellow", "pass": "green"}
# Digits of a digest that tell two apart for people.
_SHORT = 12


def gate_sarif(system: str, gate: str, results: Sequence[Mapping[str, Any]]) -> bytes:
    """Each check as a result; its fingerprint stays the same as long as check, gate and system do."""
    rules = [{"id": one["id"], "name": one["kind"], "shortDescription": {"text": one["id"]}} for one in results]
    found = [
        {
            "ruleId": one["id"],
            "ruleIndex": place,
            "level": _LEVELS[one["outcome"]],
            "kind": _KINDS[one["outcome"]],
            "message": {"text": " ".join(part for part in (one["why"], one.get("next", "")) if part)},
            "locations": [{"logicalLocations": [{"name": system, "kind": "resource"}]}],
            "partialFingerprints": {"wardlawGate/v1": _fingerprint(system, gate, one["id"])},
        }
        for place, one in enumerate(results)
    ]
    driver = {"name": "Wardlaw gate", "semanticVersion": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": found}
    return msgspec.json.encode({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + b"\n"


def gate_junit(system: str, gate: str, results: Sequence[Mapping[str, Any]]) -> bytes:
    """Each check as a case; what a person must look at is skipped with the reason, never passed."""
    suite = ET.Element("testsuite", name=f"wardlaw gate {gate}", tests=str(len(results)), errors="0")
    for outcome, name in (("fail", "failures"), ("review", "skipped")):
        suite.set(name, str(sum(one["outcome"] == outcome for one in results)))
    for one in results:
        case = ET.SubElement(suite, "testcase", name=one["id"], classname=f"wardlaw.gate.{system}")
        if one["outcome"] == "fail":
            ET.SubElement(case, "failure", type=one["kind"], message=one["why"]).text = one.get("next", "")
        elif one["outcome"] == "review":
            ET.SubElement(case, "skipped", message=one["why"])
    root = ET.Element("testsuites")
    root.append(suite)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def drawn_run(view: Mapping[str, Any]) -> Iterator[Any]:
    """What each check said, who signed it off, and whose word is missing."""
    run = view["run"]
    yield Text(f"{run['id']}  {run['gate']} on {run['system']}: {view['outcome']}, {view['state']}", style="bold")
    yield drawn_results(run["results"])
    told = [
        ("gate", f"{run['gate_digest'][:_SHORT]}, signed before the run"),
        ("asked by", f"{run['requested_by']}, {when(run['at'])}"),
        ("made the model", ", ".join(run["authors"])),
        ("model", run["made_of"]["model"][:_SHORT]),
        ("verdict", view["verdict"]),
    ]
    yield ""
    yield rows(("", ""), [(name, value) for name, value in told if value])
    if run["answers"]:
        said = [
            (one["by"], one["role"], "yes" if one["approves"] else "no", when(one["at"]), plain(one["reason"]))
            for one in run["answers"]
        ]
        yield ""
        yield rows(("by", "as", "answer", "at", "reason"), said)
    if view["missing"]:
        yield f"\nIt waits for: {', '.join(view['missing'])}. `wardlaw gate approve {run['id']} --reason …`"


def drawn_results(results: Sequence[Mapping[str, Any]]) -> Any:
    """The checks as a table."""
    lines = [
        (Text(one["outcome"], style=_STYLES[one["outcome"]]), one["id"], one["kind"], plain(one["why"]),
         plain(one.get("next", "")))
        for one in results
    ]  # fmt: skip
    return rows(("", "check", "kind", "why", "next step"), lines)


def _fingerprint(system: str, gate: str, check: str) -> str:
    return hashlib.sha256(f"{system}\x00{gate}\x00{check}".encode()).hexdigest()
