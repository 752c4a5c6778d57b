from __future__ import annotations

import msgspec

from wardlaw.facts.effect import Effect
from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.store.database import writing
from wardlaw.store.grantdecisions import count_due, keep_rulings, list_rulings, ruling_by_id

RULING = GrantRuling("acme", "g1", "app-1", "gdc_1", "d", Effect.DENY, Fate.DUE, "p", 100.0, ("GRT-50",))


def test_the_last_ruling_of_a_grant_is_kept(database) -> None:
    other = msgspec.structs.replace(RULING, grant="g2", id="gdc_2", fate=Fate.STANDS, effect=Effect.ALLOW)
    with writing(database) as connection:
        keep_rulings(connection, [RULING, other], known=())
        keep_rulings(connection, [], known=())
        assert list_rulings(connection) == {("acme", "g1"): RULING, ("acme", "g2"): other}
        assert list(list_rulings(connection, fate=Fate.DUE)) == [("acme", "g1")]
        assert ruling_by_id(connection, "gdc_1") == RULING
        assert [count_due(connection, since=at, fate=Fate.DUE) for at in (100.0, 100.5)] == [1, 0]
        later = msgspec.structs.replace(RULING, id="gdc_3", fate=Fate.ASKED)
        keep_rulings(connection, [later], known=list_rulings(connection))
        assert ruling_by_id(connection, "gdc_1") is None
        assert list_rulings(connection)["acme", "g1"] == later
