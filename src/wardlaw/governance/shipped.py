"""What ships inside the package: the starter pack, templates, the known references, the known owner roles.

Package data is as immutable as the code beside it, so reading it is no more I/O than an import; this
is the only file of the room that does it, and each call reads afresh so that nothing mutable is kept.
"""

from __future__ import annotations

from importlib.resources import files

import msgspec

from wardlaw.facts.person import Role
from wardlaw.governance.template import Template


class Framework(msgspec.Struct, frozen=True):
    """A framework clauses may refer to.

    Attributes:
        source: Where the ids come from.
        licence: Under which terms they stand here.
        ids: Short title by id.
    """

    title: str
    source: str
    licence: str
    ids: dict[str, str]


class Known(msgspec.Struct, frozen=True):
    """What a clause may refer to.

    Attributes:
        frameworks: By the name used before the colon of a reference.
        owner_roles: Roles that may own a clause: the house's own and those usual in companies.
        as_of: Date of the newest source, ISO.
    """

    frameworks: dict[str, Framework]
    owner_roles: tuple[str, ...]
    as_of: str

    def is_owner(self, name: str) -> bool:
        """Whether a role may own a clause."""
        return name in self.owner_roles or name in tuple(Role)


def known() -> Known:
    """The shipped references and roles."""
    data = files("wardlaw.governance").joinpath("data", "references.json").read_bytes()
    return msgspec.json.decode(data, type=Known)


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
