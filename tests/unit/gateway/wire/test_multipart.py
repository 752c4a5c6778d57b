from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.gateway.wire.failure import UnsupportedBodyError
from wardlaw.gateway.wire.multipart import Form, FormFile, read_form, write_form

TYPE = "multipart/form-data; boundary=xyz"
ALLOWED = frozenset({"purpose"})
FILE = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
PURPOSE = b'--xyz\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
GOOD = PURPOSE + FILE + b"hello\r\n\r\n--xy\r\n--xyz--\r\n"


def test_a_form_is_read_and_written_as_the_same() -> None:
    form = read_form(TYPE, GOOD, allowed=ALLOWED)
    assert form == Form({"purpose": "user_data"}, FormFile("a.txt", b"hello\r\n\r\n--xy"))
    content_type, raw = write_form(form, "wardlaw-1")
    assert read_form(content_type, raw, allowed=ALLOWED) == form


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "multipart/form-data; boundary=a b"])
def test_another_type_is_refused(kind: str) -> None:
    with pytest.raises(UnsupportedBodyError, match="WL-GW-114"):
        read_form(kind, GOOD, allowed=ALLOWED)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"before" + GOOD,
        GOOD.removesuffix(b"--\r\n"),
        GOOD + b"after",
        PURPOSE + b"--xyz--",
        FILE + b"a\r\n" + FILE + b"b\r\n--xyz--",
        PURPOSE + PURPOSE + FILE + b"a\r\n--xyz--",
        PURPOSE.replace(b"purpose", b"other") + FILE + b"a\r\n--xyz--",
        FILE.replace(b"a.txt", b'a\\".txt') + b"a\r\n--xyz--",
        FILE.replace(b'name="file"', b'name="purpose"') + b"a\r\n--xyz--",
        FILE.replace(b"text/plain", b"text/plain\r\nContent-Transfer-Encoding: base64") + b"a\r\n--xyz--",
        FILE.replace(b"Content-Type", b"Content-Disposition") + b"a\r\n--xyz--",
        PURPOSE.replace(b"user_data", b"\xff") + FILE + b"a\r\n--xyz--",
        PURPOSE.replace(b"\r\n\r\n", b"\r\n") + FILE + b"a\r\n--xyz--",
        FILE.replace(b"a.txt", b"x" * 2_000) + b"a\r\n--xyz--",
    ],
)
def test_what_two_readers_could_see_differently_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match="WL-GW-121"):
        read_form(TYPE, raw, allowed=ALLOWED)
