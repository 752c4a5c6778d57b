"""The surfaces of the gateway by the names that clauses, scopes and settings use."""

from __future__ import annotations

CHAT_COMPLETIONS = "chat.completions"
EMBEDDINGS = "embeddings"
MODELS = "models"
SCAN = "scan"

ROUTES = (CHAT_COMPLETIONS, EMBEDDINGS, MODELS, SCAN)
"""Every route a clause, a scope or a setting may name."""
