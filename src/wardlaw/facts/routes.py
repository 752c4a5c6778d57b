"""The surfaces of the gateway by the names that clauses, scopes and settings use."""

from __future__ import annotations

from enum import StrEnum


class UpstreamKind(StrEnum):
    """Which protocol an upstream speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


CHAT_COMPLETIONS = "chat.completions"
COMPLETIONS = "completions"
EMBEDDINGS = "embeddings"
MESSAGES = "messages"
MODELS = "models"
RESPONSES = "responses"
SCAN = "scan"

ROUTES = (CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, MESSAGES, MODELS, RESPONSES, SCAN)
"""Every route a clause, a scope or a setting may name."""
