from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.register.milder import CLASSIFYING, differing, milder
from wardlaw.register.system import System

CRM = System("crm-bot", "CRM", "person:own", "answers")


def crm(**said: object) -> System:
    return msgspec.structs.replace(CRM, **said)


def test_the_first_word_is_never_milder() -> None:
    said = crm(tier=Tier.MINIMAL, annex_point="annex-i", roles=(SystemRole.DEPLOYER,), placed_at=date(2026, 1, 1))
    assert milder((CRM,), said) == ()
    assert differing(CRM, said, fields=CLASSIFYING) == CLASSIFYING


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"tier": Tier.HIGH}, {"tier": Tier.LIMITED}, ("tier",)),
        ({"tier": Tier.HIGH}, {"tier": Tier.PROHIBITED}, ()),
        ({"tier": Tier.GPAI}, {"tier": Tier.HIGH}, ("tier",)),
        ({"tier": Tier.MINIMAL}, {"tier": Tier.GPAI}, ()),
        ({"tier": Tier.HIGH}, {}, ()),  # nobody says it any more: everything applies
        ({"annex_point": "annex-iii-4a"}, {"annex_point": "annex-i"}, ("annex_point",)),
        ({"annex_point": "annex-iii-4a"}, {}, ()),
        ({"roles": (SystemRole.PROVIDER, SystemRole.DEPLOYER)}, {"roles": (SystemRole.DEPLOYER,)}, ("roles",)),
        ({"roles": (SystemRole.DEPLOYER,)}, {"roles": (SystemRole.PROVIDER, SystemRole.DEPLOYER)}, ()),
        ({"roles": (SystemRole.DEPLOYER,)}, {}, ()),
        ({"placed_at": date(2026, 9, 1)}, {"placed_at": date(2026, 1, 1)}, ("placed_at",)),
        ({"placed_at": date(2026, 1, 1)}, {"placed_at": date(2026, 9, 1)}, ()),
    ],
)
def test_what_asks_less_of_us_is_milder(before: dict, after: dict, fields: tuple[str, ...]) -> None:
    assert milder((crm(**before),), crm(**after)) == fields
    assert milder((crm(**before), CRM), crm(**after)) == fields  # nor in two steps


_TIERS = st.sampled_from(Tier)


@given(st.lists(_TIERS, max_size=6), _TIERS)
def test_whoever_may_not_lower_ends_where_they_began_or_above(steps: list[Tier], last: Tier) -> None:
    """Whatever steps are taken that are not milder, the end is not milder than any word on the way."""
    history = [crm(tier=Tier.HIGH)]
    for tier in (*steps, last):
        said = crm(tier=tier)
        if not milder(history, said):
            history.append(said)
    assert history[-1].tier in (Tier.HIGH, Tier.PROHIBITED, Tier.UNDETERMINED)
