"""Settings of the detectors that are Wardlaw's own."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta


class BuiltIn(msgspec.Struct, frozen=True):
    """Wardlaw's own detectors on the request path. What one that is off would have found, no clause sees."""

    hidden_text: Annotated[bool, Meta(description="Look for characters that a person does not see.")] = True
    fingerprints: Annotated[bool, Meta(description="Look for registered secrets and tripwires.")] = True
    system_prompt_tripwire: Annotated[
        bool, Meta(description="Look for the tokens that `gateway.tripwires` plants in system prompts.")
    ] = True
    injection_rules: Annotated[bool, Meta(description="Look for prompt injections by rules.")] = True
    injection_linear: Annotated[
        bool,
        Meta(description="Look for prompt injections by the linear model; the encoder reads what it doubts."),
    ] = True
    secrets: Annotated[bool, Meta(description="Look for keys, tokens and passwords by their formats.")] = True
    personal_data: Annotated[
        bool, Meta(description="Look for personal data by formats and check digits; counts the persons, too.")
    ] = True
    personal_names: Annotated[
        bool, Meta(description="Look for names of people, postal addresses and ages; 1 to 2 ms a kilobyte.")
    ] = False
    exfiltration: Annotated[bool, Meta(description="Look for links in answers that carry data away.")] = True

    def names(self, *, on: bool = True) -> frozenset[str]:
        """Names of the detectors that are on, or of those that are off, as they stand in findings."""
        return frozenset(field.replace("_", "-") for field in self.__struct_fields__ if getattr(self, field) is on)


class Encoder(msgspec.Struct, frozen=True):
    """The network that reads what the linear model of prompt injections is not sure of."""

    enabled: Annotated[
        bool, Meta(description="Read doubtful texts more closely; else the linear model's word stands.")
    ] = True
    threads: Annotated[int, Meta(ge=1, le=64, description="Threads for it in each worker.")] = 1
    timeout_s: Annotated[
        float, Meta(gt=0, le=60, description="Seconds for all doubtful texts of a request; longer denies.")
    ] = 5.0


class Planting(StrEnum):
    """Whether a token is planted in the system prompts of one model."""

    USUAL = "usual"
    ALWAYS = "always"
    NEVER = "never"


class Tripwires(msgspec.Struct, frozen=True):
    """What tells that a system prompt leaks."""

    enabled: Annotated[
        bool, Meta(description="Plant a token at the end of each system prompt; some 50 tokens of each call.")
    ] = False
    passage_words: Annotated[
        int,
        Meta(
            ge=0,
            le=200,
            description="So many words in a row of its system prompt in an answer are noted (6 at least); 0 for never.",
        ),
    ] = 12
