"""Signatures against the vectors AWS publishes (``aws-sig-v4-test-suite``; IAM's ListUsers of the General Reference)."""

from __future__ import annotations

import pytest

from wardlaw.gateway.wire.sigv4 import SigningKey, Unsigned, sign

SUITE = SigningKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service")
STAMP = "20150830T123600Z"
HOST = ("Host", "example.amazonaws.com")
DATE = ("X-Amz-Date", STAMP)
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7"
    "mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d"
    "+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
FORM = ("Content-Type", "application/x-www-form-urlencoded")

VECTORS = [
    (
        "get-vanilla",
        "GET",
        "/",
        "",
        (HOST, DATE),
        b"",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    (
        "post-vanilla",
        "POST",
        "/",
        "",
        (HOST, DATE),
        b"",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    (
        "get-vanilla-query-order-key-case",
        "GET",
        "/",
        "Param2=value2&Param1=value1",
        (HOST, DATE),
        b"",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    (
        "post-x-www-form-urlencoded",
        "POST",
        "/",
        "",
        (FORM, HOST, DATE),
        b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    (
        "post-sts-header-before",
        "POST",
        "/",
        "",
        (HOST, DATE, ("X-Amz-Security-Token", TOKEN)),
        b"",
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    ),
]


@pytest.mark.parametrize(("name", "method", "path", "query", "headers", "body", "signature"), VECTORS)
def test_the_published_vectors(
    name: str,
    method: str,
    path: str,
    query: str,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    signature: str,
) -> None:
    unsigned = Unsigned(method=method, path=path, query=query, headers=headers, body=body)
    made = sign(SUITE, unsigned, stamp=STAMP)
    names = ";".join(sorted(header.lower() for header, _ in headers))
    assert made == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )


def test_the_example_of_the_general_reference() -> None:
    key = SigningKey("AKIDEXAMPLE", SUITE.secret, "us-east-1", "iam")
    headers = (
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("Host", "iam.amazonaws.com"),
        DATE,
    )
    query = "Action=ListUsers&Version=2010-05-08"
    made = sign(key, Unsigned(method="GET", path="/", query=query, headers=headers), stamp=STAMP)
    assert made.endswith("Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")


def test_escapes_of_the_path_are_escaped_once_more() -> None:
    once = sign(SUITE, Unsigned(path="/model/a%3A0/invoke", headers=(HOST, DATE)), stamp=STAMP)
    assert once != sign(SUITE, Unsigned(path="/model/a:0/invoke", headers=(HOST, DATE)), stamp=STAMP)


def test_the_secret_does_not_show() -> None:
    assert SUITE.secret not in repr(SUITE)
