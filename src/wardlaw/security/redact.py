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
        case FindingKind.LEAK:
            return (finding.label,)
        case _:
            return ()


def redact(text: str, findings: Iterable[Finding], classes: Collection[str]) -> str:
    """``text`` with every finding of one of ``classes`` replaced by ``[redacted:<label>]``.

    Args:
        text: Original text of the segment the findings belong to.
        findings: Findings of this segment; spans that overlap are masked as one.
        classes: Data classes such as ``pii``, ``pii:iban``, ``secret``, ``registered-secret``, ``tripwire``,
            ``system-prompt``.
    """
    return redact_part(text, findings, classes, begun=False)[0]


def redact_part(text: str, findings: Iterable[Finding], classes: Collection[str], *, begun: bool) -> tuple[str, bool]:
    """The same for a part of a longer text; what reaches over its borders gets one mark, in the part it begins in.

    Args:
        text: The part.
        findings: Offsets count from its begin, so those of a finding may lie before or behind the part.
        classes: As for :func:`redact`.
        begun: The part before ended within a finding that was masked there.

    Returns:
        The masked part, and whether it ends within a finding that was masked.
    """
    wanted = set(classes)
    spans = sorted(
        (finding.start, finding.end, _mask(finding))
        for finding in findings
        if finding.end > max(finding.start, 0)
        and finding.start < len(text)
        and not wanted.isdisjoint(data_classes(finding))
    )
    parts: list[str] = []
    done = max((end for start, end, _ in spans if start < 0), default=0) if begun else 0
    for start, end, mask in spans:
        if start >= done or (start < 0 and not done):
            parts += (text[done : max(start, 0)], mask)
        done = max(done, end)
    return "".join((*parts, text[done:])), done > len(text)


def _mask(finding: Finding) -> str:
    match finding.kind:
        case FindingKind.PII:
            return f"[redacted:{finding.label}]"
        case FindingKind.SECRET:
            return "[redacted:secret]"
        case _:
            return f"[redacted:{data_classes(finding)[0]}]"
