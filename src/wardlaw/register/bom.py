"""A bill of materials of an AI system: CycloneDX 1.6 or 1.7, written directly.

The object models of CycloneDX's libraries know no model cards and drop them, so the document is written as JSON and only
held against the schema in tests. The same parts give the same bytes: time and serial number come in as values.
Source: CycloneDX 1.6 and 1.7 JSON schemas (ECMA-424), ``modelCard`` and ``componentData``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from wardlaw.register.checks import CheckKind, CheckResult, Digest
from wardlaw.register.system import System

_Text = Annotated[str, msgspec.Meta(max_length=2_000)]


class BomVersion(StrEnum):
    """Of the format."""

    V1_6 = "1.6"
    V1_7 = "1.7"


class BomVendor(msgspec.Struct, frozen=True):
    """Who supplies something.

    Attributes:
        url: Empty when none is known.
    """

    name: str
    url: str = ""


class BomModel(msgspec.Struct, frozen=True):
    """A model.

    Attributes:
        digest: SHA-256 of its file; None for one that is only called over a network.
        task: What it is for, ``text-generation``.
        inputs, outputs: Formats, such as ``text`` or ``image/png``.
        datasets: Ids of data sets it was trained on or is measured with.
    """

    id: str
    name: str
    version: str = ""
    digest: Digest | None = None
    vendor: BomVendor | None = None
    licence: str = ""
    task: str = ""
    architecture: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    uses: tuple[_Text, ...] = ()
    limits: tuple[_Text, ...] = ()


class BomDataset(msgspec.Struct, frozen=True):
    """A data set.

    Attributes:
        sensitive: Classes of sensitive data in it, such as ``personal``.
    """

    id: str
    name: str
    version: str = ""
    digest: Digest | None = None
    vendor: BomVendor | None = None
    licence: str = ""
    sensitive: tuple[str, ...] = ()
    description: str = ""


class BomTool(msgspec.Struct, frozen=True):
    """Something the system calls: a tool, a prompt's template, a library."""

    id: str
    name: str
    version: str = ""
    vendor: BomVendor | None = None


class BomParts(msgspec.Struct, frozen=True):
    """Everything a bill lists.

    Attributes:
        checks: What the system's gate measured; bias goes into the models' cards.
    """

    system: System
    models: tuple[BomModel, ...] = ()
    datasets: tuple[BomDataset, ...] = ()
    tools: tuple[BomTool, ...] = ()
    checks: tuple[CheckResult, ...] = ()


def bill_of_materials(
    parts: BomParts, *, version: BomVersion, made: datetime, serial: UUID, tool_version: str
) -> bytes:
    """The document, as JSON.

    Args:
        made: With its time zone.
        serial: Of this document; a new one for each.
        tool_version: Of Wardlaw.
    """
    system = parts.system
    root = {
        "type": "application",
        "bom-ref": f"system:{system.id}",
        "name": system.title,
        "description": system.purpose,
        "properties": _properties(
            {
                "wardlaw:owner": system.owner,
                "wardlaw:tier": system.tier.value,
                "wardlaw:roles": ",".join(one.value for one in system.roles),
                "wardlaw:annex-point": system.annex_point,
                "wardlaw:environment": system.environment,
            }
        ),
    }
    components = [_model(one, parts) for one in parts.models]
    components += [_dataset(one) for one in parts.datasets]
    components += [_tool(one) for one in parts.tools]
    document = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version.value}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version.value,
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": made.isoformat(),
            "tools": {"components": [{"type": "application", "name": "wardlaw", "version": tool_version}]},
            "component": root,
        },
        "components": components,
        "dependencies": _dependencies(parts),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _properties(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items() if value]


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Without what nobody has said."""
    return {name: value for name, value in values.items() if value}


def _supplied(
    kind: str, one: BomModel | BomDataset | BomTool, *, digest: Digest | None = None, licence: str = ""
) -> dict[str, Any]:
    vendor = one.vendor
    return {
        "type": kind,
        "bom-ref": one.id,
        "name": one.name,
        **_given(
            {
                "version": one.version,
                "supplier": _given({"name": vendor.name, "url": [vendor.url] if vendor.url else []}) if vendor else {},
                "hashes": [{"alg": "SHA-256", "content": digest}] if digest else [],
                # A name and not an id: what vendors write is often none of SPDX's.
                "licenses": [{"license": {"name": licence}}] if licence else [],
            }
        ),
    }


def _model(one: BomModel, parts: BomParts) -> dict[str, Any]:
    known = {dataset.id for dataset in parts.datasets}
    parameters = _given(
        {
            "task": one.task,
            "modelArchitecture": one.architecture,
            "datasets": [{"ref": dataset} for dataset in one.datasets if dataset in known],
            "inputs": [{"format": form} for form in one.inputs],
            "outputs": [{"format": form} for form in one.outputs],
        }
    )
    measured = [check for check in parts.checks if _is_of(check, one)]
    card = _given(
        {
            "bom-ref": f"{one.id}#card",
            "modelParameters": parameters,
            "quantitativeAnalysis": _given({"performanceMetrics": _metrics(measured)}),
            "considerations": _given(
                {
                    "useCases": list(one.uses),
                    "technicalLimitations": list(one.limits),
                    "fairnessAssessments": [
                        {"groupAtRisk": check.id, "harms": check.why, "mitigationStrategy": check.next}
                        for check in measured
                        if check.kind is CheckKind.BIAS
                    ],
                }
            ),
        }
    )
    return _supplied("machine-learning-model", one, digest=one.digest, licence=one.licence) | {"modelCard": card}


def _is_of(check: CheckResult, model: BomModel) -> bool:
    """Whether a check speaks for a model: by its digest, or because it names no model."""
    of = {ground.digest for ground in check.grounds if ground.what == "model"}
    return not of or model.digest in of


def _metrics(checks: list[CheckResult]) -> list[dict[str, Any]]:
    found = []
    for check in checks:
        for figure in check.figures:
            metric: dict[str, Any] = {"type": figure.name, "value": f"{figure.value:.6g}", "slice": check.id}
            if figure.low is not None and figure.high is not None:
                metric["confidenceInterval"] = {
                    "lowerBound": f"{figure.low:.6g}",
                    "upperBound": f"{figure.high:.6g}",
                }
            found.append(metric)
    return found


def _dataset(one: BomDataset) -> dict[str, Any]:
    data = _given(
        {
            "type": "dataset",
            "name": one.name,
            "description": one.description,
            "sensitiveData": list(one.sensitive),
        }
    )
    return _supplied("data", one, digest=one.digest, licence=one.licence) | {"data": [data]}


def _tool(one: BomTool) -> dict[str, Any]:
    return _supplied("application", one)


def _dependencies(parts: BomParts) -> list[dict[str, Any]]:
    known = {one.id for one in parts.datasets}
    listed = [one.id for one in parts.models] + [one.id for one in parts.datasets] + [one.id for one in parts.tools]
    rows = [{"ref": f"system:{parts.system.id}", "dependsOn": listed}]
    rows += [{"ref": one.id, "dependsOn": [each for each in one.datasets if each in known]} for one in parts.models]
    return rows
