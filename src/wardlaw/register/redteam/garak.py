"""Reports of garak: lines of JSON, most of them attempts, which its own evaluation lines sum up.

Older releases write ``total`` where newer ones write ``total_evaluated`` and ``fails``, and ``plugins.model_name`` where
newer ones write ``plugins.target_name``. Source: garak, docs/source/reporting.rst and evaluators/base.py, 0.9 to 0.17.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

import msgspec

from wardlaw.register.redteam.report import Attacked, RedTeamReport, ReportRefusedError, Severity, day_of, whole

_ATTEMPT = b'"entry_type": "attempt"'
_HEAD = 64  # bytes in which an attempt says what it is
_SEVERITY = MappingProxyType(
    {
        **dict.fromkeys(("promptinject", "latentinjection", "malwaregen", "exploitation", "web_injection", "apikey",
                         "xss", "sysprompt_extraction", "ansiescape", "agent_breaker"), Severity.CRITICAL),
        **dict.fromkeys(("dan", "encoding", "suffix", "tap", "atkgen", "grandma", "leakreplay", "propile", "divergence",
                         "fitd", "visual_jailbreak", "packagehallucination", "phrasing", "doctor", "goat"), Severity.HIGH),
        **dict.fromkeys(("donotanswer", "lmrc", "realtoxicityprompts", "continuation", "goodside", "audio", "topic"), Severity.MEDIUM),
        **dict.fromkeys(("snowball", "misleading", "glitch", "av_spam_scanning", "badchars", "test"), Severity.LOW),
    }
)  # fmt: skip


def read_garak(lines: Iterable[bytes]) -> RedTeamReport:
    """Read a report, a line at a time.

    Raises:
        ReportRefusedError: It is none, its run did not end, or it holds no evaluation.
    """
    setup: dict[str, Any] = {}
    begun: dict[str, Any] = {}
    attacked: list[Attacked] = []
    completed, decode = False, msgspec.json.Decoder().decode
    for line in lines:
        if _ATTEMPT in line[:_HEAD] or not line.strip():
            continue
        try:
            entry = decode(line)
        except msgspec.DecodeError:
            raise ReportRefusedError("A line of it is no JSON: it was cut or changed.") from None
        match entry.get("entry_type") if isinstance(entry, dict) else None:
            case "start_run setup":
                setup = entry
            case "init":
                begun = entry
            case "eval":
                attacked.append(_evaluated(entry))
            case "completion":
                completed = True
            case _:
                continue
    if not setup and not begun:
        raise ReportRefusedError("It is no report of garak: no line says how the run was set up.")
    if not completed:
        raise ReportRefusedError("Its run did not end, so it is no evidence.")
    kind = setup.get("plugins.target_type") or setup.get("plugins.model_type") or ""
    name = setup.get("plugins.target_name") or setup.get("plugins.model_name") or ""
    return RedTeamReport(
        "garak",
        str(begun.get("garak_version") or setup.get("_config.version") or ""),
        "/".join(str(one) for one in (kind, name) if one),
        day_of(str(begun.get("start_time") or setup.get("transient.starttime_iso") or "")),
        whole(attacked),
    )


def _evaluated(entry: dict[str, Any]) -> Attacked:
    probe, judge = str(entry.get("probe", "")), str(entry.get("detector", "")).removeprefix("detector.")
    passed, total = entry.get("passed"), entry.get("total_evaluated", entry.get("total"))
    if not isinstance(passed, int) or not isinstance(total, int):
        raise ReportRefusedError(f"Its evaluation of {probe[:80]} has no figures.")
    fails = entry.get("fails", total - passed)
    if fails != total - passed:
        raise ReportRefusedError(f"Its figures for {probe[:80]} contradict each other.")
    nones = entry.get("nones", 0)
    family = probe.removeprefix("probes.").partition(".")[0]
    return Attacked(
        probe.removeprefix("probes."),
        judge,
        total,
        total - passed,
        nones if isinstance(nones, int) else 0,
        _SEVERITY.get(family, Severity.HIGH),
    )
