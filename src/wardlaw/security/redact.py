"""Mask what was found: the same text with the spans of given data classes replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from wardlaw.facts.finding import Finding, FindingKind


def data_classes(finding: Finding) -> tuple[str, ...]:
    """The data classes one finding stands for, as clauses name them; empty for findings of another kind."""
    match finding.kind:
        case FindingKind.PII:
            return ("pii", f"pii:{finding.label}")
        case FindingKind.SECRET:
            return ("secret", f"secret:{finding.label}")
        case FindingKind.FINGERPRINT:
            return ("registered-secret",)
        case FindingKind.TRIPWIRE:
            return ("tripwire",)
        case _:
            return ()


def redact(text: str, findings: Iterable[Finding], classes: Collection[str]) -> str:
    """``text`` with every finding of one of ``classes`` replaced by ``[redacted:<label>]``.

    Args:
        text: Original text of the segment the findings belong to.
        findings: Findings of this segment; spans that overlap are masked as one.
        classes: Data classes such as ``pii``, ``pii:iban``, ``secret``, ``registered-secret``, ``tripwire``.
    """
    wanted = set(classes)
    spans = sorted(
        (finding.start, finding.end, _mask(finding))
        for finding in findings
        if finding.end > finding.start and not wanted.isdisjoint(data_classes(finding))
    )
    parts: list[str] = []
    done = 0
    for start, end, mask in spans:
        if start >= done:
            parts += (text[done:start], mask)
        done = max(done, end)
    return "".join((*parts, text[done:]))


def _mask(finding: Finding) -> str:
    match finding.kind:
        case FindingKind.PII:
            return f"[redacted:{finding.label}]"
        case FindingKind.SECRET:
            return "[redacted:secret]"
        case _:
            return f"[redacted:{data_classes(finding)[0]}]"
