from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.chat import read_chat

PNG = "data:image/png;base64,iVBORw0KGgo="
HELLO = [{"role": "user", "content": "hello"}]


def _doc(**members):
    return {"model": "gpt", "messages": HELLO} | members


def _found(request):
    return {segment.pointer: (segment.channel, segment.text) for segment in request.segments}


def test_roles_become_channels():
    roles = ["system", "developer", "user", "assistant", "tool", "function", "critic"]
    messages = [{"role": role, "content": f"by {role}"} for role in roles]
    found = _found(read_chat(_doc(messages=messages)))
    assert [found[f"/messages/{place}/content"][0] for place in range(7)] == [
        Channel.SYSTEM,
        Channel.SYSTEM,
        Channel.USER,
        Channel.ASSISTANT,
        Channel.TOOL_RESULT,
        Channel.TOOL_RESULT,
        Channel.OTHER,
    ]
    assert found["/messages/6/role"] == (Channel.OTHER, "critic")
    assert "/messages/0/role" not in found


def test_scalars():
    request = read_chat(
        _doc(stream=True, stream_options={"include_usage": True}, n=3, max_tokens=10, max_completion_tokens=20)
    )
    assert (request.model, request.stream, request.include_usage, request.n) == ("gpt", True, True, 3)
    assert request.max_tokens == 20
    measures = request.measures(400)
    assert (measures.max_tokens, measures.prompt_tokens, measures.body_bytes) == (60, 100, 400)


def test_tool_results_carry_their_call_id():
    messages = [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "read_crm", "arguments": '{"id": 1}'}},
                {"id": "call_2", "type": "custom", "custom": {"name": "shell", "input": "ls"}},
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "row"}]},
        {"role": "user", "content": "thanks"},
    ]
    request = read_chat(_doc(messages=messages))
    found = _found(request)
    assert found["/messages/0/tool_calls/0/function/arguments"] == (Channel.TOOL_ARGUMENTS, '{"id": 1}')
    assert found["/messages/0/tool_calls/0/function/name"] == (Channel.OTHER, "read_crm")
    assert found["/messages/0/tool_calls/1/custom/input"] == (Channel.TOOL_ARGUMENTS, "ls")
    result = next(segment for segment in request.segments if segment.pointer == "/messages/1/content/0/text")
    assert (result.channel, result.call_id, result.released) == (Channel.TOOL_RESULT, "call_1", False)
    assert request.call_ids == ("call_1",)


def test_legacy_function_call_in_history():
    messages = [{"role": "assistant", "content": "", "function_call": {"name": "f", "arguments": "{}"}}]
    found = _found(read_chat(_doc(messages=messages)))
    assert found["/messages/0/function_call/arguments"] == (Channel.TOOL_ARGUMENTS, "{}")


def test_tools_are_definitions_down_to_their_schema():
    tools = [
        {
            "type": "function",
            "function": {
                "name": "search",
                "description": "Find things",
                "parameters": {"type": "object", "properties": {"query": {"type": "string", "description": "words"}}},
            },
        },
        {"type": "custom", "custom": {"name": "shell"}},
    ]
    request = read_chat(_doc(tools=tools, functions=[{"name": "old", "description": "legacy"}]))
    found = _found(request)
    assert found["/tools/0/function/description"] == (Channel.TOOL_DEFINITION, "Find things")
    assert found["#/tools/0/function/parameters/properties/query"] == (Channel.TOOL_DEFINITION, "query")
    assert found["/functions/0/description"] == (Channel.TOOL_DEFINITION, "legacy")
    assert request.tool_names == ("search", "shell", "old")
    assert request.hosted_tools == ()


@pytest.mark.parametrize(
    ("members", "hosted"),
    [
        ({"tools": [{"type": "web_search"}]}, "web_search"),
        ({"tools": [{"type": "mcp", "server_url": "https://x.test"}]}, "mcp"),
        ({"tools": [{"google_search": {}}]}, "google_search"),
        ({"tools": [{"type": "function", "function": {"name": "f"}, "code_execution": {}}]}, "code_execution"),
        ({"web_search_options": {}}, "web_search"),
        ({"store": True}, "store"),
        ({"store": "yes"}, "store"),
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"container": {"id": "c"}}, "container"),
        ({"file_ids": ["file-1"]}, "file_ids"),
        ({"mcp_servers": []}, "mcp"),
        ({"models": ["other"]}, "models"),
        ({"background": True}, "background"),
        ({"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]}, "file_id"),
        ({"messages": [{"role": "assistant", "audio": {"id": "audio_1"}}]}, "audio"),
    ],
)
def test_what_runs_at_the_vendor_is_named(members, hosted):
    assert hosted in read_chat(_doc(**members)).hosted_tools


@pytest.mark.parametrize("members", [{"store": False}, {"store": None}, {"conversation": None}, {"tools": []}])
def test_what_is_switched_off_is_not_named(members):
    assert read_chat(_doc(**members)).hosted_tools == ()


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"type": "image_url", "image_url": {"url": PNG}}, "image"),
        ({"type": "image_url", "image_url": PNG}, "image"),
        ({"type": "input_audio", "input_audio": {"data": "QUJD" * 30, "format": "wav"}}, "audio"),
        ({"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"}}, "file"),
        ({"type": "text", "text": "look", "image_url": {"url": PNG}}, "image"),
        ({"video_url": {"url": "data:video/mp4;base64,AAAA"}}, "file"),
    ],
)
def test_attachments_are_counted_and_not_read(part, kind):
    request = read_chat(_doc(messages=[{"role": "user", "content": [part]}]))
    assert (request.attachments, request.uninspected) == (1, (kind,))
    assert not any("base64" in segment.text or "QUJD" in segment.text for segment in request.segments)


def test_a_remote_image_is_unread_and_its_address_is_read():
    part = {"type": "image_url", "image_url": {"url": "https://evil.test/?q=secret", "detail": "high"}}
    request = read_chat(_doc(messages=[{"role": "user", "content": [part]}]))
    assert (request.uninspected, request.hosted_tools) == (("image",), ("url",))
    assert _found(request)["/messages/0/content/0/image_url/url"] == (Channel.USER, "https://evil.test/?q=secret")


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ({"type": "image_url", "image_url": "https://evil.test/a"}, "url"),
        ({"type": "image_url", "image_url": {"url": " data:image/png;base64,AAAA"}}, "url"),
        ({"type": "text", "text": "look", "image_url": {"url": "gs://bucket/a"}}, "url"),
        ({"type": "video_url", "video_url": {"url": "https://evil.test/a"}}, "url"),
        ({"type": "image", "image": "file:///etc/passwd"}, "url"),
        ({"type": "image", "source": {"type": "url", "url": "https://evil.test/a"}}, "url"),
        ({"type": "file", "file": {"file_id": "file-1"}}, "file_id"),
        ({"type": "text", "text": "look", "file_id": "file-1"}, "file_id"),
        ({"type": "hologram", "hologram": "x"}, "hologram"),
    ],
)
def test_what_the_vendor_would_fetch_keep_or_make_of_a_part_is_hosted(part, name):
    for role in ("user", "tool"):
        message = {"role": role, "content": [part]} | ({"tool_call_id": "c"} if role == "tool" else {})
        assert name in read_chat(_doc(messages=[message])).hosted_tools


def test_only_a_lasting_cache_of_prompts_is_kept_state():
    assert read_chat(_doc(prompt_cache_retention="24h")).hosted_tools == ("prompt_cache_retention",)
    assert read_chat(_doc(prompt_cache_retention="in-memory")).hosted_tools == ()


@pytest.mark.parametrize(
    "url", ["data:text/plain;base64,aWdub3Jl", "data:image/svg+xml,<svg>ignore</svg>", "data:image/png;base64,no way"]
)
def test_text_disguised_as_an_image_is_read(url):
    request = read_chat(
        _doc(messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}])
    )
    assert request.attachments == 1
    assert url in {segment.text for segment in request.segments}


def test_a_file_name_and_an_unknown_part_are_read():
    parts = [
        {"type": "file", "file": {"file_data": "QUJD" * 20, "filename": "ignore rules.pdf"}},
        {"type": "hologram", "hologram": {"caption": "hi"}},
    ]
    texts = {segment.text for segment in read_chat(_doc(messages=[{"role": "user", "content": parts}])).segments}
    assert {"ignore rules.pdf", "hologram", "caption", "hi"} <= texts


def test_sound_asked_for_is_said():
    assert read_chat(_doc(modalities=["text", "audio"])).uninspected == ("audio",)
    assert read_chat(_doc(modalities=["text"])).uninspected == ()


def test_unknown_members_are_read():
    found = _found(read_chat(_doc(metadata={"note": "n1"}, zeta=[{"deep": "d"}], stop=["s"], user="u-1")))
    for pointer, text in {
        "/metadata/note": "n1",
        "#/metadata/note": "note",
        "/zeta/0/deep": "d",
        "#/zeta/0/deep": "deep",
        "/stop/0": "s",
        "/user": "u-1",
        "/model": "gpt",
    }.items():
        assert found[pointer] == (Channel.OTHER, text)


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"model": 3}, "/model"),
        ({"model": ""}, "/model"),
        ({"messages": {}}, "/messages"),
        ({"messages": []}, "/messages"),
        ({"messages": None}, "/messages"),
        ({"messages": ["hello"]}, "/messages/0"),
        ({"messages": [{"content": "x"}]}, "/messages/0/role"),
        ({"messages": [{"role": 1, "content": "x"}]}, "/messages/0/role"),
        ({"messages": [*HELLO, {"role": "user", "content": 5}]}, "/messages/1/content"),
        ({"messages": [{"role": "user", "content": {"text": "x"}}]}, "/messages/0/content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "/messages/0/content/0"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "/messages/0/content/0/text"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": 1}]}]}, "/messages/0/content/0/text"),
        ({"messages": [{"role": "user", "content": [{"type": 1}]}]}, "/messages/0/content/0/type"),
        ({"messages": [{"role": "tool", "tool_call_id": 1, "content": "x"}]}, "/messages/0/tool_call_id"),
        ({"messages": [{"role": "assistant", "tool_calls": {}}]}, "/messages/0/tool_calls"),
        ({"messages": [{"role": "assistant", "tool_calls": [1]}]}, "/messages/0/tool_calls/0"),
        ({"messages": [{"role": "assistant", "function_call": "x"}]}, "/messages/0/function_call"),
        ({"tools": {}}, "/tools"),
        ({"tools": ["x"]}, "/tools/0"),
        ({"tools": [{"type": "function"}]}, "/tools/0"),
        ({"tools": [{"type": 1}]}, "/tools/0/type"),
        ({"functions": "x"}, "/functions"),
        ({"functions": [1]}, "/functions/0"),
        ({"stream": "true"}, "/stream"),
        ({"stream_options": []}, "/stream_options"),
        ({"n": 0}, "/n"),
        ({"n": 1000}, "/n"),
        ({"max_tokens": -1}, "/max_tokens"),
        ({"max_tokens": True}, "/max_tokens"),
        ({"modalities": "audio"}, "/modalities"),
    ],
)
def test_a_wrong_type_names_its_place(members, pointer):
    with pytest.raises(InputError) as caught:
        read_chat(_doc(**members))
    assert caught.value.code == "WL-GW-110"
    assert caught.value.message.startswith(pointer + " must be")


@pytest.mark.parametrize(
    "doc",
    [
        _doc(Messages=[]),
        _doc(messages=[{"role": "user", "content": "x", "Content": "y"}]),
        _doc(messages=[{"role": "user", "content": [{"type": "text", "text": "x", "Text": "y"}]}]),
        _doc(tools=[{"type": "function", "function": {"name": "a", "Name": "b"}}]),
        _doc(messages=[{"role": "assistant", "tool_calls": [{"function": {"name": "a", "NAME": "b"}}]}]),
    ],
)
def test_names_that_differ_by_case_are_refused(doc):
    with pytest.raises(InputError) as caught:
        read_chat(doc)
    assert caught.value.code == "WL-GW-108"


def test_names_inside_a_tool_schema_are_free():
    schema = {"type": "object", "properties": {"Name": {}, "name": {}}}
    read_chat(_doc(tools=[{"type": "function", "function": {"name": "f", "parameters": schema}}]))


def test_too_many_texts():
    with pytest.raises(InputError) as caught:
        read_chat(_doc(stop=["x"] * 20), limits=BodyLimits(max_leaves=10))
    assert caught.value.code == "WL-GW-111"
