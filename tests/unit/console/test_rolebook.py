from __future__ import annotations

from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.person import Permission, Role


def test_the_shipped_roles_name_every_role_permission_and_rule() -> None:
    book = load_role_book()
    assert set(book.roles) == set(Role)
    assert set().union(*book.roles.values()) == set(Permission)
    assert sorted(book.rules, key=lambda rule: int(rule.removeprefix("SOD-"))) == [f"SOD-{n}" for n in range(1, 12)]
