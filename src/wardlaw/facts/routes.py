"""The surfaces of the gateway by the names that clauses, scopes and settings use, and what upstreams speak."""

from __future__ import annotations

from enum import StrEnum


class WireForm(StrEnum):
    """The form of requests and answers: OpenAI's API, or Anthropic's Messages."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class UpstreamKind(StrEnum):
    """What an upstream is: how it is addressed, how it knows us, and which form it speaks."""

    OPENAI = "openai"
    AZURE = "azure"
    OLLAMA = "ollama"
    VLLM = "vllm"
    VERTEX_OPENAI = "vertex-openai"
    ANTHROPIC = "anthropic"
    BEDROCK = "bedrock"
    VERTEX = "vertex"

    @property
    def form(self) -> WireForm:
        """What it speaks."""
        return WireForm.ANTHROPIC if self in _ANTHROPIC else WireForm.OPENAI


_ANTHROPIC = frozenset((UpstreamKind.ANTHROPIC, UpstreamKind.BEDROCK, UpstreamKind.VERTEX))

BATCHES = "batches"
CHAT_COMPLETIONS = "chat.completions"
COMPLETIONS = "completions"
DECIDE = "decide"
EMBEDDINGS = "embeddings"
FILES = "files"
MCP = "mcp"
MESSAGES = "messages"
MODELS = "models"
MODERATIONS = "moderations"
RESPONSES = "responses"
SCAN = "scan"
REALTIME = "realtime"
"""Refused whatever clauses say: a name for records alone."""

ROUTES = (
    BATCHES,
    CHAT_COMPLETIONS,
    COMPLETIONS,
    DECIDE,
    EMBEDDINGS,
    FILES,
    MCP,
    MESSAGES,
    MODELS,
    MODERATIONS,
    RESPONSES,
    SCAN,
)
"""Every route a clause, a scope or a setting may name."""
