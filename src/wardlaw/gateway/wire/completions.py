"""The older completions surface: one text in, its continuation out.

A stream is that of chat completions with the text in another place: it is read as one, and written back.
"""

from __future__ import annotations

from typing import Any

from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.answer import (
    ANSWER_LIMITS,
    Answer,
    Texts,
    as_object,
    as_text,
    garbage,
    read_document,
    read_usage,
    refuse_stray_calls,
)
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import DEFAULT_LIMITS, BodyLimits, wrong
from wardlaw.gateway.wire.chat import read_answers
from wardlaw.gateway.wire.embeddings import read_inputs
from wardlaw.gateway.wire.leaves import child, collect_member
from wardlaw.gateway.wire.members import COMPLETIONS, hosted_names
from wardlaw.gateway.wire.reading import begin_reading, flag, whole
from wardlaw.gateway.wire.stream import ChatStream

_MOST_ANSWERS = 128  # as many as chat completions take
_CALLS = frozenset({"delta", "message"})  # members of another surface: some client might read a tool call there


def read_completions(doc: dict[str, Any], *, limits: BodyLimits = DEFAULT_LIMITS) -> Asked:
    """Read the body of ``POST /v1/completions``.

    Args:
        doc: What :func:`body.read_json` gave; it is not changed.
        limits: Only ``max_leaves`` matters here.

    Raises:
        InputError: WL-GW-108 a name that differs by case, WL-GW-110 a wrong type or a missing member.
        TooLargeError: WL-GW-111 too many texts.
    """
    model, reading = begin_reading(doc, limits.max_leaves)
    prompt, suffix = doc.get("prompt"), doc.get("suffix")
    prompts = 1 if prompt is None or prompt == "" else read_inputs(prompt, "/prompt", reading)
    if type(suffix) is not str and suffix is not None:
        raise wrong("/suffix", "text")
    flag(doc, "echo")
    reading.hosted |= hosted_names(doc, COMPLETIONS)
    for name, value in doc.items():
        if name != "prompt":
            reading.member(name, value, "", Channel.USER if name == "suffix" else Channel.OTHER)
    options = doc.get("stream_options")
    if options is not None and type(options) is not dict:
        raise wrong("/stream_options", "an object")
    drafts = whole(doc, "best_of", least=1)
    if drafts > _MOST_ANSWERS:
        raise wrong("/best_of", f"at most {_MOST_ANSWERS}")
    return Asked(
        model=model,
        stream=flag(doc, "stream"),
        answers=max(read_answers(doc), drafts) * prompts,
        max_tokens=whole(doc, "max_tokens"),
        segments=tuple(reading.segments),
        uninspected=tuple(reading.uninspected),
        hosted_tools=tuple(reading.hosted),
    )


def read_completions_answer(raw: bytes, *, limits: BodyLimits = ANSWER_LIMITS) -> Answer:
    """Read the body of a successful completion; with ``echo`` it begins with the prompt, which is judged again.

    Raises:
        BadUpstreamError: WL-GW-201 not JSON, ambiguous, or of another shape; WL-GW-205 an error in place of
            an answer.
    """
    doc = read_document(raw, limits)
    texts = Texts(limits.max_leaves)
    choices = doc.get("choices")
    if type(choices) is not list:
        raise garbage("an answer without choices")
    for name, value in doc.items():
        if name != "choices":
            refuse_stray_calls(name, value)
            collect_member(name, value, "", texts.add)
    reasons: list[str] = []
    for place, item in enumerate(choices):
        choice = as_object(item, "choice")
        if type(choice.get("text")) is not str or not _CALLS.isdisjoint(choice):
            raise garbage("a choice that is not text")
        for name, value in choice.items():
            if name == "logprobs" and type(value) is dict:
                _logprobs(value, f"/choices/{place}/logprobs", texts)
            else:
                refuse_stray_calls(name, value)
                collect_member(name, value, f"/choices/{place}", texts.add)
        reasons.append(as_text(choice.get("finish_reason"), "finish reason"))
    return Answer(
        doc=doc, segments=tuple(texts.segments), usage=read_usage(doc.get("usage")), finish_reasons=tuple(reasons)
    )


def _logprobs(value: dict[str, Any], pointer: str, texts: Texts) -> None:
    """Token probabilities repeat the answer token by token: read as the texts they make together."""
    for name, entries in value.items():
        below = child(pointer, name)
        if name == "tokens" and type(entries) is list and all(type(token) is str for token in entries):
            texts.add(below, "".join(entries))
        elif name == "top_logprobs" and type(entries) is list and all(_is_table(entry) for entry in entries):
            texts.add(below, "\n".join(token for entry in entries for token in entry or ()))
        else:
            collect_member(name, entries, pointer, texts.add)


def _is_table(value: Any) -> bool:
    """Whether the value gives tokens their probabilities and says nothing else."""
    return value is None or (type(value) is dict and all(type(item) in (int, float) for item in value.values()))


class CompletionsStream(ChatStream):
    """One ``text_completion`` stream.

    Args:
        window: Makes the window that holds back unfinished text, one for each choice.
        max_event_bytes: Largest event of the upstream.
    """

    def _chunk(self, doc: dict[str, Any]) -> None:
        choices = doc.get("choices")
        for choice in choices if type(choices) is list else ():
            if type(choice) is not dict or not _CALLS.isdisjoint(choice):
                raise garbage("a choice of another shape")
            text = choice.pop("text", None)
            if type(text) is not str and text is not None:
                raise garbage("a choice that is not text")
            choice["delta"] = {} if text is None else {"content": text}
        super()._chunk(doc)

    def _format(self, doc: dict[str, Any]) -> bytes:
        choices = [
            {"text": choice["delta"].get("content") or "", "logprobs": None}
            | {name: value for name, value in choice.items() if name not in ("delta", "logprobs")}
            for choice in doc["choices"]
        ]
        return super()._format(doc | {"choices": choices})
