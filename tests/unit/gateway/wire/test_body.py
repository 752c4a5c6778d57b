from __future__ import annotations

import json

import orjson
import pytest

from wardlaw.facts.errors import InputError
from wardlaw.gateway.wire.body import BodyLimits, read_json, shown


def _code(raw: bytes, **limits: int) -> str:
    with pytest.raises(InputError) as caught:
        read_json(raw, limits=BodyLimits(**limits))
    assert caught.value.hint
    return caught.value.code


def test_reads_what_the_parser_reads():
    doc = {"a": [1, 2.5, None, True, {"b": "ü\n\u0000"}], "": {}}
    assert read_json(b" \n" + orjson.dumps(doc)) == doc


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "WL-GW-103"),
        (b"{", "WL-GW-103"),
        (b'{"a":1,}', "WL-GW-103"),
        (b'{"a":1}{}', "WL-GW-103"),
        (b'{"a":"\x01"}', "WL-GW-103"),
        (b"\xef\xbb\xbf{}", "WL-GW-103"),
        (b'{"a":' + b"9" * 5000 + b"}", "WL-GW-104"),
        (b'{"a":"\xff"}', "WL-GW-102"),
        (b'{"a":"\xed\xa0\x80"}', "WL-GW-102"),
        (b'{"a":NaN}', "WL-GW-104"),
        (b'{"a":Infinity}', "WL-GW-104"),
        (b'{"a":-Infinity}', "WL-GW-104"),
        (b'{"a":1e999}', "WL-GW-104"),
        (rb'{"a":"\ud800"}', "WL-GW-105"),
        (rb'{"a":"\udc00x"}', "WL-GW-105"),
        (b"[]", "WL-GW-109"),
        (b'"a"', "WL-GW-109"),
        (b"null", "WL-GW-109"),
    ],
)
def test_each_bad_body_has_its_code(raw, code):
    assert _code(raw) == code


def test_size_is_checked_before_anything_else():
    with pytest.raises(InputError) as caught:
        read_json(b"x" * 11, limits=BodyLimits(max_bytes=10))
    assert (caught.value.code, caught.value.http_status) == ("WL-GW-101", 413)


def test_invalid_utf8_names_its_byte():
    with pytest.raises(InputError, match="byte 6"):
        read_json(b'{"a":"\xff"}')


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b'{"a":1,"a":1}', "/a"),
        (b'{"x":[{"y":{"b":1,"c":2,"b":3}}]}', "/x/0/y/b"),
        (rb'{"a":1,"\u0061":2}', "/a"),
        (b'{"m/n":{"~":1,"~":2}}', "/m~1n/~0"),
        (b'  {"messages":[],"model":"m","messages":[]}', "/messages"),
        (rb'{"a":{"\ud83d\ude00":1,"' + "😀".encode() + b'":2}}', "/a/😀"),
    ],
)
def test_duplicates_are_found_after_unescaping_at_any_depth(raw, pointer):
    with pytest.raises(InputError, match="twice") as caught:
        read_json(raw)
    assert caught.value.code == "WL-GW-107"
    assert f"at {pointer} " in caught.value.message


def test_the_same_name_in_two_objects_is_no_duplicate():
    assert read_json(b'{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}')["a"] == {"a": {"a": 1}}


def test_depth_counts_brackets_outside_strings_only():
    limit = 64
    deep = {"a": "leaf"}
    for _ in range(limit - 1):
        deep = {"a": deep}
    assert read_json(orjson.dumps(deep)) == deep
    assert _code(orjson.dumps({"a": deep})) == "WL-GW-106"
    brackets = {"a": '[[{{\\"' * 100, "b": ["]", "}", '"']}
    assert read_json(json.dumps(brackets).encode()) == brackets
    wide = {"a": [[] for _ in range(1000)]}
    assert read_json(orjson.dumps(wide)) == wide


def test_absurd_depth_is_depth_not_syntax():
    assert _code(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}") == "WL-GW-106"


def test_pointers_in_messages_are_short_and_printable():
    assert shown("") == "the top"
    assert len(shown("/" + "x" * 5000)) < 200
    assert shown("/a\n\x1b") == r"/a\n\x1b"
