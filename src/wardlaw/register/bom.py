"""A bill of materials of an AI system: CycloneDX 1.6 or 1.7, written directly.

The object models of CycloneDX's libraries know no model cards and drop them, so the document is written as JSON and only
held against the schema in tests. The same parts give the same bytes: time and serial number come in as values.
Source: CycloneDX 1.6 and 1.7 JSON schemas (ECMA-424), ``modelCard`` and ``componentData``.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

import msgspec

from wardlaw.register.checks import CheckKind, CheckResult, Digest
from wardlaw.register.system import System

_Text = Annotated[str, msgspec.Meta(max_length=2_000)]
_SERIALS = UUID("5c8f0a52-4a7e-4f0e-9d0b-0f4f3b3f5a11")  # a name space of its own, drawn once


class BomVersion(StrEnum):
    """Of the format."""

    V1_6 = "1.6"
    V1_7 = "1.7"


class BomVendor(msgspec.Struct, frozen=True):
    """Who supplies something.

    Attributes:
        url: Empty when none is known.
        regions: Where it processes what it is given.
        contract: Reference of the contract; ``ends`` is the day it ends, ``""`` when it does not or nobody said.
        trains_on_our_data: None when nobody said.
        id: Of its entry in the register; ``""`` for none.
    """

    name: str
    url: str = ""
    country: str = ""
    regions: tuple[str, ...] = ()
    contract: str = ""
    ends: str = ""
    trains_on_our_data: bool | None = None
    id: str = ""


class BomModel(msgspec.Struct, frozen=True):
    """A model.

    Attributes:
        digest: SHA-256 of its file; None for one that is only called over a network.
        task: What it is for, ``text-generation``.
        inputs, outputs: Formats, such as ``text`` or ``image/png``.
        datasets: Ids of data sets it was trained on or is measured with.
        base: Id of the model it was made from; ``""`` for none.
        unsaid: What the register has a field for and nobody has said.
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
    base: str = ""
    unsaid: tuple[str, ...] = ()


class BomDataset(msgspec.Struct, frozen=True):
    """A data set; a system prompt and the definitions of tools are data too.

    Attributes:
        sensitive: Classes of sensitive data in it, such as ``personal``.
        form: ``configuration`` for a prompt, ``definition`` for definitions of tools.
        unsaid: What the register has a field for and nobody has said.
    """

    id: str
    name: str
    version: str = ""
    digest: Digest | None = None
    vendor: BomVendor | None = None
    licence: str = ""
    sensitive: tuple[str, ...] = ()
    description: str = ""
    form: Literal["dataset", "configuration", "definition"] = "dataset"
    unsaid: tuple[str, ...] = ()


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
        vendors: Whose service stands behind the system itself.
        unsaid: What nobody has said of the system.
    """

    system: System
    models: tuple[BomModel, ...] = ()
    datasets: tuple[BomDataset, ...] = ()
    tools: tuple[BomTool, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    vendors: tuple[BomVendor, ...] = ()
    unsaid: tuple[str, ...] = ()


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
                "wardlaw:regions": ", ".join(system.regions),
                "wardlaw:data-classes": ", ".join(system.data_classes),
                "wardlaw:users": ", ".join(system.users),
                **{f"wardlaw:{name}-digest": said for name, said in _made_of(system)},
                "wardlaw:not-said": ", ".join(parts.unsaid),
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
        **_given({"services": [_service(one, system) for one in parts.vendors]}),
        "dependencies": _dependencies(parts),
        # Nobody can say that a bill written down by people is whole.
        "compositions": [{"aggregate": "unknown", "assemblies": [root["bom-ref"]]}, *_incomplete(parts)],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def serial_of(content: bytes) -> UUID:
    """A serial number that is the same for the same bill, and another for any other.

    Args:
        content: The bill, written with the serial number of zeros.
    """
    return uuid5(_SERIALS, hashlib.sha256(content).hexdigest())


def _made_of(system: System) -> list[tuple[str, str]]:
    made = system.made_of
    return [("model", made.model), ("prompt", made.prompt), ("tools", made.tools), ("data", made.data)]


def _incomplete(parts: BomParts) -> list[dict[str, Any]]:
    lacking = [one.id for one in parts.models if one.unsaid] + [one.id for one in parts.datasets if one.unsaid]
    return [{"aggregate": "incomplete", "assemblies": lacking}] if lacking else []


def _terms(vendor: BomVendor) -> dict[str, str]:
    trains = vendor.trains_on_our_data
    return {
        "wardlaw:vendor-regions": ", ".join(vendor.regions),
        "wardlaw:vendor-contract": vendor.contract,
        "wardlaw:vendor-contract-ends": vendor.ends,
        "wardlaw:vendor-trains-on-our-data": "" if trains is None else "yes" if trains else "no",
    }


def _party(vendor: BomVendor) -> dict[str, Any]:
    return _given(
        {
            "name": vendor.name,
            "url": [vendor.url] if vendor.url else [],
            "address": {"country": vendor.country} if vendor.country else {},
        }
    )


def _service(vendor: BomVendor, system: System) -> dict[str, Any]:
    """What a vendor does for the system; what data goes there is what the system is said to process."""
    data = [{"flow": "unknown", "classification": one} for one in system.data_classes]
    unsaid = "" if vendor.trains_on_our_data is not None else "trains_on_our_data"
    return {
        "bom-ref": f"vendor:{vendor.id or vendor.name}",
        "name": vendor.name,
        **_given(
            {
                "provider": _party(vendor),
                "data": data,
                "properties": _properties({**_terms(vendor), "wardlaw:not-said": unsaid}),
            }
        ),
    }


def _properties(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items() if value]


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Without what nobody has said."""
    return {name: value for name, value in values.items() if value}


def _supplied(
    kind: str, one: BomModel | BomDataset | BomTool, *, digest: Digest | None = None, licence: str = ""
) -> dict[str, Any]:
    vendor = one.vendor
    unsaid = () if isinstance(one, BomTool) else one.unsaid
    return {
        "type": kind,
        "bom-ref": one.id,
        "name": one.name,
        **_given(
            {
                "version": one.version,
                "supplier": _party(vendor) if vendor else {},
                "hashes": [{"alg": "SHA-256", "content": digest}] if digest else [],
                # A name and not an id: what vendors write is often none of SPDX's.
                "licenses": [{"license": {"name": licence}}] if licence else [],
                "properties": _properties(
                    {**(_terms(vendor) if vendor else {}), "wardlaw:not-said": ", ".join(unsaid)}
                ),
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
            "type": one.form,
            "name": one.name,
            "description": one.description,
            "sensitiveData": list(one.sensitive),
        }
    )
    return _supplied("data", one, digest=one.digest, licence=one.licence) | {"data": [data]}


def _tool(one: BomTool) -> dict[str, Any]:
    return _supplied("application", one)


def _dependencies(parts: BomParts) -> list[dict[str, Any]]:
    made_of = [one.id for one in parts.models] + [one.id for one in parts.datasets]
    known = set(made_of)
    listed = made_of + [one.id for one in parts.tools]
    listed += [f"vendor:{one.id or one.name}" for one in parts.vendors]
    rows = [{"ref": f"system:{parts.system.id}", "dependsOn": listed}]
    for one in parts.models:
        behind = [*one.datasets, *([one.base] if one.base else [])]
        rows.append({"ref": one.id, "dependsOn": [each for each in behind if each in known and each != one.id]})
    return rows
