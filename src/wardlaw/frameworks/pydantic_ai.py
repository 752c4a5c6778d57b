"""A toolset of Pydantic AI behind the gateway.

```python
tools = GatedToolset(FunctionToolset([send_mail]), gate=AsyncToolGate(AsyncClient("https://wardlaw.example", key)))
agent = Agent("openai:gpt-5", toolsets=[tools])
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic_ai.exceptions import ToolFailed
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturn,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.tools import RunContext
from pydantic_ai.toolsets import ToolsetTool, WrapperToolset
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from wardlaw.frameworks.gate import AsyncToolGate, CallStoppedError, ToolAsk

Deps = TypeVar("Deps")


@dataclass(kw_only=True)
class GatedToolset(WrapperToolset[Deps]):
    """Asks before each tool of another toolset runs; what it gives is judged before the model reads it.

    Attributes:
        gate: Asks the gateway.
    """

    gate: AsyncToolGate

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[Deps], tool: ToolsetTool[Deps]
    ) -> Any:
        """Run one call if it may be run.

        Raises:
            ToolFailed: It may not be run, or nothing of what it gave may be read; the model reads why.
        """
        definition = {
            "name": tool.tool_def.name,
            "description": tool.tool_def.description or "",
            "parameters": tool.tool_def.parameters_json_schema,
        }
        plain = to_jsonable_python(tool_args, fallback=str)
        asked = ToolAsk(name, plain, ctx.tool_call_id or "", definition, as_chat(ctx.messages))

        async def run(used: dict[str, Any]) -> Any:
            # Masked arguments are texts again where the tool was to get objects; its own checks read them anew.
            arguments = tool_args if used == plain else tool.args_validator.validate_python(used)
            return await self.wrapped.call_tool(name, arguments, ctx, tool)

        try:
            given, instead = await self.gate.run(asked, run, read=as_text)
        except CallStoppedError as error:
            raise ToolFailed(error.message) from error
        return given if instead is None else instead


def as_text(given: Any) -> str | None:
    """What a model reads of a tool's output; None for pictures, files and content beside the output."""
    if isinstance(given, str):
        return given
    if isinstance(given, ToolReturn):
        return as_text(given.return_value) if not given.content else None
    if _has_bytes(given):
        return None
    try:
        return to_json(given).decode()
    except (PydanticSerializationError, UnicodeDecodeError):
        return None


def as_chat(messages: list[ModelMessage]) -> list[dict[str, Any]]:
    """The conversation in chat form; what has no counterpart counts as text that anybody may have written."""
    said: list[dict[str, Any]] = []
    for message in messages:
        if isinstance(message, ModelRequest):
            said += [_heard(part) for part in message.parts]
            continue
        calls = [_call(part) for part in message.parts if isinstance(part, ToolCallPart)]
        text = "".join(part.content for part in message.parts if isinstance(part, TextPart))
        if calls or text:
            said.append({"role": "assistant", "content": text or None} | ({"tool_calls": calls} if calls else {}))
    return said


def _heard(part: Any) -> dict[str, Any]:
    if isinstance(part, SystemPromptPart):
        return {"role": "system", "content": part.content}
    if isinstance(part, UserPromptPart):
        return {"role": "user", "content": _words(part.content)}
    if isinstance(part, ToolReturnPart):
        return {"role": "tool", "tool_call_id": part.tool_call_id, "content": part.model_response_str()}
    return {"role": "tool", "tool_call_id": "unknown", "content": to_json(part, fallback=str).decode()}


def _words(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part if isinstance(part, str) else "(no text)" for part in content)


def _call(part: ToolCallPart) -> dict[str, Any]:
    function = {"name": part.tool_name, "arguments": part.args_as_json_str()}
    return {"id": part.tool_call_id, "type": "function", "function": function}


def _has_bytes(given: Any) -> bool:
    """Pictures, sounds and files: content of the framework's own, or bytes anywhere in what was given."""
    if isinstance(given, bytes | bytearray) or hasattr(given, "media_type"):
        return True
    if isinstance(given, Mapping):
        return any(map(_has_bytes, given.values()))
    return isinstance(given, list | tuple) and any(map(_has_bytes, given))
