from __future__ import annotations

from gettext import NullTranslations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.console.pages.messages import Said, joined, listed, mark, opened, say, say_many

GERMAN = {
    "mail": "Post",
    "files": "Dateien",
    "code": "Quelltext",
    "reads %(data)s": "liest %(data)s",
    "%(first)s and %(last)s": "%(first)s und %(last)s",
    "since %(day)s by %(who)s": "von %(who)s seit %(day)s",
    "slip %(day)s": "Fehler %(tag)s %(day",
}


class German(NullTranslations):
    def gettext(self, message: str) -> str:
        return GERMAN.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return {1: "%(n)s Recht"}.get(n, "%(n)s Rechte") if msgid1 == "%(n)s scope" else (msgid1 if n == 1 else msgid2)


@pytest.mark.parametrize(
    ("made", "english", "german"),
    [
        (mark("mail"), "mail", "Post"),
        (say("since %(day)s by %(who)s", day="1 May", who="ada"), "since 1 May by ada", "von ada seit 1 May"),
        (say_many("%(n)s scope", "%(n)s scopes", 1), "1 scope", "1 Recht"),
        (say_many("%(n)s scope", "%(n)s scopes", 1_200), "1,200 scopes", "1,200 Rechte"),
        (say("reads %(data)s", data=mark("mail")), "reads mail", "liest Post"),
        (listed([mark("mail"), mark("files"), mark("code")]), "mail, files and code", "Post, Dateien und Quelltext"),
        (listed([mark("mail")]), "mail", "Post"),
        (listed([]), "", ""),
        (joined([mark("mail"), "", mark("code")]), "mail · code", "Post · Quelltext"),
        (opened(say("reads %(data)s", data=mark("mail"))), "Reads mail", "Liest Post"),
    ],
)
def test_a_text_reads_english_and_is_told_in_another_language(made: Said, english: str, german: str) -> None:
    assert made == english
    assert made.told(German()) == german


def test_a_slip_in_a_catalogue_breaks_no_page() -> None:
    assert say("slip %(day)s", day="now").told(German()) == "Fehler %(tag)s %(day"


def test_a_header_of_a_catalogue_is_never_the_text_of_nothing() -> None:
    class Headed(NullTranslations):
        def gettext(self, message: str) -> str:
            return message or "Project-Id-Version: x"

    assert mark("").told(Headed()) == ""


@given(st.text())
def test_what_somebody_else_wrote_stands_in_a_sentence_as_it_is(value: str) -> None:
    assert say("since %(day)s by %(who)s", day=value, who="%(day)s") == f"since {value} by %(day)s"
