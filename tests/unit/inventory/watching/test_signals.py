from __future__ import annotations

import pytest

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.rules import Weight
from wardlaw.inventory.watching.lookout import Lookout
from wardlaw.inventory.watching.memory import DirectoryMemory
from wardlaw.inventory.watching.signals import look_at_signal
from wardlaw.inventory.watching.surroundings import Surroundings

AROUND = Surroundings("okta", held={"ada": 2})


def signal(method: str, account: str = "ada", object: str = "", at: float = 9.0) -> Activity:  # noqa: A002 (its field)
    return Activity(
        f"{method}{at}", at, Deed.SIGNALLED, account=account, method=method, object=object, user_agent="Left."
    )


@pytest.mark.parametrize(("method", "weight"), [
    ("risc.account-disabled", Weight.HIGH), ("risc.account-purged", Weight.HIGH), ("caep.session-revoked", Weight.MEDIUM),
    ("risc.account-enabled", None), ("risc.identifier-changed", None), ("caep.token-claims-change", None), ("x", None),
])  # fmt: skip
def test_what_follows_for_what_an_account_has_let_in(method: str, weight: Weight | None) -> None:
    found = look_at_signal(signal(method), AROUND)
    assert [one.weight for one in found] == ([weight] if weight else [])
    assert look_at_signal(signal(method, "bob"), AROUND) == []


def test_good_news_is_none() -> None:
    assert look_at_signal(signal("caep.device-compliance-change", object="compliant"), AROUND) == []
    (bad,) = look_at_signal(signal("caep.device-compliance-change", object="not-compliant"), AROUND)
    assert bad.evidence == (
        "The identity provider says of ada: device compliance change (not-compliant); 2 of its grants and credentials are there.",
        "Its reason: Left.",
    )


def test_the_same_again_is_the_same_alarm_which_grows() -> None:
    lookout = Lookout(DirectoryMemory(), {}, AROUND)
    assert len(lookout.observe(signal("caep.session-revoked"))) == 1
    assert lookout.observe(signal("caep.session-revoked", at=10.0)) == []
    assert [one.count for one in lookout.take_growth()] == [2]
    assert len(lookout.observe(signal("risc.account-disabled", at=11.0))) == 1
