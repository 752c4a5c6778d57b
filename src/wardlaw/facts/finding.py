"""What a detector saw in a text."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class FindingKind(StrEnum):
    """Closed set of what detectors report."""

    INJECTION = "injection"  # text that tries to take over the model
    SECRET = "secret"  # a credential recognised by its format or entropy
    FINGERPRINT = "fingerprint"  # exactly a secret the operator registered
    TRIPWIRE = "tripwire"  # a planted token that nobody honest would send
    PII = "pii"  # personal data with a validated format
    HIDDEN_TEXT = "hidden-text"  # characters a person does not see but a model reads
    UNINSPECTED = "uninspected"  # content that no detector could read (image, audio, file)
    LEAK = "leak"  # what belongs to the conversation alone, in an answer: its system prompt, or its data in a link
    UNSAFE = "unsafe"  # content that harms people (hate, violence …), by a detector of the operator's own
    FAULT = "fault"  # a detector that failed or ran out of time


class Level(StrEnum):
    """``BLOCK`` stops the request by itself, ``REVIEW`` only warns or holds, ``NOTE`` is a fact."""

    NOTE = "note"
    REVIEW = "review"
    BLOCK = "block"


class Finding(msgspec.Struct, frozen=True):
    """One finding; spans are half-open offsets into the *original* text of the segment.

    Attributes:
        label: Finer class: the PII type (``iban``), the provider of a secret, the id of a
            registered secret or tripwire, the media type of uninspected content, what leaks.
        score: 0 to 1000.
        segment: Index of the segment in its exchange; -1 when it concerns the exchange as a whole.
        subject: Keyed digest of the data subject the value belongs to (PII only), for counting
            distinct persons; never the value itself.
        channel: Channel of the segment it stands in; a document must never punish its reader.
    """

    kind: FindingKind
    detector: str
    version: str
    rule: str
    level: Level
    score: int
    label: str = ""
    segment: int = -1
    start: int = 0
    end: int = 0
    subject: str = ""
    channel: str = ""
