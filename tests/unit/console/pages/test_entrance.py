from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.console.pages.entrance import Entrance, form_token, inside_path, is_form_token

HERE = "http://127.0.0.1:8081"


@given(st.text(max_size=60) | st.from_regex(r"[/\\]{0,3}[a-z.:@?#%/\\\t\n]{0,20}", fullmatch=True))
def test_a_place_to_go_to_is_always_ours(asked: str) -> None:
    path = inside_path(asked)
    assert path.startswith("/")
    assert urlsplit(urljoin(HERE, path)).netloc == "127.0.0.1:8081"
    assert "\n" not in path
    assert "\r" not in path


@given(st.text(max_size=40), st.text(max_size=70))
def test_only_a_page_of_the_session_knows_its_form_token(session: str, given_token: str) -> None:
    assert is_form_token(session, form_token(session)) == bool(session)
    assert not is_form_token(session, given_token) or given_token == form_token(session)


@given(st.text(max_size=40))
def test_a_host_without_tls_is_this_machine(host: str) -> None:
    if Entrance(secure=False, port=8081).is_our_host(host):
        assert host in {"localhost:8081", "127.0.0.1:8081", "[::1]:8081"}


def test_cookies_that_are_none_give_no_session() -> None:
    entrance = Entrance(secure=False)
    for text in (b"", b"wardlaw", b"other=1", b"\xff=\xff", b"wardlaw2=x"):
        assert entrance.session_of([(b"cookie", text)]) == ""
    assert entrance.session_of([(b"cookie", b"a=1; wardlaw=wlt_x; b=2")]) == "wlt_x"
