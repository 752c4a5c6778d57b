"""A tool node of LangGraph behind the gateway.

```python
gate = GraphGate(Client("https://wardlaw.example", key))
graph.add_node("tools", ToolNode(tools, wrap_tool_call=gate.wrap))
```
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from langchain_core.messages import ToolMessage, convert_to_openai_messages
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_function
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from wardlaw.client import AsyncClient, Client
from wardlaw.frameworks.gate import AsyncToolGate, CallStoppedError, GateSettings, ToolAsk, ToolGate

Given = ToolMessage | Command[Any]


class GraphGate:
    """Has every call of a tool node asked about; ``wrap`` is for ``wrap_tool_call``.

    Args:
        client: Asks the gateway.
        settings: How it asks.
        messages_key: Member of the graph's state that holds the conversation.
    """

    def __init__(self, client: Client, settings: GateSettings | None = None, *, messages_key: str = "messages") -> None:
        self._gate = ToolGate(client, settings)
        self._key = messages_key

    def wrap(self, request: ToolCallRequest, execute: Callable[[ToolCallRequest], Given]) -> Given:
        """Run one call if it may be run."""
        asked = _asked(request, self._key)
        try:
            given, instead = self._gate.run(asked, lambda used: execute(_with(request, used)), read=as_text)
        except CallStoppedError as error:
            return _stopped(request, error)
        return given if instead is None else _masked(given, instead)


class AsyncGraphGate:
    """The same for a graph that runs on an event loop; ``wrap`` is for ``awrap_tool_call``."""

    def __init__(
        self, client: AsyncClient, settings: GateSettings | None = None, *, messages_key: str = "messages"
    ) -> None:
        self._gate = AsyncToolGate(client, settings)
        self._key = messages_key

    async def wrap(self, request: ToolCallRequest, execute: Callable[[ToolCallRequest], Awaitable[Given]]) -> Given:
        """Run one call if it may be run."""
        asked = _asked(request, self._key)
        try:
            given, instead = await self._gate.run(asked, lambda used: execute(_with(request, used)), read=as_text)
        except CallStoppedError as error:
            return _stopped(request, error)
        return given if instead is None else _masked(given, instead)


def as_text(given: Given) -> str | None:
    """What a model reads of it; None for pictures and files, and for commands, which may change any of the state."""
    if not isinstance(given, ToolMessage):
        return None
    if isinstance(given.content, str):
        return given.content
    parts = [part if isinstance(part, str) else part.get("text") for part in given.content]
    texts = [part for part in parts if isinstance(part, str)]
    return "\n".join(texts) if len(texts) == len(parts) else None


def _asked(request: ToolCallRequest, key: str) -> ToolAsk:
    call = request.tool_call
    return ToolAsk(
        call["name"], call["args"], call["id"] or "", _definition(request.tool), _messages(request.state, key)
    )


def _messages(state: Any, key: str) -> list[dict[str, Any]]:
    """The conversation in chat form; parts that are no text stay parts, which the gateway reads."""
    held = (
        state
        if isinstance(state, list)
        else state.get(key)
        if isinstance(state, Mapping)
        else getattr(state, key, None)
    )
    if not held:
        return []
    converted = convert_to_openai_messages(list(held))
    # Numbers and dates in arguments were made text by the converter; everything is JSON from here on.
    return [dict(json.loads(json.dumps(one, default=str))) for one in converted]


def _definition(tool: BaseTool | None) -> dict[str, Any] | None:
    return None if tool is None else dict(convert_to_openai_function(tool))


def _with(request: ToolCallRequest, arguments: dict[str, Any]) -> ToolCallRequest:
    if arguments == request.tool_call["args"]:
        return request
    return request.override(tool_call={**request.tool_call, "args": arguments})


def _masked(given: Given, text: str) -> ToolMessage:
    assert isinstance(given, ToolMessage)
    # The artifact stays with the program; only the content goes to the model.
    return given.model_copy(update={"content": text})


def _stopped(request: ToolCallRequest, error: CallStoppedError) -> ToolMessage:
    call = request.tool_call
    return ToolMessage(content=error.message, tool_call_id=call["id"] or "", name=call["name"], status="error")
