"""Which members of a request are read for what they are; every other one is reported as hosted, by its name.

What a vendor does with a member nobody here knows, nobody here can say: it may keep state, fetch or run something, or
choose another model. So the lists are closed, and a new member of a new client is refused until somebody has looked at
it and put it on one of them.

Sources: OpenAI and Anthropic API references, openai-python 3.54.0 and anthropic-python 2.14.0 (2026-11); references of
Azure, OpenRouter, xAI, Groq, Google's endpoint in OpenAI's form, DashScope, Mistral, DeepSeek; vLLM, SGLang and
llama.cpp's server for what they add to sampling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VENDOR_SIDE = {
    "store": "store",
    "background": "background",
    "background_options": "background",
    "deferred": "background",
    "previous_response_id": "previous_response_id",
    "conversation": "conversation",
    "container": "container",
    "prompt": "prompt",
    "file_ids": "file_ids",
    "vector_store_ids": "vector_store_ids",
    "web_search_options": "web_search",
    "search_parameters": "web_search",
    "search_settings": "web_search",
    "enable_search": "web_search",
    "search_options": "web_search",
    "data_sources": "data_sources",
    "enhancements": "data_sources",
    "compound_custom": "compound_custom",
    "cached_content": "cached_content",
    "kv_transfer_params": "kv_transfer",
    "mcp_servers": "mcp",
    "route": "fallbacks",
    "fallback_credit_token": "fallbacks",
    "user_profile_id": "user_profile",
    "workspace_id": "workspace",
}
"""Members that reach to the vendor and are reported under another name than their own, or are worth listing."""

# How the next token is chosen, what ends the text, and how the prompt is laid out for the model: nothing is kept,
# fetched or run. Code and templates (``logits_processors``, ``chat_template``) are not among them.
_SAMPLING = frozenset(
    {"temperature", "top_p", "top_k", "top_a", "min_p", "typical_p", "tfs_z", "seed", "random_seed", "max_tokens"}
    | {"min_tokens", "n", "best_of", "stop", "stop_token_ids", "bad_words", "ignore_eos", "logit_bias", "logprobs"}
    | {"top_logprobs", "prompt_logprobs", "presence_penalty", "frequency_penalty", "repetition_penalty"}
    | {"repeat_penalty", "repeat_last_n", "length_penalty", "no_repeat_ngram_size", "allowed_token_ids"}
    | {"mirostat", "mirostat_tau", "mirostat_eta", "dynatemp_range", "dynatemp_exponent", "xtc_probability"}
    | {"xtc_threshold", "dry_multiplier", "dry_base", "dry_allowed_length", "dry_penalty_last_n", "use_beam_search"}
    | {"early_stopping", "n_predict", "num_predict", "num_ctx", "cache_prompt", "truncate_prompt_tokens", "echo"}
    | {"skip_special_tokens", "spaces_between_special_tokens", "include_stop_str_in_output", "add_special_tokens"}
    | {"return_tokens_as_token_ids", "return_token_ids", "priority", "request_id", "grammar", "regex", "ebnf"}
    | {"json_schema", "guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs"}
    | {"guided_decoding_backend", "guided_whitespace_pattern", "safe_prompt"}
)
_COMMON = frozenset({"model", "stream", "stream_options", "user", "metadata", "service_tier"})
_OPENAI = frozenset({"safety_identifier", "prompt_cache_key", "prompt_cache_retention", "parallel_tool_calls"})

CHAT = (
    _SAMPLING
    | _COMMON
    | _OPENAI
    | {"messages", "tools", "tool_choice", "functions", "function_call", "response_format", "modalities", "audio"}
    | {"max_completion_tokens", "prediction", "reasoning_effort", "verbosity", "reasoning", "reasoning_format"}
    | {"include_reasoning", "reasoning_split", "separate_reasoning", "stream_reasoning", "thinking", "think"}
    | {"enable_thinking", "thinking_budget", "chat_template_kwargs", "add_generation_prompt", "continue_final_message"}
)
"""Of ``/v1/chat/completions``."""

COMPLETIONS = _SAMPLING | _COMMON | {"prompt", "suffix"}
"""Of ``/v1/completions``."""

EMBEDDINGS = frozenset(
    {"model", "input", "user", "dimensions", "encoding_format", "truncate_prompt_tokens", "truncate", "input_type"}
    | {"task", "normalized", "late_chunking", "embedding_type"}
)
"""Of ``/v1/embeddings``."""

RESPONSES = (
    _COMMON
    | _OPENAI
    | {"input", "instructions", "tools", "tool_choice", "max_output_tokens", "max_tool_calls", "reasoning", "text"}
    | {"temperature", "top_p", "top_k", "top_logprobs", "truncation", "seed", "presence_penalty", "frequency_penalty"}
)
"""Of ``/v1/responses``."""

MESSAGES = frozenset(
    {"model", "messages", "system", "max_tokens", "stop_sequences", "stream", "temperature", "top_p", "top_k"}
    | {"tools", "tool_choice", "metadata", "service_tier", "thinking", "output_config", "output_format", "speed"}
    | {"cache_control", "context_management", "anthropic_version", "anthropic_beta"}
)
"""Of ``/v1/messages`` and its ``count_tokens``."""

_KEPT_IN_MEMORY = (None, "in_memory", "in-memory")


def hosted_name(name: str, value: Any, known: frozenset[str]) -> str:
    """Under which name a member is reported as hosted; ``""`` when it is read for what it is, or asks for nothing."""
    if name in known:
        # A cache of prompts that outlasts the vendor's memory is kept state; the usual one is not.
        return name if name == "prompt_cache_retention" and value not in _KEPT_IN_MEMORY else ""
    if value is None or value is False or (name == "include" and value == []):
        return ""
    return VENDOR_SIDE.get(name, name)


def hosted_names(doc: Mapping[str, Any], known: frozenset[str]) -> dict[str, None]:
    """The same for all members of a body."""
    return {found: None for name, value in doc.items() if (found := hosted_name(name, value, known))}
