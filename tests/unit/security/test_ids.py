from __future__ import annotations

import pytest

from wardlaw.security import ids

VALID = [
    (ids.card, "4111111111111111"), (ids.card, "378282246310005"), (ids.card, "5555555555554444"), (ids.card, "30569309025904"),
    (ids.card, "6011111111111117"), (ids.card, "3530111333300000"), (ids.card, "2223003122003222"),
    (ids.any_card, "4111111111111111"), (ids.any_card, "676222165679"),
    (ids.iban, "DE89370400440532013000"), (ids.iban, "GB82WEST12345698765432"), (ids.iban, "FR1420041010050500013M02606"), (ids.iban, "NO9386011117947"),
    (ids.us_ssn, "536226145"), (ids.de_tax_id, "86095742719"), (ids.de_tax_id, "47036892816"), (ids.fr_nir, "255081416802538"), (ids.fr_nir, "185012A00800191"),
    (ids.es_dni, "12345678Z"), (ids.es_dni, "X1234567L"), (ids.it_codice_fiscale, "RSSMRA85T10A562S"), (ids.nl_bsn, "111222333"), (ids.nl_bsn, "123456782"),
    (ids.pl_pesel, "44051401359"), (ids.uk_nino, "AB123456C"), (ids.be_national, "85073003328"), (ids.be_national, "17073003384"),
    (ids.se_personal, "8112189876"), (ids.se_personal, "198112189876"), (ids.pt_nif, "123456789"), (ids.br_cpf, "52998224725"), (ids.ch_ahv, "7569217076985"),
    (ids.in_aadhaar, "234123412346"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "value"), VALID, ids=lambda one: getattr(one, "__name__", one))
def test_published_examples_hold(check, value):
    assert check(value)


@pytest.mark.parametrize(("check", "value"), [pair for pair in VALID if pair[0] not in (ids.us_ssn, ids.uk_nino)])
def test_a_changed_last_digit_does_not_hold(check, value):
    last = value[-1]
    changed = value[:-1] + (
        str((int(last) + 1) % 10) if last.isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(ord(last) - 64) % 26]
    )
    assert not check(changed)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (ids.card, "9111111111111111"), (ids.iban, "XX89370400440532013000"), (ids.iban, "DE8937040044053201300"),
        (ids.us_ssn, "000226145"), (ids.us_ssn, "666226145"), (ids.us_ssn, "900226145"), (ids.us_ssn, "536006145"), (ids.us_ssn, "078051120"),
        (ids.uk_nino, "DA123456C"), (ids.uk_nino, "GB123456C"), (ids.de_tax_id, "06095742719"), (ids.br_cpf, "11111111111"), (ids.in_aadhaar, "034123412346"),
        (ids.pl_pesel, "44991401359"), (ids.fr_nir, "955081416802538"),
    ],
)  # fmt: skip
def test_numbers_nobody_has_do_not_hold(check, value):
    assert not check(value)
