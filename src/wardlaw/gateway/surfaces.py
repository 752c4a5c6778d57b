"""The surfaces the gateway serves, each a value; adding one changes nothing else on the request path."""

from __future__ import annotations

import msgspec

from wardlaw.facts.routes import CHAT_COMPLETIONS, WireForm
from wardlaw.facts.routes import COMPLETIONS as COMPLETIONS_ROUTE
from wardlaw.facts.routes import EMBEDDINGS as EMBEDDINGS_ROUTE
from wardlaw.facts.routes import MESSAGES as MESSAGES_ROUTE
from wardlaw.facts.routes import RESPONSES as RESPONSES_ROUTE
from wardlaw.gateway.translation.chat_answer import from_messages
from wardlaw.gateway.translation.chat_request import chat_as_messages
from wardlaw.gateway.translation.messages_answer import from_chat
from wardlaw.gateway.translation.messages_request import messages_as_chat
from wardlaw.gateway.translation.shape import Translation
from wardlaw.gateway.wire.answer import read_answer, read_embeddings_answer, rewrite_answer
from wardlaw.gateway.wire.chat import chat_history, read_chat
from wardlaw.gateway.wire.completions import CompletionsStream, read_completions, read_completions_answer
from wardlaw.gateway.wire.dialect import ANTHROPIC, OPENAI, Dialect
from wardlaw.gateway.wire.dialect import RESPONSES as RESPONSES_WORDS
from wardlaw.gateway.wire.embeddings import read_embeddings
from wardlaw.gateway.wire.messages import messages_history, read_count, read_messages
from wardlaw.gateway.wire.messages_answer import read_count_answer, read_messages_answer
from wardlaw.gateway.wire.messages_stream import MessagesStream
from wardlaw.gateway.wire.responses import keep_nothing, read_responses, responses_history
from wardlaw.gateway.wire.responses_answer import read_responses_answer, rewrite_responses_answer
from wardlaw.gateway.wire.responses_stream import ResponsesStream
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
    part="text",
    read_answer=read_answer,
    rewrite_answer=rewrite_answer,
    stream=lambda window: ChatStream(window=window),
    translations={WireForm.ANTHROPIC: Translation("/messages", chat_as_messages, from_messages)},
)

COMPLETIONS = Surface(
    route=COMPLETIONS_ROUTE,
    path="/v1/completions",
    upstream_path="/completions",
    dialect=OPENAI,
    read=lambda doc, limits: read_completions(doc, limits=limits),
    read_answer=read_completions_answer,
    rewrite_answer=rewrite_answer,
    stream=lambda window: CompletionsStream(window=window),
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

MESSAGES = Surface(
    route=MESSAGES_ROUTE,
    path="/v1/messages",
    upstream_path="/messages",
    form=WireForm.ANTHROPIC,
    dialect=ANTHROPIC,
    read=lambda doc, limits: read_messages(doc, limits=limits),
    history=messages_history,
    part="text",
    read_answer=read_messages_answer,
    rewrite_answer=lambda answer, texts: rewrite(answer.doc, texts),
    stream=lambda window: MessagesStream(window=window),
    translations={WireForm.OPENAI: Translation("/chat/completions", messages_as_chat, from_chat)},
)

COUNT_TOKENS = msgspec.structs.replace(
    MESSAGES,
    path="/v1/messages/count_tokens",
    upstream_path="/messages/count_tokens",
    read=lambda doc, limits: read_count(doc, limits=limits),
    read_answer=read_count_answer,
    stream=None,
    translations={},
)

RESPONSES = Surface(
    route=RESPONSES_ROUTE,
    path="/v1/responses",
    upstream_path="/responses",
    dialect=RESPONSES_WORDS,
    read=lambda doc, limits: read_responses(doc, limits=limits),
    history=responses_history,
    part="input_text",
    read_answer=read_responses_answer,
    rewrite_answer=rewrite_responses_answer,
    stream=lambda window: ResponsesStream(window=window),
    settle=keep_nothing,
)

SURFACES = (CHAT, COMPLETIONS, EMBEDDINGS, MESSAGES, COUNT_TOKENS, RESPONSES)
BY_PATH = {surface.path: surface for surface in SURFACES}


def dialect_of(path: str) -> Dialect:
    """How an error is worded at a path, also one where nothing is served."""
    surface = BY_PATH.get(path)
    if surface is not None:
        return surface.dialect
    return ANTHROPIC if path.startswith(MESSAGES.path + "/") else OPENAI
