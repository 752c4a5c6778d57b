from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Level
from wardlaw.security.normalise import Normaliser
from wardlaw.security.people import PeopleDetector

COVERS = ("rules/people", "rules/namegrams")
DETECTOR = PeopleDetector(b"k" * 16)
NORMALISER = Normaliser()


def detect(text: str) -> list[tuple[str, str]]:
    found = DETECTOR.detect(NORMALISER.normalise(text), Segment(0, Channel.USER, "", text))
    assert all(one.level is Level.NOTE and one.subject for one in found)
    return [(one.label, text[one.start : one.end]) for one in found]


def labels(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label, words in detect(text):
        found.setdefault(label, []).append(words)
    return found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Renata Blazkova.", "Renata Blazkova"),
        ("Please ask Mr. Oduya about it.", "Mr. Oduya"),
        ("The report by Katarzyna W. Zielinska is late.", "Katarzyna W. Zielinska"),
        ("Dear Matthias, thank you.", "Matthias"),
        ("my name is ludmila", "ludmila"),
        ("Frau Dr. Jäger-Müller said so.", "Dr. Jäger-Müller"),
    ],
)
def test_names_are_found_with_their_titles(text, name):
    assert ("name", name) in detect(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please Update The Settings Before Monday.",
        "How do I install Python on Windows?",
        "The Quick Guide to Machine Learning",
        "Thanks for the report on Monday.",
    ],
)
def test_words_with_a_capital_are_no_names(text):
    assert [found for found in detect(text) if found[0] == "name"] == []


@pytest.mark.parametrize(
    "text",
    [
        "12 Baker Street, London",
        "Hauptstraße 7, 10115 Berlin",
        "14 rue de la Paix, Paris",
        "Calle Mayor 5, Madrid",
        "Via Garibaldi 12, Torino",
        "Keizersgracht 101, Amsterdam",
        "Rua Augusta 900, Lisboa",
        "P.O. Box 1234",
        "Springfield, IL 62704",
        "M5V 2T6",
        "SW1A 1AA",
    ],
)
def test_addresses_of_many_countries_are_found(text):
    found = detect(f"Ship it to {text}")
    assert any(label == "address" for label, _ in found), found


def test_the_lines_of_an_address_are_one_finding():
    text = "Send it to 12 Baker Street\nSuite 4\nPortsmouth\nEngland 75419"
    assert ("address", text.removeprefix("Send it to ")) in detect(text)


def test_ages_places_and_companies_are_told_beside_them():
    found = detect("Anna Novak, aged 41, works for Zorbix Holdings in Ostrava.")
    assert {label for label, _ in found} == {"name", "age", "organisation", "place"}


def test_one_name_is_counted_once():
    text = "Anna Novak called. Anna Novak is here."
    found = DETECTOR.detect(NORMALISER.normalise(text), Segment(0, Channel.USER, "", text))
    assert len({one.subject for one in found}) == 1


@given(
    st.lists(
        st.sampled_from(
            ("Anna Novak", "12 Baker Street", "\n", " ", ", ", "Mr.", "É", "my name is ", "in Rome", "ﬁ", "9")
        )
        | st.text(max_size=5),
        max_size=12,
    )
)
def test_spans_lie_within_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    for one in DETECTOR.detect(NORMALISER.normalise(text), Segment(0, Channel.USER, "", text)):
        assert 0 <= one.start < one.end <= len(text)


def test_unknown_names_are_told_by_their_letters_and_their_lists():
    assert labels("The founders: Kónya, Becker and Vasquez met in May.") == {"name": ["Kónya", "Becker", "Vasquez"]}
    assert labels("I want to add Samir Jelenovič as a guardian")["name"] == ["Samir Jelenovič"]
    assert labels("Her maiden name is Okonkwo")["name"] == ["Okonkwo"]


def test_speakers_at_the_begin_of_lines_are_names_where_two_speak():
    assert labels('Ubul: "Who?"\nNicole: "Me."')["name"] == ["Ubul", "Nicole"]
    assert "name" not in labels("Note: Check the server.\nWarning: Restart the service.")


def test_words_of_technology_are_no_names():
    assert "name" not in labels("Install Docker and Terraform, then open the Session table in Postgres.")


def test_a_website_somebody_calls_theirs_is_personal():
    assert labels("My website is https://jana.example/me")["website"] == ["https://jana.example/me"]
    assert "website" not in labels("See https://docs.example/start for more.")


def test_a_postal_code_called_so_needs_no_town():
    assert labels("ZIP: 3520")["address"] == ["ZIP: 3520"]
