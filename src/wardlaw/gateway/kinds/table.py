"""Which kind is which."""

from __future__ import annotations

from types import MappingProxyType

from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.kinds.anthropic import ANTHROPIC
from wardlaw.gateway.kinds.azure import AZURE
from wardlaw.gateway.kinds.bedrock import BEDROCK
from wardlaw.gateway.kinds.openai import OPENAI
from wardlaw.gateway.kinds.vertex import VERTEX, VERTEX_OPENAI

KINDS = MappingProxyType(
    {
        UpstreamKind.OPENAI: OPENAI,
        UpstreamKind.OLLAMA: OPENAI,
        UpstreamKind.VLLM: OPENAI,
        UpstreamKind.AZURE: AZURE,
        UpstreamKind.VERTEX_OPENAI: VERTEX_OPENAI,
        UpstreamKind.ANTHROPIC: ANTHROPIC,
        UpstreamKind.BEDROCK: BEDROCK,
        UpstreamKind.VERTEX: VERTEX,
    }
)
