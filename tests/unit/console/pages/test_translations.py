from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from wardlaw.console.pages.translations import chosen, languages
from wardlaw.facts.errors import ConfigError


def catalogue(folder: Path, code: str, **sentences: str) -> None:
    made = Catalog(locale=code.replace("-", "_"))
    for sentence, translated in sentences.items():
        made.add(sentence, translated)
    out = io.BytesIO()
    write_mo(out, made)
    (folder / f"{code}.mo").write_bytes(out.getvalue())


def test_english_is_always_there_and_others_where_they_are_wanted(tmp_path: Path) -> None:
    catalogue(tmp_path, "de", English="Deutsch", Saved="Gespeichert")
    catalogue(tmp_path, "ar", Saved="محفوظ")
    assert list(languages()) == ["en"]
    found = languages(("de", "ar", "en"), folders=(tmp_path / "none", tmp_path))
    assert [(one.code, one.name, one.direction) for one in found.values()] == [
        ("en", "English", "ltr"),
        ("de", "Deutsch", "ltr"),
        ("ar", "ar", "rtl"),
    ]
    assert found["de"].words.gettext("Saved") == "Gespeichert"


@pytest.mark.parametrize("code", ["fr", "../x", "", "de/../de"])
def test_what_has_no_catalogue_is_told_when_the_console_starts(code: str, tmp_path: Path) -> None:
    catalogue(tmp_path, "de", Saved="Gespeichert")
    with pytest.raises(ConfigError) as refused:
        languages((code,), folders=(tmp_path,))
    assert refused.value.code == "WL-CFG-022"


def test_a_broken_catalogue_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "de.mo").write_bytes(b"no catalogue")
    with pytest.raises(ConfigError) as refused:
        languages(("de",), folders=(tmp_path,))
    assert refused.value.code == "WL-CFG-022"


@pytest.mark.parametrize(
    ("preferred", "accepted", "expected"),
    [
        ("", "", "en"),
        ("de", "fr", "de"),
        ("xx", "fr", "fr"),
        ("", "de-AT, en;q=0.5", "de"),
        ("", "en;q=0.5, fr;q=0.9, de;q=0.7", "fr"),
        ("", "pt-br;q=0.9", "pt-BR"),
        ("", "de;q=0, fr;q=nan, es", "en"),
        ("", "*, ;;;q=, de;q=1.0", "de"),
        ("", "zz," * 10_000 + "de", "en"),
    ],
)
def test_what_was_chosen_goes_before_what_the_browser_asks_for(preferred: str, accepted: str, expected: str) -> None:
    assert chosen(preferred, accepted, ("en", "de", "fr", "pt-BR")) == expected
