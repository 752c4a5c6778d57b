from __future__ import annotations

from wardlaw.testing.saas.message import SaasResponse, read_request


def test_a_request_is_read_with_its_query_headers_and_body() -> None:
    request = read_request("POST", "/a/b?x=1&x=2&empty=", {"Content-Type": "application/json"}, b'{"y": 3}')
    assert (request.path, dict(request.query)) == ("/a/b", {"x": "1", "empty": ""})
    assert request.headers["content-type"] == "application/json"
    assert request.json() == {"y": 3}


def test_a_form_is_read() -> None:
    assert read_request("POST", "/", {}, b"token=t%201&hint=").form() == {"token": "t 1", "hint": ""}


def test_bodies_are_written_as_json_bytes_or_nothing() -> None:
    assert SaasResponse(body={"a": [1]}).content() == b'{"a": [1]}'
    assert SaasResponse(body=b"raw").content() == b"raw"
    assert SaasResponse(204).content() == b""
