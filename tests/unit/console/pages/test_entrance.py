from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.console.pages.entrance import Entrance, form_token, inside_path, is_form_token, line_begun_by

HERE = "http://127.0.0.1:8081"


@given(st.text(max_size=60) | st.from_regex(r"[/\\]{0,3}[a-z.:@?#%/\\\t\n]{0,20}", fullmatch=True))
def test_a_place_to_go_to_is_always_ours(asked: str) -> None:
    path = inside_path(asked)
    assert path.startswith("/")
    assert urlsplit(urljoin(HERE, path)).netloc == "127.0.0.1:8081"
    assert "\n" not in path
    assert "\r" not in path


SECRETS = st.text("abcABC019_-", min_size=1, max_size=40)


@given(st.text(max_size=40), st.text(max_size=70))
def test_only_a_page_of_the_line_knows_its_form_token(line: str, given_token: str) -> None:
    assert is_form_token(line, form_token(line)) == bool(line)
    assert not is_form_token(line, given_token) or given_token == form_token(line)


def sent(cookie: str) -> list[tuple[bytes, bytes]]:
    """What a browser sends back of a Set-Cookie header."""
    return [(b"cookie", cookie.partition(";")[0].encode())]


@given(SECRETS, st.lists(SECRETS, max_size=4), st.booleans())
def test_a_line_goes_on_with_other_secrets(first: str, later: list[str], secure: bool) -> None:
    entrance = Entrance(secure=secure)
    headers = sent(entrance.set_session(first))
    for secret in later:
        headers = sent(entrance.set_session(secret, line=entrance.line_of(headers)))
        assert entrance.session_of(headers) == secret
    assert entrance.line_of(headers) == line_begun_by(first)


@given(SECRETS, SECRETS)
def test_another_sign_in_begins_another_line(one: str, other: str) -> None:
    entrance = Entrance(secure=True)
    lines = {entrance.line_of(sent(entrance.set_session(secret))) for secret in (one, other)}
    assert len(lines) == len({one, other})


def test_without_a_session_there_is_no_line() -> None:
    entrance = Entrance(secure=False)
    for text in (b"", b"wardlaw=", b"wardlaw=.abc", b"other=x.y"):
        assert entrance.line_of([(b"cookie", text)]) == ""
    assert entrance.set_session("", line="abc").startswith("wardlaw=;")


@given(st.text(max_size=40))
def test_a_host_without_tls_is_this_machine(host: str) -> None:
    if Entrance(secure=False, port=8081).is_our_host(host):
        assert host in {"localhost:8081", "127.0.0.1:8081", "[::1]:8081"}


def test_cookies_that_are_none_give_no_session() -> None:
    entrance = Entrance(secure=False)
    for text in (b"", b"wardlaw", b"other=1", b"\xff=\xff", b"wardlaw2=x"):
        assert entrance.session_of([(b"cookie", text)]) == ""
    assert entrance.session_of([(b"cookie", b"a=1; wardlaw=wlt_x; b=2")]) == "wlt_x"
