"""``wardlaw bom``: the bill of materials of an AI system."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml
from cyclopts import Parameter

from wardlaw import __version__
from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect
from wardlaw.facts.errors import InputError
from wardlaw.register.bom import BomParts, BomVersion, bill_of_materials, serial_of
from wardlaw.register.bomparts import added
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
    """Write a system's bill of materials as CycloneDX JSON, from the register.

    The same register gives the same bytes: its time is when the newest of it was said, its serial number follows from the rest.

    Args:
        system: Short name of a registered system.
        parts: YAML with models, datasets and tools beside those of the register, or with what that leaves open; a
            contradiction is refused.
        format: Version of CycloneDX.
        out: File to write; stdout without it.
    """
    answer = connect(options).get(f"/systems/{quoted(system)}/parts")
    described = msgspec.convert(answer["parts"], BomParts)
    if parts:
        described = added(described, _read(parts, described.system))
    written = partial(
        bill_of_materials, described, version=BomVersion(format), tool_version=__version__,
        made=datetime.fromtimestamp(answer["as_of"], UTC).replace(microsecond=0),
    )  # fmt: skip
    content = written(serial=serial_of(written(serial=uuid.UUID(int=0))))
    if not out:
        options.output().exactly(msgspec.json.decode(content))
        return 0
    try:
        Path(out).write_bytes(content)
    except OSError as error:
        hint = "Name a file that can be written."
        raise InputError("WL-BOM-002", f"{out} cannot be written: {error.strerror}.", hint) from error
    counted = sum(map(len, (described.models, described.datasets, described.tools, described.vendors)))
    options.output().result({"out": out, "components": counted}, f"{out}: {counted} components, CycloneDX {format}")
    return 0


def _read(path: str, system: System) -> BomParts:
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
    try:
        return msgspec.convert({"system": msgspec.to_builtins(system), **found}, BomParts)
    except msgspec.ValidationError as error:
        hint = "See docs/gates.md for what a part may say."
        raise InputError("WL-BOM-001", f"{path} does not describe parts: {error}.", hint) from error
