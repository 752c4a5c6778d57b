"""Bills of materials, held against the schema of CycloneDX by its own validator where that is there."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from wardlaw.register.bom import (
    BomDataset,
    BomModel,
    BomParts,
    BomTool,
    BomVendor,
    BomVersion,
    bill_of_materials,
    serial_of,
)
from wardlaw.register.bomparts import parts_of
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Figure, Ground
from wardlaw.register.entry import Dataset, Entry, RegisteredModel, Vendor
from wardlaw.register.system import MadeOf, System

DIGEST = "a" * 64
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for path in sys.argv[1:]:
    text = open(path).read()
    version = SchemaVersion.V1_7 if '"specVersion": "1.7"' in text else SchemaVersion.V1_6
    print(path.rpartition("/")[2], JsonStrictValidator(version).validate_str(text) is None)
"""


def parts() -> BomParts:
    vendor = BomVendor("Example Ltd", "https://models.example.test")
    bias = CheckResult(
        "bias-dp", CheckKind.BIAS, CheckOutcome.PASS, "Rates differ by 4 %.", "", (Figure("ratio", 0.91, 0.85, 0.97, 0.8),),
        (Ground("model", "ranker", DIGEST),),
    )  # fmt: skip
    other = CheckResult(
        "of-another", CheckKind.BIAS, CheckOutcome.FAIL, "x", "y", (), (Ground("model", "o", "b" * 64),)
    )
    model = BomModel(
        "model:ranker", "Ranker", "2", DIGEST, vendor, "Apache-2.0", "text-classification", "encoder", ("text",), ("label",),
        ("dataset:tickets", "dataset:unknown"), ("Ranks tickets.",), ("German only.",),
    )  # fmt: skip
    data = BomDataset("dataset:tickets", "Tickets", "3", DIGEST, vendor, "", ("personal",), "Tickets of 2025.")
    tool = BomTool("tool:search", "search", "1", vendor)
    system = System("ranker", "Ranker", "person:owner", "Ranks tickets.")
    return BomParts(system, (model, BomModel("model:gpt", "gpt")), (data,), (tool,), (bias, other))


def written(version: BomVersion, of: BomParts | None = None) -> bytes:
    made, serial = datetime(2026, 11, 28, 12, tzinfo=UTC), UUID(int=1)
    return bill_of_materials(of or parts(), version=version, made=made, serial=serial, tool_version="1.0")


def test_the_same_parts_give_the_same_bytes_and_keep_the_card() -> None:
    assert written(BomVersion.V1_7) == written(BomVersion.V1_7)
    document: Any = json.loads(written(BomVersion.V1_7))
    ranker = document["components"][0]
    card = ranker["modelCard"]
    assert ranker["hashes"] == [{"alg": "SHA-256", "content": DIGEST}]
    assert card["modelParameters"]["datasets"] == [{"ref": "dataset:tickets"}]
    metric = card["quantitativeAnalysis"]["performanceMetrics"]
    assert metric == [
        {
            "type": "ratio",
            "value": "0.91",
            "slice": "bias-dp",
            "confidenceInterval": {"lowerBound": "0.85", "upperBound": "0.97"},
        }
    ]
    assert [one["groupAtRisk"] for one in card["considerations"]["fairnessAssessments"]] == ["bias-dp"]
    assert document["dependencies"][0]["dependsOn"] == ["model:ranker", "model:gpt", "dataset:tickets", "tool:search"]


def registered() -> BomParts:
    """As the register gives it, with everything said and with nothing said."""
    system = System(
        "cv", "CV", "person:o", "x", built_on=("ranker", "gone"), vendors=("acme", "other"), datasets=("cvs",),
        tools=("search",), regions=("EU",), data_classes=("cv",), made_of=MadeOf(DIGEST, DIGEST, DIGEST, DIGEST),
    )  # fmt: skip
    entries: dict[str, Entry] = {
        "ranker": RegisteredModel("ranker", "Ranker", "person:o", vendor="acme", base="ranker", datasets=("cvs",)),
        "cvs": Dataset("cvs", "CVs", "person:o", origin="us", rows=3),
        "acme": Vendor(
            "acme", "Acme", "person:o", country="FR", regions=("EU",), contract="C", trains_on_our_data=True
        ),
    }
    return parts_of(system, lambda _kind, name: entries.get(name))


def test_a_bill_of_the_register_says_what_it_knows_and_what_not() -> None:
    document: Any = json.loads(written(BomVersion.V1_7, registered()))
    told = {one["name"]: one["value"] for one in document["metadata"]["component"]["properties"]}
    assert (told["wardlaw:regions"], told["wardlaw:prompt-digest"]) == ("EU", DIGEST)
    assert told["wardlaw:not-said"] == "which model has the model digest, users, roles"
    acme = document["services"][0]
    assert (acme["bom-ref"], acme["provider"]["address"]) == ("vendor:acme", {"country": "FR"})
    assert {"name": "wardlaw:vendor-trains-on-our-data", "value": "yes"} in acme["properties"]
    kinds = {one["bom-ref"]: one["data"][0]["type"] for one in document["components"] if one["type"] == "data"}
    assert kinds == {
        "dataset:cvs": "dataset",
        "prompt:cv": "configuration",
        "tools:cv": "definition",
        "data:cv": "dataset",
    }
    lacking = [one["assemblies"] for one in document["compositions"] if one["aggregate"] == "incomplete"]
    assert lacking == [["model:ranker", "model:gone", "dataset:cvs"]]
    assert {"ref": "model:ranker", "dependsOn": ["dataset:cvs"]} in document["dependencies"]


def test_the_serial_number_follows_from_the_bill() -> None:
    first, other = written(BomVersion.V1_7), written(BomVersion.V1_6)
    assert serial_of(first) == serial_of(first) != serial_of(other)


def test_the_validator_of_cyclonedx_accepts_it(tmp_path: Path) -> None:
    peers = os.environ.get("WARDLAW_TEST_MODELS")
    python = Path(peers or "nowhere") / "bom" / "bin" / "python"
    if not python.exists():
        pytest.skip("the validator of CycloneDX is not there (WARDLAW_TEST_MODELS, tools/modelpeers)")
    empty = BomParts(System("a", "A", "person:o", "x"))
    for version in BomVersion:
        (tmp_path / f"{version.value}.json").write_bytes(written(version))
        (tmp_path / f"{version.value}-empty.json").write_bytes(written(version, empty))
        (tmp_path / f"{version.value}-register.json").write_bytes(written(version, registered()))
    broken = written(BomVersion.V1_7).replace(b'"modelCard"', b'"modelKard"')
    (tmp_path / "broken.json").write_bytes(broken)
    names = sorted(str(path) for path in tmp_path.iterdir())
    shown = subprocess.run([str(python), "-c", VALIDATE, *names], capture_output=True, text=True, check=True).stdout
    assert shown.split() == [
        "1.6-empty.json", "True", "1.6-register.json", "True", "1.6.json", "True",
        "1.7-empty.json", "True", "1.7-register.json", "True", "1.7.json", "True", "broken.json", "False",
    ]  # fmt: skip
