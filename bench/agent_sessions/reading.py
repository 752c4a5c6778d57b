"""Recorded sessions and tool definitions read from files; what only scoring may know is kept apart or not read at all."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any, Literal

import msgspec

_LONGEST = 256 * 1024 * 1024  # bytes of a file, unpacked


class BadInputError(Exception):
    """A file cannot be used; the text is for the person who named it."""


class Event(msgspec.Struct, frozen=True):
    """One call. ``origin`` is for scoring; the provenance notes of the recording are not even decoded."""

    tool: str
    args: dict[str, Any]
    output: str
    origin: Literal["user", "injected"]


class Recording(msgspec.Struct, frozen=True):
    """One session; ``goal`` is for making paraphrases and not for the policy."""

    session: str
    suite: str
    kind: Literal["benign", "attack"]
    prompt: str
    events: list[Event]
    goal: str = ""

    @property
    def text_only(self) -> bool:
        """An attack that asks for no call at all."""
        return all(event.origin == "user" for event in self.events)


def read_sessions(path: Path) -> list[Recording]:
    """Sessions of a file, one a line, packed with gzip or not.

    Raises:
        BadInputError: The file is missing, too large, not text, or a line is no session.
    """
    decoder = msgspec.json.Decoder(Recording)
    found = []
    for number, line in enumerate(_bytes(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(decoder.decode(line))
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadInputError(f"{path}, line {number}: not a recorded session ({error})") from error
    if not found:
        raise BadInputError(f"{path}: holds no session")
    return found


def read_tools(path: Path) -> list[dict[str, Any]]:
    """Tool definitions: a JSON list of objects with a name each.

    Raises:
        BadInputError: The file is anything else.
    """
    try:
        value = json.loads(_bytes(path))
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"{path}: not JSON ({error})") from error
    if not isinstance(value, list) or not value:
        raise BadInputError(f"{path}: must be a list of tools")
    for number, tool in enumerate(value):
        if not isinstance(tool, dict) or not isinstance(tool.get("name"), str):
            raise BadInputError(f"{path}: tool {number} is not an object with a name")
    return value


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            unpack = zlib.decompressobj(wbits=31)
            raw = unpack.decompress(raw, _LONGEST)
            if not unpack.eof:
                raise BadInputError(f"{path}: broken, or more than {_LONGEST} bytes unpacked")
    except (OSError, zlib.error) as error:
        raise BadInputError(f"{path}: cannot be read ({error})") from error
    if len(raw) > _LONGEST:
        raise BadInputError(f"{path}: more than {_LONGEST} bytes")
    return raw
