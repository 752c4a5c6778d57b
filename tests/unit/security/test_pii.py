from __future__ import annotations

import pytest

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.normalise import Normaliser
from wardlaw.security.pii import PiiDetector, normal_value, subject_digest

KEY = b"subject-key-of-a-test"
DETECTOR = PiiDetector(KEY)
NORMALISER = Normaliser()


def detect(text: str) -> list[Finding]:
    return DETECTOR.detect(NORMALISER.normalise(text), Segment(5, Channel.TOOL_RESULT, "/x", text))


def seen(text: str) -> list[tuple[str, str]]:
    return [(finding.label, text[finding.start : finding.end]) for finding in detect(text)]


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("write to Ann.Lee+x@mail.example.org.", "email", "Ann.Lee+x@mail.example.org"),
        ("card 4111 1111 1111 1111 expires", "card", "4111 1111 1111 1111"),
        ("my card number is 676222165679", "card", "676222165679"),
        ("pay to DE89 3704 0044 0532 0130 00 today", "iban", "DE89 3704 0044 0532 0130 00"),
        ("pay to gb82west12345698765432", "iban", "gb82west12345698765432"),
        ("SSN 536-22-6145", "us-ssn", "536-22-6145"),
        ("social security 536226145", "us-ssn", "536226145"),
        ("Steuer-ID: 86 095 742 719", "de-tax-id", "86 095 742 719"),
        ("NIR 2 55 08 14 168 025 38", "fr-nir", "2 55 08 14 168 025 38"),
        ("DNI 12345678Z", "es-dni", "12345678Z"),
        ("NIE X1234567L", "es-dni", "X1234567L"),
        ("CF RSSMRA85T10A562S", "it-codice-fiscale", "RSSMRA85T10A562S"),
        ("BSN 111222333", "nl-bsn", "111222333"),
        ("PESEL 44051401359", "pl-pesel", "44051401359"),
        ("NI AB 12 34 56 C", "uk-nino", "AB 12 34 56 C"),
        ("85.07.30-033.28", "be-national", "85.07.30-033.28"),
        ("811218-9876", "se-personal", "811218-9876"),
        ("NIF 123456789", "pt-nif", "123456789"),
        ("529.982.247-25", "br-cpf", "529.982.247-25"),
        ("756.9217.0769.85", "ch-ahv", "756.9217.0769.85"),
        ("Aadhaar 2341 2341 2346", "in-aadhaar", "2341 2341 2346"),
        ("call +49 30 901820 now", "phone", "+49 30 901820"),
        ("(212) 555-0187", "phone", "(212) 555-0187"),
        ("Telefon 030 901820", "phone", "030 901820"),
        ("from 93.184.216.34", "ip", "93.184.216.34"),
    ],
)
def test_each_kind_is_found(text, label, value):
    assert (label, value) in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "order 4111 1111 1111 1112",
        "DE89 3704 0044 0532 0130 01",
        "number 111222333 of 999999999",
        "44051401359 bytes",
        "version 1.2.3.4 and 10.0.0.7 and 127.0.0.1",
        "at 12:30:45 on 2024-01-02",
        "ISBN 978-3-16-148410-0",
        "a@b and user@localhost",
        "000-00-0000",
        "sum 123.45 and 1,234,567.89",
        "the answer is 42, see section 3.1.4",
    ],
)
def test_numbers_that_are_nobodys_are_let_pass(text):
    assert seen(text) == []


def test_findings_are_facts_with_a_subject():
    (finding,) = detect("Ann.Lee@Example.org")
    assert (finding.kind, finding.level, finding.segment) == (FindingKind.PII, Level.NOTE, 5)
    assert finding.subject == subject_digest("ann.lee@example.org", KEY)
    assert len(finding.subject) == 16
    assert "ann" not in finding.subject


def test_one_datum_has_one_subject_however_it_is_written():
    subjects = {finding.subject for finding in detect("DE89 3704 0044 0532 0130 00 is de89370400440532013000")}
    assert len(subjects) == 1
    assert normal_value("phone", "+49 (30) 90-1820 x12") == "4930901820"
    assert normal_value("phone", "0049 30 901820") == "4930901820"


def test_another_key_gives_other_subjects():
    other = PiiDetector(b"another").detect(
        NORMALISER.normalise("a@b.example"), Segment(0, Channel.USER, "/x", "a@b.example")
    )
    assert other[0].subject != subject_digest("a@b.example", KEY)


def test_disguised_data_is_found_where_it_stands():
    text = "pay ＤＥ８９３７０４００４４０５３２０１３０００ now"
    assert seen(text) == [("iban", "ＤＥ８９３７０４００４４０５３２０１３０００")]
    assert ("card", "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1") in seen("no 4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1 ok")
    assert seen("ann%40example.org") == [("email", "ann%40example.org")]


def test_a_number_is_one_kind_only():
    assert len(detect("card 4111111111111111 phone")) == 1
