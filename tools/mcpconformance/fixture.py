"""The server that the checks of `@modelcontextprotocol/conformance` ask for, on standard input and output.

Tools, resources and prompts are named and answer as the descriptions of its scenarios say.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
import zlib
from typing import Any

Answer = dict[str, Any]


def _png() -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    made = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00")) + chunk(b"IEND", b"")
    return base64.b64encode(made).decode()


def _wav() -> str:
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 38, b"WAVE", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16, b"data", 2)
    return base64.b64encode(head + b"\x00\x00").decode()


def _text(text: str) -> Answer:
    return {"type": "text", "text": text}


def _embedded(uri: str, kind: str, text: str) -> Answer:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": kind, "text": text}}


IMAGE = {"type": "image", "data": _png(), "mimeType": "image/png"}
CONTENT: dict[str, list[Answer]] = {
    "test_simple_text": [_text("This is a simple text response for testing.")],
    "test_image_content": [IMAGE],
    "test_audio_content": [{"type": "audio", "data": _wav(), "mimeType": "audio/wav"}],
    "test_embedded_resource": [
        _embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ],
    "test_multiple_content_types": [
        _text("Multiple content types test:"),
        IMAGE,
        _embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
    "test_tool_with_logging": [_text("Done, with three messages.")],
    "test_tool_with_progress": [_text("Done, in three steps.")],
    "test_reconnection": [_text("Reconnection test completed successfully.")],
    "test_error_handling": [_text("This tool intentionally returns an error for testing")],
}
ASKING = {
    "test_sampling": "sampling/createMessage",
    "test_elicitation": "elicitation/create",
    "test_elicitation_sep1034_defaults": "elicitation/create",
    "test_elicitation_sep1330_enums": "elicitation/create",
}
_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}},
    },
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
    "additionalProperties": False,
}
_PROMPTS: dict[str, list[str]] = {
    "test_simple_prompt": [],
    "test_prompt_with_arguments": ["arg1", "arg2"],
    "test_prompt_with_embedded_resource": ["resourceUri"],
    "test_prompt_with_image": [],
}
TOOLS = (*CONTENT, *ASKING, "json_schema_2020_12_tool")


def tools() -> list[Answer]:
    """What is offered."""
    plain = {"type": "object", "properties": {"prompt": {"type": "string"}, "message": {"type": "string"}}}
    return [
        {"name": name, "description": "A tool of the checks.", "inputSchema": _SCHEMA if "schema" in name else plain}
        for name in TOOLS
    ]


def prompt(name: str, given: dict[str, str]) -> list[Answer]:
    """The messages of a prompt."""
    said: list[Answer]
    match name:
        case "test_prompt_with_arguments":
            said = [_text(f"Prompt with arguments: arg1='{given.get('arg1')}', arg2='{given.get('arg2')}'")]
        case "test_prompt_with_embedded_resource":
            what = _embedded(given.get("resourceUri", ""), "text/plain", "Embedded resource content for testing.")
            said = [what, _text("Please process the embedded resource above.")]
        case "test_prompt_with_image":
            said = [IMAGE, _text("Please analyze the image above.")]
        case _:
            said = [_text("This is a simple prompt for testing.")]
    return [{"role": "user", "content": one} for one in said]


def resource(uri: str) -> Answer:
    """The contents of a resource."""
    if uri.endswith("static-binary"):
        return {"uri": uri, "mimeType": "image/png", "blob": IMAGE["data"]}
    if "/template/" in uri or uri.startswith("test://template"):
        number = uri.split("/")[-2]
        text = json.dumps({"id": number, "templateTest": True, "data": f"Data for ID: {number}"})
        return {"uri": uri, "mimeType": "application/json", "text": text}
    return {"uri": uri, "mimeType": "text/plain", "text": "This is the content of the static text resource."}


def answer(method: str, params: Answer) -> Answer:
    """The result of a request."""
    match method:
        case "initialize":
            capabilities = {
                "tools": {},
                "resources": {"subscribe": True},
                "prompts": {},
                "logging": {},
                "completions": {},
            }
            about = {"name": "checks", "version": "1"}
            return {"protocolVersion": params["protocolVersion"], "capabilities": capabilities, "serverInfo": about}
        case "tools/list":
            return {"tools": tools()}
        case "tools/call":
            name = params["name"]
            return {"content": CONTENT.get(name, [_text("done")]), "isError": name == "test_error_handling"}
        case "resources/list":
            return {
                "resources": [
                    {
                        "uri": f"test://{name}",
                        "name": name,
                        "description": "A resource of the checks.",
                        "mimeType": kind,
                    }
                    for name, kind in (("static-text", "text/plain"), ("static-binary", "image/png"))
                ]
            }
        case "resources/templates/list":
            template = "test://template/{id}/data"
            return {"resourceTemplates": [{"uriTemplate": template, "name": "data", "mimeType": "application/json"}]}
        case "resources/read":
            return {"contents": [resource(params["uri"])]}
        case "prompts/list":
            return {
                "prompts": [
                    {
                        "name": name,
                        "description": "A prompt of the checks.",
                        "arguments": [{"name": one, "description": "Text.", "required": True} for one in arguments],
                    }
                    for name, arguments in _PROMPTS.items()
                ]
            }
        case "prompts/get":
            return {"messages": prompt(params["name"], params.get("arguments", {}))}
        case _:
            return {}


def main() -> None:
    """Serve until the input ends."""

    def say(message: Answer) -> None:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0"} | message) + "\n")
        sys.stdout.flush()

    waiting: dict[str, Any] = {}
    for line in sys.stdin:
        message = json.loads(line)
        identity, method, params = message.get("id"), message.get("method"), message.get("params", {})
        if method is None and identity in waiting:
            back = message.get("result") or message.get("error")
            done = {"content": [_text(f"User response: {json.dumps(back)}")], "isError": "error" in message}
            say({"id": waiting.pop(identity), "result": done})
        elif method == "tools/call" and params["name"] in ASKING:
            question = f"q{identity}"
            waiting[question] = identity
            say({"id": question, "method": ASKING[params["name"]], "params": {}})
        elif method is not None and identity is not None:
            say({"id": identity, "result": answer(method, params)})


if __name__ == "__main__":
    main()
