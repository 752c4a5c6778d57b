"""Which tools requests name, kept so that people can say what they do. Whether it is kept changes no decision."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from wardlaw.facts.toolseen import ToolSeen
from wardlaw.security.tooldefinition import canonical, definition_pin
from wardlaw.store.database import writing
from wardlaw.store.seentools import keep_seen

_log = logging.getLogger(__name__)

_REMEMBERED = 2_000  # digests; beyond them nothing more is kept until the next start
_AT_ONCE = 64  # tools of one request
_LONGEST = 32_768  # characters of a definition
_NAME_CHARS = 200


class Sightings:
    """Keeps each definition once.

    Args:
        keep: Writes what is new; may raise ``SQLAlchemyError``.
        clock: Unix seconds.
    """

    def __init__(self, keep: Callable[[Sequence[ToolSeen]], object], clock: Callable[[], float]) -> None:
        self._keep = keep
        self._clock = clock
        self._lists: set[bytes] = set()
        self._known: set[tuple[str, str]] = set()

    @classmethod
    def in_table(cls, engine: Engine, clock: Callable[[], float]) -> Sightings:
        """Sightings in the installation's tables."""

        def keep(seen: Sequence[ToolSeen]) -> None:
            with writing(engine) as connection:
                keep_seen(connection, seen)

        return cls(keep, clock)

    async def note(self, doc: Mapping[str, Any]) -> None:
        """Keep the definitions of a request that was let through."""
        fresh = self._fresh(doc)
        if not fresh:
            return
        try:
            await asyncio.to_thread(self._keep, fresh)
        except SQLAlchemyError as error:
            _log.warning("tools that requests name cannot be kept: %s", type(error).__name__)

    def _fresh(self, doc: Mapping[str, Any]) -> list[ToolSeen]:
        tools = doc.get("tools")
        if not isinstance(tools, list) or len(self._known) >= _REMEMBERED or len(self._lists) >= _REMEMBERED:
            return []
        try:
            whole = hashlib.sha256(orjson.dumps(tools)).digest()
        except TypeError:
            return []  # half a surrogate pair: no definition anybody would confirm
        if whole in self._lists:
            return []
        self._lists.add(whole)
        found: list[ToolSeen] = []
        for tool in tools[:_AT_ONCE]:
            if not isinstance(tool, dict):
                continue
            function = tool.get("function")
            name = function.get("name") if isinstance(function, dict) else tool.get("name")
            if type(name) is not str or not 0 < len(name) <= _NAME_CHARS or "\x00" in name:
                continue
            digest = definition_pin(name, tool)
            if not digest or (name, digest) in self._known:
                continue
            self._known.add((name, digest))
            definition = canonical(tool).decode("utf-8", "backslashreplace").replace("\x00", "")
            if len(definition) <= _LONGEST:
                found.append(ToolSeen(name, "request", definition, digest, self._clock()))
        return found
