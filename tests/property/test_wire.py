"""The wire layers under arbitrary input: total, blind to chunking, and leaving no text out."""

from __future__ import annotations

import json
from collections import Counter

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transcript.playbook import DONE, ENDED, HEAD, chunk, ending, event, play, sent, text_of
from wardlaw.facts.errors import WardlawError
from wardlaw.gateway.wire.answer import read_answer, read_embeddings_answer, read_refusal
from wardlaw.gateway.wire.body import read_json
from wardlaw.gateway.wire.chat import read_chat
from wardlaw.gateway.wire.commands import Finish, UpstreamBytes
from wardlaw.gateway.wire.embeddings import read_embeddings
from wardlaw.gateway.wire.leaves import collect
from wardlaw.gateway.wire.names import ENUM_NAMES, PLAIN_NAMES, PLAIN_WORDS, PROTOCOL_NAMES
from wardlaw.gateway.wire.rewrite import rewrite
from wardlaw.gateway.wire.sse import SseParser
from wardlaw.gateway.wire.stream import ChatStream
from wardlaw.security.window import ReleaseWindow

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.one_of(texts, st.sampled_from(sorted(PLAIN_NAMES)))
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**7), 10**7), texts, st.sampled_from(sorted(PLAIN_WORDS)))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
)
odd = st.recursive(
    scalars | st.floats(allow_nan=False) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(PROTOCOL_NAMES)), inner, max_size=4)
        | st.dictionaries(names, inner, max_size=3)
    ),
    max_leaves=20,
)
roles = st.sampled_from(["system", "user", "assistant", "tool", "critic"])
messages = st.lists(
    st.fixed_dictionaries({"role": roles, "content": texts}, optional={"name": texts}), min_size=1, max_size=4
)


def _strings(value, name=""):
    """Every text of a document by its own walk: values, and names that no list fixes."""
    if isinstance(value, str):
        if value and not (name in ENUM_NAMES and value in PLAIN_WORDS):
            yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            if key and key not in PLAIN_NAMES:
                yield key
            yield from _strings(member, key)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _unlike_protocol(extra):
    return {key: value for key, value in extra.items() if key.casefold() not in PROTOCOL_NAMES}


@given(values)
def test_every_text_of_any_document_is_found_exactly_once(value):
    found = []
    collect(value, "", lambda pointer, text: found.append((pointer, text)))
    assert Counter(text for _, text in found) == Counter(_strings(value))
    assert len({pointer for pointer, _ in found}) == len(found)


@given(messages, st.dictionaries(texts, values, max_size=4))
def test_every_text_of_a_request_is_inspected_exactly_once(said, extra):
    extra = _unlike_protocol(extra)
    if len({key.casefold() for key in extra}) != len(extra):
        return
    doc = {"model": "gpt", "messages": said} | extra
    request = read_chat(read_json(orjson.dumps(doc)))
    assert Counter(segment.text for segment in request.segments) == Counter(_strings(doc))
    assert [segment.index for segment in request.segments] == list(range(len(request.segments)))


@given(messages, st.dictionaries(texts, values, max_size=4))
def test_rewriting_every_text_leaves_none_of_it(said, extra):
    extra = _unlike_protocol(extra)
    if len({key.casefold() for key in extra}) != len(extra):
        return
    doc = {"model": "gpt", "messages": said} | extra
    request = read_chat(doc)
    new = {segment.pointer: f"masked {segment.index}" for segment in request.segments}
    again = orjson.loads(rewrite(doc, new))
    left = Counter(text for text in _strings(again) if not text.startswith("masked "))
    assert not left
    assert Counter(_strings(again)) == Counter(new.values())


@given(values)
def test_rewriting_nothing_changes_nothing(value):
    doc = {"zeta": value}
    assert orjson.loads(rewrite(doc, {})) == doc


@given(st.one_of(odd, st.dictionaries(st.sampled_from(sorted(PROTOCOL_NAMES)), odd, max_size=6)))
@settings(max_examples=300)
def test_readers_raise_nothing_but_errors_of_the_house(value):
    raw = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS) if not _huge(value) else b"{}"
    for reader in (read_answer, read_embeddings_answer):
        _tolerate(reader, raw)
    read_refusal(raw, status=400)
    doc = value if isinstance(value, dict) else {}
    for base in ({}, {"model": "gpt", "messages": [{"role": "user", "content": "x"}], "input": "x"}):
        _tolerate(read_chat, base | doc)
        _tolerate(read_embeddings, base | doc)
    _tolerate(read_chat, {"model": "gpt", "messages": [doc | {"role": "assistant"}]})
    _tolerate(read_chat, {"model": "gpt", "messages": [{"role": "user", "content": [doc]}]})
    _tolerate(read_answer, orjson.dumps({"choices": [{"message": doc if not _huge(value) else {}}]}))
    _tolerate(read_answer, orjson.dumps({"choices": [{"message": {}, "logprobs": doc if not _huge(value) else {}}]}))


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=300)
def test_any_bytes_are_a_document_or_an_error_of_the_house(raw):
    for reader in (read_json, read_answer):
        _tolerate(reader, raw)


@given(values)
def test_what_is_read_is_what_other_parsers_read(value):
    raw = json.dumps({"zeta": value}).encode()
    assert read_json(raw) == json.loads(raw)


@given(st.lists(odd, max_size=5), st.binary(max_size=30))
@settings(max_examples=200)
def test_a_stream_of_anything_ends_in_finish_or_cut(documents, garbage):
    parts = [event(HEAD | {"choices": [{"index": 0, "delta": doc}]}) for doc in documents if not _huge(doc)]
    commands = play([*parts, garbage, DONE, ENDED])
    assert ending(commands) is not None
    if not isinstance(ending(commands), Finish):
        assert DONE not in sent(commands)


@given(st.data(), st.lists(texts, min_size=1, max_size=8), st.sampled_from([b"\n", b"\r\n", b"\r"]))
@settings(max_examples=150)
def test_chunking_changes_nothing(data, words, line_end):
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": words[0]}}
    whole = b": hello\n\n" + chunk({"role": "assistant", "content": ""})
    whole += b"".join(chunk({"content": word}) for word in words)
    whole += chunk({"tool_calls": [call]}) + chunk(reason="tool_calls") + DONE
    whole = whole.replace(b"\n", line_end)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    parts = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    once, often = play([whole, ENDED]), play([*parts, ENDED])
    assert sent(once) == sent(often)
    assert ending(once) == ending(often)
    assert isinstance(ending(once), Finish)
    assert text_of(sent(often)) == "".join(words)


@given(st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=6))
def test_the_event_parser_is_total_and_blind_to_chunking(raw, places):
    cuts = sorted(min(place, len(raw)) for place in places)
    parts = [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    assert _parsed([raw]) == _parsed(parts)


def _parsed(parts):
    parser = SseParser(max_event_bytes=40)
    events = []
    try:
        for part in parts:
            events.extend(parser.feed(part))
    except WardlawError as error:
        return events, error.code
    return events, parser.finish()


def _tolerate(reader, value):
    try:
        reader(value)
    except WardlawError as error:
        assert error.code.startswith("WL-GW-")  # noqa: PT017


def _huge(value):
    """Whether a number in it is beyond what JSON writers take."""
    try:
        orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return True
    return False


def test_one_byte_at_a_time_is_no_different():
    whole = (
        chunk({"role": "assistant", "content": ""})
        + chunk({"content": "grüße 😀 everybody"})
        + chunk(reason="stop")
        + DONE
    )
    layer = ChatStream(window=ReleaseWindow)
    commands = play([UpstreamBytes(whole[at : at + 1]) for at in range(len(whole))], layer)
    assert text_of(sent(commands)) == "grüße 😀 everybody"
