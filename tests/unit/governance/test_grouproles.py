from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.person import Role
from wardlaw.governance.grouproles import RoleChange, change_of_roles

MAPPING = {"sec": (Role.SECOPS,), "both": (Role.SECOPS, Role.RISK)}
ROLES = st.sets(st.sampled_from(Role))
GROUPS = st.sets(st.sampled_from(["sec", "both", "other"]))
MAPPINGS = st.dictionaries(st.sampled_from(["sec", "both", "x"]), ROLES.map(tuple))


def test_groups_give_and_no_longer_give() -> None:
    assert change_of_roles((), ("sec", "other"), MAPPING) == RoleChange((Role.SECOPS,))
    assert change_of_roles((Role.SECOPS,), ("both",), MAPPING) == RoleChange((Role.RISK,))
    assert change_of_roles((Role.SECOPS, Role.LEGAL), (), MAPPING) == RoleChange(taken=(Role.SECOPS,))
    assert not change_of_roles((Role.SECOPS, Role.LEGAL), ("sec",), MAPPING)
    assert RoleChange((Role.RISK,), (Role.SECOPS,)).only_taken() == RoleChange(taken=(Role.SECOPS,))


@given(ROLES, GROUPS, MAPPINGS)
def test_afterwards_governed_roles_are_exactly_what_the_groups_give_and_others_stay(held, groups, mapping) -> None:
    governed = {role for roles in mapping.values() for role in roles}
    due = {role for group in groups for role in mapping.get(group, ())}
    change = change_of_roles(held, groups, mapping)
    after = set(change.applied(held))
    assert after & governed == due
    assert after - governed == held - governed
    assert not change_of_roles(after, groups, mapping)  # once more changes nothing
    assert set(change.only_taken().applied(held)) <= set(held)
