"""Numbers made up for these tests, or published by their registers as specimens."""

from __future__ import annotations

import pytest

from wardlaw.security import worldids

VALID = {
    "ca_sin": "130692544",
    "us_itin": "912701234",
    "us_routing": "011000015",
    "uk_nhs": "9434765919",
    "ie_pps": "1234567T",
    "fi_hetu": "131052308T",
    "dk_cpr": "0101701234",
    "at_svnr": "1237010180",
    "br_cnpj": "11222333000181",
    "cl_rut": "123456785",
    "ar_cuil": "20123456786",
    "au_tfn": "123456782",
    "au_medicare": "2123456701",
    "jp_my_number": "123456789018",
    "cn_identity": "11010519491231002X",
    "sg_nric": "S1234567D",
    "za_identity": "8001015009087",
    "tr_identity": "10000000146",
    "ro_cnp": "1800101221144",
    "mx_curp": "BADD110313HCMLNS09",
}


@pytest.mark.parametrize("name", VALID)
def test_the_check_digit_holds_for_the_specimen(name):
    assert getattr(worldids, name)(VALID[name])


@pytest.mark.parametrize("name", [name for name in VALID if name not in ("us_itin", "dk_cpr", "mx_curp")])
def test_another_last_character_does_not(name):
    value = VALID[name]
    last = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    digits = last[:10] if value[-1].isdigit() else last[10:]
    others = [value[:-1] + char for char in digits if char != value[-1]]
    if name == "au_medicare":  # the last digit is the issue, the one before it the check digit
        others = [value[:8] + char + value[9:] for char in digits if char != value[8]]
    if name == "ie_pps":
        others = [value[:7] + char for char in last[10:33] if char != value[7]]
    assert not any(getattr(worldids, name)(other) for other in others)


def test_dates_that_cannot_be_are_refused():
    assert not worldids.dk_cpr("4501701234")
    assert not worldids.kr_rrn("9013011234567")
    assert worldids.kr_rrn("9001011234567")
    assert not worldids.no_birth_number("45017012345")
