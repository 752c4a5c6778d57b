"""The roles that ship with Wardlaw."""

from __future__ import annotations

from importlib import resources

from wardlaw.governance.rights import RoleBook, parse_role_book


def load_role_book() -> RoleBook:
    """Read ``governance/data/roles.json`` from the package.

    Raises:
        ConfigError: The file is damaged (WL-RGT-001).
    """
    return parse_role_book((resources.files("wardlaw.governance") / "data" / "roles.json").read_bytes())
