"""The surfaces the gateway serves, each a value; adding one changes nothing else on the request path."""

from __future__ import annotations

from wardlaw.facts.routes import CHAT_COMPLETIONS
from wardlaw.facts.routes import EMBEDDINGS as EMBEDDINGS_ROUTE
from wardlaw.gateway.wire.answer import read_answer, read_embeddings_answer, rewrite_answer
from wardlaw.gateway.wire.chat import chat_history, read_chat
from wardlaw.gateway.wire.dialect import OPENAI, Dialect
from wardlaw.gateway.wire.embeddings import read_embeddings
from wardlaw.gateway.wire.rewrite import rewrite
from wardlaw.gateway.wire.stream import ChatStream
from wardlaw.gateway.wire.surface import Surface

CHAT = Surface(
    route=CHAT_COMPLETIONS,
    path="/v1/chat/completions",
    upstream_path="/chat/completions",
    dialect=OPENAI,
    read=lambda doc, limits: read_chat(doc, limits=limits),
    history=chat_history,
    read_answer=read_answer,
    rewrite_answer=rewrite_answer,
    stream=lambda window: ChatStream(window=window),
)

EMBEDDINGS = Surface(
    route=EMBEDDINGS_ROUTE,
    path="/v1/embeddings",
    upstream_path="/embeddings",
    dialect=OPENAI,
    read=lambda doc, limits: read_embeddings(doc, limits=limits),
    read_answer=read_embeddings_answer,
    rewrite_answer=lambda answer, texts: rewrite(answer.doc, texts),
    converses=False,
)

SURFACES = (CHAT, EMBEDDINGS)
BY_PATH = {surface.path: surface for surface in SURFACES}


def dialect_of(path: str) -> Dialect:
    """How an error is worded at a path, also one where nothing is served."""
    surface = BY_PATH.get(path)
    return surface.dialect if surface is not None else OPENAI
