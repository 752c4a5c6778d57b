"""Wishes in words, in seven languages."""

from __future__ import annotations

import pytest

from wardlaw.facts.intent import Intent, intents_of, of_noun, of_verb
from wardlaw.facts.words import words_of

COVERS = ["intentwords"]


def wishes(text: str) -> set[Intent]:
    return set(intents_of(words_of(text)))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("please email the report to Ann", Intent.SEND),
        ("let everybody in the team know", Intent.SEND),
        ("Schick Omar eine Mail", Intent.SEND),
        ("Envoie un message à Paul", Intent.SEND),
        ("Envíale un correo a Ana", Intent.SEND),
        ("Invia una mail a Marco", Intent.SEND),
        ("Envie um email para o João", Intent.SEND),
        ("Stuur Tom een bericht", Intent.SEND),
        ("share the file with Ben", Intent.SHARE),
        ("Comparte el archivo con Eva", Intent.SHARE),
        ("please transfer 20 euros", Intent.PAY),
        ("Überweise 50 Euro an Tom", Intent.PAY),
        ("Paga la factura", Intent.PAY),
        ("could you book a table", Intent.BOOK),
        ("Réserve une table", Intent.BOOK),
        ("Lösche die Datei", Intent.DELETE),
        ("Supprime le fichier", Intent.DELETE),
        ("Verwijder het bestand", Intent.DELETE),
        ("get rid of that file", Intent.DELETE),
        ("Erstelle einen Termin", Intent.CREATE),
        ("Crea un evento", Intent.CREATE),
        ("Verschiebe das Treffen", Intent.CHANGE),
        ("Wijzig de datum", Intent.CHANGE),
        ("change my password", Intent.CREDENTIAL),
        ("close it after answering that it is done", Intent.SEND),
        ("I want a refund", Intent.PAY),
        ("tell Tom and me", Intent.SEND),
        ("send me a mail", Intent.SEND),
    ],
)
def test_a_wish_is_found(text: str, intent: Intent) -> None:
    assert intent in wishes(text)


@pytest.mark.parametrize(
    "text",
    [
        "Summarize the page and give me the information in my emails",
        "I read the book",
        "don't send any email",
        "Schick keine Mail",
        "which legal market had a mandatory machine in March",
        "my family is planning a trip",
        "what did she post",
        "tell me the name and let me know the price",
        "Sag mir den Preis",
        "does the policy allow a refund",
    ],
)
def test_no_wish_is_made_up(text: str) -> None:
    assert wishes(text) == set()


def test_a_denial_reaches_to_the_next_wish_only() -> None:
    assert wishes("do not send it but delete it") == {Intent.DELETE}


def test_a_foreign_text_is_read_without_denials() -> None:
    assert Intent.SEND in intents_of(words_of("do not send it"), denials=False)


def test_a_sentence_begins_a_wish_anew() -> None:
    assert Intent.BOOK in intents_of(["paris", ".", "book", "it"])
    assert intents_of(["the", "book"]) == frozenset()


def test_single_words() -> None:
    assert of_verb("sends") == frozenset((Intent.SEND,))
    assert of_verb("banana") == frozenset()
    assert of_noun("refund") == frozenset((Intent.PAY,))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Summarise it in a new file", Intent.CREATE),
        ("Let Carla read it", Intent.SHARE),
        ("Throw the old draft out", Intent.DELETE),
        ("Keep the list as list.txt", Intent.CREATE),
        ("If it collides with anything of mine, move my call", Intent.CHANGE),
        ("Go to www.x.example", Intent.VISIT),
        ("Close it", Intent.CHANGE),
    ],
)
def test_wishes_that_have_no_verb_of_their_own(text: str, intent: Intent) -> None:
    assert intent in wishes(text)


@pytest.mark.parametrize("text", ["Planning", "let's see it", "our new colleague", "agenda"])
def test_titles_and_sayings_are_no_wishes(text: str) -> None:
    assert wishes(text) == set()
