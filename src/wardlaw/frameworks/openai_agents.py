"""Tools of the OpenAI Agents SDK behind the gateway.

```python
gate = AgentsGate(AsyncClient("https://wardlaw.example", key))
agent = Agent(name="helper", tools=gate.tools([send_mail, look_up]))
```
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any

from agents import FunctionTool, Tool
from agents.tool_context import ToolContext

from wardlaw.client import AsyncClient
from wardlaw.facts.errors import InputError
from wardlaw.frameworks.gate import AsyncToolGate, CallStoppedError, GateSettings, ToolAsk


class AgentsGate:
    """Makes function tools ask before they run; what they give is judged before the model reads it.

    Args:
        client: Asks the gateway.
        settings: How it asks.
    """

    def __init__(self, client: AsyncClient, settings: GateSettings | None = None) -> None:
        self._gate = AsyncToolGate(client, settings)

    def tools(self, tools: Iterable[Tool]) -> list[Tool]:
        """The same tools, each behind the gateway.

        Raises:
            InputError: WL-SDK-008 one is no function tool: the vendor runs it, and nobody here is asked.
        """
        return [self.tool(tool) for tool in tools]

    def tool(self, tool: Tool) -> FunctionTool:
        """One tool behind the gateway.

        Raises:
            InputError: WL-SDK-008 it is no function tool.
        """
        if not isinstance(tool, FunctionTool):
            raise InputError(
                "WL-SDK-008",
                f"{type(tool).__name__} is no function tool, so it cannot be stopped here.",
                "Offer it as a function tool, or through the gateway's /mcp.",
            )
        inner, definition = tool.on_invoke_tool, _definition(tool)

        async def invoke(context: ToolContext[Any], given: str) -> Any:
            arguments = _arguments(given)
            if arguments is None:
                return "The arguments are no JSON object, so the call was not made."
            asked = ToolAsk(tool.name, arguments, context.tool_call_id, definition, as_chat(context.turn_input))
            try:
                value, instead = await self._gate.run(
                    asked, lambda used: inner(context, given if used == arguments else json.dumps(used)), read=as_text
                )
            except CallStoppedError as error:
                return error.message
            return value if instead is None else instead

        return dataclasses.replace(tool, on_invoke_tool=invoke)


def as_text(value: Any) -> str | None:
    """What the model reads of a tool's output; None for pictures, files and whatever else is no text."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, int | float | bool):
        return str(value)
    if isinstance(value, list | tuple | dict) or hasattr(value, "model_dump"):
        plain = value.model_dump(mode="json") if hasattr(value, "model_dump") else value
        if _has_unread(plain):
            return None
    return str(value)


def as_chat(items: Sequence[Any]) -> list[dict[str, Any]]:
    """The run's input in chat form; what has no counterpart counts as text that anybody may have written."""
    said: list[dict[str, Any]] = []
    for item in items:
        one = item if isinstance(item, dict) else {}
        match one.get("type", "message"):
            case "message" if one.get("role") in ("user", "system", "developer", "assistant"):
                said.append({"role": one["role"], "content": _content(one.get("content"))})
            case "function_call":
                function = {"name": one.get("name", ""), "arguments": one.get("arguments", "")}
                call = {"id": one.get("call_id", ""), "type": "function", "function": function}
                said.append({"role": "assistant", "content": None, "tool_calls": [call]})
            case "function_call_output":
                content = _content(one.get("output"))
                said.append({"role": "tool", "tool_call_id": one.get("call_id", ""), "content": content})
            case "reasoning":
                continue  # what the model said counts for nothing
            case _:
                said.append({"role": "tool", "tool_call_id": "unknown", "content": json.dumps(item, default=str)})
    return said


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(text if isinstance(text, str) else "(no text)" for text in texts)
    return json.dumps(content, default=str)


def _has_unread(plain: Any) -> bool:
    parts = plain if isinstance(plain, list | tuple) else [plain]
    for part in parts:
        one = part.model_dump(mode="json") if hasattr(part, "model_dump") else part
        if isinstance(one, dict) and one.get("type") in ("image", "file", "input_image", "input_file"):
            return True
    return False


def _arguments(given: str) -> dict[str, Any] | None:
    try:
        read = json.loads(given or "{}")
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _definition(tool: FunctionTool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "parameters": tool.params_json_schema}
