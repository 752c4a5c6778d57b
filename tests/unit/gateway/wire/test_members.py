from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anthropic.types.beta.message_create_params import MessageCreateParamsNonStreaming
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming as ChatParams
from openai.types.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.embedding_create_params import EmbeddingCreateParams
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming

from tests.unit.gateway.wire.shapes import walk
from wardlaw.facts.errors import InputError
from wardlaw.gateway.surfaces import CHAT, COMPLETIONS, EMBEDDINGS, MESSAGES, RESPONSES
from wardlaw.gateway.wire import members
from wardlaw.gateway.wire.body import DEFAULT_LIMITS
from wardlaw.gateway.wire.members import hosted_name, hosted_names
from wardlaw.gateway.wire.surface import Surface

SAID = [{"role": "user", "content": "hello"}]
CLIENTS: dict[str, tuple[Surface, Any, dict[str, Any]]] = {
    "chat": (CHAT, ChatParams, {"model": "m", "messages": SAID}),
    "completions": (COMPLETIONS, CompletionCreateParamsNonStreaming, {"model": "m", "prompt": "hello"}),
    "embeddings": (EMBEDDINGS, EmbeddingCreateParams, {"model": "m", "input": "hello"}),
    "responses": (RESPONSES, ResponseCreateParamsNonStreaming, {"model": "m", "input": "hello"}),
    "messages": (MESSAGES, MessageCreateParamsNonStreaming, {"model": "m", "max_tokens": 9, "messages": SAID}),
}
LOOKED_AT = Path(__file__).with_name("looked_at.txt")


def test_a_member_that_is_read_for_what_it_is_is_not_hosted():
    assert hosted_name("temperature", 1, members.CHAT) == ""
    assert hosted_name("prompt", "hello", members.COMPLETIONS) == ""
    assert hosted_name("prompt", {"id": "pmpt_1"}, members.RESPONSES) == "prompt"


def test_a_member_that_nobody_knows_is_hosted_by_its_name():
    assert hosted_names({"model": "m", "dream_up": {"k": 1}}, members.CHAT) == {"dream_up": None}
    assert hosted_name("enable_search", True, members.CHAT) == "web_search"


@pytest.mark.parametrize("value", [None, False])
def test_what_is_switched_off_asks_for_nothing(value):
    assert hosted_name("store", value, members.CHAT) == ""
    assert hosted_name("dream_up", value, members.MESSAGES) == ""


def test_zero_and_nothing_in_a_list_are_not_switched_off():
    assert hosted_name("store", 0, members.CHAT) == "store"
    assert hosted_name("mcp_servers", [], members.MESSAGES) == "mcp"
    assert hosted_name("include", [], members.RESPONSES) == ""


def test_a_prompt_kept_for_longer_than_in_memory_is_hosted():
    assert hosted_name("prompt_cache_retention", "24h", members.RESPONSES) == "prompt_cache_retention"
    assert hosted_name("prompt_cache_retention", "in_memory", members.CHAT) == ""


KEPT = {"type": "text", "text": "hello", "prompt_cache_breakpoint": {"ttl": "12h"}}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("chat", {"messages": [{"role": "user", "content": [KEPT]}]}),
        ("chat", {"prediction": {"type": "content", "content": [KEPT]}}),
        ("responses", {"input": [{"role": "user", "content": [KEPT | {"type": "input_text"}]}]}),
    ],
)
def test_a_part_up_to_which_the_vendor_shall_keep_the_prompt_is_hosted(name: str, more: dict[str, Any]):
    surface, _, base = CLIENTS[name]
    assert surface.read(base | more, DEFAULT_LIMITS).hosted_tools == ("prompt_cache_breakpoint",)


def is_told(surface: Surface, doc: dict[str, Any]) -> bool:
    """Whether a body is refused, or clauses are told that it asks for something nobody here can look into."""
    try:
        asked = surface.read(doc, DEFAULT_LIMITS)
    except InputError:
        return True
    return bool(asked.hosted_tools or asked.uninspected)


def untold(name: str) -> Iterator[str]:
    """Whatever a client can send without any clause being told of it: surface, place, kind, and member."""
    surface, shape, base = CLIENTS[name]
    for seen in walk(shape, lambda made: base | made):
        for member, doc in seen.bodies.items():
            if not is_told(surface, doc):
                yield " ".join(filter(None, (name, seen.place, seen.kind))) + ": " + member


@pytest.mark.parametrize("name", CLIENTS)
def test_every_member_the_official_clients_can_send_is_told_or_was_looked_at(name: str):
    """A new version of a client brings new members: each is looked at and written down, or told to the clauses."""
    known = set()
    for line in LOOKED_AT.read_text(encoding="utf-8").splitlines():
        place, _, names = line.partition(": ")
        known |= {f"{place}: {member}" for member in names.split()}
    found = set(untold(name))
    assert len(found) > 4
    assert sorted(found - known) == []


VENDOR_SIDE: list[tuple[str, dict[str, Any]]] = [
    *(
        ("responses", {"tools": [{"type": kind}]})
        for kind in ("web_search", "file_search", "code_interpreter", "image_generation", "computer_use_preview", "mcp")
    ),
    *(
        ("messages", {"tools": [{"type": kind, "name": "n"}]})
        for kind in ("web_search_20250305", "web_fetch_20250910", "code_execution_20250825", "mcp_toolset")
    ),
    ("messages", {"mcp_servers": [{"type": "url", "url": "https://x.test", "name": "x"}]}),
    *((one, {name: "x_1"}) for one in CLIENTS for name in ("previous_response_id", "conversation", "container")),
    *((one, {name: True}) for one in CLIENTS for name in ("store", "background", "something_of_next_year")),
    *((one, {"prompt": {"id": "pmpt_1"}}) for one in CLIENTS if one != "completions"),
    ("chat", {"web_search_options": {}}),
    ("chat", {"modalities": ["text", "audio"]}),
    *(
        ("chat", {"messages": [{"role": "user", "content": [part]}]})
        for part in (
            {"type": "file", "file": {"file_id": "file_1"}},
            {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
        )
    ),
    *(
        ("responses", {"input": [{"role": "user", "content": [part]}]})
        for part in (
            {"type": "input_image", "file_id": "file_1"},
            {"type": "input_image", "image_url": "https://x.test/a.png"},
            {"type": "input_file", "file_id": "file_1"},
            {"type": "input_file", "file_url": "https://x.test/a.pdf"},
        )
    ),
    ("responses", {"input": [{"type": "item_reference", "id": "msg_1"}]}),
    *(
        ("messages", {"messages": [{"role": "user", "content": [{"type": kind, "source": source}]}]})
        for kind in ("image", "document")
        for source in ({"type": "url", "url": "https://x.test/a"}, {"type": "file", "file_id": "file_1"})
    ),
    ("messages", {"messages": [{"role": "user", "content": [{"type": "container_upload", "file_id": "file_1"}]}]}),
]


@pytest.mark.parametrize(("name", "more"), VENDOR_SIDE)
def test_whatever_reaches_to_the_vendor_is_told(name: str, more: dict[str, Any]):
    surface, _, base = CLIENTS[name]
    asked = surface.read(base | more, DEFAULT_LIMITS)
    assert asked.hosted_tools or asked.uninspected == ("audio",)
