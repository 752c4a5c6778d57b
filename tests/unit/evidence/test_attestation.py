from __future__ import annotations

import msgspec

from wardlaw.evidence.attestation import Attestation, Says, standing

ONE = Attestation("att_1", "GOV-07", "crm", Says.MET, "looked at", 10.0, 20.0, "person:ann", 12.0)


def test_it_stands_from_its_day_to_its_day() -> None:
    assert [ONE.stands(at) for at in (9.9, 10.0, 19.9, 20.0)] == [False, True, True, False]
    assert not msgspec.structs.replace(ONE, withdrawn_at=13.0).stands(15.0)


def test_of_several_the_one_given_last_is_told() -> None:
    later = msgspec.structs.replace(ONE, id="att_2", received_at=13.0)
    other = msgspec.structs.replace(ONE, id="att_3", says=Says.NOT_APPLICABLE, received_at=14.0)
    assert standing((later, ONE, other), Says.MET, now=15.0) == later
    assert standing((later, ONE, other), Says.NOT_APPLICABLE, now=15.0) == other
    assert standing((ONE,), Says.MET, now=25.0) is None
