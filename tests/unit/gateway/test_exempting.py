from __future__ import annotations

import asyncio

import pytest

from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.exemption import Exemption, ExemptionKind, ExemptionScope
from wardlaw.gateway.exempting import MAX_AGE_S, ExemptionBook
from wardlaw.store.exemptions import Exemptions

ONE = Exemption("wvr_1", ExemptionKind.WAIVER, ("GOV-07",), ExemptionScope(("user:ana",)), 0.0, 9.0)


async def found() -> Exemptions:
    return Exemptions((ONE,), ("wvr_2",))


async def lost() -> Exemptions:
    raise UnavailableError("WL-STO-001", "The tables are away.", "Wait.")


def test_what_cannot_be_compared_or_loaded_lifts_nothing(caplog: pytest.LogCaptureFixture) -> None:
    age = [0.0]
    book = ExemptionBook(lambda: age[0])
    assert book.in_force() == ()
    asyncio.run(book.renew(found))
    assert book.in_force() == (ONE,)
    assert "wvr_2" in caplog.text
    age[0] = MAX_AGE_S + 0.01
    assert book.in_force() == ()
    age[0] = MAX_AGE_S
    assert book.in_force() == (ONE,)
    with pytest.raises(UnavailableError):
        asyncio.run(book.renew(lost))
    assert book.in_force() == ()
