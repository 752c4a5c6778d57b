from __future__ import annotations

import pytest

from wardlaw.console.api.house import House, plan_nothing
from wardlaw.facts.errors import InputError


def test_a_house_without_organisations_plans_nothing() -> None:
    with pytest.raises(InputError) as caught:
        plan_nothing("acme", (), "app-1")
    assert caught.value.code == "WL-INV-012"
    assert (House().connected, House().carries_out) == ((), False)
