"""Rules whose words stand in harmless texts too: such a match stops a text only where a learned model dislikes it as well.

"Important message:", "run it in a subprocess", "send the summary to anna@…": attacks say so, and so do notices, people who
write programs, and people who work with mail. Of 60,000 passages of package documentation, which neither rules nor models had seen, these
rules would have stopped more than two in a thousand (``tools/judge_detection/passages.py``); of 80 ordinary sentences of
offices and programmers written for the purpose, every third. A match that no model seconds is for review. All other rules
stop alone, as do these where no model judges: in definitions of tools, in system prompts, in a model's own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from wardlaw.facts.exchange import Channel
from wardlaw.facts.finding import Finding, Level
from wardlaw.security.injection import DISGUISED, NAME

GENERAL: Final = frozenset(
    {
        "agent-ai-imperative", "agent-ai-reading", "agent-exec", "agent-if-you-are-ai", "agent-label", "agent-move-data",
        "agent-new-user-request", "agent-note-to-ai", "agent-special-case", "agent-summary-canary",
        "exfil-order", "exfil-order-url",
        "extract-above", "extract-function", "extract-instructions-given", "extract-secret-word", "extract-were-told",
        "extract-your-instructions", "extract-your-system",
        "forge-delimiter", "forge-json-role",
        "override-follow-mine", "override-forget-all", "override-from-now", "override-new-orders",
        "override-restrictions-off", "override-task-over",
        "role-access-granted", "role-authority", "role-debug-mode", "role-enter-mode", "role-mode", "role-no-longer",
        "role-personas", "role-tokens", "role-two-answers", "role-you-are-now",
        "secrets-all", "secrets-encode", "secrets-files", "secrets-internal",
    }
)  # fmt: skip

_REVIEWED: Final = 500
_MODELLED = frozenset((Channel.USER, Channel.OTHER, Channel.TOOL_RESULT))


def is_general(finding: Finding) -> bool:
    """Whether a finding would stop a text by such a rule alone; one of disguised words needs nobody's agreement."""
    return (
        finding.level is Level.BLOCK
        and finding.detector == NAME
        and finding.rule in GENERAL
        and not finding.label.endswith(DISGUISED)
    )


def is_modelled(channel: Channel) -> bool:
    """Whether learned models judge texts of a channel."""
    return channel in _MODELLED


def unseconded(found: Sequence[Finding], *, points: int) -> list[Finding]:
    """``found`` with such matches for review: no model dislikes the text.

    Args:
        points: Of the model, 0 to 499; what it nearly dislikes ranks above what it takes for harmless.
    """
    score = _REVIEWED + points * 2 // 5
    return [
        msgspec.structs.replace(finding, level=Level.REVIEW, score=min(finding.score, score))
        if is_general(finding)
        else finding
        for finding in found
    ]
