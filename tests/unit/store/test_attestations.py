from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.facts.errors import InputError
from wardlaw.store.attestations import keep_attestation, list_attestations, withdraw_attestation
from wardlaw.store.database import reading, writing


def test_attestations_are_kept_and_withdrawn_and_never_lost(database: Engine) -> None:
    one = Attestation("att_1", "eu-ai-act:art-4", "crm", Says.MET, "trained", 5.0, 100.0, "person:ann", 10.0)
    two = Attestation(
        "att_2", "GOV-07", "crm", Says.NOT_APPLICABLE, "no data", 5.0, 20.0, "person:ann", 11.0, "a.pdf", "ab"
    )
    with writing(database) as connection:
        keep_attestation(connection, one)
        keep_attestation(connection, two)
    with reading(database) as connection:
        assert list_attestations(connection) == (two, one)
        assert list_attestations(connection, after=50.0) == (one,)
    with writing(database) as connection:
        gone = withdraw_attestation(connection, "att_1", by="person:ben", now=60.0)
        assert (gone.withdrawn_by, gone.stands(60.0)) == ("person:ben", False)
        for name in ("att_1", "att_9"):
            with pytest.raises(InputError) as error:
                withdraw_attestation(connection, name, by="person:ben", now=60.0)
            assert error.value.code == "WL-COV-003"
    with reading(database) as connection:
        assert list_attestations(connection, after=50.0) == ()
        assert list_attestations(connection) == (two, gone)
