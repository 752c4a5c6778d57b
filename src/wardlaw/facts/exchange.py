"""One request or answer, read into segments with a channel each."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec


class Channel(StrEnum):
    """Where a text stands. Detectors treat an instruction in a document differently from one by the user."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL_RESULT = "tool-result"
    TOOL_DEFINITION = "tool-definition"
    TOOL_ARGUMENTS = "tool-arguments"
    ANSWER = "answer"
    OTHER = "other"  # a string leaf in a field we do not know: inspected all the same


class Segment(msgspec.Struct, frozen=True, dict=True):
    """One string leaf of the body.

    Attributes:
        index: Place in the exchange; findings refer to it.
        pointer: RFC 6901 JSON pointer to the leaf.
        call_id: Id of the tool call a tool result claims to answer.
        released: For a tool result: its call id was released by us to this caller. Only then does it
            count as a tool result; otherwise it is text somebody wrote.
    """

    index: int
    channel: Channel
    pointer: str
    text: str
    call_id: str = ""
    released: bool = False

    @property
    def sha256(self) -> bytes:
        """SHA-256 of the text, by which it is known again; made once, for all that ask."""
        # Not functools.cached_property: until Python 3.12 it takes a lock, which costs more than the digest of a short text.
        held = self.__dict__
        if "sha256" not in held:
            held["sha256"] = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).digest()
        digest: bytes = held["sha256"]
        return digest


class ToolCall(msgspec.Struct, frozen=True):
    """A tool call asked for by a model; ``arguments`` is the JSON text as it came."""

    id: str
    name: str
    arguments: str
    index: int = 0


class Measures(msgspec.Struct, frozen=True):
    """Countable facts of one exchange or tool call, all ≥ 0. *Meaning, not rows*: bulk is metered on
    distinct data subjects and bytes in what comes back.

    Attributes:
        body_bytes: Size of the body as received.
        attachments: Images, audio parts and files.
        data_subjects: Distinct persons whose data stands in the new results or the answer.
        result_bytes: Bytes of the new tool results or of the answer.
        result_unparsed: A result claims to be structured and cannot be parsed; counts as over the ceiling.
        requested_rows: Rows a tool call asks for, from its arguments; -1 when it asks without a limit.
        prompt_tokens: Estimated tokens of the request (bytes / 4) until the upstream reports usage.
        max_tokens: Ceiling the caller asked for; 0 when none.
        hosted_tools: Names of vendor-hosted tools, remote MCP servers or stored state asked for.
        uninspected: Kinds of content nobody could read (``image``, ``audio``, ``file``).
        records: Requests in a batch file; 0 outside of batches.
        sql_kinds: What the SQL of a tool call does (``SqlKind``), sorted; empty without SQL.
        copies_rows: A tool call puts rows into another table or a file.
        touches_copy: A tool call names a place that its session or caller copied rows to.
        carried_subjects: Distinct persons in the arguments of a tool call; they were counted when they were read.
    """

    body_bytes: int = 0
    attachments: int = 0
    data_subjects: int = 0
    result_bytes: int = 0
    result_unparsed: bool = False
    requested_rows: int = 0
    prompt_tokens: int = 0
    max_tokens: int = 0
    hosted_tools: tuple[str, ...] = ()
    uninspected: tuple[str, ...] = ()
    records: int = 0
    sql_kinds: tuple[str, ...] = ()
    copies_rows: bool = False
    touches_copy: bool = False
    carried_subjects: int = 0
