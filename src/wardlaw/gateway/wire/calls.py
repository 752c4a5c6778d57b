"""Putting the deltas of tool calls together until a call is complete."""

from __future__ import annotations

from typing import Any

from wardlaw.facts.exchange import ToolCall
from wardlaw.gateway.wire.answer import call_of, garbage

MAX_CALL_CHARS = 1024 * 1024
"""Characters of all calls of one answer; a call that writes a large file stays below."""

_MOST_CALLS = 128  # parallel calls in one answer; the API allows as many tools


class CallParts:
    """The tool calls of one choice while they stream in.

    What is released is written from what was judged: one delta per call, complete. How clients would have
    put the upstream's deltas together does not matter then.
    """

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, Any]] = {}
        self._legacy: dict[str, Any] | None = None
        self._chars = 0
        self._last = -1

    def add(self, deltas: Any) -> None:
        """Take the ``tool_calls`` of one chunk.

        Raises:
            BadUpstreamError: WL-GW-201 another shape or too long.
        """
        if type(deltas) is not list:
            raise garbage("tool calls that are not a list")
        for delta in deltas:
            if type(delta) is not dict:
                raise garbage("a tool call that is not an object")
            self._add_one(delta)

    def add_legacy(self, delta: Any) -> None:
        """Take a ``function_call`` delta, the older form with one call per answer."""
        if type(delta) is not dict:
            raise garbage("a function call that is not an object")
        if self._legacy is None:
            self._legacy = {}
        self._merge(self._legacy, delta)

    def take(self) -> list[tuple[ToolCall, dict[str, Any], dict[str, Any], str]]:
        """The complete calls in their order, and none are left.

        Returns:
            For each the call, the delta that releases it, and the object and member in that delta that hold
            the arguments.
        """
        found: list[tuple[ToolCall, dict[str, Any], dict[str, Any], str]] = []
        for index in sorted(self._calls):
            value = _joined(self._calls[index])
            call, holder = call_of(value, index)
            if holder:
                body, member = value[holder], "arguments" if holder == "function" else "input"
                body.setdefault(member, "")
            else:
                body, member = value, ""
            found.append((call, {"tool_calls": [value | {"index": index}]}, body, member))
        if self._legacy is not None:
            body = {"arguments": ""} | _joined(self._legacy)
            call, _ = call_of({"function": body}, len(found))
            found.append((call, {"function_call": body}, body, "arguments"))
        self._calls, self._legacy = {}, None
        return found

    def _add_one(self, delta: dict[str, Any]) -> None:
        index = delta.get("index")
        if index is None:  # some servers leave it out and send each call whole
            known = self._calls.get(self._last)
            new_id = delta.get("id")
            index = self._last + 1 if known is None or (new_id and new_id != known.get("id")) else self._last
        if type(index) is not int or not 0 <= index < _MOST_CALLS:
            raise garbage("a tool call with an impossible index")
        self._last = index
        self._merge(self._calls.setdefault(index, {}), delta)

    def _merge(self, known: dict[str, Any], delta: dict[str, Any]) -> None:
        for name, value in delta.items():
            if value is None or name == "index":
                continue
            held = known.get(name)
            if name in ("arguments", "input"):
                if type(value) is not str:
                    raise garbage("arguments that are not text")
                self._count(value)
                known.setdefault(name, []).append(value)  # joined once: a long call has thousands of deltas
            elif name in ("function", "custom"):
                if type(value) is not dict:
                    raise garbage("a tool call of another shape")
                self._merge(known.setdefault(name, {}), value)
            elif name in ("id", "type", "name") and type(value) is str:
                # Sent once or repeated in each delta; a second, different value has no agreed meaning.
                if held and value and held != value:
                    raise garbage(f"a tool call with two values of {name}")
                known[name] = value or held or ""
            else:
                self._count(str(value))
                known[name] = value

    def _count(self, text: str) -> None:
        self._chars += len(text)
        if self._chars > MAX_CALL_CHARS:
            raise garbage("tool calls that are too long")


def _joined(value: dict[str, Any]) -> dict[str, Any]:
    """The call with its arguments in one piece."""
    whole: dict[str, Any] = {}
    for name, member in value.items():
        if name in ("arguments", "input"):
            whole[name] = "".join(member)
        else:
            whole[name] = _joined(member) if name in ("function", "custom") else member
    return whole
