from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.security.fingerprint import WINDOWS, FingerprintBook, canonical, entropy_bits, make_fingerprint
from wardlaw.security.fold import fold
from wardlaw.security.views import Layer, View

KEY, BASE = b"a-key-of-thirty-two-bytes-or-so!", 0x9E3779B97F4A7C15
SECRET = "sk-live_9fK2mQ7xW4pL8vT3nR6y"


def entry(text: str = SECRET, **rest):
    return make_fingerprint(text, id=rest.pop("id", "secret:x"), key=KEY, base=BASE, **rest)


def book(*entries) -> FingerprintBook:
    return FingerprintBook(tuple(entries), key=KEY, base=BASE)


def search(a_book: FingerprintBook, text: str) -> list[tuple[str, str]]:
    view = fold(View(text, text.lower(), Layer.PLAIN))
    return [(one.id, text[slice(*view.origin(start, end))]) for one, start, end in a_book.search(view)]


def test_the_text_is_not_kept():
    made = entry()
    assert "9fk2" not in repr(made).lower()
    assert made.length == len(canonical(SECRET))
    assert made.prefix_length in WINDOWS
    assert not made.spaced
    assert entry("correct horse battery staple orange").spaced


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        SECRET.upper(),
        "s k - l i v e _ 9fK2mQ7xW4pL8vT3nR6y",
        "ѕk-lіvе_9fK2mQ7xW4pL8vT3nR6y",
        "sk-live_\u200b9fK2mQ7xW4pL8vT3nR6y",
    ],
)
def test_it_is_found_in_any_spelling(text):
    assert search(book(entry()), f"x {text} y") == [("secret:x", text)]


def test_near_misses_are_not_found():
    one = book(entry())
    for text in ("", "sk-live_", SECRET[:-1], SECRET[1:], SECRET.replace("9", "8"), SECRET[::-1]):
        assert search(one, text) == []


def test_every_place_is_found_across_chunk_borders():
    text = "ab" * 32_760 + SECRET + " and again " + SECRET
    assert [found for _, found in search(book(entry()), text)] == [SECRET, SECRET]
    for shift in range(30):
        assert len(search(book(entry()), "a" * (65_536 - shift) + SECRET)) == 1


def test_many_secrets_of_many_lengths():
    texts = [f"tok{number:04d}" + "Zq8xW3" * (2 + number % 11) + f"{number}end" for number in range(60)]
    entries = [entry(text, id=f"secret:{number}") for number, text in enumerate(texts)]
    found = search(book(*entries), " ".join(reversed(texts)))
    assert found == [(f"secret:{number}", texts[number]) for number in reversed(range(60))]


def test_the_same_beginning_is_told_apart():
    first, second = SECRET + "alpha", SECRET + "omega"
    one = book(entry(first, id="secret:a"), entry(second, id="secret:b"))
    assert [name for name, _ in search(one, f"{second} {first}")] == ["secret:b", "secret:a"]


def test_another_key_or_base_finds_nothing():
    assert search(FingerprintBook((entry(),), key=b"another", base=BASE), SECRET) == []
    assert search(FingerprintBook((entry(),), key=KEY, base=BASE + 2), SECRET) == []


def test_an_empty_book_finds_nothing():
    assert search(book(), SECRET) == []
    assert book().longest_spaced == 0
    assert book(entry(), entry("correct horse battery staple orange", id="secret:p")).longest_spaced == 31


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("short", "WL-SEC-001"),
        ("-_-_-_-_-_-_-_-_-_-_", "WL-SEC-001"),
        ("a" * 40, "WL-SEC-002"),
        ("abababababababab", "WL-SEC-002"),
    ],
)
def test_what_cannot_be_told_from_ordinary_text_is_refused(text, code):
    with pytest.raises(InputError) as caught:
        entry(text)
    assert caught.value.code == code
    assert caught.value.hint
    assert text not in str(caught.value)


def test_entropy_is_of_the_whole_text():
    assert entropy_bits("aaaa") == 0
    assert entropy_bits("abcd") == pytest.approx(8)
