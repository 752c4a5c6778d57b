"""``wardlaw bom``: the bill of materials of an AI system."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml
from cyclopts import Parameter

from wardlaw import __version__
from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect
from wardlaw.facts.errors import InputError
from wardlaw.register.bom import BomModel, BomParts, BomVersion, bill_of_materials
from wardlaw.register.system import System

_BYTES = 16 * 2**20


def bom(
    system: str,
    *,
    parts: Annotated[str, Parameter(show_default=False)] = "",
    format: Literal["1.6", "1.7"] = "1.7",
    out: Annotated[str, Parameter(show_default=False)] = "",
    options: Options = NONE,
) -> int:
    """Write a system's bill of materials as CycloneDX JSON.

    Args:
        system: Short name of a registered system.
        parts: YAML with its models, datasets and tools, and their digests, vendors and licences; without it the bill lists the
            models that the register names.
        format: Version of CycloneDX.
        out: File to write; stdout without it.
    """
    kept = connect(options).get(f"/systems/{quoted(system)}")["kept"]["system"]
    found = msgspec.convert(kept, System)
    listed = _read(parts) if parts else {}
    try:
        described = msgspec.convert({"system": kept, **listed}, BomParts)
    except msgspec.ValidationError as error:
        hint = "See docs/gates.md for what a part may say."
        raise InputError("WL-BOM-001", f"{parts} does not describe parts: {error}.", hint) from error
    if not parts:
        named = [one for one in found.models if not set("*?") & set(one)]
        described = BomParts(found, tuple(BomModel(f"model:{one}", one) for one in named))
    content = bill_of_materials(
        described,
        version=BomVersion(format),
        made=datetime.now(UTC).replace(microsecond=0),
        serial=uuid.uuid4(),
        tool_version=__version__,
    )
    if not out:
        options.output().exactly(msgspec.json.decode(content))
        return 0
    try:
        Path(out).write_bytes(content)
    except OSError as error:
        hint = "Name a file that can be written."
        raise InputError("WL-BOM-002", f"{out} cannot be written: {error.strerror}.", hint) from error
    counted = len(described.models) + len(described.datasets) + len(described.tools)
    options.output().result({"out": out, "components": counted}, f"{out}: {counted} components, CycloneDX {format}")
    return 0


def _read(path: str) -> dict[str, Any]:
    try:
        content = Path(path).read_bytes()
        if len(content) > _BYTES:
            raise InputError("WL-BOM-001", f"{path} is larger than 16 MiB.", "Describe one system's parts.")
        found = yaml.safe_load(content)
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise InputError("WL-BOM-001", f"{path} cannot be read as YAML.", "Check path and form.") from error
    if not isinstance(found, dict) or set(found) - {"models", "datasets", "tools"}:
        hint = "It has models, datasets and tools, each a list."
        raise InputError("WL-BOM-001", f"{path} does not describe parts.", hint)
    return found
