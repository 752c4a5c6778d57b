"""Which headers cross the gateway. Headers are not inspected, so nothing of free form crosses it either way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from wardlaw.facts.errors import Fault, InputError
from wardlaw.facts.routes import WireForm
from wardlaw.gateway.wire.failure import UnsupportedBodyError

Header = tuple[str, str]

OWN_PREFIX = "x-wardlaw-"

# The only members of a caller's head that go on, with the closed form they must have. Everything else stays
# behind: credentials, cookies, hop-by-hop and forwarding headers (RFC 9110 section 7.6.1), ``x-wardlaw-*``,
# and whatever could carry text past the inspection.
_UP = {"openai-beta": re.compile(r"(?:assistants|realtime|responses)=v[0-9]")}
_DATE = r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:[0-2][0-9]|3[01])"
_VERSION = re.compile(_DATE)
_VERSION_BY_DEFAULT = "2023-06-01"  # for callers that name none; official clients always do
# Previews that change how a model answers. Those that keep, fetch or run something at the vendor are let through as
# well: what asks for it stands in the body, where clauses see it. A name nobody knows stays behind.
_BETA = re.compile(
    r"(?:computer-use|output-128k|output-300k|mcp-client|interleaved-thinking|dev-full-thinking|code-execution"
    r"|context-1m|context-management|model-context-window-exceeded|fast-mode|advisor-tool|thinking-token-count"
    r"|mid-conversation-tool-changes|mid-conversation-output-config|mid-conversation-system-clear-at|compact"
    r"|structured-outputs|task-budgets|thinking-display-updates|thinking-binding-controls|inline-tools"
    r"|prompt-caching|pdfs|token-counting|token-efficient-tools|files-api|extended-cache-ttl|skills|web-fetch"
    r"|fine-grained-tool-streaming|effort|advanced-tool-use|tool-search-tool|tool-examples|cache-diagnosis)-" + _DATE
)
_MOST_BETAS = 16  # clients send fewer than ten

# The same for an upstream's head: numbers and times only.
_NUMBER = re.compile(r"[0-9][0-9.hms]{0,19}")
_DOWN = re.compile(r"openai-processing-ms|retry-after|retry-after-ms|(?:x|anthropic)-ratelimit-[a-z-]{1,40}")
_CONTENT_TYPE = re.compile(r"application/json(?:\s*;\s*charset=\"?utf-8\"?)?", re.IGNORECASE)

_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.1
_NAMES = re.compile(rf"(?:{_NAME.pattern}(?:,{_NAME.pattern})*)?")


def check_request_headers(headers: Mapping[str, str]) -> None:
    """Refuse a head that two servers could read differently, or a body that is not plain JSON.

    Args:
        headers: Lower-case names; values of a repeated header joined with ``, ``.

    Raises:
        InputError: WL-GW-113 a control character in a header.
        UnsupportedBodyError: WL-GW-114 a compressed body or one that is not JSON.
    """
    check_head(headers)
    kind = headers.get("content-type", "")
    if kind != "application/json" and not _CONTENT_TYPE.fullmatch(kind.strip()):
        raise UnsupportedBodyError(
            "WL-GW-114", "The body is not declared as JSON.", "Send content-type: application/json."
        )


def check_head(headers: Mapping[str, str]) -> None:
    """The same for a request whose body is of another type, or that has none.

    Raises:
        InputError: WL-GW-113 a control character in a header.
        UnsupportedBodyError: WL-GW-114 a compressed body.
    """
    # All at once: what joins them is allowed in values and in no name.
    if _UNSAFE.search(" ".join(headers.values())) or not _NAMES.fullmatch(",".join(headers)):
        raise InputError(
            "WL-GW-113", "A header holds a character that headers must not have.", "Send plain header values."
        )
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedBodyError(
            "WL-GW-114", "The body is compressed; it is read as it is.", "Send it without content-encoding."
        )


def upstream_headers(
    headers: Mapping[str, str],
    *,
    stream: bool,
    own: Iterable[Header] = (),
    form: WireForm = WireForm.OPENAI,
) -> tuple[Header, ...]:
    """The head of the request to the upstream.

    Args:
        headers: The caller's head.
        stream: A stream is asked for.
        own: Credentials for the upstream and what its configuration adds.
        form: What the upstream speaks.

    Raises:
        Fault: WL-GW-191 when ``own`` holds a control character.
    """
    passed = [(name, headers[name]) for name, form in _UP.items() if name in headers and form.fullmatch(headers[name])]
    if form is WireForm.ANTHROPIC:
        passed = _anthropic_headers(headers)
    return (
        ("content-type", "application/json"),
        ("accept", "text/event-stream" if stream else "application/json"),
        # What is compressed cannot be judged before it is unpacked: answers come as they are or not at all.
        ("accept-encoding", "identity"),
        ("user-agent", "wardlaw"),
        *passed,
        *(_safe(name, value) for name, value in own),
    )


def _anthropic_headers(headers: Mapping[str, str]) -> list[Header]:
    """Version and previews, as far as they are of the closed list; each once."""
    version = headers.get("anthropic-version", "").strip()
    known = known_betas(headers)
    found = [("anthropic-version", version if _VERSION.fullmatch(version) else _VERSION_BY_DEFAULT)]
    return [*found, ("anthropic-beta", ",".join(known))] if known else found


def known_betas(headers: Mapping[str, str]) -> list[str]:
    """The previews a caller asks for, as far as they are of the closed list; each once."""
    betas = dict.fromkeys(name.strip() for name in headers.get("anthropic-beta", "").split(","))
    return [name for name in betas if _BETA.fullmatch(name)][:_MOST_BETAS]


def caller_headers(headers: Mapping[str, str], *, stream: bool, own: Iterable[Header] = ()) -> tuple[Header, ...]:
    """The head of the answer to the caller.

    Args:
        headers: The upstream's head.
        own: What :func:`own_headers` gave.
    """
    passed = [(name, value) for name, value in headers.items() if _DOWN.fullmatch(name) and _NUMBER.fullmatch(value)]
    kind = [("content-type", "application/json")]
    if stream:
        kind = [("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")]
    return (*kind, *passed, *own)


def own_headers(*, decision_id: str, overhead_us: int | None = None, receipt: str = "") -> tuple[Header, ...]:
    """What the gateway says about an answer.

    Args:
        decision_id: Also sent as ``x-request-id``, which the official clients show as ``_request_id``.
        overhead_us: Microseconds the gateway itself added; ``None`` when not known yet (a stream's head).
        receipt: Signed receipt of the record.

    Raises:
        Fault: WL-GW-191 when a value holds a control character.
    """
    found = [("x-request-id", decision_id), (OWN_PREFIX + "decision", decision_id)]
    if overhead_us is not None:
        found.append((OWN_PREFIX + "overhead-us", str(overhead_us)))
    if receipt:
        found.append((OWN_PREFIX + "receipt", receipt))
    # Their names are ours; all values are looked at in one go.
    if _UNSAFE.search(" ".join([value for _, value in found])):
        raise _unsafe(OWN_PREFIX)
    return tuple(found)


def _safe(name: str, value: str) -> Header:
    if _UNSAFE.search(value) or not _NAME.fullmatch(name):
        raise _unsafe(name)
    return name, value


def _unsafe(name: str) -> Fault:
    return Fault("WL-GW-191", f"The header {name!a} would hold a control character.", "Report this.")
