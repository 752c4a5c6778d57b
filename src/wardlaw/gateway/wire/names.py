"""The closed word lists of the protocol: member names and enum values that carry no text of anybody.

Only names and words listed here go uninspected. The lists are constants of the OpenAI and Anthropic API
references (read 2026-11) and of JSON Schema 2020-12; a name missing here is not refused, it is inspected.
"""

from __future__ import annotations

_PROTOCOL_NAMES_TEXT = """
    annotations arguments audio audio_url b64_json background cached_tokens choices completion_tokens completion_tokens_details content
    container conversation created custom data data_sources delta description detail dimensions embedding encoding_format error
    fallbacks file file_data file_id file_ids filename finish_reason format frequency_penalty function function_call functions id
    image_url include_obfuscation include_usage index input input_audio json_schema logit_bias logprobs
    max_completion_tokens max_tokens mcp_servers message messages metadata modalities model models n name object
    output_text parallel_tool_calls parameters parts plugins prediction presence_penalty previous_response_id prompt
    provider search_parameters search_settings vector_store_ids video_url
    prompt_cache_key prompt_tokens prompt_tokens_details reasoning reasoning_content reasoning_effort
    reasoning_tokens refusal response_format role safety_identifier schema seed service_tier source stop store
    stream stream_options strict system_fingerprint temperature text tool_call_id tool_calls tool_choice tools
    top_logprobs top_p total_tokens type url usage user verbosity web_search_options
    allowed_callers budget_tokens cache_control cache_creation cache_creation_input_tokens cache_read_input_tokens
    citations cited_text content_block context_management defer_loading delta disable_parallel_tool_use
    document_index document_title eager_input_streaming effort end_block_index end_char_index end_page_number
    ephemeral_1h_input_tokens ephemeral_5m_input_tokens inference_geo input_examples input_schema input_tokens
    input_transformations is_error media_type output_config output_format output_tokens output_tokens_details
    partial_json server_tool_use service_tier signature speed start_block_index start_char_index start_page_number
    action call_id content_index encrypted_content file_url incomplete_details instructions item item_id logprob
    max_output_tokens max_tool_calls output output_index part parts phase prompt_cache_retention response
    response_id sequence_number status summary summary_index text_offset token_logprobs tokens truncation
    best_of echo suffix input_tokens_details
    stop_details stop_reason stop_sequence stop_sequences system thinking title tool_use_id top_k ttl user_id
"""
PROTOCOL_NAMES: frozenset[str] = frozenset(_PROTOCOL_NAMES_TEXT.split())
"""Member names of the protocol. In a known structure no other name may equal one of these but for case."""

_SCHEMA_NAMES_TEXT = """
    $defs $ref $schema additionalProperties allOf anyOf const default enum examples exclusiveMaximum
    exclusiveMinimum items maxItems maxLength maxProperties maximum minItems minLength minProperties minimum
    multipleOf not nullable oneOf pattern patternProperties prefixItems properties propertyNames required title
    uniqueItems
"""
_SCHEMA_NAMES: frozenset[str] = frozenset(_SCHEMA_NAMES_TEXT.split())

PLAIN_NAMES: frozenset[str] = PROTOCOL_NAMES | _SCHEMA_NAMES
"""Member names that are not inspected as text."""

ENUM_NAMES: frozenset[str] = frozenset(
    {"role", "type", "object", "finish_reason", "detail", "tool_choice", "reasoning_effort", "service_tier"}
    | {"verbosity", "encoding_format", "format", "stop_reason", "media_type", "effort", "ttl", "speed"}
    | {"status", "truncation", "phase"}
)
"""Members whose value is not inspected when it is one of ``PLAIN_WORDS``."""

_PLAIN_WORDS_TEXT = """
    system developer user assistant tool function custom text image_url input_audio file refusal json_object
    json_schema object array string number integer boolean null auto none required low medium high minimal default
    flex scale priority stop length tool_calls function_call content_filter chat.completion chat.completion.chunk
    list embedding float base64 wav mp3 date date-time email uri uuid
    any content custom document enabled disabled adaptive end_turn ephemeral image max_tokens message pause_turn
    redacted_thinking search_result stop_sequence thinking tool_result tool_use url
    completed concise detailed disabled final_answer in_progress incomplete input_file input_image input_text
    max_output_tokens output_text reasoning reasoning_text response summary_text text_completion
    function_call_output custom_tool_call custom_tool_call_output queued failed commentary
    image/png image/jpeg image/gif image/webp application/pdf text/plain 5m 1h standard fast max xhigh
"""
PLAIN_WORDS: frozenset[str] = frozenset(_PLAIN_WORDS_TEXT.split())
"""Values of the protocol's closed lists."""


def misnamed(names: object) -> str:
    """The first name that equals a protocol name, or another name of the same object, but for case; else ``""``.

    Some servers and clients match member names without regard to case (Go's ``encoding/json`` does), so such
    a member would be read by them and not by us, or the other way round.
    """
    if not isinstance(names, dict) or names.keys() <= PROTOCOL_NAMES:
        return ""
    folded: set[str] = set()
    for name in names:
        plain = name.casefold()
        if plain in folded or (plain in PROTOCOL_NAMES and name not in PROTOCOL_NAMES):
            return str(name)
        folded.add(plain)
    return ""
