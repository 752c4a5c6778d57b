"""The surfaces of the gateway by the names that clauses, scopes and settings use."""

from __future__ import annotations

from enum import StrEnum


class UpstreamKind(StrEnum):
    """Which protocol an upstream speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


CHAT_COMPLETIONS = "chat.completions"
EMBEDDINGS = "embeddings"
MESSAGES = "messages"
MODELS = "models"
SCAN = "scan"

ROUTES = (CHAT_COMPLETIONS, EMBEDDINGS, MESSAGES, MODELS, SCAN)
"""Every route a clause, a scope or a setting may name."""
