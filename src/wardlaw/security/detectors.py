"""What each detector is: one record for each, used by scans, reports, the configuration and papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from wardlaw.facts.finding import FindingKind


class DetectorRecord(msgspec.Struct, frozen=True):
    """One detector.

    Attributes:
        id: Name that stands in its findings.
        name: For people.
        finds: What it finds, one sentence.
        kinds: Kinds of its findings.
        group: What ``--detector`` calls it: ``injection``, ``secrets`` or ``pii``; ``""`` when it cannot be chosen.
        threshold: Lowest score, 0 to 1000, at which its findings stop a request by themselves; 0 when none does.
        version: Version of its rules; ``""`` where the record describes every version.
        owasp: Ids of the OWASP Top 10 for LLM Applications 2025.
        atlas: Ids of MITRE ATLAS.
    """

    id: str
    name: str
    finds: str
    kinds: tuple[FindingKind, ...]
    group: str = ""
    threshold: int = 0
    version: str = ""
    owasp: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()


DETECTORS: tuple[DetectorRecord, ...] = (
    DetectorRecord(
        "hidden-text",
        "Hidden text",
        "Characters that a person does not see and a model reads, and encodings nested too deep to look into.",
        (FindingKind.HIDDEN_TEXT, FindingKind.UNINSPECTED),
        "injection",
        1000,
        owasp=("LLM01:2025",),
        atlas=("AML.T0051", "AML.T0068"),
    ),
    DetectorRecord(
        "fingerprints",
        "Registered secrets and tripwires",
        "Exactly the secrets and planted tokens that the operator registered, in any encoding; known to the gateway alone.",
        (FindingKind.FINGERPRINT, FindingKind.TRIPWIRE),
        threshold=1000,
        owasp=("LLM02:2025", "LLM07:2025"),
        atlas=("AML.T0055", "AML.T0057"),
    ),
    DetectorRecord(
        "system-prompt-tripwire",
        "Tripwires in system prompts",
        "A token that the gateway planted in a system prompt, in an answer or sent in again; known to the gateway alone.",
        (FindingKind.LEAK,),
        threshold=1000,
        owasp=("LLM07:2025",),
        atlas=("AML.T0056", "AML.T0057"),
    ),
    DetectorRecord(
        "system-prompt-passage",
        "Passages of system prompts",
        "Many words in a row of the call's own system prompt in its answer, which the user had not said; in the gateway alone.",
        (FindingKind.LEAK,),
        owasp=("LLM07:2025",),
        atlas=("AML.T0056",),
    ),
    DetectorRecord(
        "injection-rules",
        "Prompt injection",
        "Text that tries to take over a model or an agent: orders to ignore, reveal, send or obey, in many languages.",
        (FindingKind.INJECTION,),
        "injection",
        700,
        owasp=("LLM01:2025",),
        atlas=("AML.T0051", "AML.T0054"),
    ),
    DetectorRecord(
        "injection-linear",
        "Prompt injection, learned",
        "Text that reads like known attacks: a linear model over pieces of words, trained on public collections.",
        (FindingKind.INJECTION,),
        "injection",
        700,
        owasp=("LLM01:2025",),
        atlas=("AML.T0051", "AML.T0054"),
    ),
    DetectorRecord(
        "injection-encoder",
        "Prompt injection, read closely",
        "Text that a small network reads as an attack; asked where the linear model is not sure, and weighed with it.",
        (FindingKind.INJECTION,),
        "injection",
        700,
        owasp=("LLM01:2025",),
        atlas=("AML.T0051", "AML.T0054"),
    ),
    DetectorRecord(
        "secrets",
        "Credentials",
        "Keys, tokens and passwords, by their provider's format, by a checksum, or by an assignment of something random.",
        (FindingKind.SECRET,),
        "secrets",
        950,
        owasp=("LLM02:2025",),
        atlas=("AML.T0055",),
    ),
    DetectorRecord(
        "personal-data",
        "Personal data",
        "Addresses, telephone numbers, cards, accounts and national numbers whose format and check digits hold.",
        (FindingKind.PII,),
        "pii",
        owasp=("LLM02:2025",),
        atlas=("AML.T0057",),
    ),
    DetectorRecord(
        "personal-names",
        "Names and addresses",
        "Names of people, postal addresses, ages, and places and companies beside them, told by words; in a gateway only where switched on.",
        (FindingKind.PII,),
        "pii",
        owasp=("LLM02:2025",),
        atlas=("AML.T0057",),
    ),
    DetectorRecord(
        "exfiltration",
        "Links that carry data away",
        "Images and links in an answer whose address holds encoded text, long text, random values, or what the "
        "conversation said (in the gateway alone); in answers alone.",
        (FindingKind.INJECTION, FindingKind.LEAK),
        "injection",
        950,
        owasp=("LLM02:2025", "LLM05:2025"),
        atlas=("AML.T0057", "AML.T0077"),
    ),
    DetectorRecord(
        "agent-config",
        "Agents' configurations",
        "Servers of tools that fetch code when they start, carry keys in the file, or are reached unencrypted.",
        (FindingKind.SECRET,),
        "secrets",
        950,
        owasp=("LLM03:2025", "LLM02:2025"),
        atlas=("AML.T0010", "AML.T0055"),
    ),
)

GROUPS: tuple[str, ...] = ("injection", "secrets", "pii")
"""What a scan can be narrowed to."""


def chosen(groups: Sequence[str]) -> frozenset[str]:
    """Ids of the detectors of some groups; of all when none is named."""
    return frozenset(record.id for record in DETECTORS if not groups or record.group in groups)


def with_versions(versions: Mapping[str, str]) -> tuple[DetectorRecord, ...]:
    """The records of the detectors that ran, each with the version of its rules."""
    return tuple(
        msgspec.structs.replace(record, version=versions[record.id]) for record in DETECTORS if record.id in versions
    )
