from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.exemption import Exemption, ExemptionKind, ExemptionScope
from wardlaw.facts.principal import Principal, PrincipalKind

ANA = Principal("user:ana", PrincipalKind.USER)
BOT = Principal("agent:reports", PrincipalKind.AGENT, acting_for="user:ana")
OTHER = Principal("user:ben", PrincipalKind.USER)


def exemption(scope: ExemptionScope, **changes: object) -> Exemption:
    plain = Exemption("wvr_1", ExemptionKind.WAIVER, ("GOV-07",), scope, 100.0, 200.0)
    return msgspec.structs.replace(plain, **changes)


@pytest.mark.parametrize(
    ("scope", "who", "what", "expected"),
    [
        (ExemptionScope(), ANA, "tool:export", False),
        (ExemptionScope(principals=("user:ana",)), ANA, "tool:export", True),
        (ExemptionScope(principals=("user:ana",)), BOT, "tool:export", True),
        (ExemptionScope(principals=("user:ana",)), OTHER, "tool:export", False),
        (ExemptionScope(systems=("agent:reports",)), BOT, "tool:export", True),
        (ExemptionScope(systems=("agent:reports",)), ANA, "tool:export", False),
        (ExemptionScope(("user:ana",), ("agent:other",)), BOT, "tool:export", False),
        (ExemptionScope(resources=("tool:export",)), OTHER, "tool:export", True),
        (ExemptionScope(resources=("tool:export",)), OTHER, "tool:exports", False),
        (ExemptionScope(resources=("tool:ex*",)), OTHER, "tool:export", True),
        (ExemptionScope(resources=("tool:*_eu",)), OTHER, "tool:crm_us", False),
        (ExemptionScope(resources=("tool:a*b*c",)), OTHER, "tool:a-b-b-c", True),
        (ExemptionScope(resources=("tool:aa*aa",)), OTHER, "tool:aaa", False),
        (ExemptionScope(resources=("tool:[a-z]*",)), OTHER, "tool:x", False),
        (ExemptionScope(("user:ana",), resources=("model:gpt",)), ANA, "tool:export", False),
    ],
)
def test_all_that_is_named_must_fit(scope: ExemptionScope, who: Principal, what: str, expected: bool) -> None:
    assert exemption(scope).covers(who, what, at=150.0) is expected


def test_it_stands_from_its_first_moment_to_just_before_its_last() -> None:
    one = exemption(ExemptionScope(("user:ana",)))
    stands = [one.covers(ANA, "tool:x", at=at) for at in (99.999, 100.0, 199.999, 200.0)]
    assert stands == [False, True, True, False]


def test_only_broken_glass_may_name_no_clause() -> None:
    scope = ExemptionScope(("user:ana",))
    assert exemption(scope).names("GOV-07")
    assert not exemption(scope).names("GOV-08")
    assert not exemption(scope, clauses=()).names("GOV-07")
    glass = exemption(scope, kind=ExemptionKind.BREAK_GLASS, clauses=())
    assert glass.names("GOV-08")
    assert not msgspec.structs.replace(glass, clauses=("GOV-07",)).names("GOV-08")
