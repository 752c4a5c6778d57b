"""What ships inside the package: the starter pack, templates, frameworks and controls, the known owner roles.

Package data is as immutable as the code beside it, so reading it is no more I/O than an import; this
is the only file of the room that does it, and each call reads afresh so that nothing mutable is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.resources import files

import msgspec

from wardlaw.facts.person import Role
from wardlaw.governance.frameworks.control import FRAMEWORK, Control, Controls
from wardlaw.governance.frameworks.framework import Framework, Provision
from wardlaw.governance.retention import KeepingBook
from wardlaw.governance.template import Template


class Known(msgspec.Struct, frozen=True):
    """What a clause may refer to.

    Attributes:
        frameworks: By the name used before the colon of a reference.
        owner_roles: Roles that may own a clause: the house's own and those usual in companies.
        as_of: Day of the newest source.
    """

    frameworks: dict[str, Framework]
    owner_roles: tuple[str, ...]
    as_of: date

    def is_owner(self, name: str) -> bool:
        """Whether a role may own a clause."""
        return name in self.owner_roles or name in tuple(Role)


class _Owners(msgspec.Struct, frozen=True):
    owner_roles: tuple[str, ...]


def shipped_frameworks() -> dict[str, Framework]:
    """The frameworks as they ship, by id."""
    folder = files("wardlaw.governance").joinpath("data", "frameworks")
    found = (
        msgspec.json.decode(entry.read_bytes(), type=Framework)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    )
    return {one.id: one for one in found}


def shipped_controls() -> Controls:
    """The controls as they ship."""
    return msgspec.json.decode(_data("controls.json"), type=Controls)


def shipped_keeping() -> KeepingBook:
    """The classes of keeping as they ship."""
    return msgspec.json.decode(_data("retention.json"), type=KeepingBook)


def known(frameworks: Mapping[str, Framework] | None = None) -> Known:
    """What clauses may refer to.

    Args:
        frameworks: Those in force; as they ship when left out.
    """
    found = dict(shipped_frameworks() if frameworks is None else frameworks)
    found[FRAMEWORK] = _as_framework(shipped_controls())
    owners = msgspec.json.decode(_data("owners.json"), type=_Owners)
    return Known(found, owners.owner_roles, max(one.as_of for one in found.values()))


def starter_sources() -> dict[str, str]:
    """The starter pack: text of each clause file by its name, in order of names."""
    folder = files("wardlaw.governance").joinpath("data", "starter")
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith((".yaml", ".cedar"))
    }


def templates() -> dict[str, Template]:
    """The forms clauses can be made from, by name, in order of names."""
    folder = files("wardlaw.governance").joinpath("data", "templates")
    read = [msgspec.yaml.decode(entry.read_bytes(), type=Template) for entry in folder.iterdir()]
    return {template.name: template for template in sorted(read, key=lambda template: template.name)}


def _data(name: str) -> bytes:
    return files("wardlaw.governance").joinpath("data", name).read_bytes()


def _as_framework(controls: Controls) -> Framework:
    """The controls as something clauses may refer to."""
    return Framework(
        id=FRAMEWORK,
        title="Controls of Wardlaw",
        version=controls.version,
        as_of=controls.as_of,
        source="this product",
        licence="Apache-2.0",
        provisions=tuple(_as_provision(one) for one in controls.controls),
    )


def _as_provision(control: Control) -> Provision:
    return Provision(control.id, control.title)
